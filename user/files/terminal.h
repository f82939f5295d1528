// The console as a file. The console server never waits for a line; it notifies us when one is
// there.
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdint.h>

// 1 if a read would not wait.
int terminal_ready(void);
// After terminal_ready: at most `bytes`, never past the end of a line; 0: end of input.
unsigned terminal_read(void *to, unsigned bytes);
// Puts back what the last terminal_read took, an end of input too.
void terminal_read_undo(unsigned bytes);
void terminal_write(const uint8_t *from, unsigned bytes);

#endif
