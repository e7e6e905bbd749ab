extension ParameterDomain {
    /// The middle of the coordinates in [0, 1) that stand for a value: the way back from ``value(at:)``.
    ///
    /// A value that lies beside a grid of steps gets the nearest step's coordinate. `nil` for a value of another kind, not in
    /// the list, or outside of the range by more than rounding.
    ///
    /// - Complexity: O(1) for ranges, O(values) for lists.
    package func coordinate(of value: ParameterValue) -> Double? {
        switch (self, value) {
        case (.float(let range), .float(let number)): return Self.coordinate(of: number, in: range)
        case (.float(let range), .int(let number)): return Self.coordinate(of: Double(number), in: range)
        case (.int(let range), .int(let number)): return Self.coordinate(of: number, in: range)
        case (.ordinal(let values), _), (.choice(let values), _):
            return values.firstIndex(of: value).map { (Double($0) + 0.5) / Double(values.count) }
        case (.float, _), (.int, _): return nil
        }
    }

    /// The coordinate within a range as one beside its alternative.
    private static func merge(_ rest: Double, hasAlternative: Bool) -> Double {
        hasAlternative ? self.alternativeShare + rest * (1 - self.alternativeShare) : rest
    }

    private static func coordinate(of number: Double, in range: FloatRange) -> Double? {
        if let alternative = range.alternative, number == alternative { return self.alternativeShare / 2 }
        let slack = 1e-9 * max(abs(range.low), abs(range.high))
        guard number >= range.low - slack, number <= range.high + slack else { return nil }
        let rest: Double
        if let steps = range.stepCount, let step = range.step {
            let index = min(max(((number - range.low) / step).rounded(), 0), Double(steps))
            rest = (index + 0.5) / (Double(steps) + 1)
        } else if range.isLogarithmic {
            rest = range.high > range.low ? range.scale?.share(of: number) ?? 0.5 : 0.5
        } else {
            // Halves, because the width of a very wide range is not a finite number.
            let width = range.high / 2 - range.low / 2
            rest = width > 0 ? (number / 2 - range.low / 2) / width : 0.5
        }
        return self.merge(min(max(rest, 0), 1 - 0x1p-53), hasAlternative: range.alternative != nil)
    }

    private static func coordinate(of number: Int, in range: IntRange) -> Double? {
        if let alternative = range.alternative, number == alternative { return self.alternativeShare / 2 }
        guard number >= range.low, number <= range.high else { return nil }
        let rest: Double
        if let scale = range.scale {
            rest = (scale.share(of: Double(number) - 0.5) + scale.share(of: Double(number) + 0.5)) / 2
        } else {
            let step = UInt64(max(1, range.step))
            let index = UInt64(truncatingIfNeeded: number &- range.low) / step
            rest = (Double(index) + 0.5) / (Double(range.stepCount) + 1)
        }
        return self.merge(min(max(rest, 0), 1 - 0x1p-53), hasAlternative: range.alternative != nil)
    }
}

extension ParameterSpace {
    /// The point of the unit cube for a configuration, NaN where a parameter is inactive or its value is not of its
    /// domain; the way back from ``configuration(unit:)``.
    ///
    /// - Complexity: O(parameters).
    package func coordinates(of configuration: Configuration) -> [Double] {
        self.parameters.enumerated().map { i, parameter in
            guard configuration.values.indices.contains(i), let value = configuration.values[i] else { return .nan }
            return parameter.domain.coordinate(of: value) ?? .nan
        }
    }
}
