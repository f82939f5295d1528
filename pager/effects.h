// What the core asks for, done by kernel calls (struct pager_effects).
#ifndef PAGER_EFFECTS_H
#define PAGER_EFFECTS_H

#include "service.h"

void effects_start(struct service *service);

#endif
