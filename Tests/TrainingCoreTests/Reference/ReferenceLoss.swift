import TuningModel

/// The mean data loss of a batch and its gradient with respect to the outputs, in plain loops.
///
/// With one output for targets that are classes, these are two and the output is the second one's logit. Targets that are
/// numbers are 0 or 1 where the loss is a cross-entropy.
struct ReferenceLoss {
    var settings = LossSettings()
    /// Of each class, or of each label's ones; empty: 1 each.
    var weights: [Double] = []

    private func weight<T: ReferenceNumber>(_ type: T.Type, _ label: Int) -> T {
        self.weights.isEmpty ? 1 : T(self.weights[label])
    }

    func value<T: ReferenceNumber>(_ output: [[T]], _ targets: ReferenceTargets<T>) -> T {
        var sum = T(0)
        var whole = T(0)
        switch targets {
        case .classes(let classes):
            for (row, target) in zip(output, classes) {
                let logits = row.count == 1 ? [0, row[0]] : row
                let highest = logits.max() ?? 0
                let total = logits.reduce(T(0)) { $0 + T.exponential($1 - highest) }
                for (place, logit) in logits.enumerated() {
                    sum += self.share(logits, place, target) * (T.logarithm(total) - (logit - highest))
                }
                whole += self.weight(T.self, target)
            }
        case .values(let values) where self.settings.function == .binaryCrossEntropy:
            for (row, target) in zip(output, values) {
                for (label, (logit, value)) in zip(row, target).enumerated() {
                    let share = self.smoothed(value)
                    let highest = logit > 0 ? logit : 0
                    let total = T.logarithm(T.exponential(-highest) + T.exponential(logit - highest)) + highest
                    let losses = share * self.weight(T.self, label) * (total - logit) + (1 - share) * total
                    sum += losses / T(row.count)
                }
                whole += 1
            }
        case .values(let values):
            for (row, target) in zip(output, values) {
                sum += zip(row, target).reduce(T(0)) { $0 + self.error($1.0 - $1.1).value } / T(row.count)
                whole += 1
            }
        }
        return sum / whole
    }

    func gradient<T: ReferenceNumber>(_ output: [[T]], _ targets: ReferenceTargets<T>) -> [[T]] {
        switch targets {
        case .classes(let classes):
            let whole = classes.reduce(T(0)) { $0 + self.weight(T.self, $1) }
            return zip(output, classes).map { row, target in
                let logits = row.count == 1 ? [0, row[0]] : row
                let highest = logits.max() ?? 0
                let powers = logits.map { T.exponential($0 - highest) }
                let total = powers.reduce(T(0), +)
                let shares = logits.indices.map { self.share(logits, $0, target) }
                let shareSum = shares.reduce(T(0), +)
                let slopes = logits.indices.map { (powers[$0] / total * shareSum - shares[$0]) / whole }
                return Array(slopes.suffix(row.count))
            }
        case .values(let values) where self.settings.function == .binaryCrossEntropy:
            return zip(output, values).map { row, target in
                zip(row, target).enumerated().map { label, pair in
                    let share = self.smoothed(pair.1)
                    let one = 1 / (1 + T.exponential(-pair.0))
                    let slope = (1 - share) * one - share * self.weight(T.self, label) * (1 - one)
                    return slope / (T(output.count) * T(row.count))
                }
            }
        case .values(let values):
            return zip(output, values).map { row, target in
                zip(row, target).map { self.error($0 - $1).slope / (T(output.count) * T(row.count)) }
            }
        }
    }

    private func smoothed<T: ReferenceNumber>(_ value: T) -> T {
        let smoothing = T(self.settings.labelSmoothing)
        return (1 - smoothing) * value + smoothing / 2
    }

    /// How much the loss of a class counts in a row.
    private func share<T: ReferenceNumber>(_ logits: [T], _ place: Int, _ target: Int) -> T {
        let smoothing = T(self.settings.labelSmoothing)
        let own: T = place == target ? 1 - smoothing : 0
        return (own + smoothing / T(logits.count)) * self.weight(T.self, place)
    }

    private func error<T: ReferenceNumber>(_ difference: T) -> (value: T, slope: T) {
        let delta = T(self.settings.huberDelta)
        switch self.settings.function {
        case .absoluteError: return (abs(difference), difference > 0 ? 1 : difference < 0 ? -1 : 0)
        case .huber where abs(difference) <= delta: return (difference * difference / 2, difference)
        case .huber: return (delta * (abs(difference) - delta / 2), difference > 0 ? delta : -delta)
        default: return (difference * difference, 2 * difference)
        }
    }
}
