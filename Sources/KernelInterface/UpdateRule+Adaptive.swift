extension UpdateRule {
    /// AMSGrad: Adam whose denominator takes the largest second moment so far.
    ///
    /// `m` and `v` as Adam's; `s = max(s, v); w -= rate * m / (sqrt(s) / sqrt(1 - beta2^t) + epsilon)`.
    ///
    /// Source: S. Reddi, S. Kale, S. Kumar, "On the convergence of Adam and beyond", ICLR 2018, algorithm 2. Deviation, on
    /// purpose: both moments are corrected as Adam's, as PyTorch does (`Adam(amsgrad=True)`).
    ///
    /// The powers as in ``adam(learningRate:beta1:beta2:epsilon:weightDecay:firstPower:secondPower:)``.
    @inlinable
    package static func amsgrad(
        learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, firstPower: Double, secondPower: Double
    ) -> UpdateRule {
        var rule = Self.adam(
            learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: 0,
            firstPower: firstPower, secondPower: secondPower)
        rule.kind = .amsgrad
        return rule
    }

    /// NAdam: Adam with Nesterov's look-ahead and a momentum that warms up.
    ///
    /// `m` and `v` as Adam's; `w -= (learningRate * nextMomentum / (1 - momentumProduct * nextMomentum) * m
    /// + learningRate * (1 - momentum) / (1 - momentumProduct) * g) / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)`.
    ///
    /// Source: T. Dozat, "Incorporating Nesterov momentum into Adam", ICLR workshop 2016, algorithm 2, with PyTorch's
    /// warm-up, `momentum = beta1 * (1 - 0.96^(t * momentumDecay) / 2)`.
    ///
    /// `momentum` is that of step t, `nextMomentum` that of step t + 1, `momentumProduct` the product of those of steps 1 to
    /// t; `secondPower` is `beta2^t`.
    @inlinable
    package static func nadam(
        learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, momentum: Double, nextMomentum: Double,
        momentumProduct: Double, secondPower: Double
    ) -> UpdateRule {
        var rule = Self.adam(
            learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: 0, firstPower: 0,
            secondPower: secondPower)
        rule.kind = .nadam
        rule.rate = Float(learningRate * nextMomentum / (1 - momentumProduct * nextMomentum))
        rule.gradientRate = Float(learningRate * (1 - momentum) / (1 - momentumProduct))
        return rule
    }

    /// Adagrad: `v += g * g; w -= rate * g / (sqrt(v) + epsilon)`.
    ///
    /// Source: J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods for online learning and stochastic
    /// optimization", JMLR 12, 2011, figure 1 (diagonal).
    @inlinable
    package static func adagrad(learningRate: Double, epsilon: Double) -> UpdateRule {
        var rule = UpdateRule(kind: .adagrad, rate: Float(learningRate))
        rule.epsilon = max(Float(epsilon), 1e-30)
        return rule
    }
}
