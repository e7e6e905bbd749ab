package import NumericKernels
package import TuningModel

extension TrainingRun {
    /// Takes over the network of another run, between two epochs, to go on with a configuration and a seed of its
    /// own.
    ///
    /// It takes weights, running statistics, moments of the optimiser and its powers of decay rates, averages, patience,
    /// learned settings and the number of epochs. The order of samples, dropout and augmentation follow from its own seed
    /// from the next epoch on, and the step within a schedule is the one that its own minibatches would have come to. A
    /// moment that only one of the two has (momentum 0 has none) begins at zero, or is left.
    ///
    /// This is the one way from one configuration to another: a checkpoint is refused under any configuration but its own.
    ///
    /// Source: M. Jaderberg et al., "Population based training of neural networks", arXiv 1711.09846, 2017, `exploit`.
    ///
    /// - Throws: ``TrainingError`` where the configuration is refused, or where shapes, activation, loss or optimiser differ.
    /// - Returns: The run at the parent's epoch.
    /// - Complexity: O(parameters).
    static func adopting(
        _ parent: borrowing TrainingRun, configuration: TrainingConfiguration, seed: UInt64, kernels: KernelSet
    ) throws(TrainingError) -> TrainingRun {
        try self.check(configuration, adopting: parent.configuration)
        var run = try TrainingRun(configuration, data: parent.data, seed: seed, kernels: kernels)
        let (own, others) = (run.plan.tensors, parent.plan.tensors)
        guard own.map(\.name) == others.map(\.name) else {
            throw self.mismatch("tensors", found: "\(others.count)", wanted: "\(own.count), by the same names")
        }
        for (place, other) in zip(own, others) {
            guard place.shape == other.shape else {
                throw self.mismatch(place.name, found: "\(other.shape)", wanted: "\(place.shape)")
            }
            for (offset, source) in zip(place.roles, other.roles) {
                guard let offset, let source else { continue }
                run.setValues(of: place, at: offset, to: parent.values(of: other, at: source))
            }
        }
        run.epoch = parent.epoch
        run.status = parent.status
        run.patience = parent.patience
        run.gaps = parent.gaps
        let numbers = parent.optimizer.storedNumbers
        var optimizer = OptimizerState(
            configuration, batches: run.plan.batches, stepCount: run.steps(like: parent),
            firstPower: parent.optimizer.firstPower, secondPower: parent.optimizer.secondPower)
        guard numbers.count == optimizer.storedNumbers.count else {
            throw self.mismatch(
                "learned settings", found: "\(numbers.count)", wanted: "\(optimizer.storedNumbers.count)")
        }
        try optimizer.restore(numbers)
        run.optimizer = optimizer
        unsafe run.keepStart()
        return run
    }

    /// The steps of so many epochs with this run's minibatches; the parent's own where they are the same.
    private borrowing func steps(like parent: borrowing TrainingRun) -> Int {
        if self.plan.batches == parent.plan.batches { return parent.optimizer.stepCount }
        let steps = self.plan.batches.steps(inEpochs: Double(parent.epoch))
        return steps < Double(Checkpoint.countLimit) ? Int(steps) : parent.optimizer.stepCount
    }

    /// What shapes do not tell.
    private static func check(
        _ own: TrainingConfiguration, adopting other: TrainingConfiguration
    ) throws(TrainingError) {
        guard own.optimizer.name == other.optimizer.name else {
            throw self.mismatch("training.optimizer", found: other.optimizer.name, wanted: own.optimizer.name)
        }
        guard own.activation == other.activation else {
            throw self.mismatch(
                "model.activation", found: other.activation.rawValue, wanted: own.activation.rawValue)
        }
        guard own.loss.function == other.loss.function else {
            throw self.mismatch(
                "training.loss", found: other.loss.function.rawValue, wanted: own.loss.function.rawValue)
        }
    }

    private static func mismatch(_ what: String, found: String, wanted: String) -> TrainingError {
        .adoption(what: what, found: found, wanted: wanted)
    }
}

extension TrainingGroup {
    /// The networks of a trial that takes over those of another one, each with the seed that its place has.
    ///
    /// - Throws: ``TrainingError`` as ``TrainingRun`` does, and where the parent trains no further, has another number of
    ///   repeats, or networks are trained in turn.
    package init(
        adopting parent: borrowing TrainingGroup, configuration: TrainingConfiguration, seed: UInt64,
        kernels: KernelSet
    ) throws(TrainingError) {
        guard parent.turns == nil, configuration.networkEpochs == nil else {
            throw .adoption(
                what: "training.network_epochs", found: "\(parent.turns?.epochs ?? configuration.networkEpochs ?? 0)",
                wanted: "none: networks that are trained one after the other are not taken over")
        }
        guard !parent.isOver else {
            throw .adoption(what: "the parent", found: "over at epoch \(parent.epoch)", wanted: "one that trains on")
        }
        guard parent.members.count.isMultiple(of: max(1, configuration.repeats)) else {
            throw .adoption(
                what: "networks", found: "\(parent.members.count)", wanted: "a multiple of \(configuration.repeats)")
        }
        let folds = max(1, parent.members.count / max(1, configuration.repeats))
        var members: [Member] = []
        for (place, member) in parent.members.enumerated() {
            let run = try TrainingRun.adopting(
                member.run, configuration: configuration, seed: Self.seed(seed, repeat: place / folds),
                kernels: kernels)
            members.append(Member(run, outcome: member.outcome))
        }
        self.init(members)
    }
}

extension TensorPlace {
    /// Where its numbers begin, by what they are: values, moments, direction or trace of directions, average, values
    /// of the best epoch. Where one of the two comes from the other, a cosine tells little in the first step.
    fileprivate var roles: [Int?] {
        [
            self.values, self.parameter?.first, self.parameter?.second, self.parameter?.third, self.parameter?.kept,
            self.average, self.best,
        ]
    }
}

extension OptimizerSettings {
    /// As in a study file.
    fileprivate var name: String {
        switch self {
        case .sgd: "sgd"
        case .adam: "adam"
        case .adamw: "adamw"
        case .rmsprop: "rmsprop"
        case .amsgrad: "amsgrad"
        case .nadam: "nadam"
        case .adagrad: "adagrad"
        case .lamb: "lamb"
        }
    }
}
