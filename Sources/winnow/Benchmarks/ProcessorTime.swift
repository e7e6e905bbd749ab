import Glibc

/// How much processor time this process has used.
enum ProcessorTime {
    /// In seconds, of all threads together.
    static var now: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
