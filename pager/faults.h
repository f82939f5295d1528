// Fault messages: from the kernel's message to its answer.
#ifndef PAGER_FAULTS_H
#define PAGER_FAULTS_H

#include "service.h"

// *m is a fault on entry. True: it is the answer now, to be sent with resolve. False: the thread
// stays parked.
bool fault_receive(struct service *service, struct fl_message *m);

// Sending the answer that fault_receive made gave `error`: nothing was received. Feeds tables if
// they are short. True: *m is the answer again, to be sent once more.
bool fault_retry(struct service *service, struct fl_message *m, fl_error_t error);

#endif
