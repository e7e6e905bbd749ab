import TuningModel

extension OptimizerState {
    /// Whether the learning rate is learned from one step to the next.
    var learnsRate: Bool { self.hypergradient > 0 }

    /// Whether gradient and step are also measured.
    var needsNorms: Bool { self.learnsRate && self.rateRule == .multiplicative }

    /// Moves a learned rate along the derivative of the loss with respect to the learning rate that was.
    ///
    /// With the gradient g of this minibatch, the direction d of the step before, `w -= rate * d`, the minibatch's mean
    /// loss L and that of the run's first minibatch L0:
    ///
    ///     additive        rate += step * <g, d>
    ///     multiplicative  rate *= exp(step * min(1, L / L0) * <g, z> / (|g| |z|)),   z = d + 0.9 z
    ///
    /// with z = d where the optimiser has a first moment of its own.
    ///
    /// Source: A. Baydin et al., "Online learning rate adaptation with hypergradient descent", ICLR 2018, equation 9
    /// (the additive rule), and the multiplicative rule with both norms. The trace z is that of M. Donini et al.,
    /// "MARTHE: scheduling the learning rate via online hypergradients", IJCAI 2020, with its Hessian left out, for the
    /// bias of one step towards small rates (Y. Wu et al., "Understanding short-horizon bias in stochastic
    /// meta-optimization", ICLR 2018). MARTHE differentiates the validation loss and adapts how fast the trace decays;
    /// here it is the next minibatch's loss and 0.9.
    ///
    /// Deviations, on purpose: the rate does not fall below 0; a schedule or a warm-up multiplies the learned rate and
    /// does not enter the derivative. Of the multiplicative rule alone:
    ///
    /// - it takes the exponential in place of `1 + x`, so that a rate stays above 0 and n equal cosines up undo n down;
    /// - the step shrinks with the loss, as the additive one does with the gradients: where nearly all is learned
    ///   cosines are those of noise, and the rate would drift;
    /// - gradients of optimisers without a first moment are compared with a trace of the last ten steps or so, as those
    ///   of momentum are anyway: noise averages out, and one step size does for all optimisers;
    /// - a run begins at a 4096th of its rate, see ``startRate(_:)``;
    /// - a step that destroys the network is taken back, see ``takesBack``.
    ///
    /// - Parameters:
    ///   - product: `<g, d>`, or `<g, z>`.
    ///   - squares: `|g|^2` and `|z|^2`; asked for where ``needsNorms``. Where a norm is 0 or not finite the rate stays.
    mutating func moveRate(product: Double, squares: (gradient: Double, direction: Double)) {
        switch self.rateRule {
        case .additive:
            let rate = self.learningRate + self.hypergradient * product
            self.learningRate = rate < 0 ? 0 : rate
        case .multiplicative:
            let cosine = Self.cosine(product, squares.gradient, squares.direction)
            self.learningRate = Self.moved(self.learningRate, by: self.hypergradient * self.lossShare * cosine)
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
    /// What a run begins with of its learning rate, and what a step that is taken back leaves of it: far too little,
    /// from where it finds its way up in some fifty minibatches. At a rate that is ten times too high weights still
    /// grow large before any loss tells, and stay so.
    private static let restartShare = 0x1p-12
    /// A rate that has been cut to this part of its start is not the reason.
    private static let leastShare = 1e-9

    /// What the trace of directions keeps of itself in each step, as usual momentum does.
    static let traceShare: Float = 0.9

    /// The learning rate of the first step.
    ///
    /// What the first steps spoil at a rate that is too high no smaller rate mends later: on the digits ten times the
    /// best fixed rate ended with twice the loss, while a hundred times, which destroys the network and is taken back,
    /// did not. So the multiplicative rule begins at a 4096th, and where a run begins hardly matters.
    static func startRate(_ configuration: TrainingConfiguration) -> Double {
        configuration.learningRate * (configuration.learnsMultiplicatively ? Self.restartShare : 1)
    }

    /// Takes the mean loss of a minibatch, before its step.
    mutating func take(loss: Double, isFirst: Bool) {
        if isFirst { self.firstLoss = loss }
        let share = loss / self.firstLoss
        self.lossShare = share < 1 ? max(0, share) : 1
    }

    /// Whether steps that destroy the network are taken back.
    ///
    /// From a start some hundred thousand times too high even the first steps leave nothing that a smaller rate could
    /// mend, and no rule that moves the rate step by step comes in time.
    var takesBack: Bool {
        self.needsNorms && self.firstLoss.isFinite && self.learningRate > Self.leastShare * self.startRate
    }

    /// Whether a mean loss is beyond what another one allows; NaN is.
    func isBeyond(_ loss: Double, _ usual: Double) -> Bool { !(loss <= Self.burst * usual) }

    /// Cuts the learning rate.
    mutating func cutRate() { self.learningRate *= Self.restartShare }
}
