// Pages for what files and pipes hold. They come from the pager one by one and go back at once.
#ifndef POOL_H
#define POOL_H

#include <stdint.h>

typedef uint32_t page_t; // 0: no page

#define PAGE_BYTES 4096u

page_t page_take(void); // all zeros; 0: none is left
void page_give(page_t page);
void *page_memory(page_t page);
uint64_t pages_taken(void);

#endif
