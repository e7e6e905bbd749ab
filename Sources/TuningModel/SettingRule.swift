/// One setting of a network or its training by its dotted name.
package struct Setting: Hashable, Sendable {
    package let name: String
    package let value: ParameterValue
    package init(_ name: String, _ value: ParameterValue) {
        self.name = name
        self.value = value
    }
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
            SettingRule("model.family.cnn.blocks", .int(low: 1, high: 32), nil),
            SettingRule("model.family.cnn.blocks.*.filters", .int(low: 1, high: 4096), nil),
            SettingRule("model.family.cnn.blocks.*.kernel", .int(low: 1, high: 31), .int(3)),
            SettingRule("model.family.cnn.blocks.*.stride", .int(low: 1, high: 8), .int(1)),
            SettingRule(
                "model.family.cnn.blocks.*.padding", .name(ConvolutionPadding.allCases.map(\.rawValue)), .text("same")),
            SettingRule("model.family.cnn.blocks.*.pool", .name(PoolSettings.allCases.map(\.rawValue)), .text("none")),
            SettingRule("model.family.cnn.blocks.*.pool_size", .int(low: 2, high: 8), .int(2)),
            SettingRule("model.family.cnn.blocks.*.batch_norm", .bool, .bool(false)),
        ]
        + Self.denseLayers("model.family.cnn.layers", .int(0))
        + [
            SettingRule("model.family.lstm.layers", .int(low: 1, high: 16), nil),
            SettingRule("model.family.lstm.layers.*.units", .int(low: 1, high: 8192), nil),
        ]
        + Self.denseLayers("model.family.lstm.layers_after", .int(0))
        + [
            SettingRule("model.activation", .name(Activation.allCases.map(\.rawValue)), .text("relu")),
            SettingRule("model.initializer", .name(Initializer.allCases.map(\.rawValue)), .text("auto")),
            SettingRule("training.loss", .name(["auto", "cross_entropy", "squared_error"]), .text("auto")),
            SettingRule("training.optimizer", .name(["sgd", "adam", "adamw", "rmsprop"]), .text("adam")),
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
            SettingRule("training.schedule_epochs", .int(low: 1, high: 1_000_000), nil),
            SettingRule(
                "training.warmup_epochs", .float(low: 0, high: 1e6, isLowOpen: false, isHighOpen: false), .float(0)),
            SettingRule("training.batch_size", .int(low: 1, high: 1_048_576), .int(32)),
            SettingRule("training.l1", .nonNegative, .float(0)),
            SettingRule("training.l2", .nonNegative, .float(0)),
            SettingRule("training.weight_decay", .nonNegative, .float(0)),
            SettingRule("training.early_stopping.patience", .int(low: 1, high: 1_000_000), nil),
            SettingRule("training.early_stopping.min_change", .nonNegative, .float(0)),
            SettingRule(
                "training.augmentation.flip", .float(low: 0, high: 1, isLowOpen: false, isHighOpen: false), .float(0)),
            SettingRule("training.augmentation.crop", .share, .float(1)),
            SettingRule("training.augmentation.shift", .int(low: 0, high: 1024), .int(0)),
            SettingRule("training.augmentation.cutout", .int(low: 0, high: 1024), .int(0)),
        ]

    /// A list of dense layers.
    private static func denseLayers(_ name: String, _ defaultCount: ParameterValue?) -> [SettingRule] {
        [
            SettingRule(name, .int(low: 0, high: 64), defaultCount),
            SettingRule("\(name).*.units", .int(low: 1, high: 65_536), nil),
            SettingRule("\(name).*.dropout", .below(1), .float(0)),
            SettingRule("\(name).*.batch_norm", .bool, .bool(false)),
        ]
    }

    /// The rule for a dotted name, a layer's number read as `*`.
    package static func rule(for name: String) -> SettingRule? {
        let pattern = name.split(separator: ".", omittingEmptySubsequences: false)
            .map { !$0.isEmpty && $0.allSatisfy(\.isNumber) ? "*" : String($0) }
            .joined(separator: ".")
        return self.all.first { $0.pattern == pattern }
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
