// Calls from programs and from procd: who may ask what (proto/pager.h).
#ifndef PAGER_CALLS_H
#define PAGER_CALLS_H

#include "service.h"

// *m is a call on entry, the reply on return.
void call_answer(struct service *service, struct fl_message *m);

// A handler takes its arguments from m->word and leaves results in m->word[1] and up, and a slot in
// m->handle. `space` is the one that calls or that m->word[1] names. Its error becomes word 0.
typedef fl_error_t call_handler_t(struct service *service, struct space *space,
                                  struct fl_message *m);

// query.c: calls that change nothing.
call_handler_t query_region;
call_handler_t query_pte;
call_handler_t query_stat;
call_handler_t query_space;
call_handler_t query_audit;

#endif
