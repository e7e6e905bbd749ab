internal import Glibc

/// CLOCK_MONOTONIC.
enum MonotonicClock {
    /// Nanoseconds since some moment of this host's past.
    static func nanoseconds() -> Int64 {
        var time = timespec()
        guard unsafe clock_gettime(CLOCK_MONOTONIC, &time) == 0 else { return 0 }
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
