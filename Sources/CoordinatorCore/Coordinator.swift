package import TuningModel

/// A study's coordinator as a value: sessions, leases and credit around the study's state.
///
/// Everything that a decision depends on goes through ``StudyState`` as a journaled event. What lives here beside it
/// (who is connected, how long ago it was heard, how much it can hold) is lost in a crash and built anew from the
/// workers' hellos: it decides only *when* events happen.
///
/// Sources: the split of a decision core from its shell follows the pattern of SWIM in swift-cluster-membership and
/// of etcd's raft; attempts as fencing tokens follow M. Burrows, "The Chubby lock service", OSDI 2006, section 2.4.
package struct Coordinator: Sendable {
    package internal(set) var study: StudyState
    let leases: LeaseSettings
    /// Ports and digests that workers are told.
    let bulkPort: Int
    let dataset: Digest
    let datasetByteCount: Int

    var peers: [Peer] = []
    var nextSession: UInt64
    /// Attempts found open in the journal at the start, whose workers have not come back yet.
    var orphans: [Orphan] = []
    /// Of a study in virtual time; `nil` in real time.
    var virtual: VirtualWork?
    var effects: [CoordinatorEffect] = []
    var forgotten: [Forgotten] = []
    /// The incumbent before the last decision: its checkpoint goes when another one takes its place.
    var formerBest: TrialID?
    /// When the last input came; a large gap is the coordinator's own pause.
    var lastInput: Duration
    /// Slot times of workers that are gone, each once however often it came and went.
    var departed: [Departed] = []
    /// Epochs that were told again with other figures; see ``compare(_:with:from:)``.
    package internal(set) var disagreements = 0
    /// What was logged last of the study's own choices.
    var toldChoices: [String] = []
    var isConfirming = false
    var hasLeft = false

    struct Orphan: Hashable {
        let attempt: AttemptID
        let worker: WorkerID
        var deadline: Duration
    }

    /// Trials of one message that tells a worker to let checkpoints go.
    private static let mostForgotten = 500

    /// Trials that are over since the last input, by the worker that may have their checkpoints.
    struct Forgotten: Hashable {
        let peer: PeerID
        var trials: [TrialID]
    }

    struct Departed: Hashable {
        let worker: WorkerID
        let times: SlotTimes
    }

    /// A connected worker.
    struct Peer: Hashable {
        let id: PeerID
        let session: UInt64
        let worker: WorkerID
        let name: String
        let slots: Int
        var capacity: Int
        var lastHeard: Duration
        /// When the connection broke; `nil` while it stands.
        var brokenSince: Duration?
        var isDraining = false
        /// Not heard for longer than its lease: it gets no more work until it is heard again.
        var isSuspected = false
        /// Attempts that this worker has or will have, until it says that they ended.
        var attempts: [AttemptID] = []
        var times = SlotTimes(busySeconds: 0, totalSeconds: 0)
        /// For how long it gets no work because slots of it died.
        var pause = CrashPause()
    }

    /// A coordinator for a study, fresh or read from its journal.
    ///
    /// The state is the one after the journal's last event, and study time goes on where the journal ended. `virtualSlots`
    /// are the slots of virtual time of a study that has not begun; one that has goes on as it began.
    ///
    /// - Returns: The coordinator, and the effects of its start.
    package static func start(
        _ study: StudyState, leases: LeaseSettings, bulkPort: Int, dataset: Digest, datasetByteCount: Int,
        virtualSlots: Int? = nil, at now: Duration
    ) -> (Coordinator, [CoordinatorEffect]) {
        var coordinator = Coordinator(
            study: study, leases: leases, bulkPort: bulkPort, dataset: dataset, datasetByteCount: datasetByteCount,
            now: now)
        coordinator.record(.coordinatorStarted(epoch: study.coordinatorEpoch + 1), at: now)
        coordinator.nextSession = coordinator.study.coordinatorEpoch << 32
        if let virtualSlots, study.trials.isEmpty, study.clock.slotCount == 0 {
            coordinator.joinVirtualSlots(virtualSlots, at: now)
        }
        if coordinator.study.clock.slotCount > 0 {
            coordinator.virtual = VirtualWork(coordinator.study.clock)
            coordinator.advanceVirtualTime(at: now)
        }
        coordinator.confirmIfFinished(at: now)
        let effects = coordinator.takeEffects()
        return (coordinator, effects)
    }

    private init(
        study: StudyState, leases: LeaseSettings, bulkPort: Int, dataset: Digest, datasetByteCount: Int, now: Duration
    ) {
        self.study = study
        self.leases = leases
        self.bulkPort = bulkPort
        self.dataset = dataset
        self.datasetByteCount = datasetByteCount
        self.nextSession = 0
        self.lastInput = now
        self.formerBest = study.incumbent?.trial
        for trial in study.trials {
            guard let attempt = trial.openAttempt else { continue }
            self.orphans.append(
                Orphan(attempt: trial.currentAttempt, worker: attempt.worker, deadline: now + leases.reattach))
        }
    }

    /// Takes in one input.
    ///
    /// Study time never decreases from call to call.
    ///
    /// - Returns: What to do, in order.
    package mutating func handle(_ input: CoordinatorInput, at now: Duration) -> [CoordinatorEffect] {
        self.forgivePause(until: now)
        switch input {
        case .message(let peer, let message): self.receive(message, from: peer, at: now)
        case .disconnected(let peer):
            if let index = self.peers.firstIndex(where: { $0.id == peer }), self.peers[index].brokenSince == nil {
                self.peers[index].brokenSince = now
            }
        case .unreachable(let peer): self.drop(peer, at: now)
        case .tick: self.checkLeases(at: now)
        case .checkpointStored(let trial, let reference): self.keepCheckpoint(reference, of: trial, at: now)
        case .confirmed(let trial, let metrics):
            self.record(.confirmed(trial, metrics), at: now)
            self.leave()
        }
        self.advanceVirtualTime(at: now)
        self.sendVirtualAcknowledgements()
        self.dispatch(at: now)
        self.sendForgotten()
        self.confirmIfFinished(at: now)
        return self.takeEffects()
    }

    /// The fraction of slot time spent on assignments since each slot's first one; `nil` before any.
    package var busyFraction: Double? {
        var busy = 0.0
        var total = 0.0
        for times in self.peers.map(\.times) + self.departed.map(\.times) {
            busy += times.busySeconds
            total += times.totalSeconds
        }
        return total > 0 ? busy / total : nil
    }

    /// Workers that are connected now.
    package var connectedWorkerCount: Int { self.peers.reduce(0) { $0 + ($1.brokenSince == nil ? 1 : 0) } }

    /// Slots of the workers that are connected now.
    package var connectedSlotCount: Int { self.peers.reduce(0) { $0 + ($1.brokenSince == nil ? $1.slots : 0) } }

    private mutating func takeEffects() -> [CoordinatorEffect] {
        defer { self.effects = [] }
        return self.effects
    }

    /// Applies an event to the study and has it journaled, unless it changed nothing.
    ///
    /// - Returns: The decisions.
    @discardableResult
    mutating func record(_ event: StudyEvent, at now: Duration) -> [StudyDecision] {
        let decisions = self.study.apply(event, at: now)
        self.effects.append(.journal(JournalRecord(time: now, event: event, decisions: decisions)))
        self.follow(decisions)
        return decisions
    }

    /// Logs what the study has chosen for itself, when that changes.
    private mutating func tellChoices() {
        let choices = self.study.choices
        for choice in choices where !self.toldChoices.contains(choice) {
            self.effects.append(.log(choice, isWarning: false))
        }
        self.toldChoices = choices
    }

    /// Stops at their workers what the study has stopped, lets checkpoints go that nobody can need, and logs what was chosen.
    mutating func follow(_ decisions: [StudyDecision]) {
        for decision in decisions {
            switch decision {
            case .stopped(let trial, _, _), .failed(let trial, _, _):
                if let record = self.study.record(of: trial), let open = record.openAttempt {
                    let attempt = AttemptID(trial: trial, number: open.number)
                    for peer in self.peers {
                        for held in peer.attempts where self.isAttempt(attempt, held) {
                            self.effects.append(.send(.stop(held), to: peer.id))
                        }
                    }
                }
                self.release(trial)
            case .completed(let trial, _, _):
                if self.study.incumbent?.trial != trial { self.release(trial) }
            case .newBest(let trial, _, _):
                if let former = self.formerBest, former != trial,
                    self.study.record(of: former)?.state.isTerminal == true
                {
                    self.release(former)
                }
                self.formerBest = trial
                self.wantCheckpoint(of: trial)
            case .started:
                // What is chosen matters, and may have changed, when a trial begins.
                self.tellChoices()
            case .promoted, .retried, .paused, .finished: break
            }
        }
    }

    /// Has the checkpoints of a trial that is over forgotten, at the workers and here.
    private mutating func release(_ trial: TrialID) {
        guard self.study.incumbent?.trial != trial else { return }
        self.discardOrigin(of: trial)
        if let checkpoint = self.study.record(of: trial)?.checkpoint { self.discard(checkpoint.digest) }
        guard let worker = self.holder(of: trial),
            let peer = self.peers.first(where: { $0.worker == worker })
        else { return }
        if let index = self.forgotten.firstIndex(where: { $0.peer == peer.id }) {
            self.forgotten[index].trials.append(trial)
        } else {
            self.forgotten.append(Forgotten(peer: peer.id, trials: [trial]))
        }
    }

    /// Tells each worker once which of its trials are over, in messages of bounded length.
    private mutating func sendForgotten() {
        for item in self.forgotten {
            for start in stride(from: 0, to: item.trials.count, by: Self.mostForgotten) {
                let trials = Array(item.trials[start..<min(start + Self.mostForgotten, item.trials.count)])
                self.effects.append(.send(.forget(trials), to: item.peer))
            }
        }
        self.forgotten = []
    }

    /// Asks the worker of a trial that has become the best at the last rung, or is the best at the end, for its network.
    private mutating func wantCheckpoint(of trial: TrialID) {
        guard let record = self.study.record(of: trial), let incumbent = self.study.incumbent,
            self.study.isFinished || incumbent.level >= self.study.definition.scheduler.maximumLevel,
            let holder = self.holder(of: trial), let peer = self.peers.first(where: { $0.worker == holder })
        else { return }
        self.effects.append(.send(.upload(record.currentAttempt, epoch: incumbent.epoch), to: peer.id))
    }

    /// Whether what a worker holds is an attempt of the study.
    func isAttempt(_ attempt: AttemptID, _ held: AttemptID) -> Bool {
        attempt == (self.virtual == nil ? held : held.ungranted)
    }

    /// The worker that trained a trial last and may have its checkpoints.
    private func holder(of trial: TrialID) -> WorkerID? {
        if let virtual = self.virtual { return virtual.holder(of: trial) }
        return self.study.record(of: trial)?.lastWorker
    }

    /// Asks the worker of an attempt that has ended for its network, where that is the best.
    mutating func wantCheckpointOfBest(_ attempt: AttemptID) {
        guard let best = self.study.incumbent, best.trial == attempt.trial,
            best.level >= self.study.definition.scheduler.maximumLevel, let holder = self.holder(of: attempt.trial),
            let peer = self.peers.first(where: { $0.worker == holder })
        else { return }
        self.effects.append(.send(.upload(attempt, epoch: best.epoch), to: peer.id))
    }

    private mutating func keepCheckpoint(_ reference: CheckpointReference, of trial: TrialID, at now: Duration) {
        guard let record = self.study.record(of: trial) else {
            self.effects.append(.discard(reference.digest))
            return
        }
        let old = record.checkpoint
        let isWanted = !self.study.copies(of: trial, wanting: reference).isEmpty
        if record.state.isTerminal, self.study.incumbent?.trial != trial, !isWanted {
            self.discard(reference.digest)
            return
        }
        self.record(.checkpointStored(trial, reference), at: now)
        let kept = self.study.record(of: trial)?.checkpoint
        if kept != reference { self.discard(reference.digest) }
        if let old, kept != old, old.digest != kept?.digest { self.discard(old.digest) }
        if old == nil, kept != nil { self.discardOrigin(of: trial) }
    }

    /// Removes a stored state, unless a trial that has none of its own may begin with it.
    private mutating func discard(_ digest: Digest) {
        if !self.study.isOriginState(digest) { self.effects.append(.discard(digest)) }
    }

    /// Removes the state that a trial began with, once it needs that no more and nobody else does.
    private mutating func discardOrigin(of trial: TrialID) {
        guard let digest = self.study.record(of: trial)?.originCheckpoint?.digest, !self.study.isKept(digest) else {
            return
        }
        self.discard(digest)
    }

    /// Has the best trial tested once the study is over.
    private mutating func confirmIfFinished(at now: Duration) {
        guard self.study.isFinished, !self.isConfirming else { return }
        self.isConfirming = true
        if let best = self.study.incumbent, self.study.confirmation == nil {
            if self.study.record(of: best.trial)?.checkpoint?.epoch != best.epoch {
                self.wantCheckpoint(of: best.trial)
            }
            self.effects.append(.confirm(best.trial))
        } else {
            self.leave()
        }
    }

    private mutating func leave() {
        guard !self.hasLeft else { return }
        self.hasLeft = true
        for peer in self.peers { self.effects.append(.send(.goodbye(isFinal: true), to: peer.id)) }
        self.effects.append(.leave)
    }
}

extension Coordinator {
    /// The connections that stand now.
    package var connectedPeers: [PeerID] { self.peers.filter { $0.brokenSince == nil }.map(\.id) }

    /// Whether a worker is connected now.
    package func isConnected(_ worker: WorkerID) -> Bool {
        self.peers.contains { $0.worker == worker && $0.brokenSince == nil }
    }
}
