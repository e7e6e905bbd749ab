package import TuningModel

/// The time that a study would have in a cluster of some number of slots, each of which trains every epoch in one unit.
///
/// A study in virtual time has these slots for workers: their names stand in its journal, so that the clock follows from
/// the journal as everything else does. A study in real time has none, and its clock stands still.
package struct VirtualClock: Hashable, Sendable {
    private struct Work: Hashable, Sendable {
        let attempt: AttemptID
        /// When it began, and the last epoch that the trial had by then.
        let start: Int
        let firstEpoch: Int
        /// The trial's last epoch in the ledger.
        var epoch: Int

        /// When the next epoch is done.
        var due: Int { self.start + self.epoch - self.firstEpoch + 1 }
    }

    /// What happens next in virtual time.
    struct Step: Hashable {
        let attempt: AttemptID
        let due: Int
    }

    /// The time of the last epoch that was reported, in epochs.
    package private(set) var now = 0
    private var slots: [Work?] = []
    /// Whether slots that are free ask for work: when they join, and each time that one of them becomes free.
    private var isAsking = false

    package var slotCount: Int { self.slots.count }

    /// The attempts at the slots, in the order of the slots.
    var attempts: [AttemptID] { self.slots.compactMap { $0?.attempt } }

    /// The slot that asks for work now: the lowest one that is free.
    var askingSlot: Int? { self.isAsking ? self.slots.firstIndex { $0 == nil } : nil }

    /// The epoch that is done next: the earliest one, that of the lowest slot among equals.
    ///
    /// - Complexity: O(slots).
    var next: Step? { self.steps.min { $0.due < $1.due } }

    /// The next epoch of each slot at work, in the order of the slots.
    var steps: [Step] { self.slots.compactMap { $0.map { Step(attempt: $0.attempt, due: $0.due) } } }

    mutating func join() {
        self.slots.append(nil)
        self.isAsking = true
    }

    /// A slot begins with an attempt of a trial that has so many epochs.
    mutating func begin(_ attempt: AttemptID, at slot: Int, epochs: Int) {
        guard self.slots.indices.contains(slot) else { return }
        self.slots[slot] = Work(attempt: attempt, start: self.now, firstEpoch: epochs, epoch: epochs)
    }

    /// An attempt's trial has this many epochs now.
    mutating func advance(_ attempt: AttemptID, to epoch: Int) {
        guard let slot = self.slots.firstIndex(where: { $0?.attempt == attempt }), let work = self.slots[slot] else {
            return
        }
        self.isAsking = false
        self.now = max(self.now, work.start + epoch - work.firstEpoch)
        self.slots[slot]?.epoch = epoch
    }

    /// An attempt is over: its slot asks for work, and so do all that are free.
    mutating func end(_ attempt: AttemptID) {
        guard let slot = self.slots.firstIndex(where: { $0?.attempt == attempt }) else { return }
        self.slots[slot] = nil
        self.isAsking = true
    }
}

extension WorkerID {
    private static let virtualPrefix = "virtual-"

    /// A slot of virtual time; no process has such a name, which is of hexadecimal digits.
    package static func virtual(_ slot: Int) -> WorkerID { WorkerID("\(self.virtualPrefix)\(slot)") }

    /// The number of a slot of virtual time; `nil` for a worker.
    package var virtualSlot: Int? {
        self.rawValue.hasPrefix(Self.virtualPrefix) ? Int(self.rawValue.dropFirst(Self.virtualPrefix.count)) : nil
    }
}

extension StudyState {
    /// Moves the clock by an event that was applied.
    mutating func follow(_ event: StudyEvent, _ decisions: [StudyDecision]) {
        switch event {
        case .workRequested(let worker):
            guard let slot = worker.virtualSlot else { return }
            for attempt in decisions.compactMap(\.begun) {
                self.clock.begin(attempt, at: slot, epochs: self.record(of: attempt.trial)?.epochs ?? 0)
            }
        case .reported(let attempt, _):
            guard let epochs = self.record(of: attempt.trial)?.epochs else { return }
            self.clock.advance(attempt, to: epochs)
        case .attemptEnded(let attempt, _), .attemptLost(let attempt, _): self.clock.end(attempt)
        case .recalled, .coordinatorStarted, .workerJoined, .workerLeft, .checkpointStored, .ended, .confirmed: break
        }
    }
}

extension StudyDecision {
    /// The attempt that begins with the decision.
    var begun: AttemptID? {
        switch self {
        case .started(let trial, _, _, _): AttemptID(trial: trial, number: 1)
        case .promoted(let attempt, _, _, _), .retried(let attempt, _, _): attempt
        case .paused, .stopped, .completed, .failed, .newBest, .finished: nil
        }
    }
}
