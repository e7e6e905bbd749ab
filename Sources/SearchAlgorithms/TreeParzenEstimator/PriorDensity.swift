import TuningModel

/// What the user believes of one parameter: a density over its coordinates in [0, 1), from its default and its `prior`.
///
/// Ordered values have a normal distribution around the default, cut off at the ends of the range; values without an order
/// are equally likely but for the default, whose odds are multiplied. So are those of a special value beside a range against
/// the range, either way. Without a `prior` the density is 1.
///
/// Source: C. Hvarfner et al., "piBO: augmenting acquisition functions with user beliefs for Bayesian optimization", ICLR
/// 2022. An acquisition function is multiplied by `density^(beta / n)` for the n-th trial, equation 6.
struct PriorDensity: Hashable, Sendable {
    /// A normal distribution, cut off at 0 and 1.
    struct Normal: Hashable, Sendable {
        let mean: Double
        let deviation: Double
    }

    let axis: ParzenAxis
    /// Of an interval; `nil` for an even one.
    private(set) var normal: Normal?
    /// The probabilities of the values of a range or a list, summing to 1; empty for an interval.
    private(set) var shares: [Double] = []
    /// The probability of the special value beside a range; 0 where there is none.
    private(set) var alternativeShare: Double
    /// Whether nothing is believed.
    let isEven: Bool

    init(_ parameter: Parameter) {
        let axis = ParzenAxis(parameter.domain)
        self.axis = axis
        self.alternativeShare = axis.alternativeShare
        self.shares =
            switch axis.shape {
            case .interval: []
            case .ordered(_, let shares): shares
            case .unordered(let count): Array(repeating: 1 / Double(count), count: count)
            }
        guard let confidence = parameter.prior,
            let coordinate = parameter.defaultValue.flatMap(parameter.domain.coordinate)
        else {
            self.isEven = true
            return
        }
        self.isEven = false
        let place = axis.place(of: coordinate)
        let (alternative, range) = (axis.alternativeShare, 1 - axis.alternativeShare)
        if place == .alternative {
            self.alternativeShare = alternative * confidence.odds / (alternative * confidence.odds + range)
            return
        }
        self.alternativeShare = alternative / (alternative + range * confidence.odds)
        self.believe(confidence, at: place)
    }

    private mutating func believe(_ confidence: PriorConfidence, at place: ParzenAxis.Place) {
        let deviation = confidence.deviation
        var weights = self.shares
        switch (place, self.axis.shape) {
        case (.point(let point), _): self.normal = Normal(mean: point, deviation: deviation)
        case (.value(let value), .ordered(let middles, _)):
            for i in weights.indices {
                let z = (middles[i] - middles[value]) / deviation
                weights[i] *= FastNormal.exponential(-0.5 * z * z)
            }
        case (.value(let value), .unordered): weights[value] *= confidence.odds
        case (.inactive, _), (.alternative, _), (.value, .interval): break
        }
        let sum = weights.reduce(0, +)
        self.shares = weights.map { $0 / sum }
    }

    /// The density's logarithm at a coordinate of the unit cube, 0 where nothing is believed; 0 for NaN.
    ///
    /// - Complexity: O(log values).
    func logarithm(at coordinate: Double) -> Double {
        guard !self.isEven, coordinate >= 0 else { return 0 }
        return self.logarithm(at: self.axis.place(of: coordinate))
    }

    /// The same at a place: against a density of 1.
    func logarithm(at place: ParzenAxis.Place) -> Double {
        guard !self.isEven else { return 0 }
        let range = Self.logarithm((1 - self.alternativeShare) / (1 - self.axis.alternativeShare))
        switch (place, self.axis.shape) {
        case (.inactive, _), (.value, .interval): return 0
        case (.alternative, _): return Self.logarithm(self.alternativeShare / self.axis.alternativeShare)
        case (.value(let value), .ordered(_, let even)): return range + Self.logarithm(self.shares[value] / even[value])
        case (.value(let value), .unordered(let count)):
            return range + Self.logarithm(self.shares[value] * Double(count))
        case (.point(let point), _):
            guard let normal = self.normal else { return range }
            let z = (point - normal.mean) / normal.deviation
            let within = FastNormal.shareWithinUnit(mean: normal.mean, deviation: normal.deviation)
            return range - 0.5 * z * z - Self.logarithm(normal.deviation * FastNormal.rootOfTwoPi * within)
        }
    }

    /// The coordinate below which the share `u` of the density lies, for `u` in [0, 1): an even draw becomes one of the
    /// density; `u` itself where nothing is believed.
    ///
    /// - Complexity: O(values), and 40 halvings for an interval.
    func coordinate(at u: Double) -> Double {
        guard !self.isEven else { return u }
        guard u >= self.alternativeShare else {
            return u / self.alternativeShare * self.axis.alternativeShare
        }
        var rest = min((u - self.alternativeShare) / (1 - self.alternativeShare), 1 - 0x1p-53)
        if case .interval = self.axis.shape {
            return self.axis.coordinate(at: .point(self.point(at: rest)))
        }
        for (value, share) in self.shares.enumerated() {
            if rest < share || value == self.shares.count - 1 { return self.axis.coordinate(at: .value(value)) }
            rest -= share
        }
        return u
    }

    private func point(at u: Double) -> Double {
        guard let normal = self.normal else { return u }
        let below = FastNormal.cumulative(-normal.mean / normal.deviation)
        let within = FastNormal.shareWithinUnit(mean: normal.mean, deviation: normal.deviation)
        var (low, high) = (0.0, 1.0)
        for _ in 0..<40 {
            let middle = (low + high) / 2
            let share = (FastNormal.cumulative((middle - normal.mean) / normal.deviation) - below) / within
            if share > u { high = middle } else { low = middle }
        }
        return low
    }

    private static func logarithm(_ x: Double) -> Double { LogarithmicScale.logarithm(max(x, 1e-300)) }
}
