/* What the twin asks of the operating system. */
#ifndef OCTCONV4J_TWIN_SYSTEM_H
#define OCTCONV4J_TWIN_SYSTEM_H

#include <stddef.h>

/* Pages of zeros, wanted in huge ones from their first multiple of `huge` bytes on; NULL where there is no memory. */
void *system_pages(size_t bytes, size_t huge);

/* A clock that only goes forward, in nanoseconds. */
long long system_nanoseconds(void);

/* The path of the library that has a function, in UTF-8, or "unknown". */
const char *system_library_of(const void *function);

/* Output is written as it is, without other line ends. */
void system_binary_output(void);

#endif
