// xv6's calls and library for its programs. Most of these names mean something else in POSIX, which
// lies below: where that is so, the linker knows the function by another name.
#ifndef USER_USER_H
#define USER_USER_H

#include "kernel/types.h"

#define SBRK_ERROR ((char *)-1)
#define XV6_NAME(name) __asm__("xv6_" #name)

struct stat;

// Processes.
int fork(void);
int exit(int) __asm__("_exit") __attribute__((noreturn));
int wait(int *) XV6_NAME(wait);
int kill(int) XV6_NAME(kill);
int exec(const char *, char **) XV6_NAME(exec);
int getpid(void);
char *sys_sbrk(int, int) XV6_NAME(sys_sbrk);
int pause(int) XV6_NAME(pause);
int sleep(int) XV6_NAME(pause); // its name in older programs
int uptime(void) XV6_NAME(uptime);

// Files.
int pipe(int *) XV6_NAME(pipe);
int read(int, void *, int) XV6_NAME(read);
int write(int, const void *, int) XV6_NAME(write);
int open(const char *, int) XV6_NAME(open);
int close(int);
int dup(int) XV6_NAME(dup);
int fstat(int, struct stat *) XV6_NAME(fstat);
int chdir(const char *) XV6_NAME(chdir);
int mknod(const char *, short, short) XV6_NAME(mknod);
int unlink(const char *) XV6_NAME(unlink);
int link(const char *, const char *) XV6_NAME(link);
int mkdir(const char *) XV6_NAME(mkdir);

// Library.
int stat(const char *, struct stat *) XV6_NAME(stat);
char *strcpy(char *, const char *) XV6_NAME(strcpy);
void *memmove(void *, const void *, int) XV6_NAME(memmove);
char *strchr(const char *, char c) XV6_NAME(strchr);
int strcmp(const char *, const char *) XV6_NAME(strcmp);
char *gets(char *, int max) XV6_NAME(gets);
uint strlen(const char *) XV6_NAME(strlen);
void *memset(void *, int, uint) XV6_NAME(memset);
int atoi(const char *) XV6_NAME(atoi);
int memcmp(const void *, const void *, uint) XV6_NAME(memcmp);
void *memcpy(void *, const void *, uint) XV6_NAME(memcpy);
char *sbrk(int) XV6_NAME(sbrk);
char *sbrklazy(int) XV6_NAME(sbrklazy);
void printf(const char *, ...) XV6_NAME(printf) __attribute__((format(printf, 1, 2)));
void fprintf(int, const char *, ...) XV6_NAME(fprintf) __attribute__((format(printf, 2, 3)));
void *malloc(uint) XV6_NAME(malloc);
void free(void *) XV6_NAME(free);

#endif
