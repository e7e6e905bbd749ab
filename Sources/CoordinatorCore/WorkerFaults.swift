import TuningModel

/// Which workers crash what they are given, so that one broken host does not spoil the trials of a study.
///
/// A worker counts as the cause once several trials have crashed there that came to their end elsewhere, and none has at it
/// since. It is the coordinator's own knowledge and lost with it: it decides only who trains, and nothing of a trial
/// depends on that.
struct WorkerFaults: Hashable, Sendable {
    /// Trials that only this worker crashes, after which it is the cause.
    private static let mostCrashes = 3

    /// The trials that crashed at a worker since an attempt last came to its end there.
    private struct Record: Hashable {
        var crashed: [TrialID] = []
        /// Those of them that came to an end elsewhere.
        var cleared: [TrialID] = []
    }

    private var records: [WorkerID: Record] = [:]

    /// Takes in that an attempt crashed.
    mutating func noteCrash(of trial: TrialID, at worker: WorkerID) {
        guard !self.hasCrashed(trial, at: worker) else { return }
        self.records[worker, default: Record()].crashed.append(trial)
    }

    /// Takes in that an attempt came to its end.
    ///
    /// - Returns: The workers that are thereby found to be the cause of their crashes.
    /// - Complexity: O(workers at which trials crash * those trials).
    mutating func noteSuccess(of trial: TrialID, at worker: WorkerID) -> [WorkerID] {
        self.records[worker] = nil
        var found: [WorkerID] = []
        for (other, record) in self.records where record.crashed.contains(trial) && !record.cleared.contains(trial) {
            self.records[other]?.cleared.append(trial)
            if record.cleared.count + 1 == Self.mostCrashes { found.append(other) }
        }
        return found.sorted { $0.rawValue < $1.rawValue }
    }

    /// Whether a trial has crashed at a worker since an attempt last came to its end there.
    func hasCrashed(_ trial: TrialID, at worker: WorkerID) -> Bool {
        self.records[worker]?.crashed.contains(trial) == true
    }

    /// Whether a worker is the cause of its crashes.
    func isCause(_ worker: WorkerID) -> Bool {
        (self.records[worker]?.cleared.count ?? 0) >= Self.mostCrashes
    }
}
