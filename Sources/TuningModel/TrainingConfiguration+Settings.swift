extension TrainingConfiguration {
    /// Reads a configuration from settings by name; what is not given takes its default.
    ///
    /// This is the only way from names to a configuration: the study file, `--set` and a worker that was sent an
    /// assignment all pass through it, so that each value is checked wherever it comes from.
    ///
    /// - Throws: ``SettingError`` for an unknown name, a value out of its range, or one that is missing.
    /// - Complexity: O(n^2) in the number of settings.
    package init(_ settings: [Setting]) throws(SettingError) {
        var reader = SettingReader()
        for setting in settings { try reader.add(setting) }
        let family = try Self.family(reader)
        let layers = try Self.denseLayers(reader, family.denseLayers)
        self.init(
            layers: layers, optimizer: try Self.optimizer(&reader),
            learningRate: try reader.float("training.learning_rate"), batchSize: try reader.int("training.batch_size"))
        self.repeats = try reader.int("training.repeats")
        if reader.isGiven("training.network_epochs") {
            self.networkEpochs = try reader.int("training.network_epochs")
        }
        self.family = family
        // Another family leaves the settings of the mlp alone.
        if family == .mlp {
            self.embedding.units = try reader.int("model.family.mlp.embedding")
            let rule = try reader.text("model.family.mlp.embedding_rule")
            self.embedding.rule = EmbeddingSettings.Rule(rawValue: rule) ?? .fixed
        }
        self.activation = Activation(rawValue: try reader.text("model.activation")) ?? .relu
        self.initializer = try Self.initializer(reader)
        self.biasInitializer = try Self.biasInitializer(reader)
        self.forgetBias = try reader.float("model.family.lstm.forget_bias")
        self.loss = try Self.loss(reader)
        self.schedule = try Self.schedule(reader)
        self.warmupEpochs = try reader.float("training.warmup_epochs")
        if self.schedule.needsEpochs { self.scheduleEpochs = try reader.int("training.schedule_epochs") }
        // Where a condition takes away what a group cannot do without, there is no such group.
        if reader.isGiven("training.batch_growth.every"), reader.isGiven("training.batch_growth.max") {
            self.batchGrowth = BatchGrowth(
                factor: try reader.int("training.batch_growth.factor"),
                every: try reader.int("training.batch_growth.every"),
                maximum: try reader.int("training.batch_growth.max"))
        }
        self.hypergradient = try reader.float("training.hypergradient")
        self.hypergradientRule =
            HypergradientRule(rawValue: try reader.text("training.hypergradient_rule")) ?? .additive
        self.t1t2 = try Self.t1t2(reader)
        self.l1 = try reader.float("training.l1")
        self.l2 = try reader.float("training.l2")
        self.weightDecay = try reader.float("training.weight_decay")
        self.clipValue = try reader.float("training.clip_value")
        self.clipNorm = try reader.float("training.clip_norm")
        self.maxNorm = try reader.float("training.max_norm")
        self.average = try Self.average(reader)
        if reader.isGiven("training.early_stopping.patience") {
            self.earlyStopping = PatienceSettings(
                patience: try reader.int("training.early_stopping.patience"),
                minimumChange: try reader.float("training.early_stopping.min_change"),
                metric: Metric(rawValue: try reader.text("training.early_stopping.metric")) ?? .validationLoss,
                restoresBest: try reader.bool("training.early_stopping.restore_best"))
        }
        self.augmentation.flip = try reader.float("training.augmentation.flip")
        self.augmentation.crop = try reader.float("training.augmentation.crop")
        self.augmentation.shift = try reader.int("training.augmentation.shift")
        self.augmentation.cutout = try reader.int("training.augmentation.cutout")
        self.augmentation.mixUp = try reader.float("training.augmentation.mixup")
        self.metrics = try reader.texts("training.metrics").compactMap { Metric(rawValue: $0) }
        if self.weightDecay != 0, !self.optimizer.takesWeightDecay {
            throw SettingError(
                setting: "training.weight_decay", found: "\(self.weightDecay)",
                wanted: "0, or the optimizer adamw or lamb; for the other optimizers use training.l2")
        }
        if self.hypergradient > 0, let steps = self.t1t2, steps.learningRate > 0 {
            throw SettingError(
                setting: "training.t1_t2.learning_rate", found: "\(steps.learningRate)",
                wanted: "0 beside training.hypergradient, which learns it too")
        }
    }

    private static func t1t2(_ reader: SettingReader) throws(SettingError) -> T1T2Settings? {
        let name = "training.t1_t2"
        var settings = T1T2Settings()
        settings.every = try reader.int("\(name).every")
        settings.share = try reader.float("\(name).share")
        settings.learningRate = try reader.float("\(name).learning_rate")
        settings.momentum = try reader.float("\(name).momentum")
        settings.l2 = try reader.float("\(name).l2")
        settings.weightDecay = try reader.float("\(name).weight_decay")
        return settings.learnsAny ? settings : nil
    }

    private static func denseLayers(
        _ reader: SettingReader, _ name: String
    ) throws(SettingError) -> [DenseLayerSettings] {
        var layers: [DenseLayerSettings] = []
        for layer in 0..<(try reader.int(name)) {
            let prefix = "\(name).\(layer)"
            let layer = DenseLayerSettings(
                units: try reader.int("\(prefix).units"), dropout: try reader.float("\(prefix).dropout"),
                batchNormalization: try reader.bool("\(prefix).batch_norm"),
                layerNormalization: try reader.bool("\(prefix).layer_norm"))
            guard !layer.batchNormalization || !layer.layerNormalization else {
                throw SettingError(setting: "\(prefix).layer_norm", found: "true", wanted: "false beside batch_norm")
            }
            layers.append(layer)
        }
        return layers
    }

    private static func family(_ reader: SettingReader) throws(SettingError) -> NetworkFamily {
        let name = try reader.text("model.family")
        if name == "cnn" { return .cnn(try self.convolutions(reader)) }
        guard let cell = RecurrentCell(rawValue: name) else { return .mlp }
        let prefix = "model.family.\(name)"
        var layers: [RecurrentLayerSettings] = []
        for layer in 0..<(try reader.int("\(prefix).layers")) {
            layers.append(
                RecurrentLayerSettings(
                    units: try reader.int("\(prefix).layers.\(layer).units"),
                    dropout: try reader.float("\(prefix).layers.\(layer).dropout")))
        }
        return .recurrent(
            RecurrentSettings(
                layers, cell: cell, isBidirectional: try reader.bool("\(prefix).bidirectional"),
                output: SequenceOutput(rawValue: try reader.text("\(prefix).output")) ?? .last))
    }

    private static func convolutions(_ reader: SettingReader) throws(SettingError) -> ConvolutionSettings {
        var blocks: [ConvolutionBlockSettings] = []
        for number in 0..<(try reader.int("model.family.cnn.blocks")) {
            let prefix = "model.family.cnn.blocks.\(number)"
            let block = ConvolutionBlockSettings(
                filters: try reader.int("\(prefix).filters"), kernel: try reader.int("\(prefix).kernel"),
                stride: try reader.int("\(prefix).stride"), dilation: try reader.int("\(prefix).dilation"),
                padding: ConvolutionPadding(rawValue: try reader.text("\(prefix).padding")) ?? .same,
                convolutions: try reader.int("\(prefix).convolutions"),
                isResidual: try reader.bool("\(prefix).residual"),
                isSeparable: try reader.bool("\(prefix).separable"),
                pool: PoolSettings(rawValue: try reader.text("\(prefix).pool")) ?? .none,
                poolSize: try reader.int("\(prefix).pool_size"),
                batchNormalization: try reader.bool("\(prefix).batch_norm"),
                dropout: try reader.float("\(prefix).dropout"))
            guard !block.isResidual || block.padding == .same else {
                throw SettingError(
                    setting: "\(prefix).padding", found: block.padding.rawValue, wanted: "same, for a residual block")
            }
            blocks.append(block)
        }
        return ConvolutionSettings(
            blocks, dimensions: try reader.int("model.family.cnn.dimensions"),
            globalPool: PoolSettings(rawValue: try reader.text("model.family.cnn.global_pool")) ?? .none)
    }

    private static func initializer(_ reader: SettingReader) throws(SettingError) -> Initializer {
        let name = try reader.text("model.initializer")
        let prefix = "model.initializer.\(name)"
        switch name {
        case "zeros": return .zeros
        case "constant": return .constant(value: try reader.float("\(prefix).value"))
        case "uniform": return .uniform(limit: try reader.float("\(prefix).limit"))
        case "normal": return .normal(standardDeviation: try reader.float("\(prefix).standard_deviation"))
        case "truncated_normal":
            return .truncatedNormal(standardDeviation: try reader.float("\(prefix).standard_deviation"))
        case "he_normal": return .heNormal
        case "he_uniform": return .heUniform
        case "glorot_normal": return .glorotNormal
        case "glorot_uniform": return .glorotUniform
        case "lecun_normal": return .lecunNormal
        case "lecun_uniform": return .lecunUniform
        case "orthogonal": return .orthogonal(gain: try reader.float("\(prefix).gain"))
        default: return .automatic
        }
    }

    private static func biasInitializer(_ reader: SettingReader) throws(SettingError) -> BiasInitializer {
        let name = try reader.text("model.bias_initializer")
        let prefix = "model.bias_initializer.\(name)"
        switch name {
        case "constant": return .constant(value: try reader.float("\(prefix).value"))
        case "uniform": return .uniform(limit: try reader.float("\(prefix).limit"))
        case "normal": return .normal(standardDeviation: try reader.float("\(prefix).standard_deviation"))
        default: return .zeros
        }
    }

    private static func loss(_ reader: SettingReader) throws(SettingError) -> LossSettings {
        var loss = LossSettings()
        loss.function = LossFunction(rawValue: try reader.text("training.loss")) ?? .automatic
        loss.labelSmoothing = try reader.float("training.label_smoothing")
        loss.huberDelta = try reader.float("training.huber_delta")
        guard loss.function == .huber || !reader.isGiven("training.huber_delta") else {
            throw SettingError(
                setting: "training.huber_delta", found: "\(loss.huberDelta)", wanted: "nothing, or the loss huber")
        }
        loss.classWeights = try self.weights(reader, "training.class_weights", of: "class")
        loss.positiveWeights = try self.weights(reader, "training.positive_weights", of: "label")
        return loss
    }

    private static func weights(
        _ reader: SettingReader, _ name: String, of noun: String
    ) throws(SettingError) -> ClassWeights {
        let weights = try reader.numbers(name)
        let isBalanced = try reader.text(name) == "balanced"
        guard weights.isEmpty || !isBalanced else {
            throw SettingError(
                setting: name, found: "balanced beside \(weights.count) numbers",
                wanted: "balanced or a number for each \(noun)")
        }
        return isBalanced ? .balanced : weights.isEmpty ? .none : .given(weights)
    }

    private static func average(_ reader: SettingReader) throws(SettingError) -> WeightAverage {
        switch try reader.text("training.average") {
        case "ema": .exponential(decay: try reader.float("training.average.ema.decay"))
        case "swa": .stochastic(from: try reader.int("training.average.swa.from"))
        default: .none
        }
    }

    private static func schedule(_ reader: SettingReader) throws(SettingError) -> LearningRateSchedule {
        let name = try reader.text("training.schedule")
        let prefix = "training.schedule.\(name)"
        switch name {
        case "step":
            return .step(every: try reader.int("\(prefix).every"), factor: try reader.float("\(prefix).factor"))
        case "exponential": return .exponential(factor: try reader.float("\(prefix).factor"))
        case "polynomial":
            return .polynomial(power: try reader.int("\(prefix).power"), end: try reader.float("\(prefix).end"))
        case "cosine": return .cosine(end: try reader.float("\(prefix).end"))
        case "one_cycle":
            return .oneCycle(
                rise: try reader.float("\(prefix).rise"), start: try reader.float("\(prefix).start"),
                end: try reader.float("\(prefix).end"))
        case "plateau":
            return .plateau(
                factor: try reader.float("\(prefix).factor"), patience: try reader.int("\(prefix).patience"),
                minimumChange: try reader.float("\(prefix).min_change"),
                minimumRate: try reader.float("\(prefix).min_rate"))
        default: return .constant
        }
    }

    private static func optimizer(_ reader: inout SettingReader) throws(SettingError) -> OptimizerSettings {
        let name = try reader.text("training.optimizer")
        let prefix = "training.optimizer.\(name)"
        switch name {
        case "sgd":
            return .sgd(
                momentum: try reader.float("\(prefix).momentum"), nesterov: try reader.bool("\(prefix).nesterov"))
        case "rmsprop":
            return .rmsprop(
                decay: try reader.float("\(prefix).decay"), epsilon: try reader.float("\(prefix).epsilon"),
                momentum: try reader.float("\(prefix).momentum"))
        case "adagrad":
            return .adagrad(
                epsilon: try reader.float("\(prefix).epsilon"),
                learningRateDecay: try reader.float("\(prefix).learning_rate_decay"),
                initialAccumulator: try reader.float("\(prefix).initial_accumulator"))
        default:
            let beta1 = try reader.float("\(prefix).beta1")
            let beta2 = try reader.float("\(prefix).beta2")
            let epsilon = try reader.float("\(prefix).epsilon")
            switch name {
            case "adamw": return .adamw(beta1: beta1, beta2: beta2, epsilon: epsilon)
            case "amsgrad": return .amsgrad(beta1: beta1, beta2: beta2, epsilon: epsilon)
            case "nadam":
                return .nadam(
                    beta1: beta1, beta2: beta2, epsilon: epsilon,
                    momentumDecay: try reader.float("\(prefix).momentum_decay"))
            case "lamb": return .lamb(beta1: beta1, beta2: beta2, epsilon: epsilon)
            default: return .adam(beta1: beta1, beta2: beta2, epsilon: epsilon)
            }
        }
    }
}

/// Checked settings in the order in which they came.
private struct SettingReader {
    private var settings: [Setting] = []

    mutating func add(_ setting: Setting) throws(SettingError) {
        guard let rule = SettingRule.rule(for: setting.name) else {
            throw SettingError(setting: setting.name, found: "\(setting.value)", wanted: "no such setting")
        }
        guard !self.isGiven(setting.name) else {
            throw SettingError(
                setting: setting.name, found: "\(setting.value)", wanted: "one value, it was given twice")
        }
        self.settings.append(Setting(setting.name, try rule.accept(setting.value, for: setting.name)))
    }

    func isGiven(_ name: String) -> Bool { self.settings.contains { $0.name == name } }

    func value(_ name: String) throws(SettingError) -> ParameterValue {
        if let setting = self.settings.first(where: { $0.name == name }) { return setting.value }
        guard let rule = SettingRule.rule(for: name), let value = rule.defaultValue else {
            throw SettingError(
                setting: name, found: "nothing", wanted: SettingRule.rule(for: name)?.kind.wanted ?? "a value")
        }
        return value
    }

    func float(_ name: String) throws(SettingError) -> Double { try self.value(name).number ?? 0 }

    func int(_ name: String) throws(SettingError) -> Int {
        if case .int(let value) = try self.value(name) { return value }
        return 0
    }

    func bool(_ name: String) throws(SettingError) -> Bool { try self.value(name) == .bool(true) }

    /// The names of a list, `NAME.0`, `NAME.1` and so on; as many as are given, and then all before the last.
    private func list(_ name: String) -> [String] {
        (0..<self.settings.count { $0.name.hasPrefix("\(name).") }).map { "\(name).\($0)" }
    }

    func numbers(_ name: String) throws(SettingError) -> [Double] {
        var numbers: [Double] = []
        for place in self.list(name) { numbers.append(try self.float(place)) }
        return numbers
    }

    func texts(_ name: String) throws(SettingError) -> [String] {
        var texts: [String] = []
        for place in self.list(name) { texts.append(try self.text(place)) }
        return texts
    }

    func text(_ name: String) throws(SettingError) -> String {
        if case .text(let value) = try self.value(name) { return value }
        return ""
    }
}
