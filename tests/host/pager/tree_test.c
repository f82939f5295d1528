// Page trees, driven at random against plain arrays: several trees that share nodes, with entries
// that count their leaves.
#include <string.h>

#include "tap.h"
#include "world.h"

#define TREES 6
#define PAGES 3000       // three levels
#define SPARSE 1000003ul // index = position * SPARSE in half of the runs: six levels

struct entry {
	uint32_t references;
};

static struct slab_cache nodes;
static unsigned live; // entries
static struct tree tree[TREES];
static struct entry *model[TREES][PAGES];
static uint64_t stride;
static uint64_t seed;

static uint64_t random_below(uint64_t limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % limit;
}

static void entry_share(void *context, void *entry)
{
	(void)context;
	((struct entry *)entry)->references++;
}

static void entry_drop(void *context, void *entry)
{
	(void)context;
	if (--((struct entry *)entry)->references == 0) {
		free(entry);
		live--;
	}
}

static const struct tree_kind kind = {&nodes, entry_share, entry_drop, NULL};

static void start(uint64_t index_stride)
{
	world_start();
	memset(tree, 0, sizeof(tree));
	memset(model, 0, sizeof(model));
	slab_cache_init(&nodes, &world->frames, sizeof(struct tree_node));
	stride = index_stride;
	seed = 88172645463325252ul;
}

static void insert(unsigned t, unsigned page)
{
	uint64_t index = page * stride;
	unsigned needed = tree_nodes_needed(&tree[t], index);
	uint64_t before = nodes.live_count;
	if (!slab_reserve(&nodes, needed))
		tap_bail("the test has too little memory", "nodes");
	struct tree_node *leaf = tree_claim(&kind, &tree[t], index);
	EXPECT(nodes.live_count - before, needed);
	struct entry *old = leaf->slot[tree_slot(index)];
	EXPECT(old == model[t][page], true);
	struct entry *entry = malloc(sizeof(*entry));
	entry->references = 1;
	live++;
	tree_leaf_set(leaf, index, entry);
	if (old)
		entry_drop(NULL, old);
	model[t][page] = entry;
}

static void remove_range(unsigned t, unsigned first, unsigned end)
{
	EXPECT(tree_own_edges(&kind, &tree[t], first * stride, end * stride), true);
	tree_remove(&kind, &tree[t], first * stride, end * stride);
	for (unsigned i = first; i < end; i++)
		model[t][i] = NULL;
}

static void share(unsigned from, unsigned to)
{
	tree_release(&kind, &tree[to]);
	tree[to] = tree_share(&tree[from]);
	memcpy(model[to], model[from], sizeof(model[to]));
}

// An entry is shared exactly if another tree has it too.
static bool model_shared(unsigned t, unsigned page)
{
	for (unsigned other = 0; other < TREES; other++) {
		if (other != t && model[other][page] == model[t][page])
			return true;
	}
	return false;
}

static void compare(unsigned t)
{
	uint64_t count = 0;
	for (unsigned page = 0; page < PAGES; page++) {
		struct tree_node *leaf;
		bool shared;
		struct entry *entry = tree_find(&tree[t], page * stride, &leaf, &shared);
		EXPECT(entry == model[t][page], true);
		if (!entry)
			continue;
		count++;
		EXPECT(shared || entry->references > 1, model_shared(t, page));
	}
	EXPECT(tree_count(&tree[t], 0, TREE_INDEX_END), count);
	uint64_t index = 0, found = 0;
	for (void *entry; (entry = tree_next(&tree[t], &index)); index++) {
		EXPECT(index % stride, 0);
		EXPECT(entry == model[t][index / stride], true);
		found++;
	}
	EXPECT(found, count);
	unsigned first = (unsigned)random_below(PAGES), end = (unsigned)random_below(PAGES);
	uint64_t part = 0;
	for (unsigned page = first; page < end; page++)
		part += model[t][page] != NULL;
	EXPECT(tree_count(&tree[t], first * stride, first < end ? end * stride : 0), part);
}

static void step(void)
{
	unsigned t = (unsigned)random_below(TREES);
	switch (random_below(16)) {
	case 0:
		share(t, (t + 1) % TREES);
		break;
	case 1: {
		unsigned first = (unsigned)random_below(PAGES);
		unsigned end = first + (unsigned)random_below(PAGES - first) + 1;
		remove_range(t, first, end);
		break;
	}
	case 2:
		remove_range(t, (unsigned)random_below(PAGES), PAGES);
		break;
	default:
		for (unsigned i = 0; i < 8; i++)
			insert(t, (unsigned)random_below(PAGES));
	}
}

static void run_random(uint64_t index_stride)
{
	start(index_stride);
	for (unsigned i = 0; i < 3000 && !tap_failed; i++) {
		step();
		if (i % 16 == 0)
			compare((unsigned)random_below(TREES));
		EXPECT(slab_cache_check(&nodes), true);
	}
	for (unsigned t = 0; t < TREES; t++)
		tree_release(&kind, &tree[t]);
	EXPECT(live, 0);
	EXPECT(nodes.live_count, 0);
	EXPECT(nodes.slab_count, 0);
}

static void tree_dense_random_matches_model(void)
{
	run_random(1);
}

static void tree_sparse_random_matches_model(void)
{
	run_random(SPARSE);
}

static void tree_few_pages_far_apart_few_nodes(void)
{
	start(1);
	// 1 GiB with every 64th page: a leaf of its own for each.
	stride = 64;
	for (unsigned page = 0; page < 2000; page++)
		insert(0, page);
	EXPECT(nodes.live_count <= 2000 + 2000 / 16 + 5, true);
	tree_release(&kind, &tree[0]);
	EXPECT(nodes.slab_count, 0);
	EXPECT(live, 0);
}

static void tree_shared_hundreds_of_times_exclusive_at_last(void)
{
	start(1);
	static struct tree copy[500];
	for (unsigned page = 0; page < 100; page++)
		insert(0, page);
	uint64_t alone = nodes.live_count;
	for (unsigned i = 0; i < 500; i++)
		copy[i] = tree_share(&tree[0]);
	EXPECT(nodes.live_count, alone);
	struct tree_node *leaf;
	bool shared;
	tree_find(&tree[0], 50, &leaf, &shared);
	EXPECT(shared, true);
	for (unsigned i = 0; i < 500; i++)
		tree_release(&kind, &copy[i]);
	tree_find(&tree[0], 50, &leaf, &shared);
	EXPECT(shared, false);
	EXPECT(leaf != NULL, true);
	tree_release(&kind, &tree[0]);
	EXPECT(live, 0);
}

static void tree_cut_without_memory_unchanged(void)
{
	start(1);
	for (unsigned page = 0; page < PAGES; page++)
		insert(0, page);
	share(0, 1);
	// Nodes that are free in slabs are memory too.
	while (nodes.free_count > 0)
		slab_take(&nodes);
	world_limit(0);
	EXPECT(tree_own_edges(&kind, &tree[1], 5, PAGES), false);
	compare(0);
	compare(1);
	world_release();
	remove_range(1, 5, PAGES);
	compare(0);
	compare(1);
}

int main(void)
{
	static const struct tap_test tests[] = {
		{"tree_dense_random_matches_model", tree_dense_random_matches_model},
		{"tree_sparse_random_matches_model", tree_sparse_random_matches_model},
		{"tree_few_pages_far_apart_few_nodes", tree_few_pages_far_apart_few_nodes},
		{"tree_shared_hundreds_of_times_exclusive_at_last",
	     tree_shared_hundreds_of_times_exclusive_at_last},
		{"tree_cut_without_memory_unchanged", tree_cut_without_memory_unchanged},
	};
	return tap_run(tests, sizeof(tests) / sizeof(tests[0]));
}
