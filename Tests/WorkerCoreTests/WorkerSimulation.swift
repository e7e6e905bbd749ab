import Randomness
import TuningModel
import WorkerCore

/// How often things go wrong, as probabilities per event.
struct Faults {
    var connectionLoss = 0.0
    var silence = 0.0
    var forgetfulness = 0.0
    var duplicate = 0.0
    var crash = 0.0
    var lostCheckpoint = 0.0
    var revoke = 0.0
    var bulkLoss = 0.0
}

/// One worker, its slots and its coordinator in virtual time, with messages that take random time and get lost.
struct WorkerSimulation {
    private enum Item {
        case event(WorkerEvent, link: Int?)
        case toCoordinator(WorkerMessage, link: Int)
        case bulkToCoordinator(BulkMessage, link: Int)
        case bulkToWorker(BulkMessage, link: Int)
        case slotStep(Int, generation: Int)
        case slotEvent(Int, generation: Int, SlotEvent)
    }

    var worker: Worker
    var coordinator: SimulatedCoordinator
    var slots: [SimulatedSlot]
    var disk: [CheckpointName] = []
    var faults: Faults
    var exitCode: Int32?
    var now = Duration.zero
    var transcript: [String] = []
    var maximumHeld = 0
    /// The longest epoch.
    var epochSeconds = 0.05
    /// Rare things that have happened, by name: a simulation that never sees them proves nothing.
    var seen: [String: Int] = [:]
    private var items: [(time: Duration, order: Int, item: Item)] = []
    private var order = 0
    private var link = 0
    private var bulkLink = 0
    private var isMute = false
    private let random: RandomStream
    private var draws: UInt64 = 0

    init(seed: UInt64, slots: Int, trials: Int, rungs: [Int], faults: Faults) {
        self.worker = Worker(
            Material.profile(slots: slots), random: RandomStream(seed: seed, purpose: .bracket))
        self.coordinator = SimulatedCoordinator(trials: trials, rungs: rungs)
        self.slots = Array(repeating: SimulatedSlot(), count: slots)
        self.faults = faults
        self.random = RandomStream(seed: seed, purpose: .trialSeed)
        self.push(.event(.started(checkpoints: []), link: nil), after: .zero)
    }

    mutating func draw() -> Double {
        self.draws += 1
        return self.random.uniform(at: self.draws)
    }

    private mutating func push(_ item: Item, after delay: Duration) {
        self.order += 1
        self.items.append((self.now + delay, self.order, item))
    }

    /// Runs until everything is done, the worker has left, or the time is over.
    mutating func run(until end: Duration) {
        while self.exitCode == nil, self.now < end, !self.coordinator.isDone {
            let deadline = self.worker.nextDeadline
            let next = self.items.indices.min {
                (self.items[$0].time, self.items[$0].order) < (self.items[$1].time, self.items[$1].order)
            }
            guard let next, self.items[next].time <= deadline else {
                precondition(deadline > self.now, "the deadline \(deadline) is over at \(self.now)")
                self.now = deadline
                self.tick()
                continue
            }
            let item = self.items.remove(at: next)
            self.now = max(self.now, item.time)
            self.handle(item.item)
            self.tick()
        }
    }

    mutating func tell(_ event: WorkerEvent) {
        self.perform(self.worker.handle(event, at: self.now))
        self.tick()
    }

    private mutating func tick() {
        self.perform(self.worker.handle(.tick, at: self.now))
        self.maximumHeld = max(self.maximumHeld, self.slots.reduce(0) { $0 + $1.jobs.count })
    }

    private mutating func handle(_ item: Item) {
        switch item {
        case .event(let event, let link):
            guard link == nil || link == self.link else { return }
            if case .received(.acknowledge(let all)) = event {
                for one in all {
                    self.coordinator.told[one.attempt] = max(self.coordinator.told[one.attempt] ?? 0, one.epoch)
                }
            }
            self.perform(self.worker.handle(event, at: self.now))
        case .toCoordinator(let message, let link): self.deliver(message, link)
        case .bulkToCoordinator(let message, let link):
            guard link == self.bulkLink else { return }
            for answer in self.coordinator.hearBulk(message) where self.draw() >= self.faults.bulkLoss {
                self.push(.bulkToWorker(answer, link: link), after: .milliseconds(1))
            }
        case .bulkToWorker(let message, let link):
            guard link == self.bulkLink else { return }
            self.perform(self.worker.handle(.receivedBulk(message), at: self.now))
        case .slotStep(let slot, let generation): self.step(slot, generation)
        case .slotEvent(let slot, let generation, let event):
            guard generation == self.slots[slot].generation else { return }
            self.perform(self.worker.handle(.slot(slot, event), at: self.now))
        }
    }

    private mutating func deliver(_ message: WorkerMessage, _ link: Int) {
        guard link == self.link, !self.isMute else { return }
        if self.draw() < self.faults.forgetfulness { self.coordinator.isKnown = false }
        if self.draw() < self.faults.connectionLoss {
            self.push(.event(.disconnected, link: link), after: .milliseconds(1))
            return
        }
        if self.draw() < self.faults.silence { self.isMute = true }
        var answers = self.coordinator.hear(message)
        if self.draw() < self.faults.revoke {
            answers += self.coordinator.revoke(Int(self.draw() * Double(self.coordinator.trials.count)))
        }
        for answer in answers {
            let copies = self.draw() < self.faults.duplicate ? 2 : 1
            for _ in 0..<copies { self.push(.event(.received(answer), link: link), after: .microseconds(500)) }
        }
    }

    private mutating func step(_ slot: Int, _ generation: Int) {
        guard generation == self.slots[slot].generation, self.slots[slot].isAlive else { return }
        if !self.slots[slot].jobs.isEmpty, self.draw() < self.faults.crash {
            self.slots[slot].isAlive = false
            self.push(.event(.slotExited(slot, .signalled(11)), link: nil), after: .milliseconds(1))
            return
        }
        if !self.disk.isEmpty, self.draw() < self.faults.lostCheckpoint {
            self.disk.remove(at: Int(self.draw() * Double(self.disk.count)))
        }
        let seconds = 0.001 + self.draw() * self.epochSeconds
        for event in self.slots[slot].step(disk: &self.disk, seconds: seconds) {
            self.push(.slotEvent(slot, generation: generation, event), after: .microseconds(100))
        }
        self.push(.slotStep(slot, generation: generation), after: .microseconds(Int(seconds * 1e6)))
    }

    private mutating func note(_ effect: WorkerEffect) {
        let name: String?
        switch effect {
        case .closeControl: name = "connection lost"
        case .send(.hello(let hello)): name = hello.held.isEmpty ? nil : "hello with held attempts"
        case .send(.progress(_, _, _, let attempts)): name = attempts.count > 1 ? "coalesced progress" : nil
        case .sendBulk(.put): name = "upload"
        case .finishDownload(_, .checkpoint): name = "checkpoint fetched"
        case .slot(_, .withdraw): name = "withdrawal"
        case .slot(_, .stop): name = "stop"
        case .slot(_, .run(let job)): name = job.resume == nil ? nil : "resume"
        case .log(_, let text, _): name = text
        default: name = nil
        }
        if let name { self.seen[name, default: 0] += 1 }
    }

    private mutating func perform(_ effects: [WorkerEffect]) {
        for effect in effects {
            self.note(effect)
            switch effect {
            case .openControl:
                self.link += 1
                self.isMute = false
                self.push(.event(.connected, link: self.link), after: .microseconds(200))
            case .closeControl: self.link += 1
            case .send(let message):
                self.push(.toCoordinator(message, link: self.link), after: .microseconds(500))
            case .openBulk, .closeBulk: self.bulkLink += 1
            case .sendBulk(let message):
                self.push(.bulkToCoordinator(message, link: self.bulkLink), after: .milliseconds(1))
            case .sendChunks(_, let digest, let offset, let count):
                for i in 0..<count {
                    let start = offset + i * BulkMessage.chunkByteCount
                    let bytes = [UInt8](repeating: 0, count: min(BulkMessage.chunkByteCount, 300_000 - start))
                    self.push(
                        .bulkToCoordinator(
                            .chunk(digest: digest, byteCount: 300_000, offset: start, bytes: bytes), link: self.bulkLink
                        ),
                        after: .milliseconds(1))
                }
            case .startSlot(let slot):
                self.slots[slot].start()
                let generation = self.slots[slot].generation
                self.push(.slotEvent(slot, generation: generation, .ready), after: .milliseconds(3))
                self.push(.slotStep(slot, generation: generation), after: .milliseconds(3))
            case .slot(let slot, let command):
                for event in self.slots[slot].obey(command) {
                    self.push(
                        .slotEvent(slot, generation: self.slots[slot].generation, event), after: .microseconds(100))
                }
            case .killSlot(let slot, _):
                self.slots[slot].isAlive = false
                self.push(.event(.slotExited(slot, .signalled(9)), link: nil), after: .milliseconds(1))
            case .findDataset(let digest, _): self.push(.event(.datasetMissing(digest), link: nil), after: .zero)
            case .beginDownload, .storeChunk, .abandonDownload: break
            case .finishDownload(let digest, let target):
                if case .checkpoint(let name) = target { self.disk.append(name) }
                self.push(.event(.downloadFinished(digest), link: nil), after: .zero)
            case .digestCheckpoint(let name):
                var bytes = [UInt8](repeating: 0, count: 32)
                for i in 0..<8 { bytes[i] = UInt8(truncatingIfNeeded: name.identity.low >> UInt64(8 * i)) }
                bytes[8] = UInt8(truncatingIfNeeded: name.epoch)
                let reference = Digest(bytes: bytes).map {
                    CheckpointReference(epoch: name.epoch, digest: $0, byteCount: 300_000)
                }
                self.push(
                    .event(.checkpointDigested(name, self.disk.contains(name) ? reference : nil), link: nil),
                    after: .zero)
            case .removeCheckpoints(let names): self.disk.removeAll(where: names.contains)
            case .log(_, let text, let metadata):
                self.transcript.append("\(self.now) \(text) \(metadata.sorted { $0.key < $1.key })")
            case .leave(let exitCode, _): self.exitCode = exitCode
            }
        }
    }
}
