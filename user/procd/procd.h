// procd's structures and what its files offer each other.
//
// procd owns pids, parents and children, ends, threads, signals, sleeps. Memory is the pager's: a
// process has the number of one of the pager's spaces and a handle to its kernel space, a thread
// the pager's number of it and a handle to the kernel thread.
#ifndef PROCD_H
#define PROCD_H

#include <stdbool.h>
#include <stdint.h>

#include "fl/server.h"
#include "proto/files.h"
#include "proto/process.h"
#include "proto/signal.h"

#define INIT_PID 1u
#define PROGRAM_PRIORITY 2
#define STATUS_INIT_DIED 72

// What a thread does as far as procd knows. The first three are shown as enum process_state.
enum thread_state {
	THREAD_RUNNING = PROCESS_RUNNING,
	THREAD_WAITING = PROCESS_WAITING,   // for a child
	THREAD_SLEEPING = PROCESS_SLEEPING, // until its timer fires
	THREAD_PAUSED = 16,                 // until a handler runs
	THREAD_EVENT,                       // until a wake of its key, or its timer
	THREAD_SIGNAL                       // until one of a set is sent, or its timer
};

// Exactly one of thread and process says whose it is. In the list of timers while armed.
struct timer {
	uint64_t deadline; // ticks
	struct timer *next;
	struct thread *thread;
	struct process *process;
	bool armed;
};

// Where a signal came from (proto/signal.h).
struct signal_origin {
	uint64_t value;
	uint32_t status;
	uint8_t code;
};

// token != 0 exactly in states other than RUNNING. A thread that is `entering` was sent to the
// trampoline and has not asked for its signal yet; one that is `returning` hands its registers
// back. Neither takes another signal meanwhile.
struct thread {
	struct process *process; // NULL: the place is free
	struct thread *next;     // of the process
	uint64_t number;         // the pager's
	uint32_t index;          // in its process, and in its badge
	uint8_t state;           // enum thread_state
	uint8_t entering;        // the signal, or 0
	bool entering_restarts;
	bool returning;
	bool suspended;           // mask_saved holds the mask from before sigsuspend
	uint32_t mask;            // blocked signals
	uint32_t mask_saved;      // suspended: from before; entering, returning: to go back to
	uint32_t pending;         // sent to this thread
	uint32_t wait_pid;        // WAITING: for this child, 0 = any. SIGNAL: the set
	uint64_t token;           // of the parked call
	uint64_t key;             // EVENT
	uint64_t serial;          // EVENT: who waits longer has the smaller one
	uint64_t stack_start;     // alternate stack
	uint64_t stack_bytes;     // 0: none
	uint64_t pc;              // entering, returning: to go back to
	uint64_t sp;              // entering
	uint64_t staged[5];       // returning: a0, a1, a7, t0, t1
	struct signal_origin why; // entering
	struct timer timer;
};

struct signal_actions {
	uint32_t handled, ignored; // sets; in neither: the default action
	uint32_t on_stack, no_defer, reset, restart, no_wait;
	uint32_t mask[SIGNAL_END];
	uint64_t trampoline;
};

// Invariants (process_check): in process_table a process is at the place pid % PROCESS_MAX; pid 0 =
// the place is free. A process is in its parent's list of children, once; only init has no parent.
// A zombie has no space, no threads and no children; any other has at least one thread.
struct process {
	uint32_t pid;
	uint8_t state;               // RUNNING or ZOMBIE of enum process_state
	uint8_t end;                 // ZOMBIE: enum process_end
	uint8_t reason;              // ZOMBIE: enum pager_reason or 0
	bool stopped;                // by a signal: its threads do not run
	uint32_t status;             // ZOMBIE: exit status or signal
	uint32_t pending;            // signals sent to the process
	uint32_t sender[SIGNAL_END]; // of these: pid, 0 = procd itself
	uint64_t space;              // the pager's number, 0 = none
	uint64_t generation;         // of its events
	uint64_t alarm_interval;     // ticks, 0 = once
	struct timer alarm;
	struct signal_actions actions;
	struct thread *threads;
	struct thread *caller;  // whose call is being answered
	struct process *parent; // NULL only for init
	struct process *child;  // the youngest
	struct process *sibling;
	char name[PROCESS_NAME_BYTES]; // NUL-terminated
};

// table.c: the process table.
extern struct process process_table[PROCESS_MAX];
struct process *process_find(uint64_t pid);             // NULL: none
struct process *process_first_from(uint64_t pid);       // the lowest pid >= pid; NULL
struct process *process_of_space(uint64_t space);       // NULL
struct process *process_create(struct process *parent); // RUNNING, without a space; NULL: no place
void process_free(struct process *process);             // has no children; leaves its parent
void process_adopt(struct process *from, struct process *to);    // all children of `from`
int process_check(void);                                         // 1 if the invariants above hold
enum process_state process_state(const struct process *process); // as the world sees it
fl_slot_t process_space_slot(const struct process *process);

// services.c: calls to the other servers. The error of the call or of the reply.
FL_CHECKED fl_error_t pager_call(struct fl_message *m);
FL_CHECKED fl_error_t files_find(const char *path, uint64_t *file);
// FILES_CREATE, FORK, EXEC or EXIT: what the file server must know of a process.
FL_CHECKED fl_error_t files_process(enum files_label label, uint64_t word1, uint64_t word2,
                                    uint64_t word3);
FL_CHECKED fl_error_t files_locate(uint64_t file, uint64_t *offset, uint64_t *bytes);
_Noreturn void machine_off(unsigned status);
void services_start(const struct fl_bootinfo *boot);

// memory.c: the space of a process, with its first thread, stopped.
FL_CHECKED fl_error_t memory_create(struct process *process); // an empty space
// by: the thread of the parent that forks; the child's thread has its mask and its stack.
FL_CHECKED fl_error_t memory_fork(struct process *child, const struct thread *by);
void memory_destroy(struct process *process); // and all its threads

// thread.c: the thread table, threads and their handles.
fl_slot_t thread_slot(const struct thread *thread);
struct thread *thread_find(const struct process *process, uint64_t index); // NULL: none
struct thread *thread_of_number(const struct process *process, uint64_t number);
// A stopped thread with the lowest free index. FL_LIMIT, FL_NO_MEMORY.
FL_CHECKED fl_error_t thread_create(struct process *process, struct thread **thread);
void thread_destroy(struct thread *thread);
void threads_forget(struct process *process);             // the space goes, and the threads with it
void threads_others_destroy(struct thread *thread);       // what is left has index 0
FL_CHECKED fl_error_t thread_stop(struct thread *thread); // its call is cancelled and forgotten
FL_CHECKED fl_error_t thread_start(struct thread *thread);
void thread_park(struct thread *thread, enum thread_state state, uint64_t token);
void thread_answer(struct thread *thread, struct fl_message *m); // ends what it is parked in
enum server_answer thread_create_call(struct process *process, struct fl_message *m);
enum server_answer thread_exit_call(struct process *process, struct fl_message *m);

// events.c: what threads sleep on.
enum server_answer event_wait_call(struct process *process, struct fl_message *m);
enum server_answer event_wake_call(struct process *process, struct fl_message *m);
unsigned event_wake(struct process *process, uint64_t key, uint64_t count, uint64_t generation);

// signals.c: who is sent what; actions, masks.
// sender: a pid, 0 = procd itself. The process may have ended after that.
void signal_send(struct process *process, unsigned signal, uint32_t sender);
void signals_take(struct thread *thread); // what it may take now; the thread may be gone after that
bool signal_is_fatal(const struct process *process, unsigned signal);
enum server_answer kill_call(struct process *process, struct fl_message *m);
enum server_answer thread_kill_call(struct process *process, struct fl_message *m);
enum server_answer signal_action_call(struct process *process, struct fl_message *m);
enum server_answer signal_mask_call(struct process *process, struct fl_message *m);
enum server_answer signal_pending_call(struct process *process, struct fl_message *m);
enum server_answer signal_suspend_call(struct process *process, struct fl_message *m);
enum server_answer signal_wait_call(struct process *process, struct fl_message *m);
enum server_answer signal_stack_call(struct process *process, struct fl_message *m);
void signals_exec(struct process *process);
void thread_unsuspend(struct thread *thread);

// handlers.c: how a thread gets into a handler and back.
void handler_enter(struct thread *thread, unsigned signal, const struct signal_origin *origin);
enum server_answer signal_take_call(struct process *process, struct fl_message *m);
enum server_answer signal_return_call(struct process *process, struct fl_message *m);
enum server_answer signal_stage_call(struct process *process, struct fl_message *m);
enum server_answer signal_resume_call(struct process *process, struct fl_message *m);

// deaths.c: faults that nobody could meet.
void deaths_take(void);

// exec.c: loading a program. init_start ends the machine if there is no init.
void exec_start(const struct fl_bootinfo *boot);
enum server_answer exec_call(struct process *process, struct fl_message *m);
void init_start(void);

// life.c: fork, exit, wait.
enum server_answer fork_call(struct process *process, struct fl_message *m);
enum server_answer exit_call(struct process *process, struct fl_message *m);
enum server_answer wait_call(struct process *process, struct fl_message *m);
void process_end(struct process *process, enum process_end end, unsigned status, unsigned reason);

// sleep.c: timers, sleepers, alarms.
void sleep_start(const struct fl_bootinfo *boot);
void timer_arm(struct timer *timer, uint64_t ns); // PROCESS_FOR_EVER: not at all
void timer_drop(struct timer *timer);             // if it is armed
enum server_answer sleep_call(struct process *process, struct fl_message *m);
enum server_answer alarm_call(struct process *process, struct fl_message *m);
enum server_answer uptime_call(struct process *process, struct fl_message *m);
void timers_fire(void);

// query.c: what anyone may ask about processes and memory.
enum server_answer info_call(struct process *process, struct fl_message *m);
enum server_answer region_call(struct process *process, struct fl_message *m);
enum server_answer pte_call(struct process *process, struct fl_message *m);
enum server_answer memory_call(struct process *process, struct fl_message *m);
enum server_answer stat_call(struct process *process, struct fl_message *m);
enum server_answer audit_call(struct process *process, struct fl_message *m);

#endif
