#include "allocations.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define WINNOW_HAS_SANITIZER 1
#endif
#endif

#if defined(__GLIBC__) && !defined(WINNOW_HAS_SANITIZER)

/* In the program itself: reading it must not allocate. */
static _Thread_local unsigned long calls __attribute__((tls_model("initial-exec")));

/* What glibc exports for those who replace its functions. */
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) {
    calls += 1;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    calls += 1;
    return __libc_calloc(count, size);
}

void *realloc(void *place, size_t size) {
    calls += 1;
    return __libc_realloc(place, size);
}

void *memalign(size_t alignment, size_t size) {
    calls += 1;
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    calls += 1;
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    calls += 1;
    if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
    void *place = __libc_memalign(alignment, size);
    if (place == NULL) return ENOMEM;
    *result = place;
    return 0;
}

int allocations_are_counted(void) { return 1; }

unsigned long allocations_of_this_thread(void) { return calls; }

#else

int allocations_are_counted(void) { return 0; }

unsigned long allocations_of_this_thread(void) { return 0; }

#endif
