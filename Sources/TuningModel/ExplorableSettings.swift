extension StudyDefinition {
    /// The parameters that may change while a network is trained, ascending.
    ///
    /// A parameter may change when every setting that takes its value is one of the way a network is trained, and when no
    /// other parameter or setting exists only under some of its values: so the weights, the optimiser's state and what the
    /// loss means stay what they are. Those that the training itself learns are left to it.
    ///
    /// - Complexity: O(parameters * settings).
    package var explorableParameters: [Int] {
        let isLearning = self.settings.contains { template in
            guard template.name == "training.hypergradient" || template.name.hasPrefix("training.t1_t2.") else {
                return false
            }
            return template.source != .fixed(.float(0))
        }
        let conditions = self.space.parameters.flatMap(\.conditions) + self.settings.flatMap(\.conditions)
        return self.space.parameters.indices.filter { index in
            let names = self.settings.filter { $0.source == .searched(parameter: index) }.map(\.name)
            let isTraining = names.allSatisfy { SettingRule.mayChangeInTraining($0, isLearning: isLearning) }
            return !names.isEmpty && isTraining && !conditions.contains { $0.names(index) }
        }
    }
}

extension Condition {
    /// Whether it is about this parameter.
    fileprivate func names(_ index: Int) -> Bool {
        switch self {
        case .isOneOf(let parameter, _), .exceeds(let parameter, _): parameter == index
        case .never: false
        }
    }
}

extension SettingRule {
    private static let changing = [
        "training.learning_rate", "training.batch_size", "training.l1", "training.l2", "training.weight_decay",
        "training.clip_value", "training.clip_norm", "training.max_norm", "training.warmup_epochs",
        "training.average.ema.decay",
    ]
    private static let changingRates = [
        "momentum", "nesterov", "beta1", "beta2", "epsilon", "decay", "momentum_decay", "learning_rate_decay",
    ]
    private static let changingSchedules = ["every", "factor", "power", "end", "rise", "start"]
    private static let learned = ["learning_rate", "momentum", "l2", "weight_decay"]

    /// Whether a setting may take another value in the middle of training, on purpose a short list: what changes shapes,
    /// the meaning of the loss, the rows of the data or when a trial ends is not on it.
    ///
    /// - Parameters:
    ///   - name: The setting's dotted name.
    ///   - isLearning: Whether the training learns some of its settings itself.
    /// - Returns: Whether a copy may have another value than its parent.
    package static func mayChangeInTraining(_ name: String, isLearning: Bool = false) -> Bool {
        let parts = name.split(separator: ".").map(String.init)
        guard let last = parts.last else { return false }
        if isLearning, self.learned.contains(last) { return false }
        if self.changing.contains(name) { return true }
        if name.hasPrefix("training.augmentation.") { return true }
        if name.hasPrefix("training.optimizer."), parts.count == 4 { return self.changingRates.contains(last) }
        if name.hasPrefix("training.schedule."), parts.count == 4 {
            return self.changingSchedules.contains(last) && parts[2] != "plateau"
        }
        return name.hasPrefix("model.family.") && last == "dropout"
    }
}
