/// How losses are told in reasons.
struct LossWording: Hashable, Sendable {
    /// Losses are an objective's values with the other sign.
    var isNegated = false

    /// A loss with four significant digits, as the value that people know.
    func text(_ loss: Double) -> String { significantDigits(self.isNegated && loss.isFinite ? -loss : loss) }

    /// "; loss 0.2314, cut-off 0.1987", the latter left out where nobody goes on yet; of a trial that breaks constraints
    /// "; constraints broken by 0.12".
    func comparison(_ loss: Double, cutOff: Double?) -> String {
        "; \(self.told(loss))" + (cutOff.map { ", cut-off \(Self.broken($0) ?? self.text($0))" } ?? "")
    }

    /// "loss 0.2314" or "constraints broken by 0.12".
    func told(_ loss: Double) -> String {
        Self.broken(loss).map { "constraints \($0)" } ?? "loss \(self.text(loss))"
    }

    /// "broken by 0.12" of a trial that breaks constraints, relative to their bounds; `nil` of others.
    static func broken(_ loss: Double) -> String? {
        ConstrainedLoss.violation(of: loss).map { "broken by \(significantDigits($0))" }
    }
}

/// A number rounded to four significant digits, in decimal notation where that is short.
///
/// - Complexity: O(1), without any library whose rounding differs between hosts.
func significantDigits(_ number: Double) -> String {
    let size = abs(number)
    guard number.isFinite, size >= 1e-9, size < 1e15 else {
        return number == 0 ? "0" : number.isFinite ? "\(number)" : "not finite"
    }
    // Powers of ten up to 10^15 are exact, so one multiplication and one division give the nearest decimal.
    var scale = 1.0
    var shifted = size
    while shifted < 1000 {
        scale *= 10
        shifted = size * scale
    }
    var coarse = 1.0
    while shifted / coarse >= 10_000 { coarse *= 10 }
    let rounded = (shifted / coarse).rounded() * coarse / scale
    let text = "\(number < 0 ? -rounded : rounded)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
