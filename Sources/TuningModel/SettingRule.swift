/// One setting of a network or its training by its dotted name.
package struct Setting: Hashable, Sendable {
    package let name: String
    package let value: ParameterValue
    package init(_ name: String, _ value: ParameterValue) {
        self.name = name
        self.value = value
    }
}

extension Array where Element == Setting {
    /// The value of the first setting of a name.
    ///
    /// - Complexity: O(n).
    package subscript(name: String) -> ParameterValue? { self.first { $0.name == name }?.value }
}

/// A value that a trial's configuration is refused for: which setting, what was found, what is wanted.
package struct SettingError: Error, Hashable, Sendable, CustomStringConvertible {
    package let setting: String
    package let found: String
    package let wanted: String
    package init(setting: String, found: String, wanted: String) {
        self.setting = setting
        self.found = found
        self.wanted = wanted
    }
    package var description: String { "\(self.setting) = \(self.found), want \(self.wanted)" }
}

/// What may stand at one place below `model` or `training`: the one list that the study file, `--set` and the
/// worker's own check share.
package struct SettingRule: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// `low <= value <= high`, or `<` where a bound is open.
        case float(low: Double, high: Double, isLowOpen: Bool, isHighOpen: Bool)
        case int(low: Int, high: Int)
        case bool
        case name([String])
    }
    /// With `*` in place of a layer's number: `model.family.mlp.layers.*.units`.
    package let pattern: String
    package let kind: Kind
    /// `nil` where the file must give a value.
    package let defaultValue: ParameterValue?

    /// Every setting of a network and its training.
    package static let all: [SettingRule] =
        [
            SettingRule("model.family", .name(NetworkFamily.names), nil)
        ]
        + Self.denseLayers("model.family.mlp.layers", nil)
        + [
            SettingRule("model.family.mlp.embedding", .int(low: 0, high: 1024), .int(0)),
            SettingRule(
                "model.family.mlp.embedding_rule", .name(EmbeddingSettings.Rule.allCases.map(\.rawValue)),
                .text(EmbeddingSettings.Rule.fixed.rawValue)),
            SettingRule("model.family.cnn.blocks", .int(low: 1, high: 32), nil),
            SettingRule("model.family.cnn.blocks.*.filters", .int(low: 1, high: 4096), nil),
            SettingRule("model.family.cnn.blocks.*.kernel", .int(low: 1, high: 31), .int(3)),
            SettingRule("model.family.cnn.blocks.*.stride", .int(low: 1, high: 8), .int(1)),
            SettingRule("model.family.cnn.blocks.*.dilation", .int(low: 1, high: 64), .int(1)),
            SettingRule(
                "model.family.cnn.blocks.*.padding", .name(ConvolutionPadding.allCases.map(\.rawValue)), .text("same")),
            SettingRule("model.family.cnn.blocks.*.convolutions", .int(low: 1, high: 8), .int(1)),
            SettingRule("model.family.cnn.blocks.*.residual", .bool, .bool(false)),
            SettingRule("model.family.cnn.blocks.*.separable", .bool, .bool(false)),
            SettingRule("model.family.cnn.blocks.*.pool", .name(PoolSettings.allCases.map(\.rawValue)), .text("none")),
            SettingRule("model.family.cnn.blocks.*.pool_size", .int(low: 2, high: 8), .int(2)),
            SettingRule("model.family.cnn.blocks.*.batch_norm", .bool, .bool(false)),
            SettingRule("model.family.cnn.blocks.*.dropout", .below(1), .float(0)),
            SettingRule("model.family.cnn.dimensions", .int(low: 1, high: 2), .int(2)),
            SettingRule("model.family.cnn.global_pool", .name(PoolSettings.allCases.map(\.rawValue)), .text("none")),
        ]
        + Self.denseLayers("model.family.cnn.layers", .int(0))
        + RecurrentCell.allCases.flatMap { Self.recurrent("model.family.\($0.rawValue)") }
        + [SettingRule("model.family.lstm.forget_bias", .parameter, .float(1))]
        + [
            SettingRule("model.activation", .name(Activation.allCases.map(\.rawValue)), .text("relu")),
            SettingRule("model.initializer", .name(Initializer.names), .text("auto")),
            SettingRule("model.initializer.constant.value", .parameter, .float(0)),
            SettingRule("model.initializer.uniform.limit", .spread, .float(0.05)),
            SettingRule("model.initializer.normal.standard_deviation", .spread, .float(0.05)),
            SettingRule("model.initializer.truncated_normal.standard_deviation", .spread, .float(0.05)),
            SettingRule("model.initializer.orthogonal.gain", .spread, .float(1)),
            SettingRule("model.bias_initializer", .name(BiasInitializer.names), .text("zeros")),
            SettingRule("model.bias_initializer.constant.value", .parameter, .float(0)),
            SettingRule("model.bias_initializer.uniform.limit", .spread, .float(0.05)),
            SettingRule("model.bias_initializer.normal.standard_deviation", .spread, .float(0.05)),
            SettingRule("training.loss", .name(LossFunction.allCases.map(\.rawValue)), .text("auto")),
            SettingRule("training.label_smoothing", .below(1), .float(0)),
            SettingRule("training.class_weights", .name(["none", "balanced"]), .text("none")),
            SettingRule("training.class_weights.*", .positive, nil),
            SettingRule("training.positive_weights", .name(["none", "balanced"]), .text("none")),
            SettingRule("training.positive_weights.*", .positive, nil),
            SettingRule("training.huber_delta", .positive, .float(1)),
            SettingRule("training.optimizer", .name(OptimizerSettings.names), .text("adam")),
            SettingRule("training.optimizer.sgd.momentum", .below(1), .float(0)),
            SettingRule("training.optimizer.sgd.nesterov", .bool, .bool(false)),
            SettingRule("training.optimizer.adam.beta1", .below(1), .float(0.9)),
            SettingRule("training.optimizer.adam.beta2", .below(1), .float(0.999)),
            SettingRule("training.optimizer.adam.epsilon", .positive, .float(1e-8)),
            SettingRule("training.optimizer.adamw.beta1", .below(1), .float(0.9)),
            SettingRule("training.optimizer.adamw.beta2", .below(1), .float(0.999)),
            SettingRule("training.optimizer.adamw.epsilon", .positive, .float(1e-8)),
            SettingRule("training.optimizer.rmsprop.decay", .below(1), .float(0.9)),
            SettingRule("training.optimizer.rmsprop.epsilon", .positive, .float(1e-8)),
            SettingRule("training.optimizer.rmsprop.momentum", .below(1), .float(0)),
        ]
        + Self.momentRates("training.optimizer.amsgrad")
        + Self.momentRates("training.optimizer.nadam")
        + [
            SettingRule(
                "training.optimizer.nadam.momentum_decay",
                .float(low: 0, high: 1, isLowOpen: false, isHighOpen: false), .float(0.004)),
            SettingRule("training.optimizer.adagrad.epsilon", .positive, .float(1e-10)),
            SettingRule("training.optimizer.adagrad.learning_rate_decay", .nonNegative, .float(0)),
            SettingRule("training.optimizer.adagrad.initial_accumulator", .nonNegative, .float(0)),
        ]
        + Self.momentRates("training.optimizer.lamb", epsilon: 1e-6)
        + [
            SettingRule("training.learning_rate", .positive, .float(1e-3)),
            SettingRule("training.schedule", .name(LearningRateSchedule.names), .text("constant")),
            SettingRule("training.schedule.step.every", .int(low: 1, high: 1_000_000), .int(10)),
            SettingRule("training.schedule.step.factor", .share, .float(0.5)),
            SettingRule("training.schedule.exponential.factor", .share, .float(0.95)),
            SettingRule("training.schedule.polynomial.power", .int(low: 1, high: 16), .int(1)),
            SettingRule("training.schedule.polynomial.end", .below(1), .float(0)),
            SettingRule("training.schedule.cosine.end", .below(1), .float(0)),
            SettingRule("training.schedule.one_cycle.rise", .inside, .float(0.3)),
            SettingRule("training.schedule.one_cycle.start", .share, .float(0.04)),
            SettingRule("training.schedule.one_cycle.end", .below(1), .float(0)),
            SettingRule("training.schedule.plateau.factor", .inside, .float(0.5)),
            SettingRule("training.schedule.plateau.patience", .int(low: 1, high: 1_000_000), .int(10)),
            SettingRule("training.schedule.plateau.min_change", .nonNegative, .float(0)),
            SettingRule("training.schedule.plateau.min_rate", .below(1), .float(0)),
            SettingRule("training.schedule_epochs", .int(low: 1, high: 1_000_000), nil),
            SettingRule(
                "training.warmup_epochs", .float(low: 0, high: 1e6, isLowOpen: false, isHighOpen: false), .float(0)),
            SettingRule("training.batch_size", .int(low: 1, high: 1_048_576), .int(32)),
            SettingRule("training.repeats", .int(low: 1, high: 100), .int(1)),
            SettingRule("training.network_epochs", .int(low: 1, high: 1_000_000), nil),
            SettingRule("training.batch_growth.factor", .int(low: 2, high: 1024), .int(2)),
            SettingRule("training.batch_growth.every", .int(low: 1, high: 1_000_000), nil),
            SettingRule("training.batch_growth.max", .int(low: 1, high: 1_048_576), nil),
            SettingRule("training.hypergradient", .nonNegative, .float(0)),
            SettingRule(
                "training.hypergradient_rule", .name(HypergradientRule.allCases.map(\.rawValue)),
                .text(HypergradientRule.additive.rawValue)),
            SettingRule("training.t1_t2.every", .int(low: 1, high: 1_000_000), .int(10)),
            SettingRule("training.t1_t2.share", .inside, .float(0.1)),
            SettingRule("training.t1_t2.learning_rate", .below(1), .float(0)),
            SettingRule("training.t1_t2.momentum", .below(1), .float(0)),
            SettingRule("training.t1_t2.l2", .below(1), .float(0)),
            SettingRule("training.t1_t2.weight_decay", .below(1), .float(0)),
            SettingRule("training.l1", .nonNegative, .float(0)),
            SettingRule("training.l2", .nonNegative, .float(0)),
            SettingRule("training.weight_decay", .nonNegative, .float(0)),
            SettingRule("training.clip_value", .nonNegative, .float(0)),
            SettingRule("training.clip_norm", .nonNegative, .float(0)),
            SettingRule("training.max_norm", .nonNegative, .float(0)),
            SettingRule("training.early_stopping.patience", .int(low: 1, high: 1_000_000), nil),
            SettingRule("training.early_stopping.min_change", .nonNegative, .float(0)),
            SettingRule("training.metrics.*", .name(Metric.optional.map(\.rawValue)), nil),
            SettingRule(
                "training.early_stopping.metric", .name(PatienceSettings.metrics.map(\.rawValue)),
                .text(Metric.validationLoss.rawValue)),
            SettingRule("training.early_stopping.restore_best", .bool, .bool(false)),
            SettingRule("training.average", .name(WeightAverage.names), .text("none")),
            SettingRule("training.average.ema.decay", .inside, .float(0.999)),
            SettingRule("training.average.swa.from", .int(low: 1, high: 1_000_000), .int(10)),
            SettingRule(
                "training.augmentation.flip", .float(low: 0, high: 1, isLowOpen: false, isHighOpen: false), .float(0)),
            SettingRule("training.augmentation.crop", .share, .float(1)),
            SettingRule("training.augmentation.shift", .int(low: 0, high: 1024), .int(0)),
            SettingRule("training.augmentation.cutout", .int(low: 0, high: 1024), .int(0)),
            SettingRule(
                "training.augmentation.mixup", .float(low: 0, high: 100, isLowOpen: false, isHighOpen: false), .float(0)
            ),
        ]

    /// What Adam and its kin have.
    private static func momentRates(_ name: String, epsilon: Double = 1e-8) -> [SettingRule] {
        [
            SettingRule("\(name).beta1", .below(1), .float(0.9)),
            SettingRule("\(name).beta2", .below(1), .float(0.999)),
            SettingRule("\(name).epsilon", .positive, .float(epsilon)),
        ]
    }

    /// A family of recurrent layers.
    private static func recurrent(_ name: String) -> [SettingRule] {
        [
            SettingRule("\(name).layers", .int(low: 1, high: 16), nil),
            SettingRule("\(name).layers.*.units", .int(low: 1, high: 8192), nil),
            SettingRule("\(name).layers.*.dropout", .below(1), .float(0)),
            SettingRule("\(name).bidirectional", .bool, .bool(false)),
            SettingRule("\(name).output", .name(SequenceOutput.allCases.map(\.rawValue)), .text("last")),
        ] + Self.denseLayers("\(name).layers_after", .int(0))
    }

    /// A list of dense layers.
    private static func denseLayers(_ name: String, _ defaultCount: ParameterValue?) -> [SettingRule] {
        [
            SettingRule(name, .int(low: 0, high: 64), defaultCount),
            SettingRule("\(name).*.units", .int(low: 1, high: 65_536), nil),
            SettingRule("\(name).*.dropout", .below(1), .float(0)),
            SettingRule("\(name).*.batch_norm", .bool, .bool(false)),
            SettingRule("\(name).*.layer_norm", .bool, .bool(false)),
        ]
    }

    private static let byPattern = Dictionary(
        Self.all.map { ($0.pattern, $0) }, uniquingKeysWith: { first, _ in first })

    /// The rule for a dotted name, a layer's number read as `*`.
    ///
    /// - Complexity: O(length of the name).
    package static func rule(for name: String) -> SettingRule? {
        // Most names have no number.
        if let rule = self.byPattern[name] { return rule }
        let pattern = name.split(separator: ".", omittingEmptySubsequences: false)
            .map { !$0.isEmpty && $0.allSatisfy(\.isNumber) ? "*" : String($0) }
            .joined(separator: ".")
        return self.byPattern[pattern]
    }

    /// The value in the rule's own kind (a whole number becomes a float where a float is wanted), or why it may not be.
    package func accept(_ value: ParameterValue, for name: String) throws(SettingError) -> ParameterValue {
        let refusal = SettingError(setting: name, found: "\(value)", wanted: self.kind.wanted)
        switch (self.kind, value) {
        case (.float(let low, let high, let isLowOpen, let isHighOpen), _):
            guard let number = value.number, number.isFinite, isLowOpen ? number > low : number >= low,
                isHighOpen ? number < high : number <= high
            else { throw refusal }
            return .float(number)
        case (.int(let low, let high), .int(let number)):
            guard low <= number, number <= high else { throw refusal }
            return value
        case (.bool, .bool): return value
        case (.name(let names), .text(let text)):
            guard names.contains(text) else { throw refusal }
            return value
        case (.int, _), (.bool, _), (.name, _): throw refusal
        }
    }

    private init(_ pattern: String, _ kind: Kind, _ defaultValue: ParameterValue?) {
        self.pattern = pattern
        self.kind = kind
        self.defaultValue = defaultValue
    }
}

extension SettingRule.Kind {
    static func below(_ high: Double) -> Self { .float(low: 0, high: high, isLowOpen: false, isHighOpen: true) }
    /// Above 0, at most 1.
    static let share = Self.float(low: 0, high: 1, isLowOpen: true, isHighOpen: false)
    /// Between 0 and 1.
    static let inside = Self.float(low: 0, high: 1, isLowOpen: true, isHighOpen: true)
    /// What a weight or a bias may begin at.
    static let parameter = Self.float(low: -1000, high: 1000, isLowOpen: false, isHighOpen: false)
    /// How far apart weights or biases may begin.
    static let spread = Self.float(low: 0, high: 1000, isLowOpen: true, isHighOpen: false)
    static let positive = Self.float(low: 0, high: .greatestFiniteMagnitude, isLowOpen: true, isHighOpen: false)
    static let nonNegative = Self.float(low: 0, high: .greatestFiniteMagnitude, isLowOpen: false, isHighOpen: false)

    /// The wanted range in words.
    package var wanted: String {
        switch self {
        case .float(let low, .greatestFiniteMagnitude, let isLowOpen, _):
            "a finite number \(isLowOpen ? ">" : ">=") \(low)"
        case .float(let low, let high, let isLowOpen, let isHighOpen):
            "a number in \(isLowOpen ? "(" : "[")\(low), \(high)\(isHighOpen ? ")" : "]")"
        case .int(let low, let high): "a whole number in [\(low), \(high)]"
        case .bool: "true or false"
        case .name(let names): "one of " + names.joined(separator: ", ")
        }
    }
}
