extension FloatRange {
    /// How many steps lie between the bounds, a last one that misses `high` by rounding only included; `nil` without
    /// a step, and where steps are too fine for them to be told apart.
    ///
    /// `high` is a value of `low: 0, high: 0.3, step: 0.1`, although `0.3 / 0.1` is 2.9999999999999996.
    package var stepCount: UInt64? {
        guard let step = self.step, step >= max(abs(self.low), abs(self.high)).ulp, step.isFinite else { return nil }
        let ratio =
            (self.high - self.low).isFinite
            ? (self.high - self.low) / step : self.high / step - self.low / step
        let nearest = ratio.rounded()
        let count = abs(ratio - nearest) <= 1e-9 * max(1, nearest) ? nearest : ratio.rounded(.down)
        guard count >= 0, count < 0x1p53 else { return nil }
        return UInt64(count)
    }

    /// The value after so many steps from `low`; `low` itself where there is no step.
    package func value(afterSteps count: UInt64) -> Double {
        min(self.low.addingProduct(Double(count), self.step ?? 0), self.high)
    }

    /// The value at a fraction of the way from `low` to `high`, by logarithms where the range is logarithmic, steps
    /// aside; exact at both ends and never beyond them.
    package func value(at fraction: Double) -> Double {
        if let scale = self.scale { return scale.value(at: fraction) }
        if fraction >= 1 { return self.high }
        let width = self.high - self.low
        let value =
            width.isFinite ? self.low.addingProduct(fraction, width) : self.low * (1 - fraction) + self.high * fraction
        return min(max(value, self.low), self.high)
    }
}

extension IntRange {
    /// How many steps lie between the bounds.
    package var stepCount: UInt64 {
        guard self.low <= self.high else { return 0 }
        return UInt64(truncatingIfNeeded: self.high &- self.low) / UInt64(max(1, self.step))
    }

    /// The value after so many steps from `low`.
    package func value(afterSteps count: UInt64) -> Int {
        self.low &+ Int(truncatingIfNeeded: count &* UInt64(max(1, self.step)))
    }

    /// The number at a fraction of the way from `low - 1/2` to `high + 1/2` by logarithms, rounded.
    ///
    /// So each number k has the share `log((k + 1/2) / (k - 1/2))`, nearly `1 / k`, also at the ends of the range.
    package func logarithmicValue(at fraction: Double) -> Int {
        guard let value = self.scale?.value(at: fraction) else { return self.low }
        guard value < Double(self.high) else { return self.high }
        guard value > Double(self.low) else { return self.low }
        return min(max(Int(value.rounded()), self.low), self.high)
    }
}

extension ParameterDomain {
    /// The share of draws that a special value beside a range gets.
    package static let alternativeShare = 0.125

    /// The value for a coordinate in [0, 1), which is taken for the nearest one in it where it is not.
    ///
    /// Discrete values have equal shares of the interval, in order; a continuous range is spread over all of it.
    /// Where there is an `alternative` it has the first eighth, and the range the rest. `nil` only for a list without
    /// values.
    ///
    /// - Complexity: O(1).
    package func value(at coordinate: Double) -> ParameterValue? {
        let coordinate = coordinate > 0 ? min(coordinate, 1 - 0x1p-53) : 0
        switch self {
        case .float(let range):
            let (isAlternative, rest) = Self.split(coordinate, hasAlternative: range.alternative != nil)
            if isAlternative { return range.alternative.map { .float($0) } }
            guard let steps = range.stepCount else { return .float(range.value(at: rest)) }
            return .float(range.value(afterSteps: Self.index(rest, last: steps)))
        case .int(let range):
            let (isAlternative, rest) = Self.split(coordinate, hasAlternative: range.alternative != nil)
            if isAlternative { return range.alternative.map { .int($0) } }
            if range.isLogarithmic { return .int(range.logarithmicValue(at: rest)) }
            return .int(range.value(afterSteps: Self.index(rest, last: range.stepCount)))
        case .ordinal(let values), .choice(let values):
            guard !values.isEmpty else { return nil }
            return values[Int(Self.index(coordinate, last: UInt64(values.count - 1)))]
        }
    }

    /// Whether a coordinate means the alternative, or else the coordinate within the rest, in [0, 1).
    private static func split(_ coordinate: Double, hasAlternative: Bool) -> (isAlternative: Bool, rest: Double) {
        guard hasAlternative else { return (false, coordinate) }
        guard coordinate >= self.alternativeShare else { return (true, 0) }
        return (false, min((coordinate - self.alternativeShare) / (1 - self.alternativeShare), 1 - 0x1p-53))
    }

    /// `floor(coordinate * (last + 1))`, in integers.
    private static func index(_ coordinate: Double, last: UInt64) -> UInt64 {
        let bits = UInt64(coordinate * 0x1p53) << 11
        return last == .max ? bits : bits.multipliedFullWidth(by: last + 1).high
    }
}
