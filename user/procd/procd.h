// procd's structures and what its files offer each other.
//
// procd owns pids, parents and children, ends and sleeps. Memory is the pager's: a process has the
// number of one of the pager's spaces and handles to its kernel space and its one thread.
#ifndef PROCD_H
#define PROCD_H

#include <stdint.h>

#include "fl/server.h"
#include "proto/files.h"
#include "proto/process.h"

#define INIT_PID 1u
#define PROGRAM_PRIORITY 2
#define STATUS_INIT_DIED 72

// Invariants (process_check): in process_table a process is at the place pid % PROCESS_MAX; pid 0 =
// the place is free. A process is in its parent's list of children, once; only init has no parent.
// token != 0 exactly in the states WAITING and SLEEPING. A zombie has no space and no children.
struct process {
	uint32_t pid;
	uint8_t state;          // enum process_state
	uint8_t end;            // ZOMBIE: enum process_end
	uint8_t reason;         // ZOMBIE: enum pager_reason or 0
	uint32_t status;        // ZOMBIE: exit status or signal
	uint32_t wait_pid;      // WAITING: for this child, 0 = any
	uint64_t space;         // the pager's number, 0 = none
	uint64_t token;         // of the parked call
	uint64_t deadline;      // SLEEPING: ticks
	struct process *parent; // NULL only for init
	struct process *child;  // the youngest
	struct process *sibling;
	struct process *sleep_next;
	char name[PROCESS_NAME_BYTES]; // NUL-terminated
};

// table.c: the process table.
extern struct process process_table[PROCESS_MAX];
struct process *process_find(uint64_t pid);             // NULL: none
struct process *process_first_from(uint64_t pid);       // the lowest pid >= pid; NULL
struct process *process_of_space(uint64_t space);       // NULL
struct process *process_create(struct process *parent); // RUNNING, without a space; NULL: no place
void process_free(struct process *process);             // has no children; leaves its parent
void process_adopt(struct process *from, struct process *to); // all children of `from`
int process_check(void);                                      // 1 if the invariants above hold
fl_slot_t process_space_slot(const struct process *process);
fl_slot_t process_thread_slot(const struct process *process);

// services.c: calls to the other servers. The error of the call or of the reply.
FL_CHECKED fl_error_t pager_call(struct fl_message *m);
FL_CHECKED fl_error_t files_find(const char *path, uint64_t *file);
// FILES_CREATE, FORK, EXEC or EXIT: what the file server must know of a process.
FL_CHECKED fl_error_t files_process(enum files_label label, uint64_t word1, uint64_t word2,
                                    uint64_t word3);
FL_CHECKED fl_error_t files_locate(uint64_t file, uint64_t *offset, uint64_t *bytes);
_Noreturn void machine_off(unsigned status);
void services_start(const struct fl_bootinfo *boot);

// memory.c: the space and the thread of a process.
FL_CHECKED fl_error_t memory_create(struct process *process); // an empty space
FL_CHECKED fl_error_t memory_fork(struct process *child, const struct process *parent);
void memory_destroy(struct process *process);

// exec.c: loading a program. init_start ends the machine if there is no init.
void exec_start(const struct fl_bootinfo *boot);
enum server_answer exec_call(struct process *process, struct fl_message *m);
void init_start(void);

// life.c: fork, exit, wait, kill, deaths.
enum server_answer fork_call(struct process *process, struct fl_message *m);
enum server_answer exit_call(struct process *process, struct fl_message *m);
enum server_answer wait_call(struct process *process, struct fl_message *m);
enum server_answer kill_call(struct process *process, struct fl_message *m);
void process_end(struct process *process, enum process_end end, unsigned status, unsigned reason);
void deaths_take(void);

// sleep.c: sleepers and time.
void sleep_start(const struct fl_bootinfo *boot);
enum server_answer sleep_call(struct process *process, struct fl_message *m);
enum server_answer uptime_call(struct process *process, struct fl_message *m);
void sleep_forget(struct process *process); // leaves the sleepers, if it is among them
void sleep_wake(void);

// query.c: what anyone may ask about processes and memory.
enum server_answer info_call(struct process *process, struct fl_message *m);
enum server_answer region_call(struct process *process, struct fl_message *m);
enum server_answer pte_call(struct process *process, struct fl_message *m);
enum server_answer memory_call(struct process *process, struct fl_message *m);
enum server_answer stat_call(struct process *process, struct fl_message *m);
enum server_answer audit_call(struct process *process, struct fl_message *m);

#endif
