import TuningModel

extension OptimizerState {
    /// Whether the learning rate is learned from one step to the next.
    var learnsRate: Bool { self.hypergradient > 0 }

    /// Whether gradient and step are also measured.
    var needsNorms: Bool { self.learnsRate && self.rateRule == .multiplicative }

    /// Moves a learned rate along the derivative of the loss with respect to the learning rate that was.
    ///
    /// With the gradient g of this minibatch and the direction d of the step before, `w -= rate * d`:
    ///
    ///     additive        rate += step * <g, d>
    ///     multiplicative  rate *= exp(step * <g, d> / (|g| |d|))
    ///
    /// Source: A. Baydin et al., "Online learning rate adaptation with hypergradient descent", ICLR 2018, equation 9 (the
    /// additive rule), and the multiplicative rule with both norms. Deviations, on purpose: the rate does not fall below 0; a
    /// schedule or a warm-up multiplies the learned rate and does not enter the derivative; the multiplicative rule takes the
    /// exponential in place of `1 + x`, so that a rate stays above 0 and n equal cosines up undo n down; under it a
    /// step that destroys the network is taken back, see ``takesBack``.
    ///
    /// - Parameters:
    ///   - product: `<g, d>`.
    ///   - squares: `|g|^2` and `|d|^2`; asked for where ``needsNorms``. Where a norm is 0 or not finite the rate stays.
    mutating func moveRate(product: Double, squares: (gradient: Double, direction: Double)) {
        switch self.rateRule {
        case .additive:
            let rate = self.learningRate + self.hypergradient * product
            self.learningRate = rate < 0 ? 0 : rate
        case .multiplicative:
            let cosine = Self.cosine(product, squares.gradient, squares.direction)
            self.learningRate = Self.moved(self.learningRate, by: self.hypergradient * cosine)
        }
    }

    /// The cosine of the angle between two vectors with this product and these squares; 0 where there is none.
    static func cosine(_ product: Double, _ first: Double, _ second: Double) -> Double {
        let norms = first.squareRoot() * second.squareRoot()
        let cosine = product / norms
        guard norms > 0, cosine.isFinite else { return 0 }
        return max(-1, min(1, cosine))
    }

    /// A positive number whose logarithm moves, kept from 1e-12 to 1e6.
    static func moved(_ value: Double, by step: Double) -> Double {
        min(max(value * LogarithmicScale.exponential(step), 1e-12), 1e6)
    }
}

extension OptimizerState {
    /// How much larger than expected a minibatch's loss must be for the network to count as destroyed.
    private static let burst = 1.2
    /// What a step that is taken back leaves of the learning rate: far too little, from where it finds its way up in some hundred
    /// minibatches. At a rate that is ten times too high weights still grow large before any loss tells, and stay so.
    private static let cut = 0x1p-12
    /// A rate that has been cut to this part of its start is not the reason.
    private static let leastShare = 1e-9

    /// Whether steps that destroy the network are taken back.
    ///
    /// From a start a hundred times too high the first steps leave nothing that a smaller rate could mend, and no rule that moves the rate
    /// step by step comes in time.
    var takesBack: Bool {
        self.needsNorms && self.firstLoss.isFinite && self.learningRate > Self.leastShare * self.startRate
    }

    /// Whether a mean loss is beyond what another one allows; NaN is.
    func isBeyond(_ loss: Double, _ usual: Double) -> Bool { !(loss <= Self.burst * usual) }

    /// Cuts the learning rate.
    mutating func cutRate() { self.learningRate *= Self.cut }
}
