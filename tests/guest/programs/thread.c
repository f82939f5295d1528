// Threads: making, joining, locks that lose nothing, condition variables, keys, once, barriers,
// read-write locks, semaphores, thread-local storage, signals and faults of single threads, fork,
// exec and exit of a process with several.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

#define THREADS 8
#define ROUNDS 2000

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static volatile uint64_t counter;
static __thread int local = 5;

static void *count(void *argument)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		(void)pthread_mutex_lock(&mutex);
		uint64_t seen = counter;
		if (i % 64 == 0)
			(void)sched_yield();
		counter = seen + 1;
		(void)pthread_mutex_unlock(&mutex);
	}
	return argument;
}

static void run_all(pthread_t thread[THREADS], void *(*body)(void *))
{
	for (uintptr_t i = 0; i < THREADS; i++) {
		int error = pthread_create(&thread[i], NULL, body, (void *)i);
		if (error)
			tap_bail("pthread_create fails: %d", error);
	}
}

static unsigned join_all(pthread_t thread[THREADS])
{
	unsigned good = 0;
	for (uintptr_t i = 0; i < THREADS; i++) {
		void *result = NULL;
		good += pthread_join(thread[i], &result) == 0 && result == (void *)i;
	}
	return good;
}

static void mutexes(void)
{
	pthread_t thread[THREADS];
	run_all(thread, count);
	tap_equal(THREADS, join_all(thread), "join_gives_each_threads_result");
	tap_equal(THREADS * ROUNDS, counter, "mutex_loses_no_count");
	pthread_mutex_t check = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
	tap_ok(pthread_mutex_unlock(&check) == EPERM && pthread_mutex_lock(&check) == 0 &&
	           pthread_mutex_lock(&check) == EDEADLK && pthread_mutex_unlock(&check) == 0,
	       "errorcheck_mutex_checks");
	pthread_mutex_t again = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
	tap_ok(pthread_mutex_lock(&again) == 0 && pthread_mutex_trylock(&again) == 0 &&
	           pthread_mutex_unlock(&again) == 0 && pthread_mutex_destroy(&again) == EBUSY &&
	           pthread_mutex_unlock(&again) == 0 && pthread_mutex_destroy(&again) == 0,
	       "recursive_mutex_counts");
	struct timespec past = {0, 0};
	(void)pthread_mutex_lock(&mutex);
	tap_ok(pthread_mutex_trylock(&mutex) == EBUSY &&
	           pthread_mutex_timedlock(&mutex, &past) == ETIMEDOUT,
	       "held_mutex_can_be_tried");
	(void)pthread_mutex_unlock(&mutex);
}

static void uncontended(void)
{
	struct fl_result before, after;
	fl_counters(&before);
	for (unsigned i = 0; i < 100; i++) {
		(void)pthread_mutex_lock(&mutex);
		(void)pthread_cond_signal(&cond);
		(void)pthread_mutex_unlock(&mutex);
	}
	fl_counters(&after);
	// Messages, not entries: the clock may tick.
	tap_equal(0, after.value[3] - before.value[3], "uncontended_locks_make_no_call");
}

static unsigned turn;

static void *take_turns(void *argument)
{
	for (unsigned i = 0; i < 50; i++) {
		(void)pthread_mutex_lock(&mutex);
		while (turn % THREADS != (uintptr_t)argument)
			(void)pthread_cond_wait(&cond, &mutex);
		turn++;
		(void)pthread_cond_broadcast(&cond);
		(void)pthread_mutex_unlock(&mutex);
	}
	return argument;
}

static void conditions(void)
{
	pthread_t thread[THREADS];
	run_all(thread, take_turns);
	tap_equal(THREADS, join_all(thread), "threads_take_turns_by_condition");
	tap_equal(THREADS * 50, turn, "condition_loses_no_turn");
	struct timespec soon;
	(void)clock_gettime(CLOCK_REALTIME, &soon);
	soon.tv_nsec += 5000000;
	if (soon.tv_nsec >= 1000000000) {
		soon.tv_sec++;
		soon.tv_nsec -= 1000000000;
	}
	(void)pthread_mutex_lock(&mutex);
	tap_equal(ETIMEDOUT, (uint64_t)pthread_cond_timedwait(&cond, &mutex, &soon),
	          "timed_wait_gives_up");
	(void)pthread_mutex_unlock(&mutex);
}

static pthread_key_t key;
static volatile unsigned destroyed, once_runs;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void destroy(void *value)
{
	destroyed += (unsigned)(uintptr_t)value;
}

static void run_once(void)
{
	(void)usleep(1000);
	once_runs++;
}

static void *use_locals(void *argument)
{
	bool good = local == 5 && errno == 0 && pthread_getspecific(key) == NULL;
	local = (int)(uintptr_t)argument;
	errno = (int)(uintptr_t)argument;
	(void)pthread_setspecific(key, (void *)1);
	(void)pthread_once(&once, run_once);
	(void)sched_yield();
	good = good && local == (int)(uintptr_t)argument && errno == (int)(uintptr_t)argument &&
	       once_runs == 1;
	return good ? argument : (void *)-1;
}

static void locals(void)
{
	pthread_t thread[THREADS];
	errno = 99;
	tap_ok(pthread_key_create(&key, destroy) == 0, "key_can_be_made");
	run_all(thread, use_locals);
	tap_equal(THREADS, join_all(thread), "each_thread_has_its_own_storage");
	tap_ok(local == 5 && errno == 99, "threads_leave_first_threads_storage");
	tap_equal(THREADS, destroyed, "key_destructor_runs_for_each_thread");
	tap_ok(pthread_key_delete(key) == 0 && pthread_setspecific(key, NULL) == EINVAL,
	       "deleted_key_is_refused");
}

static pthread_barrier_t barrier;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t semaphore;
static volatile unsigned serial, pair[2], torn;

static void *meet(void *argument)
{
	for (unsigned i = 0; i < 10; i++) {
		if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
			serial++;
	}
	for (unsigned i = 0; i < 100; i++) {
		if ((uintptr_t)argument % 2) {
			(void)pthread_rwlock_wrlock(&rwlock);
			pair[0]++;
			(void)sched_yield();
			pair[1]++;
		} else {
			(void)pthread_rwlock_rdlock(&rwlock);
			torn += pair[0] != pair[1];
		}
		(void)pthread_rwlock_unlock(&rwlock);
	}
	(void)sem_post(&semaphore);
	return argument;
}

static void meetings(void)
{
	pthread_t thread[THREADS];
	(void)pthread_barrier_init(&barrier, NULL, THREADS);
	(void)sem_init(&semaphore, 0, 0);
	run_all(thread, meet);
	for (unsigned i = 0; i < THREADS; i++)
		(void)sem_wait(&semaphore);
	tap_equal(THREADS, join_all(thread), "threads_meet");
	tap_equal(10, serial, "barrier_has_one_serial_thread_a_time");
	tap_ok(torn == 0 && pair[0] == THREADS / 2 * 100, "rwlock_keeps_readers_and_writers_apart");
	tap_ok(sem_trywait(&semaphore) == -1 && errno == EAGAIN, "semaphore_counts");
}

static _Noreturn void *wait_for_ever(void *argument)
{
	(void)argument;
	for (;;)
		(void)pause();
}

static pthread_t handled_by;

static void handle(int signal)
{
	(void)signal;
	handled_by = pthread_self();
	(void)sem_post(&semaphore);
}

static void signals(void)
{
	pthread_t thread;
	(void)sem_init(&semaphore, 0, 0);
	(void)signal(SIGUSR1, handle);
	(void)pthread_create(&thread, NULL, wait_for_ever, NULL);
	(void)pthread_kill(thread, SIGUSR1);
	while (sem_wait(&semaphore) != 0)
		continue;
	tap_ok(handled_by == thread, "pthread_kill_reaches_that_thread");
	sigset_t set = 1ul << SIGUSR1;
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	handled_by = 0;
	(void)kill(getpid(), SIGUSR1);
	(void)sem_wait(&semaphore);
	tap_ok(handled_by == thread, "signal_goes_to_thread_that_does_not_block_it");
	tap_ok(pthread_kill(thread, 0) == 0 && pthread_kill(thread, NSIG) == EINVAL,
	       "pthread_kill_checks_signal");
	tap_ok(pthread_join(pthread_self(), NULL) == EDEADLK, "thread_cannot_join_itself");
	tap_ok(pthread_detach(thread) == 0 && pthread_join(thread, NULL) == EINVAL,
	       "detached_thread_cannot_be_joined");
}

static void *post_and_end(void *argument)
{
	(void)sem_post(&semaphore);
	return argument;
}

static void limits(void)
{
	pthread_attr_t attr;
	pthread_t thread[PTHREAD_THREADS_MAX];
	unsigned made = 0;
	int error;
	while (made < PTHREAD_THREADS_MAX &&
	       !(error = pthread_create(&thread[made], NULL, wait_for_ever, NULL)))
		made++;
	tap_ok(made == PTHREAD_THREADS_MAX - 1 && error == EAGAIN, "threads_have_a_limit");
	(void)sem_init(&semaphore, 0, 0);
	(void)pthread_attr_init(&attr);
	tap_ok(pthread_attr_setstacksize(&attr, 1) == EINVAL &&
	           pthread_attr_setdetachstate(&attr, 9) == EINVAL,
	       "attributes_are_checked");
}

static void detached(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	unsigned made = 0;
	(void)sem_init(&semaphore, 0, 0);
	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	(void)pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN);
	for (unsigned i = 0; i < 200; i++) {
		while (pthread_create(&thread, &attr, post_and_end, NULL) != 0)
			(void)usleep(1000);
		(void)sem_wait(&semaphore);
		made++;
	}
	tap_equal(200, made, "detached_threads_give_their_places_back");
}

static void *fork_one(void *argument)
{
	pid_t child = fork();
	if (child == 0) {
		// Locks and threads work in the child, whose only thread this is.
		pthread_t thread;
		char *block = malloc(100);
		if (!block || pthread_create(&thread, NULL, post_and_end, argument) != 0)
			_exit(1);
		void *result;
		_exit(pthread_join(thread, &result) == 0 && result == argument ? 3 : 2);
	}
	return child_wait(child).value == 3 ? argument : (void *)-1;
}

static void forks(void)
{
	pthread_t thread[THREADS];
	(void)sem_init(&semaphore, 0, 0);
	run_all(thread, fork_one);
	tap_equal(THREADS, join_all(thread), "fork_of_any_thread_gives_working_child");
}

static int exit_from_thread(void *context)
{
	pthread_t thread;
	(void)pthread_create(&thread, NULL, wait_for_ever, NULL);
	(void)pthread_create(&thread, NULL, context, NULL);
	(void)wait_for_ever(NULL);
	return 1;
}

static _Noreturn void *exit_7(void *argument)
{
	(void)argument;
	exit(7);
}

static void *crash(void *argument)
{
	(void)argument;
	volatile int *volatile null = NULL;
	*null = 1;
	return NULL;
}

static void *exec_helper(void *argument)
{
	char *arguments[] = {(char *)guest_self, "run", "nine", NULL};
	(void)execvp(guest_self, arguments);
	return argument;
}

static int end_first(void *context)
{
	pthread_t thread;
	(void)pthread_create(&thread, NULL, context, NULL);
	pthread_exit(NULL);
}

static void *nap(void *argument)
{
	(void)usleep(2000);
	return argument;
}

static int helper_nine(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	pthread_t thread;
	void *result = NULL;
	if (pthread_create(&thread, NULL, nap, (void *)9) != 0 || pthread_join(thread, &result) != 0)
		return 1;
	return (int)(uintptr_t)result;
}

static void ends(void)
{
	tap_equal(7, (uint64_t)child_run(exit_from_thread, (void *)exit_7), "exit_ends_all_threads");
	struct process_ending ending = child_wait(child_start(exit_from_thread, (void *)crash));
	tap_ok(ending.end == PROCESS_FAULTED && ending.reason == REASON_NULL,
	       "fault_of_a_thread_ends_process");
	tap_equal(9, (uint64_t)child_run(exit_from_thread, (void *)exec_helper),
	          "exec_ends_other_threads_and_program_runs");
	tap_equal(0, (uint64_t)child_run(end_first, (void *)nap), "process_ends_with_its_last_thread");
}

static char *page;

static void *touch_page(void *argument)
{
	(void)pthread_barrier_wait(&barrier);
	((volatile char *)page)[(uintptr_t)argument] = 1;
	return argument;
}

static void shared_faults(void)
{
	pthread_t thread[THREADS];
	(void)pthread_barrier_init(&barrier, NULL, THREADS + 1);
	page = heap_take(1);
	run_all(thread, touch_page);
	(void)usleep(20000); // all are at the barrier
	uint64_t resident = region_at(page).resident_pages;
	(void)pthread_barrier_wait(&barrier);
	(void)join_all(thread);
	tap_equal(resident + 1, region_at(page).resident_pages,
	          "faults_of_threads_on_a_page_fill_it_once");
	unsigned sum = 0;
	for (unsigned i = 0; i < THREADS; i++)
		sum += (unsigned)page[i];
	tap_equal(THREADS, sum, "no_store_of_faulting_threads_is_lost");
}

const struct guest_case guest_cases[] = {
	{"thread_mutex", mutexes},        {"thread_uncontended", uncontended},
	{"thread_condition", conditions}, {"thread_locals", locals},
	{"thread_meetings", meetings},    {"thread_signals", signals},
	{"thread_detached", detached},    {"thread_limit", limits},
	{"thread_fork", forks},           {"thread_ends", ends},
	{"thread_faults", shared_faults}, {NULL, NULL},
};

const struct guest_helper guest_helpers[] = {{"nine", helper_nine}, {NULL, NULL}};
