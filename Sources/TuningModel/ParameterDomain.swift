/// The numbers a `float` parameter may take.
package struct FloatRange: Hashable, Sendable {
    /// Inclusive bounds, `low <= high`; both above 0 when `isLogarithmic`.
    package let low: Double
    package let high: Double
    package let isLogarithmic: Bool
    /// When given, values are `low + i * step`; never together with `isLogarithmic`.
    package let step: Double?
    /// A special value beside the range (`or:` in the study file), drawn with probability 1/8.
    package let alternative: Double?
    /// Where the range is logarithmic.
    let scale: LogarithmicScale?

    package init(
        low: Double, high: Double, isLogarithmic: Bool = false, step: Double? = nil, alternative: Double? = nil
    ) {
        self.low = low
        self.high = high
        self.isLogarithmic = isLogarithmic
        self.step = step
        self.alternative = alternative
        self.scale = isLogarithmic ? LogarithmicScale(low: low, high: high) : nil
    }
}

/// The whole numbers an `int` parameter may take.
package struct IntRange: Hashable, Sendable {
    /// Inclusive bounds, `low <= high`; `low >= 1` when `isLogarithmic`.
    package let low: Int
    package let high: Int
    package let isLogarithmic: Bool
    /// Values are `low + i * step`; 1 unless given, always 1 when `isLogarithmic`.
    package let step: Int
    /// A special value beside the range (`or:` in the study file), drawn with probability 1/8.
    package let alternative: Int?
    /// Where the range is logarithmic: from half below the lowest number to half above the highest.
    let scale: LogarithmicScale?

    package init(low: Int, high: Int, isLogarithmic: Bool = false, step: Int = 1, alternative: Int? = nil) {
        self.low = low
        self.high = high
        self.isLogarithmic = isLogarithmic
        self.step = step
        self.alternative = alternative
        self.scale = isLogarithmic ? LogarithmicScale(low: Double(low) - 0.5, high: Double(high) + 0.5) : nil
    }
}

/// What a parameter may be.
package enum ParameterDomain: Hashable, Sendable {
    case float(FloatRange)
    case int(IntRange)
    /// Values in a meaningful order.
    case ordinal([ParameterValue])
    /// Values without an order; for a choice with branches, the names of the branches.
    case choice([ParameterValue])
}
