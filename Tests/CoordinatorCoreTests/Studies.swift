import CoordinatorCore
import Testing
import TuningModel

/// Small studies for tests.
enum Studies {
    static let space = ParameterSpace([
        Parameter(
            name: "training.learning_rate", domain: .float(FloatRange(low: 1e-4, high: 1, isLogarithmic: true)))
    ])

    static func definition(
        _ scheduler: SchedulerSettings, trials: Int? = nil, epochs: Int? = nil, wallTime: Duration? = nil,
        searcher: SearcherSettings = .random
    ) -> StudyDefinition {
        StudyDefinition(
            name: "test",
            subject: .networks(
                data: DataSettings(
                    train: .npy(features: "x.npy", targets: "y.npy"), validation: .holdout(share: 0.2, stratify: false),
                    test: nil), task: .classification), space: self.space,
            settings: [SettingTemplate(name: "training.learning_rate", source: .searched(parameter: 0))],
            objective: Objective(metric: .validationLoss, direction: .minimize), searcher: searcher,
            scheduler: scheduler, budget: Budget(trials: trials, epochs: epochs, wallTime: wallTime), searchSeed: 7,
            dataSeed: 1)
    }

    static let asha = SchedulerSettings.asha(minimum: 1, maximum: 9, eta: 3, isGuarded: true)

    static let dataset = Digest(bytes: [UInt8](repeating: 1, count: 32))

    /// A loss that falls with the epochs and whose floor depends on the trial alone.
    static func loss(_ trial: TrialID, _ epoch: Int) -> Double {
        let floor = Double((trial.rawValue &* 7919) % 101) / 101
        return floor + 1 / Double(epoch + 1)
    }

    static func report(
        _ trial: TrialID, _ epoch: Int, status: EpochReport.Status = .normal, loss: Double? = nil
    ) -> EpochReport {
        EpochReport(
            epoch: epoch, status: status,
            metrics: [MetricValue(.validationLoss, loss ?? self.loss(trial, epoch))], seconds: 0.001)
    }

    static func hello(_ worker: WorkerID, slots: Int = 1, held: [HeldAttempt] = []) -> WorkerMessage {
        .hello(
            Hello(
                worker: worker, name: "host:\(worker.rawValue)", slots: slots, capacity: slots, instructionSet: "avx2",
                held: held))
    }

    /// Networks of a thousand times their learning rate in parameters.
    static let networks = NetworkMeasure(DataShape(task: .classification(classes: 2), features: [3])) { settings, _ in
        settings.first { $0.name == "training.learning_rate" }?.value.number.map { Int($0 * 1000) }
    }

    /// A study before its first event, that counts networks where there are constraints.
    static func state(_ definition: StudyDefinition) throws -> StudyState {
        try StudyState(definition, networks: definition.constraints.isEmpty ? nil : self.networks)
    }

    static func start(_ definition: StudyDefinition, virtualSlots: Int? = nil) throws -> Coordinator {
        try self.startTold(definition, virtualSlots: virtualSlots).0
    }

    /// The same with the effects of the start.
    static func startTold(
        _ definition: StudyDefinition, virtualSlots: Int? = nil
    ) throws -> (Coordinator, [CoordinatorEffect]) {
        let dataset = try #require(self.dataset)
        return Coordinator.start(
            try self.state(definition), leases: LeaseSettings(), bulkPort: 5571, dataset: dataset, datasetByteCount: 10,
            virtualSlots: virtualSlots, at: .zero)
    }
}

extension Array where Element == CoordinatorEffect {
    /// The messages to a peer, in order.
    func messages(to peer: PeerID) -> [CoordinatorMessage] {
        self.compactMap { effect in
            if case .send(let message, let to) = effect, to == peer { message } else { nil }
        }
    }

    /// The assignments to a peer, in order.
    func assignments(to peer: PeerID) -> [Assignment] {
        self.messages(to: peer).compactMap { if case .assign(let assignment) = $0 { assignment } else { nil } }
    }

    var records: [JournalRecord] {
        self.compactMap { if case .journal(let record) = $0 { record } else { nil } }
    }
}
