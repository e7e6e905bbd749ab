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
        }
        self.add([data.featureCount, data.train.rowCount, configuration.layers.count])
        self.add(configuration.family, shape: data.featureShape)
        for layer in configuration.layers {
            self.add([layer.units, layer.batchNormalization ? 1 : 0])
            self.add(layer.dropout)
        }
        self.add(configuration.activation.rawValue)
        self.add(configuration.initializer.rawValue)
        self.add(configuration.optimizer)
        self.add([configuration.batchSize, configuration.earlyStopping?.patience ?? 0])
        self.add(configuration.schedule, epochs: configuration.scheduleEpochs, warmup: configuration.warmupEpochs)
        self.add(configuration.augmentation)
        for number in [
            configuration.learningRate, configuration.l1, configuration.l2, configuration.weightDecay,
            configuration.earlyStopping?.minimumChange ?? -1,
        ] {
            self.add(number)
        }
    }

    /// Nothing for images as they are.
    private mutating func add(_ augmentation: AugmentationSettings) {
        guard augmentation != .none else { return }
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
        }
        self.add(name)
        self.add(epochs ?? 0)
        for number in numbers { self.add(number) }
    }

    /// Nothing for networks of dense layers alone.
    private mutating func add(_ family: NetworkFamily, shape: [Int]) {
        switch family {
        case .mlp: return
        case .cnn(let blocks):
            self.add([1, blocks.count] + shape)
            for block in blocks {
                self.add([block.filters, block.kernel, block.stride, block.poolSize, block.batchNormalization ? 1 : 0])
                self.add(block.padding.rawValue)
                self.add(block.pool.rawValue)
            }
        case .lstm(let layers): self.add([2, layers.count] + shape + layers.map(\.units))
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
        }
    }
}
