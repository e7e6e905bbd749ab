#define _GNU_SOURCE
#include "linux.h"
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>

void linux_die_with_parent(void) { prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); }

int linux_processors(int *numbers, int capacity) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;
    int count = 0;
    for (int number = 0; number < CPU_SETSIZE && count < capacity; number++) {
        if (CPU_ISSET(number, &set)) numbers[count++] = number;
    }
    return count;
}

void linux_stay_on_processor(int number) {
    if (number < 0 || number >= CPU_SETSIZE) return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(number, &set);
    sched_setaffinity(0, sizeof set, &set);
}
