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
        let name = try reader.text("model.family")
        let family: NetworkFamily
        switch name {
        case "cnn": family = .cnn(try Self.blocks(reader))
        case "lstm": family = .lstm(try Self.recurrentLayers(reader))
        default: family = .mlp
        }
        let layers = try Self.denseLayers(reader, family.denseLayers)
        self.init(
            layers: layers, optimizer: try Self.optimizer(&reader),
            learningRate: try reader.float("training.learning_rate"), batchSize: try reader.int("training.batch_size"))
        self.family = family
        self.activation = Activation(rawValue: try reader.text("model.activation")) ?? .relu
        self.initializer = Initializer(rawValue: try reader.text("model.initializer")) ?? .automatic
        self.schedule = try Self.schedule(reader)
        self.warmupEpochs = try reader.float("training.warmup_epochs")
        if self.schedule.needsEpochs { self.scheduleEpochs = try reader.int("training.schedule_epochs") }
        self.l1 = try reader.float("training.l1")
        self.l2 = try reader.float("training.l2")
        self.weightDecay = try reader.float("training.weight_decay")
        if reader.isGiven("training.early_stopping.patience") {
            self.earlyStopping = PatienceSettings(
                patience: try reader.int("training.early_stopping.patience"),
                minimumChange: try reader.float("training.early_stopping.min_change"))
        }
        self.augmentation.flip = try reader.float("training.augmentation.flip")
        self.augmentation.crop = try reader.float("training.augmentation.crop")
        self.augmentation.shift = try reader.int("training.augmentation.shift")
        self.augmentation.cutout = try reader.int("training.augmentation.cutout")
        if self.weightDecay != 0, case .adamw = self.optimizer {
        } else if self.weightDecay != 0 {
            throw SettingError(
                setting: "training.weight_decay", found: "\(self.weightDecay)",
                wanted: "0, or the optimizer adamw; for the other optimizers use training.l2")
        }
    }

    private static func denseLayers(
        _ reader: SettingReader, _ name: String
    ) throws(SettingError) -> [DenseLayerSettings] {
        var layers: [DenseLayerSettings] = []
        for layer in 0..<(try reader.int(name)) {
            let prefix = "\(name).\(layer)"
            layers.append(
                DenseLayerSettings(
                    units: try reader.int("\(prefix).units"), dropout: try reader.float("\(prefix).dropout"),
                    batchNormalization: try reader.bool("\(prefix).batch_norm")))
        }
        return layers
    }

    private static func blocks(_ reader: SettingReader) throws(SettingError) -> [ConvolutionBlockSettings] {
        var blocks: [ConvolutionBlockSettings] = []
        for block in 0..<(try reader.int("model.family.cnn.blocks")) {
            let prefix = "model.family.cnn.blocks.\(block)"
            blocks.append(
                ConvolutionBlockSettings(
                    filters: try reader.int("\(prefix).filters"), kernel: try reader.int("\(prefix).kernel"),
                    stride: try reader.int("\(prefix).stride"),
                    padding: ConvolutionPadding(rawValue: try reader.text("\(prefix).padding")) ?? .same,
                    pool: PoolSettings(rawValue: try reader.text("\(prefix).pool")) ?? .none,
                    poolSize: try reader.int("\(prefix).pool_size"),
                    batchNormalization: try reader.bool("\(prefix).batch_norm")))
        }
        return blocks
    }

    private static func recurrentLayers(_ reader: SettingReader) throws(SettingError) -> [RecurrentLayerSettings] {
        var layers: [RecurrentLayerSettings] = []
        for layer in 0..<(try reader.int("model.family.lstm.layers")) {
            layers.append(RecurrentLayerSettings(units: try reader.int("model.family.lstm.layers.\(layer).units")))
        }
        return layers
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
        case "adamw":
            return .adamw(
                beta1: try reader.float("\(prefix).beta1"), beta2: try reader.float("\(prefix).beta2"),
                epsilon: try reader.float("\(prefix).epsilon"))
        default:
            return .adam(
                beta1: try reader.float("\(prefix).beta1"), beta2: try reader.float("\(prefix).beta2"),
                epsilon: try reader.float("\(prefix).epsilon"))
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

    func text(_ name: String) throws(SettingError) -> String {
        if case .text(let value) = try self.value(name) { return value }
        return ""
    }
}
