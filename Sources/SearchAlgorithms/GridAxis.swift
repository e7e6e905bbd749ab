import TuningModel

/// The values of one parameter on a grid, each once, in a stated order: from the lower bound up or as they are
/// listed, and then the special value beside a range.
struct GridAxis: Hashable, Sendable {
    fileprivate enum Values: Hashable, Sendable {
        case list([ParameterValue])
        case floatSteps(FloatRange, last: UInt64)
        case intSteps(IntRange, last: UInt64)
    }

    private let values: Values
    /// A special value that is not among the others.
    private let alternative: ParameterValue?
    /// At least 1, at most `Int.max`.
    let count: Int

    /// - Parameters:
    ///   - domain: With valid bounds, and values where it lists some.
    ///   - points: How many values a float or int range gives that has no step: evenly spaced, or evenly spaced by
    ///     their logarithms, both bounds included, and each only once. An int range of no more values gives all of
    ///     them. A single point is the middle.
    init(_ domain: ParameterDomain, points: Int) {
        var alternative: ParameterValue?
        switch domain {
        case .float(let range):
            if let last = range.stepCount {
                self.values = .floatSteps(range, last: last)
            } else {
                self.values = .list(Self.distinct(Self.fractions(points).map { .float(range.value(at: $0)) }))
            }
            alternative = range.alternative.map { .float($0) }
        case .int(let range):
            if range.step > 1 || range.stepCount < UInt64(points) {
                self.values = .intSteps(range, last: range.stepCount)
            } else if range.isLogarithmic {
                let scale = LogarithmicScale(low: Double(range.low), high: Double(range.high))
                self.values = .list(
                    Self.distinct(Self.fractions(points).map { .int(range.clamp(scale.value(at: $0).rounded())) }))
            } else {
                self.values = .list((0..<points).map { .int(range.evenValue($0, of: points)) })
            }
            alternative = range.alternative.map { .int($0) }
        case .ordinal(let values), .choice(let values):
            self.values = .list(Self.distinct(values))
        }
        let listed = self.values
        self.alternative = alternative.flatMap { listed.contains($0) ? nil : $0 }
        self.count = saturatingSum(listed.count, self.alternative == nil ? 0 : 1)
    }

    /// - Precondition: `0 <= index < count`.
    subscript(index: Int) -> ParameterValue {
        if let alternative = self.alternative, index == self.count - 1 { return alternative }
        return switch self.values {
        case .list(let values): values[index]
        case .floatSteps(let range, _): .float(range.value(afterSteps: UInt64(index)))
        case .intSteps(let range, _): .int(range.value(afterSteps: UInt64(index)))
        }
    }

    /// So many numbers from 0 to 1, evenly spaced; one half where there is to be one.
    private static func fractions(_ points: Int) -> [Double] {
        points == 1 ? [0.5] : (0..<points).map { Double($0) / Double(points - 1) }
    }

    /// The values without those that came before.
    private static func distinct(_ values: [ParameterValue]) -> [ParameterValue] {
        var seen: Set<ParameterValue> = []
        return values.filter { seen.insert($0).inserted }
    }
}

extension GridAxis.Values {
    /// At most `Int.max`.
    fileprivate var count: Int {
        switch self {
        case .list(let values): values.count
        case .floatSteps(_, let last), .intSteps(_, let last): Int(min(last, UInt64(Int.max) - 1)) + 1
        }
    }

    fileprivate func contains(_ value: ParameterValue) -> Bool {
        switch (self, value) {
        case (.list(let values), _):
            return values.contains(value)
        case (.floatSteps(let range, let last), .float(let number)):
            guard let step = range.step, number >= range.low, number <= range.high else { return false }
            let nearest = (number / step - range.low / step).rounded()
            guard nearest >= 0, nearest <= Double(last) else { return false }
            return range.value(afterSteps: UInt64(nearest)) == number
        case (.intSteps(let range, _), .int(let number)):
            guard number >= range.low, number <= range.high else { return false }
            return UInt64(truncatingIfNeeded: number &- range.low) % UInt64(max(1, range.step)) == 0
        case (.floatSteps, _), (.intSteps, _):
            return false
        }
    }
}

extension IntRange {
    /// Number `i` of `points` numbers from `low` to `high`, evenly spaced and rounded; the middle one where there is
    /// to be one.
    fileprivate func evenValue(_ i: Int, of points: Int) -> Int {
        let width = UInt64(truncatingIfNeeded: self.high &- self.low)
        guard points > 1 else { return self.low &+ Int(truncatingIfNeeded: width / 2) }
        let gaps = UInt64(points - 1)
        let product = width.multipliedFullWidth(by: UInt64(i))
        let (low, overflow) = product.low.addingReportingOverflow(gaps / 2)
        let quotient = gaps.dividingFullWidth((product.high + (overflow ? 1 : 0), low)).quotient
        return self.low &+ Int(truncatingIfNeeded: quotient)
    }

    /// The number as an integer in the range.
    fileprivate func clamp(_ value: Double) -> Int {
        guard value < Double(self.high) else { return self.high }
        guard value > Double(self.low) else { return self.low }
        return min(max(Int(value), self.low), self.high)
    }
}
