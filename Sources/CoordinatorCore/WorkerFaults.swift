import TuningModel

/// Which workers crash what they are given, so that one broken host does not spoil the trials of a study.
///
/// A worker at which several trials crashed, and none has come to its end since, is suspected: it may be broken, or the
/// trials are. Once these have come to an end elsewhere the worker was the cause; those that fail everywhere count no more.
/// It is the coordinator's own knowledge and lost with it: it decides only who trains, and nothing of a trial depends on
/// that.
struct WorkerFaults: Hashable, Sendable {
    /// Trials that crashed at a worker, after which it is suspected.
    private static let mostCrashes = 3

    /// The trials that crashed at a worker since one last came to its end there.
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

    /// Takes in that a trial came to a rest or its end.
    ///
    /// - Returns: The workers that are thereby found to be the cause of their crashes.
    /// - Complexity: O(workers at which trials crash * those trials).
    mutating func noteSuccess(of trial: TrialID, at worker: WorkerID) -> [WorkerID] {
        guard !self.records.isEmpty else { return [] }
        self.records[worker] = nil
        var found: [WorkerID] = []
        for (other, record) in self.records where record.crashed.contains(trial) && !record.cleared.contains(trial) {
            self.records[other]?.cleared.append(trial)
            if record.cleared.count + 1 == Self.mostCrashes { found.append(other) }
        }
        return found.sorted { $0.rawValue < $1.rawValue }
    }

    /// Takes in that a trial failed: it is its own fault.
    mutating func noteFailure(of trial: TrialID) {
        for worker in self.records.keys {
            self.records[worker]?.crashed.removeAll { $0 == trial }
            self.records[worker]?.cleared.removeAll { $0 == trial }
        }
    }

    /// Whether a trial has crashed at a worker since one last came to its end there.
    func hasCrashed(_ trial: TrialID, at worker: WorkerID) -> Bool {
        self.records[worker]?.crashed.contains(trial) == true
    }

    /// Whether a worker may be the cause of its crashes.
    func isSuspected(_ worker: WorkerID) -> Bool {
        (self.records[worker]?.crashed.count ?? 0) >= Self.mostCrashes
    }
}
