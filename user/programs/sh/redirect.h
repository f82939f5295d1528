// Redirections: descriptors as a command wants them, and back.
#ifndef REDIRECT_H
#define REDIRECT_H

#include <stdbool.h>

#include "line.h"

struct shell;

#define DESCRIPTORS_REDIRECTED 10 // 0 .. 9

struct descriptors_saved {
	int copy[DESCRIPTORS_REDIRECTED]; // -1: was closed; -2: not touched
};

// Does the redirections of a command in this process. False: one failed, and the shell has said so;
// those before it are done. saved: for redirect_undo; NULL in a child that ends anyway.
bool redirect_do(struct shell *shell, const struct command *command,
                 struct descriptors_saved *saved);
void redirect_undo(const struct descriptors_saved *saved);

#endif
