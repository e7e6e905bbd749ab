import TuningModel

/// Exit codes of a worker, as sysexits.h has them; 0 when it was drained or the study is over.
package enum WorkerExit {
    /// No coordinator for too long (EX_UNAVAILABLE).
    package static let unreachable: Int32 = 69
    /// The coordinator has no room now (EX_TEMPFAIL).
    package static let temporary: Int32 = 75
    /// Another version, or a setting that will not become right by itself (EX_CONFIG): do not start again.
    package static let configuration: Int32 = 78
    /// A second signal.
    package static let interrupted: Int32 = 130
}

/// How and until when the worker leaves.
struct Leaving: Hashable, Sendable {
    let deadline: Duration
    /// No coordinator: there is nobody to hand anything to.
    var isOrphan: Bool
    /// The process that started this one and the coordinator in it have ended: who is not heard any more never comes back.
    var followsParent = false
    /// Ends no longer wait for uploads.
    var isHurried = false
}

extension Worker {
    /// A signal: the first one begins the drain, the second one ends the process at once.
    mutating func drain(at now: Duration, _ effects: inout [WorkerEffect]) {
        guard self.leaving == nil else {
            effects.append(.log(.warning, "leaving at once", [:]))
            self.leave(exitCode: WorkerExit.interrupted, &effects)
            return
        }
        effects.append(.log(.notice, "leaving: no more work is taken", ["attempts": "\(self.attempts.count)"]))
        self.leaving = Leaving(deadline: now + self.limits.drain, isOrphan: false)
        if self.link.isActive { self.sendDrain(at: now, &effects) }
        self.endAll(at: now, &effects)
        self.leaveIfDone(at: now, &effects)
    }

    /// The parent has ended, and may have ended the study before.
    mutating func followParent(at now: Duration, _ effects: inout [WorkerEffect]) {
        guard self.leaving == nil else { return }
        self.drain(at: now, &effects)
        self.leaving?.followsParent = true
        if !self.link.isActive { self.loseParent(at: now, &effects) }
    }

    /// Nobody is left to hand anything to where it was the parent that was heard.
    mutating func loseParent(at now: Duration, _ effects: inout [WorkerEffect]) {
        guard self.leaving?.followsParent == true else { return }
        self.leaving?.isOrphan = true
        self.leaveIfDone(at: now, &effects)
    }

    /// No coordinator for too long: the slots store their states for a successor.
    mutating func orphan(at now: Duration, _ effects: inout [WorkerEffect]) {
        guard self.leaving == nil else { return }
        effects.append(.log(.error, "no coordinator for too long; leaving, checkpoints are kept", [:]))
        self.leaving = Leaving(deadline: now + self.limits.drain, isOrphan: true)
        self.endAll(at: now, &effects)
    }

    mutating func sendDrain(at now: Duration, _ effects: inout [WorkerEffect]) {
        self.link.sentAt = now
        effects.append(.send(.drain(session: self.link.session)))
    }

    private mutating func endAll(at now: Duration, _ effects: inout [WorkerEffect]) {
        for record in self.attempts where record.stage == .fetching || record.stage == .queued {
            self.end(record.attempt, .preempted, at: now)
        }
        for i in self.slots.indices where !self.slots[i].jobs.isEmpty { effects.append(.slot(i, .drain)) }
    }

    var leavingDeadline: Duration? {
        self.leaving.map { $0.isHurried ? $0.deadline : $0.deadline - self.limits.drainReserve }
    }

    mutating func watchLeaving(at now: Duration, _ effects: inout [WorkerEffect]) {
        guard let leaving = self.leaving else { return }
        if now >= leaving.deadline - self.limits.drainReserve, !leaving.isHurried {
            self.leaving?.isHurried = true
            for i in self.attempts.indices { self.attempts[i].heldFor = nil }
        }
        if now >= leaving.deadline { self.leave(exitCode: leaving.isOrphan ? WorkerExit.unreachable : 0, &effects) }
    }

    /// Leaves as soon as nothing is left to hand over.
    mutating func leaveIfDone(at now: Duration, _ effects: inout [WorkerEffect]) {
        guard let leaving = self.leaving, self.slots.allSatisfy(\.jobs.isEmpty) else { return }
        if leaving.isOrphan {
            self.leave(exitCode: WorkerExit.unreachable, &effects)
        } else if self.attempts.isEmpty, self.uploads.isEmpty {
            self.leave(exitCode: 0, &effects)
        }
    }

    /// The last words, once. Checkpoints are kept when somebody may still need them.
    mutating func leave(exitCode: Int32, _ effects: inout [WorkerEffect]) {
        let isGone = effects.contains { if case .leave = $0 { true } else { false } }
        guard !isGone else { return }
        if self.link.isActive { effects.append(.send(.bye(session: self.link.session))) }
        let isUnfinished = self.leaving != nil && !self.attempts.isEmpty
        effects.append(
            .leave(exitCode: exitCode, keepsCheckpoints: exitCode == WorkerExit.unreachable || isUnfinished))
    }
}
