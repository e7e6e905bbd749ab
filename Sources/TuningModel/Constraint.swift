/// Bounds that a metric of an acceptable trial has: `at_least` and `at_most` of a study file's `constraints`.
package struct Constraint: Hashable, Sendable {
    package let metric: Metric
    /// At least one of both is given; finite.
    package let atLeast: Double?
    package let atMost: Double?

    package init(metric: Metric, atLeast: Double? = nil, atMost: Double? = nil) {
        self.metric = metric
        self.atLeast = atLeast
        self.atMost = atMost
    }

    /// What stands for a metric that was not measured or is not a number: more than any other violation.
    package static let largestViolation = 1e6

    /// By how much a value breaks the bounds: 0 where it keeps them, else its distance to the bound over the bound's
    /// magnitude (over 1 for a bound of 0), so that constraints of different metrics can be summed; at most
    /// ``largestViolation``, and that for a value that is missing or not a number.
    ///
    /// Source: K. Deb, "An efficient constraint handling method for genetic algorithms", Computer Methods in Applied Mechanics
    /// and Engineering 186, 2000, section 3 (constraints are normalised, so that their violations can be added).
    package func violation(of value: Double?) -> Double {
        guard let value, !value.isNaN else { return Self.largestViolation }
        var violation = 0.0
        if let bound = self.atLeast, value < bound { violation = (bound - value) / Self.scale(bound) }
        if let bound = self.atMost, value > bound { violation = (value - bound) / Self.scale(bound) }
        return min(violation, Self.largestViolation)
    }

    private static func scale(_ bound: Double) -> Double { bound == 0 ? 1 : abs(bound) }

    /// Whether it is known before a trial is trained.
    package var isKnownBefore: Bool { self.metric == .modelParameters }
}

extension Constraint: CustomStringConvertible {
    /// `model.parameters <= 50000`, `0.1 <= validation.gap <= 0.3`.
    package var description: String {
        let isWhole = self.metric == .modelParameters
        func text(_ bound: Double) -> String {
            isWhole && abs(bound) < 1e15 ? "\(Int(bound))" : "\(bound)"
        }
        switch (self.atLeast, self.atMost) {
        case (let low?, let high?): return "\(text(low)) <= \(self.metric.rawValue) <= \(text(high))"
        case (let low?, nil): return "\(self.metric.rawValue) >= \(text(low))"
        case (nil, let high?): return "\(self.metric.rawValue) <= \(text(high))"
        case (nil, nil): return self.metric.rawValue
        }
    }
}

extension Array where Element == Constraint {
    /// By how much measured numbers break these constraints, summed; 0 for a feasible trial.
    package func violation(of metrics: [MetricValue]) -> Double {
        let sum = self.reduce(0.0) { $0 + $1.violation(of: metrics[$1.metric]) }
        return Swift.min(sum, Constraint.largestViolation)
    }
}
