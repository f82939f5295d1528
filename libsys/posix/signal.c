// Signals: actions, masks and waits by calls to procd, and what the trampoline (handler.S) leaves
// to C. procd knows what is handled; the handlers' addresses are only here.
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "fl/process.h"
#include "proto/signal.h"
#include "service.h"

#define NEVER_BLOCKED (1ul << SIGKILL | 1ul << SIGSTOP)
#define ALL_SIGNALS 0xfffffffeul

_Static_assert(PROCESS_SIGNAL_RESUME == 41 && FL_SYS_CALL == 1, "handler.S");
_Static_assert(sizeof(ucontext_t) <= 576 && offsetof(mcontext_t, __fcsr) == 512, "handler.S");

void signal_trampoline(void);
uint64_t signal_enter(ucontext_t *context);

_Thread_local unsigned service_interruptions;
_Thread_local unsigned service_handlers_run;
_Thread_local unsigned service_thread;

static struct sigaction actions[NSIG];
static _Thread_local stack_t alternate; // without a size: none

static int is_signal(int signal)
{
	return signal >= 1 && signal < NSIG;
}

static void info_fill(siginfo_t *info, int signal, unsigned code, uint64_t value, uint64_t status)
{
	static const uint8_t codes[] = {
		[SIGNAL_CODE_USER] = SI_USER,           [SIGNAL_CODE_TIMER] = SI_TIMER,
		[SIGNAL_CODE_THREAD] = SI_TKILL,        [SIGNAL_CODE_EXITED] = CLD_EXITED,
		[SIGNAL_CODE_KILLED] = CLD_KILLED,      [SIGNAL_CODE_ILLEGAL] = ILL_ILLOPC,
		[SIGNAL_CODE_NOT_MAPPED] = SEGV_MAPERR, [SIGNAL_CODE_NOT_PERMITTED] = SEGV_ACCERR,
		[SIGNAL_CODE_MISALIGNED] = BUS_ADRALN,  [SIGNAL_CODE_NO_MEMORY_THERE] = BUS_ADRERR,
		[SIGNAL_CODE_OBJECT] = BUS_OBJERR,      [SIGNAL_CODE_BREAKPOINT] = TRAP_BRKPT,
	};
	*info = (siginfo_t){
		.si_signo = signal,
		.si_code = code < sizeof(codes) ? codes[code] : SI_USER,
		.si_status = (int)status,
	};
	if (code >= SIGNAL_CODE_ILLEGAL)
		info->si_addr = (void *)value;
	else
		info->si_pid = (pid_t)value;
}

static void handler_run(int signal, siginfo_t *info, ucontext_t *context)
{
	struct sigaction action = actions[signal];
	if (action.sa_flags & SA_RESETHAND)
		actions[signal].sa_handler = SIG_DFL;
	// The action may have changed since the signal was on its way.
	if (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN)
		return;
	if (action.sa_flags & SA_SIGINFO)
		action.sa_sigaction(signal, info, context);
	else
		action.sa_handler(signal);
}

// Returns the slot for the trampoline's last call.
uint64_t signal_enter(ucontext_t *context)
{
	struct fl_message m = {.word = {PROCESS_SIGNAL_TAKE}};
	unsigned long *x = context->uc_mcontext.__gregs;
	if (service_call_persist(SLOT_PROCESS, &m) != FL_OK)
		__builtin_trap();
	int signal = (int)(m.word[1] & 0xff);
	siginfo_t info;
	info_fill(&info, signal, (unsigned)(m.word[1] >> 8 & 0xff), m.word[2], m.word[5]);
	x[0] = m.word[3];
	x[2] = m.word[4];
	context->uc_flags = 0;
	context->uc_link = NULL;
	context->uc_stack = alternate;
	context->uc_sigmask = m.word[1] >> 32;
	service_handlers_run++;
	service_interruptions += (m.word[1] >> 16 & 1) == 0;

	handler_run(signal, &info, context);

	m.word[0] = PROCESS_SIGNAL_RETURN;
	m.word[1] = context->uc_sigmask;
	m.word[2] = x[0];
	if (service_call_persist(SLOT_PROCESS, &m) != FL_OK)
		__builtin_trap();
	m = (struct fl_message){.word = {PROCESS_SIGNAL_STAGE, x[10], x[11], x[17], x[5], x[6]}};
	if (service_call_persist(SLOT_PROCESS, &m) != FL_OK)
		__builtin_trap();
	return service_process_slot();
}

static fl_error_t action_tell(int signal, const struct sigaction *action)
{
	enum signal_action what = action->sa_handler == SIG_DFL   ? SIGNAL_DEFAULT
	                          : action->sa_handler == SIG_IGN ? SIGNAL_IGNORE
	                                                          : SIGNAL_HANDLE;
	uint64_t flags = 0;
	flags |= action->sa_flags & SA_ONSTACK ? SIGNAL_ON_STACK : 0;
	flags |= action->sa_flags & SA_NODEFER ? SIGNAL_NO_DEFER : 0;
	flags |= action->sa_flags & SA_RESETHAND ? SIGNAL_RESET : 0;
	flags |= action->sa_flags & SA_RESTART ? SIGNAL_RESTART : 0;
	flags |= action->sa_flags & SA_NOCLDWAIT ? SIGNAL_NO_WAIT : 0;
	struct fl_message m = {
		.word = {PROCESS_SIGNAL_ACTION, (uint64_t)signal, SIGNAL_ACTION(what, flags),
	             action->sa_mask, (uintptr_t)signal_trampoline},
	};
	return service_call_persist(SLOT_PROCESS, &m);
}

// What the program before exec ignored is ignored still, and only procd knows.
static bool is_ignored(int signal)
{
	struct fl_message m = {
		.word = {PROCESS_SIGNAL_ACTION, (uint64_t)signal, SIGNAL_ACTION(SIGNAL_ASK, 0)},
	};
	return service_call_persist(SLOT_PROCESS, &m) == FL_OK && m.word[1] == SIGNAL_IGNORE;
}

// All signals are blocked while procd and the table here differ.
int sigaction(int signal, const struct sigaction *action, struct sigaction *old)
{
	if (!is_signal(signal) || (action && (1ul << signal & NEVER_BLOCKED)))
		return error_return(FL_BAD_ARGUMENT);
	struct sigaction before = actions[signal];
	if (old && before.sa_handler == SIG_DFL && is_ignored(signal))
		before.sa_handler = SIG_IGN;
	if (action) {
		const sigset_t all = ALL_SIGNALS;
		struct sigaction new = *action;
		sigset_t mask = 0;
		(void)sigprocmask(SIG_SETMASK, &all, &mask);
		fl_error_t error = action_tell(signal, &new);
		if (error == FL_OK)
			actions[signal] = new;
		(void)sigprocmask(SIG_SETMASK, &mask, NULL);
		if (error != FL_OK)
			return error_return(error);
	}
	if (old)
		*old = before;
	return 0;
}

_sig_func_ptr signal(int number, _sig_func_ptr handler)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
	struct sigaction old;
	return sigaction(number, &action, &old) == 0 ? old.sa_handler : SIG_ERR;
}

int siginterrupt(int signal, int flag)
{
	struct sigaction action;
	if (sigaction(signal, NULL, &action) != 0)
		return -1;
	action.sa_flags = flag ? action.sa_flags & ~SA_RESTART : action.sa_flags | SA_RESTART;
	return sigaction(signal, &action, NULL);
}

int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	_Static_assert(SIG_SETMASK == SIGNAL_HOW_SET && SIG_BLOCK == SIGNAL_HOW_BLOCK &&
	                   SIG_UNBLOCK == SIGNAL_HOW_UNBLOCK,
	               "how");
	if (set && (how < SIG_SETMASK || how > SIG_UNBLOCK))
		return EINVAL;
	struct fl_message m = {
		.word = {PROCESS_SIGNAL_MASK, set ? (uint64_t)how : SIGNAL_HOW_READ, set ? *set : 0},
	};
	fl_error_t error = service_call_persist(SLOT_PROCESS, &m);
	if (error != FL_OK)
		return error_errno(error);
	if (old)
		*old = m.word[1];
	return 0;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	int result = pthread_sigmask(how, set, old);
	if (result == 0)
		return 0;
	errno = result;
	return -1;
}

int sigpending(sigset_t *set)
{
	struct fl_message m = {.word = {PROCESS_SIGNAL_PENDING}};
	fl_error_t error = service_call_persist(SLOT_PROCESS, &m);
	if (error != FL_OK)
		return error_return(error);
	*set = m.word[1];
	return 0;
}

// Ends when a handler has run, and only then.
static int suspend(enum signal_suspend how, sigset_t mask)
{
	unsigned before = service_handlers_run;
	fl_error_t error;
	do {
		struct fl_message m = {.word = {PROCESS_SIGNAL_SUSPEND, how, mask}};
		error = service_call_once(SLOT_PROCESS, &m);
	} while (error == FL_CANCELLED && service_handlers_run == before);
	return error_return(error);
}

int sigsuspend(const sigset_t *mask)
{
	return suspend(SIGNAL_SUSPEND_MASK, *mask);
}

int pause(void)
{
	return suspend(SIGNAL_SUSPEND_PAUSE, 0);
}

static int wait_for(const sigset_t *set, siginfo_t *info, uint64_t ns)
{
	struct fl_message m = {.word = {PROCESS_SIGNAL_WAIT, *set, ns}};
	fl_error_t error = service_call(SLOT_PROCESS, &m);
	if (error != FL_OK)
		return error_return(error);
	if (info)
		info_fill(info, (int)m.word[1], (unsigned)m.word[2], m.word[3], m.word[4]);
	return (int)m.word[1];
}

int sigwaitinfo(const sigset_t *set, siginfo_t *info)
{
	return wait_for(set, info, PROCESS_FOR_EVER);
}

int sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *timeout)
{
	uint64_t ns = PROCESS_FOR_EVER;
	if (timeout && time_to_ns(timeout, &ns) != FL_OK)
		return error_return(FL_BAD_ARGUMENT);
	return wait_for(set, info, ns);
}

int sigwait(const sigset_t *set, int *signal)
{
	int result;
	do
		result = wait_for(set, NULL, PROCESS_FOR_EVER);
	while (result < 0 && errno == EINTR);
	if (result < 0)
		return errno;
	*signal = result;
	return 0;
}

int sigaltstack(const stack_t *restrict stack, stack_t *restrict old)
{
	uintptr_t sp = (uintptr_t)__builtin_frame_address(0);
	bool is_on_it = alternate.ss_size != 0 && sp - (uintptr_t)alternate.ss_sp <= alternate.ss_size;
	stack_t before = alternate;
	before.ss_flags = alternate.ss_size == 0 ? SS_DISABLE : is_on_it ? SS_ONSTACK : 0;
	if (stack) {
		bool disable = stack->ss_flags & SS_DISABLE;
		if (is_on_it)
			return error_return(FL_NO_RIGHT);
		if (stack->ss_flags & ~(SS_DISABLE | SS_ONSTACK))
			return error_return(FL_BAD_ARGUMENT);
		if (!disable && stack->ss_size < MINSIGSTKSZ)
			return error_return(FL_NO_MEMORY);
		struct fl_message m = {
			.word = {PROCESS_SIGNAL_STACK, (uintptr_t)stack->ss_sp, disable ? 0 : stack->ss_size},
		};
		fl_error_t error = service_call_persist(SLOT_PROCESS, &m);
		if (error != FL_OK)
			return error_return(error);
		alternate = disable ? (stack_t){0} : *stack;
	}
	if (old)
		*old = before;
	return 0;
}

int raise(int number)
{
	struct fl_message m = {
		.word = {PROCESS_THREAD_KILL, service_thread, (uint64_t)number},
	};
	fl_error_t error = service_call_persist(SLOT_PROCESS, &m);
	return error == FL_OK ? 0 : error_return(error);
}

void sigjmp_note(sigjmp_buf buffer, int save_mask)
{
	buffer->has_mask = save_mask;
	if (save_mask)
		(void)sigprocmask(SIG_SETMASK, NULL, &buffer->mask);
}

_Noreturn void siglongjmp(sigjmp_buf buffer, int value)
{
	if (buffer->has_mask)
		(void)sigprocmask(SIG_SETMASK, &buffer->mask, NULL);
	longjmp(buffer->registers, value);
}
