import NumericKernels
import TrainingData
import TuningModel

/// The networks of a trial that are trained one after the other, each to its end: what each begins with, and what those that
/// ended have left.
///
/// A network ends after ``epochs`` of its own, or once its patience is exhausted. Plans are made of all networks at the
/// beginning, so that what no network can be made of is refused before any time is spent.
struct NetworkTurns {
    /// What a network begins with.
    struct Place {
        let plan: NetworkPlan
        let data: DatasetView
        let seed: UInt64
    }

    /// What is left of a network that was trained to its end.
    struct Ended: Hashable {
        /// Its own, at least 1.
        let epochs: Int
        /// Normal after all its epochs, else finished early.
        let status: EpochReport.Status
        /// ``Checkpoint/checksum(_:)`` of its weights.
        let fingerprint: UInt64
        /// Of its last epoch.
        let metrics: [MetricValue]
    }

    let configuration: TrainingConfiguration
    let kernels: KernelSet
    /// Of each network at most.
    let epochs: Int
    /// Repeat by repeat, in each fold by fold; never empty.
    let places: [Place]
    /// The first networks of ``places``.
    var ended: [Ended]

    /// - Parameters:
    ///   - configuration: Of all networks alike.
    ///   - places: The data and the seed of each network.
    ///   - epochs: Of each network at most.
    ///   - kernels: What to compute with.
    ///   - ended: The networks that ended, where a trial is taken up.
    /// - Throws: ``TrainingError`` for a network that can't be made.
    /// - Complexity: O(networks * (tensors + rows)).
    init(
        _ configuration: TrainingConfiguration, places: [(data: DatasetView, seed: UInt64)], epochs: Int,
        kernels: KernelSet, ended: [Ended] = []
    ) throws(TrainingError) {
        guard epochs >= 1 else {
            throw .setting(
                SettingError(setting: "training.network_epochs", found: "\(epochs)", wanted: "a whole number >= 1"))
        }
        self.configuration = configuration
        self.kernels = kernels
        self.epochs = epochs
        self.ended = ended
        var plans: [Place] = []
        for place in places {
            let plan = try TrainingRun.plan(configuration, data: place.data, seed: place.seed)
            plans.append(Place(plan: plan, data: place.data, seed: place.seed))
        }
        self.places = plans
    }

    /// The network whose turn is next or now; `nil` once all have ended.
    var next: Place? { self.ended.count < self.places.count ? self.places[self.ended.count] : nil }

    /// A network with its first weights.
    func begin(_ place: Place) -> TrainingGroup.Member {
        TrainingGroup.Member(
            TrainingRun(
                self.configuration, plan: place.plan, data: place.data, seed: place.seed, kernels: self.kernels))
    }

    /// Whether a network is at its end.
    func isEnd(of run: borrowing TrainingRun) -> Bool {
        run.status == .finishedEarly || (run.status == .normal && run.epoch >= self.epochs)
    }
}
