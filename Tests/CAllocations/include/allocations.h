#ifndef WINNOW_ALLOCATIONS_H
#define WINNOW_ALLOCATIONS_H

/// Counts the calls of malloc, calloc, realloc, aligned_alloc, memalign and posix_memalign by this thread.
///
/// A program that links this target has these functions replaced by ones that count and pass the call on to the C
/// library. Each thread has a count of its own, so that tests which run beside the one that counts do not disturb it.

/// Whether calls are counted: not with another C library than glibc, nor under a sanitizer, which has its own functions.
int allocations_are_counted(void);

/// Calls by this thread since it began.
unsigned long allocations_of_this_thread(void);

#endif
