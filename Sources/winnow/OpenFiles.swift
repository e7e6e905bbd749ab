import Glibc

/// How many files and connections this process may have open.
enum OpenFiles {
    /// More than any number of workers needs.
    private static let most: rlim_t = 65_536
    /// What a coordinator needs beside its workers, and for each: two connections, and the pipe to a process of its own.
    private static let own = 128
    private static let ofWorker = 4

    /// Raises the limit as far as this process may, so that none is short of files in the middle of a study.
    ///
    /// - Parameter workers: How many are expected at least.
    /// - Throws: ``CommandFailure`` where so many could not be served.
    static func prepare(for workers: Int) throws {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        let wanted = min(limit.rlim_max, Self.most)
        if limit.rlim_cur < wanted {
            limit.rlim_cur = wanted
            _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        let needed = Self.own + Self.ofWorker * workers
        guard limit.rlim_cur >= rlim_t(needed) else {
            throw CommandFailure(
                .failed,
                "this process may open \(limit.rlim_cur) files, want \(needed) for \(workers) workers; raise the limit "
                    + "(ulimit -n, LimitNOFILE=)")
        }
    }
}
