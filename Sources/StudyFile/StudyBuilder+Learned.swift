import TuningModel

extension StudyBuilder {
    /// Reports learned settings that no trial could have.
    mutating func checkLearned(_ section: Section) {
        let isRateLearned = self.isAboveZero("training.hypergradient")
        if let rule = section.entry("hypergradient_rule"), !isRateLearned {
            self.report(
                rule.place,
                "training.hypergradient_rule: without hypergradient, want hypergradient beside it, such as 0.2")
        }
        guard let group = section.entry("t1_t2"), let entries = group.value.entries else { return }
        let learned = ["learning_rate", "momentum", "l2", "weight_decay"].filter {
            self.isAboveZero("training.t1_t2.\($0)")
        }
        guard !learned.isEmpty else {
            // What could not be read has been reported.
            if !entries.contains(where: { ["learning_rate", "momentum", "l2", "weight_decay"].contains($0.key) }) {
                self.report(
                    group.place,
                    "training.t1_t2: nothing is learned, want a step for learning_rate, momentum, l2 or weight_decay")
            }
            return
        }
        let optimizers = self.possibleOptimizers(section)
        for (name, wanted) in [("momentum", ["sgd"]), ("l2", ["sgd", "adam"]), ("weight_decay", ["adamw"])]
        where learned.contains(name) {
            guard let entry = entries.first(where: { $0.key == name }) else { continue }
            if let optimizers, !optimizers.contains(where: wanted.contains) {
                self.report(
                    entry.place,
                    "training.t1_t2.\(name): found the optimizer \(Self.list(optimizers)), want "
                        + "\(Self.list(wanted)), which it is learned of")
            } else if name == "momentum", optimizers != nil, !self.isAboveZero("training.optimizer.sgd.momentum") {
                self.report(
                    entry.place,
                    "training.t1_t2.momentum: found sgd without momentum, want training.optimizer: {choice: {sgd: "
                        + "{momentum: 0.9}}} or another one above 0 to begin with")
            } else if name != "momentum", !self.isAboveZero("training.\(name)") {
                self.report(
                    entry.place, "training.t1_t2.\(name): found no \(name), want training.\(name) above 0 to begin with"
                )
            }
        }
        if isRateLearned, learned.contains("learning_rate"),
            let entry = entries.first(where: { $0.key == "learning_rate" })
        {
            self.report(
                entry.place, "training.t1_t2.learning_rate: beside training.hypergradient, want one of them")
        }
    }

    /// Whether a setting is given and searched or another value than 0.
    private func isAboveZero(_ name: String) -> Bool {
        self.settings.contains { $0.name == name && $0.value != .float(0) }
    }

    /// The optimizers that trials may have; `nil` where they could not be read.
    private func possibleOptimizers(_ section: Section) -> [String]? {
        let name = "training.optimizer"
        guard section["optimizer"] != nil else { return ["adam"] }
        if let parameter = self.parameters.last(where: { $0.name == name }) {
            return OptimizerSettings.names.filter { parameter.domain.member(.text($0)) != nil }
        }
        guard case .text(let value)? = self.settings.last(where: { $0.name == name })?.value else { return nil }
        return [value]
    }
}
