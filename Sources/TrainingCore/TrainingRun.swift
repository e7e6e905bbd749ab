import KernelInterface
package import NumericKernels
package import TrainingData
package import TuningModel

/// One network in training: its parameters, the optimiser's state and how far it has come.
///
/// Everything it computes depends on the configuration, the seed and the data alone, bit for bit: not on the
/// instruction set, nor on having been stored in a checkpoint and taken up elsewhere. It has no clock; the caller times
/// its calls. After the first step it allocates nothing in ``trainEpoch(isCancelled:)``.
///
/// A dense layer is `z = x W + b`, `W` of shape [in, out]; then batch normalisation where asked for (its shift takes
/// the place of `b`; running statistics move by 0.1 with the unbiased variance, epsilon 1e-5), the activation, and
/// dropout with kept units scaled by the inverse of the kept fraction. The output layer is `x W + b`.
///
/// The memory behind the data set's view must outlive the run.
@safe
package struct TrainingRun: ~Copyable {
    let arena: Arena
    let plan: NetworkPlan
    let table: KernelTable
    let data: DatasetView
    let configuration: TrainingConfiguration
    let seed: UInt64
    var optimizer: OptimizerState
    var patience = PatienceState()
    var gaps = GapHistory()
    /// The derivatives that the last step with learned settings found.
    var hypergradients = Hypergradients()
    /// The powers of decay rates at the beginning of the epoch.
    var startPowers = (first: 1.0, second: 1.0)
    /// How far running statistics move towards a minibatch's.
    var statisticsWeight = BatchNormalization.runningWeight
    /// The sum of the data losses over the samples of the epoch that was trained last.
    var lossSum = 0.0
    /// Whether it goes on, and if not, why.
    package internal(set) var status = EpochReport.Status.normal
    /// Epochs finished.
    package internal(set) var epoch = 0

    /// A network with its first weights, which follow from the seed.
    ///
    /// - Throws: ``TrainingError`` where the configuration, the data or the memory they need is refused.
    /// - Complexity: O(parameters + rows * batch width).
    package init(
        _ configuration: TrainingConfiguration, data: DatasetView, seed: UInt64, kernels: KernelSet
    ) throws(TrainingError) {
        self.init(
            configuration, plan: try Self.plan(configuration, data: data, seed: seed), data: data, seed: seed,
            kernels: kernels)
    }

    /// A network with its first weights, from the plan that was made of the same configuration, data and seed.
    init(
        _ configuration: TrainingConfiguration, plan: NetworkPlan, data: DatasetView, seed: UInt64, kernels: KernelSet
    ) {
        self.arena = Arena(plan.layout)
        self.plan = plan
        self.table = kernels.table
        self.data = data
        self.configuration = configuration
        self.seed = seed
        self.optimizer = OptimizerState(configuration, batches: plan.batches)
        self.initialize()
        self.drawHeldRows()
        unsafe self.keepStart()
    }

    /// A run taken up where a checkpoint was written.
    ///
    /// Every field is checked against what the configuration and the data ask for, and the length of the whole before
    /// any tensor is read.
    ///
    /// - Throws: ``TrainingError``, also where the checkpoint belongs to another configuration, seed or data set.
    /// - Complexity: O(parameters).
    package init(
        checkpoint bytes: [UInt8], configuration: TrainingConfiguration, data: DatasetView, seed: UInt64,
        kernels: KernelSet
    ) throws(TrainingError) {
        let plan = try Self.plan(configuration, data: data, seed: seed)
        let fingerprint = Fingerprint(configuration, data: data).value
        var optimizer = OptimizerState(configuration, batches: plan.batches)
        let checkpoint = try Checkpoint(
            bytes, fingerprint: fingerprint, seed: seed, tensors: plan.tensors,
            scheduleCount: optimizer.storedNumbers.count)
        optimizer = OptimizerState(
            configuration, batches: plan.batches, stepCount: checkpoint.header.stepCount,
            firstPower: checkpoint.header.firstPower, secondPower: checkpoint.header.secondPower)
        try optimizer.restore(checkpoint.header.schedule)
        self.arena = Arena(plan.layout)
        self.plan = plan
        self.table = kernels.table
        self.data = data
        self.configuration = configuration
        self.seed = seed
        self.optimizer = optimizer
        self.status = checkpoint.header.status
        self.epoch = checkpoint.header.epoch
        self.patience = checkpoint.header.patience
        self.gaps = checkpoint.header.gaps
        unsafe self.writeTables()
        self.initializeLoss()
        for (place, values) in zip(plan.tensors.flatMap(\.numbers), checkpoint.numbers) {
            self.setValues(of: place.tensor, at: place.offset, to: values)
        }
        self.drawHeldRows()
        unsafe self.keepStart()
    }

    /// Whether the run is over by itself: it diverged or ran out of patience. No further epoch is to be trained.
    package var isOver: Bool { self.status != .normal }

    /// Trained numbers: weights, biases, scales and shifts; not the running statistics.
    package var parameterCount: Int {
        self.plan.tensors.reduce(0) { $0 + ($1.isTrained ? $1.count : 0) }
    }

    private func initialize() {
        unsafe self.initializeFront()
        self.initializeLoss()
        for (number, layer) in self.plan.layers.enumerated() {
            let initializer = WeightInitializer(
                self.configuration.initializer, activation: self.configuration.activation, inputs: layer.inputs,
                outputs: layer.outputs, seed: self.seed, layer: number)
            unsafe initializer.fill(
                self.arena.base + layer.weights.values, inputs: layer.inputs, outputs: layer.outputs,
                rowStride: layer.outputStride)
            if let normalization = layer.normalization {
                self.initialize(normalization, count: layer.outputs)
            } else if let normalization = layer.layerNormalization {
                let gain = normalization.gain.values
                unsafe (self.arena.base + gain).update(repeating: 1, count: layer.outputs)
            } else {
                unsafe self.initializeBiases(at: layer.bias.values, count: layer.outputs, layer: number)
            }
        }
        if let start = self.optimizer.initialAccumulator {
            for place in self.plan.parameters {
                guard let second = place.second else { continue }
                unsafe (self.arena.base + second).update(repeating: start, count: place.count)
            }
        }
    }

    /// First biases; `layer` is the number of the layer's stream of weights.
    @unsafe
    borrowing func initializeBiases(at place: Int, count: Int, layer: Int) {
        let initializer = WeightInitializer(self.configuration.biasInitializer, seed: self.seed, layer: layer)
        unsafe initializer.fill(self.arena.base + place, inputs: 1, outputs: count, rowStride: count)
    }

    /// Scales and variances begin at 1.
    func initialize(_ normalization: NormalizationPlan, count: Int) {
        for i in 0..<count {
            unsafe self.arena.base[normalization.gain.values + i] = 1
            unsafe self.arena.base[normalization.runningVariance + i] = 1
        }
    }
}

extension TrainingRun {
    /// The plan of a network, once configuration, data and memory have been found good.
    static func plan(
        _ configuration: TrainingConfiguration, data: DatasetView, seed: UInt64
    ) throws(TrainingError) -> NetworkPlan {
        try Self.check(configuration)
        try Self.check(data)
        try Self.check(configuration.family, shape: data.featureShape)
        try Self.check(configuration.augmentation, shape: data.featureShape)
        try Self.checkMixUp(configuration, data)
        try Self.checkEnds(configuration.family, data)
        try Self.check(configuration.embedding, data)
        if configuration.learnedSettings != nil, data.train.rowCount < 2 {
            throw .data(what: "training rows", found: "\(data.train.rowCount)", wanted: "at least 2, to hold one back")
        }
        // Which moments there are does not depend on the number of steps.
        var optimizer = OptimizerState(configuration, batches: BatchPlan(stepsPerEpoch: 1))
        let plan = NetworkPlan(
            configuration, data: data, loss: try LossPlan(configuration.loss, data: data),
            figures: try FigurePlan(configuration, task: data.task), seed: seed, rule: optimizer.nextRule())
        if case .orthogonal = configuration.initializer { try Self.checkOrthogonal(plan) }
        guard plan.layout.byteCount <= ArenaLayout.byteLimit else {
            throw .tooLarge(bytes: plan.layout.byteCount, limit: ArenaLayout.byteLimit)
        }
        return plan
    }

    /// Trained numbers of a network before there is one.
    ///
    /// - Parameters:
    ///   - configuration: The network's.
    ///   - shape: What of the data decides its size; the rows do not.
    /// - Returns: As ``parameterCount`` of the run says; `nil` where there can be no such network.
    /// - Complexity: O(tensors): no number of the network is stored.
    package static func parameterCount(_ configuration: TrainingConfiguration, shape: DataShape) -> Int? {
        var featureCount = 1
        for size in shape.features {
            let (product, isOverflow) = featureCount.multipliedReportingOverflow(by: size)
            guard !isOverflow, (1...1 << 30).contains(product) else { return nil }
            featureCount = product
        }
        // Two rows that are never read: their number decides buffers alone.
        return unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: 1) { floats -> Int? in
            guard let place = floats.baseAddress else { return nil }
            let rows = unsafe DatasetPart(rowCount: 2, features: UnsafePointer(place), classes: nil, values: nil)
            let data = DatasetView(
                task: shape.task, featureCount: featureCount, featureShape: shape.features,
                categories: shape.categories, featureStride: paddedWidth(featureCount),
                targetStride: paddedWidth(shape.task.outputCount), train: rows, validation: rows)
            guard let plan = try? Self.sizedPlan(configuration, data: data) else { return nil }
            return plan.tensors.reduce(0) { $0 + ($1.isTrained ? $1.count : 0) }
        }
    }

    /// The plan of a network whose sizes alone are of interest.
    private static func sizedPlan(
        _ configuration: TrainingConfiguration, data: DatasetView
    ) throws(TrainingError) -> NetworkPlan {
        try Self.check(configuration)
        try Self.check(configuration.family, shape: data.featureShape)
        try Self.check(configuration.embedding, data)
        var sized = configuration
        // Weights of classes are made from the rows, and no size depends on them.
        sized.loss.classWeights = .none
        sized.loss.positiveWeights = .none
        var optimizer = OptimizerState(sized, batches: BatchPlan(stepsPerEpoch: 1))
        return NetworkPlan(
            sized, data: data, loss: try LossPlan(sized.loss, data: data),
            figures: try FigurePlan(sized, task: data.task), seed: 0, rule: optimizer.nextRule())
    }

    /// Refuses what no network can be made of; the finer ranges are those of `SettingRule`.
    private static func check(_ configuration: TrainingConfiguration) throws(TrainingError) {
        for (number, layer) in configuration.layers.enumerated() {
            let name = "\(configuration.family.denseLayers).\(number)"
            guard (1...65_536).contains(layer.units) else {
                throw .setting(
                    SettingError(
                        setting: "\(name).units", found: "\(layer.units)", wanted: "a whole number in [1, 65536]"))
            }
            guard layer.dropout >= 0, layer.dropout < 1 else {
                throw .setting(
                    SettingError(setting: "\(name).dropout", found: "\(layer.dropout)", wanted: "a number in [0, 1)"))
            }
        }
        guard configuration.batchSize >= 1 else {
            throw .setting(
                SettingError(
                    setting: "training.batch_size", found: "\(configuration.batchSize)", wanted: "a whole number >= 1"))
        }
    }

    /// Refuses matrices that would take minutes to be made orthogonal.
    private static func checkOrthogonal(_ plan: NetworkPlan) throws(TrainingError) {
        let limit = OrthogonalMatrix.widthLimit
        for (rows, columns) in plan.front.matrices + plan.layers.map({ ($0.inputs, $0.outputs) })
        where min(rows, columns) > limit {
            throw .setting(
                SettingError(
                    setting: "model.initializer", found: "orthogonal for weights of \(rows) x \(columns)",
                    wanted: "at most \(limit) rows or \(limit) columns; use glorot_normal for wider layers"))
        }
    }

    /// Refuses changes of rows that are no images, and such that leave nothing of one.
    private static func check(_ augmentation: AugmentationSettings, shape: [Int]) throws(TrainingError) {
        guard augmentation.changesImages else { return }
        let name = "training.augmentation"
        guard shape.count == 3 else {
            let setting =
                augmentation.flip != 0
                ? ("flip", "\(augmentation.flip)")
                : augmentation.crop != 1
                    ? ("crop", "\(augmentation.crop)")
                    : augmentation.shift != 0
                        ? ("shift", "\(augmentation.shift)") : ("cutout", "\(augmentation.cutout)")
            throw .setting(
                SettingError(
                    setting: "\(name).\(setting.0)", found: setting.1,
                    wanted: "none for rows of the shape \(shape); only images [height, width, channels] are augmented"))
        }
        let side = min(shape[0], shape[1])
        for (key, value) in [("shift", augmentation.shift), ("cutout", augmentation.cutout)] {
            guard (0..<max(1, side)).contains(value) else {
                throw .setting(
                    SettingError(
                        setting: "\(name).\(key)", found: "\(value)",
                        wanted: "less than \(side), the shorter side of the images"))
            }
        }
        guard (0...1).contains(augmentation.flip), augmentation.crop > 0, augmentation.crop <= 1 else {
            throw .setting(
                SettingError(
                    setting: name, found: "flip \(augmentation.flip), crop \(augmentation.crop)",
                    wanted: "flip in [0, 1] and crop in (0, 1]"))
        }
    }

    /// Refuses data whose shapes do not fit each other: the kernels trust them.
    private static func check(_ data: DatasetView) throws(TrainingError) {
        guard data.featureCount >= 1, data.featureCount <= 1 << 30 else {
            throw .data(what: "features", found: "\(data.featureCount)", wanted: "a number in [1, \(1 << 30)]")
        }
        guard data.featureStride == paddedWidth(data.featureCount) else {
            throw .data(
                what: "floats from row to row", found: "\(data.featureStride)",
                wanted: "\(paddedWidth(data.featureCount))")
        }
        guard data.task.outputCount >= 1, data.task.outputCount <= 1 << 20 else {
            throw .data(
                what: "classes or outputs", found: "\(data.task.outputCount)", wanted: "a number in [1, \(1 << 20)]")
        }
        switch data.task {
        case .classification: break
        case .regression(let outputs), .multiLabel(let outputs):
            guard data.targetStride == paddedWidth(outputs) else {
                throw .data(
                    what: "targets from row to row", found: "\(data.targetStride)", wanted: "\(paddedWidth(outputs))")
            }
        }
        for (name, part) in [("training", data.train), ("validation", data.validation)] {
            guard part.rowCount >= 1, part.rowCount <= Int(Int32.max) else {
                throw .data(
                    what: "\(name) rows", found: "\(part.rowCount)", wanted: "a number in [1, \(Int32.max)]")
            }
            try self.check(part, name: name, task: data.task)
        }
    }

    private static func check(
        _ part: DatasetPart, name: String, task: LearningTask
    ) throws(TrainingError) {
        switch task {
        case .classification(let classes):
            guard let labels = unsafe part.classes else {
                throw .data(what: "\(name) classes", found: "none", wanted: "one for each row")
            }
            for row in 0..<part.rowCount {
                let label = unsafe Int(labels[row])
                guard label >= 0, label < classes else {
                    throw .data(
                        what: "class of \(name) row \(row)", found: "\(label)", wanted: "a number in [0, \(classes))")
                }
            }
        case .regression, .multiLabel:
            guard unsafe part.values != nil else {
                throw .data(what: "\(name) targets", found: "none", wanted: "one for each row")
            }
        }
    }
}
