import TrainingData
import TuningModel

/// A 64-bit digest of words: enough to tell apart what was not made to collide.
///
/// Each step is a bijection of the state for a given word and of the word for a given state, so that two sequences
/// that differ in one word never agree. The multiplier is FNV's 64-bit prime (G. Fowler, L. Noll, K. Vo), the offset
/// basis its start.
struct Fingerprint {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ word: UInt64) {
        let mixed = (self.value ^ word) &* 0x0000_0100_0000_01B3
        self.value = mixed << 29 | mixed >> 35
    }

    mutating func add(_ value: Double) { self.add(value.bitPattern) }

    mutating func add(_ value: Int) { self.add(UInt64(truncatingIfNeeded: value)) }

    mutating func add(_ text: String) {
        self.add(text.utf8.count)
        for byte in text.utf8 { self.add(UInt64(byte)) }
    }
}

extension Fingerprint {
    /// A digest of everything that decides how a network is built and trained.
    init(_ configuration: TrainingConfiguration, data: DatasetView) {
        self.init()
        switch data.task {
        case .classification(let classes): self.add([1, classes])
        case .regression(let outputs): self.add([2, outputs])
        case .multiLabel(let labels): self.add([3, labels])
        }
        self.add([data.featureCount, data.train.rowCount, configuration.layers.count])
        self.add(configuration.family, shape: data.featureShape)
        self.add(configuration.embedding, categories: data.categories)
        for layer in configuration.layers {
            self.add([layer.units, layer.batchNormalization ? 1 : layer.layerNormalization ? 2 : 0])
            self.add(layer.dropout)
        }
        self.add(configuration.activation.rawValue)
        self.add(configuration.initializer.name)
        for number in configuration.initializer.numbers { self.add(number) }
        self.add(configuration.biasInitializer)
        // Checkpoints of networks with the usual biases keep their fingerprint.
        if configuration.forgetBias != 1 { self.add(configuration.forgetBias) }
        self.add(configuration.optimizer)
        self.add(configuration.loss)
        self.add([configuration.batchSize, configuration.earlyStopping?.patience ?? 0])
        self.add(configuration.schedule, epochs: configuration.scheduleEpochs, warmup: configuration.warmupEpochs)
        self.add(configuration.augmentation)
        for number in [
            configuration.learningRate, configuration.l1, configuration.l2, configuration.weightDecay,
            configuration.earlyStopping?.minimumChange ?? -1,
        ] {
            self.add(number)
        }
        self.add("clip_value", configuration.clipValue)
        self.add("clip_norm", configuration.clipNorm)
        self.add("max_norm", configuration.maxNorm)
        self.add("hypergradient", configuration.hypergradient)
        // The name is to be changed with the arithmetic of the rule, so that no checkpoint goes on under another one.
        if configuration.learnsMultiplicatively { self.add("multiplicative by loss") }
        if let steps = configuration.t1t2 {
            self.add("t1_t2")
            self.add(steps.every)
            for number in [steps.share, steps.learningRate, steps.momentum, steps.l2, steps.weightDecay] {
                self.add(number)
            }
        }
        switch configuration.average {
        case .none: break
        case .exponential(let decay): self.add("ema", decay)
        case .stochastic(let from): self.add("swa", Double(from))
        }
        if let stopping = configuration.earlyStopping {
            if stopping.metric != .validationLoss { self.add(stopping.metric.rawValue) }
            self.add("restore_best", stopping.restoresBest ? 1 : 0)
        }
        if let growth = configuration.batchGrowth {
            self.add("batch_growth")
            self.add([growth.factor, growth.every, growth.maximum])
        }
    }

    /// Nothing for categories as they are.
    private mutating func add(_ embedding: EmbeddingSettings, categories: [Range<Int>]) {
        guard embedding.units > 0 else { return }
        self.add("embedding")
        self.add(embedding.rule.rawValue)
        self.add([embedding.units, categories.count])
        for column in categories { self.add([column.lowerBound, column.count]) }
    }

    /// Nothing for zeros.
    private mutating func add(_ biases: BiasInitializer) {
        guard biases != .zeros else { return }
        self.add("biases")
        self.add(biases.initializer.name)
        for number in biases.initializer.numbers { self.add(number) }
    }

    /// Nothing for the task's own loss as it is.
    private mutating func add(_ loss: LossSettings) {
        if ![.automatic, .crossEntropy, .squaredError].contains(loss.function) { self.add(loss.function.rawValue) }
        if loss.labelSmoothing != 0 { self.add(loss.labelSmoothing) }
        if loss.function == .huber { self.add(loss.huberDelta) }
        self.add(loss.classWeights)
        if loss.positiveWeights != .none { self.add("positive") }
        self.add(loss.positiveWeights)
    }

    /// Nothing where there are none.
    private mutating func add(_ weights: ClassWeights) {
        switch weights {
        case .none: return
        case .balanced: self.add("balanced")
        case .given(let weights):
            self.add(weights.count)
            for weight in weights { self.add(weight) }
        }
    }

    /// Nothing for rows as they are.
    private mutating func add(_ augmentation: AugmentationSettings) {
        self.add("mixup", augmentation.mixUp)
        guard augmentation.changesImages else { return }
        self.add("augmentation")
        self.add(augmentation.flip)
        self.add(augmentation.crop)
        self.add([augmentation.shift, augmentation.cutout])
    }

    /// Nothing for a learning rate that stays.
    private mutating func add(_ schedule: LearningRateSchedule, epochs: Int?, warmup: Double) {
        if warmup != 0 { self.add(warmup) }
        let name: String
        let numbers: [Double]
        switch schedule {
        case .constant: return
        case .step(let every, let factor): (name, numbers) = ("step", [Double(every), factor])
        case .exponential(let factor): (name, numbers) = ("exponential", [factor])
        case .polynomial(let power, let end): (name, numbers) = ("polynomial", [Double(power), end])
        case .cosine(let end): (name, numbers) = ("cosine", [end])
        case .oneCycle(let rise, let start, let end): (name, numbers) = ("one_cycle", [rise, start, end])
        case .plateau(let factor, let patience, let minimumChange, let minimumRate):
            (name, numbers) = ("plateau", [factor, Double(patience), minimumChange, minimumRate])
        }
        self.add(name)
        self.add(epochs ?? 0)
        for number in numbers { self.add(number) }
    }

    /// Nothing for networks of dense layers alone.
    private mutating func add(_ family: NetworkFamily, shape: [Int]) {
        switch family {
        case .mlp: return
        case .cnn(let settings):
            self.add([1, settings.blocks.count, settings.dimensions] + shape)
            self.add(settings.globalPool.rawValue)
            for block in settings.blocks {
                self.add([block.filters, block.kernel, block.stride, block.dilation, block.convolutions])
                self.add(
                    [block.poolSize]
                        + [block.batchNormalization, block.isResidual, block.isSeparable].map { $0 ? 1 : 0 })
                self.add(block.padding.rawValue)
                self.add(block.pool.rawValue)
                self.add(block.dropout)
            }
        case .recurrent(let settings):
            self.add([2, settings.layers.count, settings.isBidirectional ? 1 : 0] + shape)
            self.add(settings.cell.rawValue)
            self.add(settings.output.rawValue)
            for layer in settings.layers {
                self.add(layer.units)
                self.add(layer.dropout)
            }
        }
    }

    private mutating func add(_ numbers: [Int]) { for number in numbers { self.add(number) } }

    private mutating func add(_ optimizer: OptimizerSettings) {
        switch optimizer {
        case .sgd(let momentum, let nesterov):
            self.add("sgd")
            self.add(momentum)
            self.add(nesterov ? 1 : 0)
        case .adam(let beta1, let beta2, let epsilon):
            self.add("adam")
            for number in [beta1, beta2, epsilon] { self.add(number) }
        case .adamw(let beta1, let beta2, let epsilon):
            self.add("adamw")
            for number in [beta1, beta2, epsilon] { self.add(number) }
        case .rmsprop(let decay, let epsilon, let momentum):
            self.add("rmsprop")
            for number in [decay, epsilon, momentum] { self.add(number) }
        case .amsgrad(let beta1, let beta2, let epsilon):
            self.add("amsgrad")
            for number in [beta1, beta2, epsilon] { self.add(number) }
        case .nadam(let beta1, let beta2, let epsilon, let momentumDecay):
            self.add("nadam")
            for number in [beta1, beta2, epsilon, momentumDecay] { self.add(number) }
        case .adagrad(let epsilon, let learningRateDecay, let initialAccumulator):
            self.add("adagrad")
            for number in [epsilon, learningRateDecay, initialAccumulator] { self.add(number) }
        case .lamb(let beta1, let beta2, let epsilon):
            self.add("lamb")
            for number in [beta1, beta2, epsilon] { self.add(number) }
        }
    }

    /// A number under a name; nothing for 0, which means that there is no such thing.
    private mutating func add(_ name: String, _ value: Double) {
        guard value != 0 else { return }
        self.add(name)
        self.add(value)
    }
}
