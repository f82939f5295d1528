// The first program of the machine when the kernel's calls are tested. Boot arguments: suite=NAME
// runs one suite (default: all); mode=bench measures instead; full=1 runs the stated sizes.
#include "fl/server.h"
#include "fl/string.h"
#include "suites.h"

const struct fl_bootinfo *boot;

static const struct suite *const suites[] = {
#define SUITE_POINTER(name) &suite_##name,
	SUITES(SUITE_POINTER)
#undef SUITE_POINTER
};

const char *argument_find(const char *key)
{
	size_t length = strlen(key);
	for (const char *at = boot->args; *at; at++) {
		bool is_word = at == boot->args || at[-1] == ' ';
		if (is_word && strncmp(at, key, length) == 0 && at[length] == '=')
			return at + length + 1;
	}
	return NULL;
}

static bool is_chosen(const char *name)
{
	const char *wanted = argument_find("suite");
	size_t length = strlen(name);
	return !wanted ||
	       (strncmp(wanted, name, length) == 0 && (wanted[length] == ' ' || !wanted[length]));
}

static void all_is_given_back_every_frame_as_before(void)
{
	memory_audit();
}

static const struct test audits[] = {TEST(all_is_given_back_every_frame_as_before)};
static SUITE(audit, audits);

void server_main(const struct fl_bootinfo *info)
{
	boot = info;
	const char *mode = argument_find("mode");
	bool is_bench = mode && strncmp(mode, "bench", 5) == 0;
	console_open();
	if (!is_bench)
		print("TAP version 13\n");
	memory_open();
	threads_open();
	if (is_bench)
		bench_run();
	for (unsigned i = 0; !is_bench && i < sizeof suites / sizeof suites[0]; i++) {
		if (is_chosen(suites[i]->name))
			tests_run(suites[i]);
	}
	threads_close();
	memory_close();
	if (!is_bench) {
		tests_run(&suite_audit);
		tests_end();
	}
	stop(tests_failed() != 0);
}
