import CoordinatorCore
import Randomness
import SearchAlgorithms
import StudySimulation
import Testing
import TuningModel

/// Workers that look curves up and tell their epochs in random order, to a coordinator in virtual time.
private struct ScrambledCluster {
    private struct Held {
        let worker: Int
        let assignment: Assignment
        var epoch: Int
    }

    private let table: RecordedTable
    private(set) var coordinator: Coordinator
    private var sessions: [UInt64] = []
    private var held: [Held] = []
    private var sequence: RandomSequence

    init(_ definition: StudyDefinition, _ table: RecordedTable, slots: Int, workers: Int, seed: UInt64) throws {
        self.table = table
        self.sequence = RandomSequence(RandomStream(seed: seed, purpose: .simulation))
        let pool = ConfigurationPool(space: table.header.space, configurations: table.configurations)
        let dataset = try #require(Digest(bytes: Array(repeating: 1, count: 32)))
        self.coordinator =
            Coordinator.start(
                try StudyState(definition, pool: pool), leases: LeaseSettings(), bulkPort: 1, dataset: dataset,
                datasetByteCount: 1, virtualSlots: slots, at: .zero
            ).0
        for worker in 0..<workers {
            self.sessions.append(0)
            let hello = Hello(
                worker: WorkerID("w\(worker)"), name: "w", slots: 1, capacity: 1, instructionSet: "avx2", held: [])
            self.handle(.hello(hello), worker)
        }
    }

    /// Runs until the study is over.
    mutating func run() {
        while !self.coordinator.study.isFinished, !self.held.isEmpty {
            let place = self.sequence.integer(below: self.held.count)
            self.held[place].epoch += 1
            let item = self.held[place]
            let trial = item.assignment.attempt.trial
            guard let row = self.coordinator.study.row(of: trial) else { return }
            let loss = self.table.loss(row: row, step: item.epoch)
            let report = EpochReport(
                epoch: item.epoch, status: loss.isFinite ? .normal : .diverged,
                metrics: [MetricValue(.validationLoss, loss)], seconds: 1)
            let isOver = item.epoch >= item.assignment.targetEpoch || !loss.isFinite
            if isOver { self.held.remove(at: place) }
            let end = isOver ? AttemptEnd(outcome: .finished, epoch: item.epoch) : nil
            self.handle(
                .progress(
                    session: self.sessions[item.worker], capacity: 1,
                    times: SlotTimes(busySeconds: 1, totalSeconds: 1),
                    attempts: [AttemptProgress(attempt: item.assignment.attempt, reports: [report], end: end)]),
                item.worker)
        }
    }

    private mutating func handle(_ message: WorkerMessage, _ worker: Int) {
        let effects = self.coordinator.handle(.message(PeerID(worker), message), at: .zero)
        for case .send(let message, let peer) in effects {
            switch message {
            case .welcome(let welcome): self.sessions[peer.rawValue] = welcome.session
            case .assign(let assignment):
                self.held.append(
                    Held(worker: peer.rawValue, assignment: assignment, epoch: assignment.ledgerEpoch))
            case .stop(let attempt): self.stop(attempt, peer.rawValue)
            default: break
            }
        }
    }

    private mutating func stop(_ attempt: AttemptID, _ worker: Int) {
        guard let place = self.held.firstIndex(where: { $0.assignment.attempt == attempt && $0.worker == worker })
        else { return }
        let end = AttemptEnd(outcome: .stopped, epoch: self.held.remove(at: place).epoch)
        self.handle(
            .progress(
                session: self.sessions[worker], capacity: 1, times: SlotTimes(busySeconds: 1, totalSeconds: 1),
                attempts: [AttemptProgress(attempt: attempt, reports: [], end: end)]), worker)
    }
}

@Suite("Virtual time and the simulator's")
struct VirtualTimeTests {
    private static let schedulers: [SchedulerSettings] = [
        .asha(minimum: 1, maximum: 27, eta: 3, isGuarded: true), .automatic(minimum: 1, maximum: 27, eta: 3),
        .ashaStopping(minimum: 1, maximum: 27, eta: 3), .median(maximum: 27, grace: 3, minimumTrials: 5),
        .pasha(minimum: 1, maximum: 27, eta: 3, isGuarded: true), .hyperband(maximum: 27, eta: 3, formula: .jmlr),
        .asynchronousHyperband(
            minimum: 1, maximum: 27, eta: 3, isGuarded: true, brackets: 3, allocation: .learned),
    ]

    private func told(_ trial: TrialRecord) -> String {
        "\(trial.id) \(trial.configuration) \(trial.state) \(trial.epochs) \(trial.placement) \(trial.attempts) "
            + trial.reason.text
    }

    @Test("a cluster of any size in virtual time decides what the simulator decides", arguments: schedulers)
    func equalsSimulation(scheduler: SchedulerSettings) throws {
        let random = RandomStream(seed: 12, purpose: .simulation)
        let table = Tables.table(rows: 200, steps: 27) { row, step in
            let hasDiverged = row % 17 == 3 && step > row % 11
            return hasDiverged ? .nan : random.uniform(at: UInt64(row)) + 1 / Double(step + 1)
        }
        for searcher in [SearcherSettings.random, .genetic(GeneticSettings())] {
            let definition = Tables.study(scheduler, searcher: searcher, trials: 90)
            var simulation = try Simulation(definition, table: table, workers: 8)
            simulation.run()
            for (workers, seed) in [(1, UInt64(1)), (8, 2), (8, 3), (64, 4)] {
                var cluster = try ScrambledCluster(definition, table, slots: 8, workers: workers, seed: seed)
                cluster.run()
                let study = cluster.coordinator.study
                #expect(
                    study.trials.map { self.told($0) } == simulation.study.trials.map { self.told($0) },
                    "\(workers) workers, SEED=\(seed)")
                #expect(study.incumbent == simulation.study.incumbent)
                #expect(study.epochCount == simulation.study.epochCount)
                #expect(Double(study.clock.now) == simulation.time)
                #expect(study.finishReason == simulation.study.finishReason)
            }
        }
    }
}
