// Signal numbers and codes between procd and libsys: those of picolibc's signal.h, which procd
// cannot include.
#ifndef PROTO_SIGNAL_H
#define PROTO_SIGNAL_H

#define SIGNAL_END 32 // signals are 1 .. 31
#define SIGNAL_BIT(signal) (1u << (signal))

enum signal_number {
	SIGNAL_ILLEGAL = 4,
	SIGNAL_TRAP = 5,
	SIGNAL_KILL = 9,
	SIGNAL_BUS = 10,
	SIGNAL_SEGMENT = 11,
	SIGNAL_ALARM = 14,
	SIGNAL_URGENT = 16,
	SIGNAL_STOP = 17,
	SIGNAL_TERMINAL_STOP = 18,
	SIGNAL_CONTINUE = 19,
	SIGNAL_CHILD = 20,
	SIGNAL_TERMINAL_IN = 21,
	SIGNAL_TERMINAL_OUT = 22,
	SIGNAL_WINDOW = 28
};

// Where a signal came from.
enum signal_code {
	SIGNAL_CODE_USER = 1, // value = pid of the sender
	SIGNAL_CODE_TIMER = 3,
	SIGNAL_CODE_THREAD = 6, // by a thread of the same process; value = its pid
	// Of SIGNAL_CHILD: value = pid, status = exit status or signal.
	SIGNAL_CODE_EXITED = 17,
	SIGNAL_CODE_KILLED = 18,
	// Of faults: value = address.
	SIGNAL_CODE_ILLEGAL = 33,
	SIGNAL_CODE_NOT_MAPPED = 34,
	SIGNAL_CODE_NOT_PERMITTED = 35,
	SIGNAL_CODE_MISALIGNED = 36,
	SIGNAL_CODE_NO_MEMORY_THERE = 37,
	SIGNAL_CODE_OBJECT = 38,
	SIGNAL_CODE_BREAKPOINT = 39
};

#endif
