/// What a scheduler hands out to trials bit by bit, and rungs are counted in.
///
/// Raw values are the names in study files.
package enum Resource: String, Hashable, Sendable, CaseIterable {
    case epochs
    /// Time that a worker's slot spent on a trial's epochs, training and validation.
    case seconds
    /// Rows that were trained on, each as often as a network saw it.
    case samples
    /// Networks with a seed of their own, trained to their end one after the other.
    case repeats
    /// Networks for the folds of the data, repeat by repeat, trained to their end one after the other.
    case folds

    /// Whether a unit is a network that is trained to its end.
    package var countsNetworks: Bool { self == .repeats || self == .folds }
}

extension Resource {
    /// How much a trial has used after one more epoch.
    ///
    /// Seconds and samples are summed over epochs, networks are counted by the worker. Never less than `before`.
    func used(after report: EpochReport, before: Double) -> Double {
        switch self {
        case .epochs: Double(report.epoch)
        case .seconds: before + Self.told(report.seconds)
        case .samples: before + Self.told(report.metrics[.trainSamples])
        case .repeats, .folds: max(before, Self.told(report.metrics[.trainNetworks]))
        }
    }

    /// A number that a peer tells, 0 where it is none, and so small that a sum over all epochs of a trial is a whole number.
    private static func told(_ number: Double?) -> Double {
        guard let number, number > 0 else { return 0 }
        return min(number, 1e9)
    }

    /// Where a rung is: "epoch 9", "30 s".
    package func place(_ level: Int) -> String { self == .epochs ? "epoch \(level)" : self.amount(level) }

    /// What a level is called beside its number: "epoch", "seconds".
    package var levelName: String { self == .epochs ? "epoch" : self.rawValue }

    /// "1 epoch", "30 s".
    package func amount(_ count: Int) -> String {
        switch self {
        case .epochs: count == 1 ? "1 epoch" : "\(count) epochs"
        case .seconds: "\(count) s"
        case .samples: count == 1 ? "1 sample" : "\(count) samples"
        case .repeats: count == 1 ? "1 repeat" : "\(count) repeats"
        case .folds: count == 1 ? "1 fold" : "\(count) folds"
        }
    }
}
