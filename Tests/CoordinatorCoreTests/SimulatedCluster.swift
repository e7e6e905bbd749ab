import CoordinatorCore
import Randomness
import Testing
import TuningModel

/// A cluster in virtual time: workers that train by formula, connections that break with everything in flight,
/// workers and a coordinator that crash and come back. Everything follows from one seed.
struct SimulatedCluster {
    struct Faults {
        /// Probability that a delivery breaks its connection instead.
        var breakage = 0.0
        var workerCrash = 0.0
        var coordinatorCrash = 0.0
        /// Messages from workers are delivered twice with this probability.
        var duplication = 0.0
    }

    struct Held {
        let assignment: Assignment
        var trained: Int
        var unacknowledged: [EpochReport] = []
        var end: AttemptEnd?
        var isTraining = false
    }

    struct Worker {
        var id: WorkerID
        var peer: PeerID
        var session: UInt64?
        var held: [Held] = []
    }

    enum Delivery {
        case toCoordinator(worker: Int, PeerID, WorkerMessage)
        case toWorker(worker: Int, PeerID, CoordinatorMessage)
        case epochDone(worker: Int, AttemptID)
        case connect(worker: Int)
        case heartbeat(worker: Int)
        case tick
    }

    let definition: StudyDefinition
    var faults: Faults
    let slots: Int
    /// How many times slower than the average the slowest trials are, and faster the fastest; `nil` for epochs of
    /// random length.
    let spread: Double?
    private let random: RandomStream
    private var draws: UInt64 = 0
    private var now = Duration.zero
    private var queue: [(time: Duration, order: Int, delivery: Delivery)] = []
    private var order = 0
    private var nextPeer = 1
    private var nextWorker = 1
    private(set) var coordinator: Coordinator
    private(set) var journal: [JournalRecord] = []
    private(set) var workers: [Worker] = []
    private(set) var isOver = false
    /// Time that slots spent on epochs, summed.
    private(set) var busyTime = Duration.zero
    /// What has happened, so that a batch of seeds can prove that each kind of fault did happen.
    private(set) var breakages = 0
    private(set) var workerCrashes = 0
    private(set) var coordinatorCrashes = 0
    private(set) var fencings = 0
    /// What workers were told is safe, by trial: the highest epoch of an acknowledgement that still had epochs to tell of.
    private(set) var acknowledged: [TrialID: Int] = [:]

    init(
        _ definition: StudyDefinition, workers: Int, slots: Int = 1, seed: UInt64, faults: Faults = Faults(),
        virtualSlots: Int? = nil, spread: Double? = nil
    ) throws {
        self.definition = definition
        self.faults = faults
        self.slots = slots
        self.spread = spread
        self.random = RandomStream(seed: seed, purpose: .bracket)
        let effects: [CoordinatorEffect]
        (self.coordinator, effects) = try Studies.startTold(definition, virtualSlots: virtualSlots)
        self.journal = effects.records
        for _ in 0..<workers {
            self.workers.append(Worker(id: WorkerID("w\(self.nextWorker)"), peer: PeerID(0)))
            self.nextWorker += 1
            self.schedule(.connect(worker: self.workers.count - 1), after: self.delay())
        }
        self.schedule(.tick, after: .milliseconds(100))
        // Only in virtual time are there workers with nothing to say for longer than a lease.
        guard virtualSlots != nil else { return }
        for worker in 0..<workers { self.schedule(.heartbeat(worker: worker), after: .seconds(1)) }
    }

    /// Runs until the study is over.
    ///
    /// - Returns: Whether it ended within the number of steps.
    mutating func run(steps: Int = 400_000, healAfter: Int = 60_000) throws -> Bool {
        for step in 0..<steps where !self.isOver {
            if step == healAfter { self.faults = Faults() }
            guard let next = self.queue.indices.min(by: { self.precedes($0, $1) }) else { return false }
            let item = self.queue.remove(at: next)
            self.now = max(self.now, item.time)
            try self.deliver(item.delivery)
            if step % 64 == 0 { #expect(self.coordinator.study.brokenInvariant() == nil) }
        }
        return self.isOver
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        (self.queue[left].time, self.queue[left].order) < (self.queue[right].time, self.queue[right].order)
    }

    private mutating func deliver(_ delivery: Delivery) throws {
        if self.chance(self.faults.coordinatorCrash) { try self.crashCoordinator() }
        switch delivery {
        case .tick:
            self.schedule(.tick, after: .milliseconds(100))
            self.handle(.tick)
        case .connect(let worker):
            self.workers[worker].peer = PeerID(self.nextPeer)
            self.nextPeer += 1
            let held = self.workers[worker].held.map { HeldAttempt(attempt: $0.assignment.attempt, epoch: $0.trained) }
            self.send(Studies.hello(self.workers[worker].id, slots: self.slots, held: held), from: worker)
        case .heartbeat(let worker):
            self.schedule(.heartbeat(worker: worker), after: .seconds(1))
            guard let session = self.workers[worker].session else { return }
            self.send(
                .heartbeat(
                    session: session, capacity: self.slots, counter: 0,
                    times: SlotTimes(busySeconds: 1, totalSeconds: 1)), from: worker)
        case .toCoordinator(let worker, let peer, let message):
            guard self.workers[worker].peer == peer else { return }
            if self.chance(self.faults.breakage) { return self.breakConnection(of: worker) }
            if self.chance(self.faults.duplication) { self.handle(.message(peer, message)) }
            self.handle(.message(peer, message))
        case .toWorker(let worker, let peer, let message):
            guard self.workers[worker].peer == peer else { return }
            if self.chance(self.faults.breakage) { return self.breakConnection(of: worker) }
            self.receive(message, worker)
        case .epochDone(let worker, let attempt):
            if self.chance(self.faults.workerCrash) { return self.crash(worker) }
            self.train(worker, attempt)
        }
    }

    private mutating func handle(_ input: CoordinatorInput) {
        for effect in self.coordinator.handle(input, at: self.now) {
            switch effect {
            case .journal(let record): self.journal.append(record)
            case .send(let message, let peer):
                guard let worker = self.workers.firstIndex(where: { $0.peer == peer }) else { continue }
                self.schedule(.toWorker(worker: worker, peer, message), after: self.delay())
            case .confirm(let trial): self.handle(.confirmed(trial, []))
            case .leave: self.isOver = true
            case .discard, .log: break
            }
        }
    }

    // The simulated worker.

    private mutating func receive(_ message: CoordinatorMessage, _ worker: Int) {
        switch message {
        case .welcome(let welcome):
            self.workers[worker].session = welcome.session
            self.workers[worker].held.removeAll { welcome.fenced.contains($0.assignment.attempt) }
            self.resend(worker)
        case .assign(let assignment):
            guard !self.workers[worker].held.contains(where: { $0.assignment.attempt == assignment.attempt }) else {
                return
            }
            self.workers[worker].held.append(Held(assignment: assignment, trained: assignment.ledgerEpoch))
            self.work(worker)
        case .acknowledge(let acknowledgements):
            for item in acknowledgements { self.acknowledge(item, worker) }
            self.work(worker)
        case .fenced(let attempt):
            self.fencings += 1
            self.workers[worker].held.removeAll { $0.assignment.attempt == attempt }
            self.work(worker)
        case .stop(let attempt):
            guard let index = self.index(of: attempt, worker), self.workers[worker].held[index].end == nil else {
                return
            }
            self.workers[worker].held[index].end = AttemptEnd(
                outcome: .stopped, epoch: self.workers[worker].held[index].trained)
            self.workers[worker].held[index].isTraining = false
            self.report(worker, attempt)
            self.work(worker)
        case .resync: self.schedule(.connect(worker: worker), after: .milliseconds(5))
        case .heartbeatAcknowledged, .upload, .forget, .goodbye, .reject: break
        }
    }

    private mutating func acknowledge(_ item: Acknowledgement, _ worker: Int) {
        guard let index = self.index(of: item.attempt, worker) else { return }
        let told = self.workers[worker].held[index].unacknowledged.last { $0.epoch <= item.epoch }?.epoch ?? 0
        let trial = item.attempt.trial
        self.acknowledged[trial] = max(self.acknowledged[trial] ?? 0, told)
        self.workers[worker].held[index].unacknowledged.removeAll { $0.epoch <= item.epoch }
        if item.isEndKnown { self.workers[worker].held.remove(at: index) }
    }

    private func index(of attempt: AttemptID, _ worker: Int) -> Int? {
        self.workers[worker].held.firstIndex { $0.assignment.attempt == attempt }
    }

    /// Starts the next held attempt on each free slot.
    private mutating func work(_ worker: Int) {
        var free = self.slots - self.workers[worker].held.count { $0.isTraining }
        for index in self.workers[worker].held.indices where free > 0 {
            let held = self.workers[worker].held[index]
            guard !held.isTraining, held.end == nil else { continue }
            self.workers[worker].held[index].isTraining = true
            self.trainNext(worker, held.assignment.attempt)
            free -= 1
        }
    }

    private mutating func train(_ worker: Int, _ attempt: AttemptID) {
        guard let index = self.index(of: attempt, worker), self.workers[worker].held[index].isTraining else { return }
        let epoch = self.workers[worker].held[index].trained + 1
        self.workers[worker].held[index].trained = epoch
        // A copy that was given out without its history would train something else.
        let history = Double(self.workers[worker].held[index].assignment.ancestors.count)
        self.workers[worker].held[index].unacknowledged.append(
            Studies.report(attempt.trial, epoch, loss: Studies.loss(attempt.trial, epoch) + 1e-3 * history))
        if epoch >= self.workers[worker].held[index].assignment.targetEpoch {
            self.workers[worker].held[index].end = AttemptEnd(outcome: .finished, epoch: epoch)
            self.workers[worker].held[index].isTraining = false
        } else {
            self.trainNext(worker, attempt)
        }
        self.report(worker, attempt)
        self.work(worker)
    }

    private mutating func trainNext(_ worker: Int, _ attempt: AttemptID) {
        var duration = self.delay()
        if let spread = self.spread {
            // As long for each epoch of a trial; a second on average of the logarithms.
            let place = RandomStream(seed: 3, purpose: .simulation).uniform(at: UInt64(attempt.trial.rawValue))
            duration = .seconds(LogarithmicScale(low: 1 / spread, high: spread).value(at: place))
        }
        self.busyTime += duration
        self.schedule(.epochDone(worker: worker, attempt), after: duration)
    }

    /// The share of the slots' time that was spent on epochs.
    var busyFraction: Double { self.busyTime / (self.now * (self.workers.count * self.slots)) }

    private mutating func report(_ worker: Int, _ attempt: AttemptID) {
        guard let session = self.workers[worker].session, let index = self.index(of: attempt, worker) else { return }
        let held = self.workers[worker].held[index]
        let progress = AttemptProgress(attempt: attempt, reports: held.unacknowledged, end: held.end)
        self.send(
            .progress(
                session: session, capacity: self.slots, times: SlotTimes(busySeconds: 1, totalSeconds: 1),
                attempts: [progress]), from: worker)
    }

    private mutating func resend(_ worker: Int) {
        for held in self.workers[worker].held where !held.unacknowledged.isEmpty || held.end != nil {
            self.report(worker, held.assignment.attempt)
        }
        self.work(worker)
    }

    private mutating func send(_ message: WorkerMessage, from worker: Int) {
        self.schedule(.toCoordinator(worker: worker, self.workers[worker].peer, message), after: self.delay())
    }

    // Faults.

    private mutating func breakConnection(of worker: Int) {
        self.breakages += 1
        let peer = self.workers[worker].peer
        self.workers[worker].peer = PeerID(0)
        self.workers[worker].session = nil
        self.handle(.disconnected(peer))
        self.schedule(.connect(worker: worker), after: .milliseconds(self.whole(below: 4000)))
    }

    private mutating func crash(_ worker: Int) {
        self.workerCrashes += 1
        let peer = self.workers[worker].peer
        self.workers[worker] = Worker(id: WorkerID("w\(self.nextWorker)"), peer: PeerID(0))
        self.nextWorker += 1
        self.handle(.disconnected(peer))
        self.schedule(.connect(worker: worker), after: .milliseconds(self.whole(below: 6000)))
    }

    private mutating func crashCoordinator() throws {
        self.coordinatorCrashes += 1
        var state = try Studies.state(self.definition)
        for record in self.journal {
            #expect(state.apply(record.event, at: record.time) == record.decisions)
        }
        let effects: [CoordinatorEffect]
        (self.coordinator, effects) = Coordinator.start(
            state, leases: LeaseSettings(), bulkPort: 5571, dataset: try #require(Studies.dataset),
            datasetByteCount: 10,
            at: self.now)
        self.journal += effects.records
        for worker in self.workers.indices {
            self.workers[worker].peer = PeerID(0)
            self.workers[worker].session = nil
            self.schedule(.connect(worker: worker), after: .milliseconds(self.whole(below: 3000)))
        }
    }

    // Randomness and time.

    private mutating func whole(below bound: UInt64) -> Int {
        self.draws += 1
        return Int(self.random.integer(below: bound, at: self.draws))
    }

    private mutating func chance(_ probability: Double) -> Bool {
        guard probability > 0 else { return false }
        self.draws += 1
        return self.random.uniform(at: self.draws) < probability
    }

    private mutating func delay() -> Duration { .microseconds(200 + self.whole(below: 20_000)) }

    private mutating func schedule(_ delivery: Delivery, after delay: Duration) {
        self.order += 1
        self.queue.append((self.now + delay, self.order, delivery))
    }
}
