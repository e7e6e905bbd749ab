import CoordinatorCore
import Foundation
import TuningModel

/// How figures are written for people.
enum Figures {
    /// Four significant digits; without an exponent where the number is large.
    static func short(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
        return abs(value) < 9999 ? String(format: "%.4g", value) : significantDigits(value)
    }

    /// A share as a percentage with one digit.
    static func percent(_ share: Double) -> String { String(format: "%.1f%%", 100 * share) }

    /// `7.2 s`, `3m05s`, `2h07m`.
    static func time(_ seconds: Double) -> String {
        if seconds < 60 { return String(format: "%.1f s", seconds) }
        let whole = Int(seconds)
        if whole < 3600 { return String(format: "%dm%02ds", whole / 60, whole % 60) }
        return String(format: "%dh%02dm", whole / 3600, whole % 3600 / 60)
    }

    /// Settings in one line, each under the last part of its name.
    static func text(_ settings: [Setting]) -> String {
        settings.map { setting in
            let name = setting.name.split(separator: ".").suffix(1).joined()
            let value = if case .float(let number) = setting.value { Self.short(number) } else { "\(setting.value)" }
            return "\(name) \(value)"
        }.joined(separator: "  ")
    }

    /// How a trial's training can be begun again: its seed, or whose networks it took over.
    static func beginning(of trial: TrialRecord, in study: StudyState) -> String {
        guard let origin = trial.origin else {
            return "  seed of the trial: \(study.seed(of: trial.id)), for winnow train --seed"
        }
        return "  began with the networks of trial \(origin.parent) after epoch \(origin.epoch)"
    }

    static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
}
