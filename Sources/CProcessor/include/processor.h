/// What the processor and the operating system support, from their feature bits alone; and its hint to fetch memory.
#ifndef WINNOW_PROCESSOR_H
#define WINNOW_PROCESSOR_H

/// Whether instructions of the level x86-64-v3 run here: AVX2, FMA, BMI1, BMI2.
static inline int processor_supports_avx2(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi")
        && __builtin_cpu_supports("bmi2");
#else
    return 0;
#endif
}

/// Whether instructions of the level x86-64-v4 run here: the above and AVX-512 F, BW, CD, DQ, VL.
static inline int processor_supports_avx512(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return processor_supports_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
    return 0;
#endif
}

/// Asks for the line of memory around an address, to be read soon; any address is allowed, and nothing is waited for.
static inline void processor_fetch(const void *address) { __builtin_prefetch(address, 0, 3); }

#endif
