import Glibc

/// How many files and connections this process may have open.
enum OpenFiles {
    /// More than any number of workers needs.
    private static let most: rlim_t = 65_536
    /// What a process needs for itself, and for each worker or slot: two connections, or the pipes of a process.
    private static let own = 128
    private static let ofEach = 4

    /// Raises the limit as far as this process may, so that none is short of files in the middle of a study.
    ///
    /// - Parameters:
    ///   - count: How many workers or slots are expected at least.
    ///   - noun: What they are.
    /// - Throws: ``CommandFailure`` where so many could not be served.
    static func prepare(for count: Int, _ noun: String) throws {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        let wanted = min(limit.rlim_max, Self.most)
        if limit.rlim_cur < wanted {
            limit.rlim_cur = wanted
            _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        let needed = Self.own + Self.ofEach * count
        guard limit.rlim_cur >= rlim_t(needed) else {
            throw CommandFailure(
                .failed,
                "this process may open \(limit.rlim_cur) files, want \(needed) for \(count) \(noun); raise the limit "
                    + "(ulimit -n, LimitNOFILE=)")
        }
    }
}
