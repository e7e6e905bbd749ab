/// The settings of the tree-structured Parzen estimator.
///
/// Sources: J. Bergstra, R. Bardenet, Y. Bengio, B. Kegl, "Algorithms for hyper-parameter optimization", NIPS 2011.
/// S. Falkner, A. Klein, F. Hutter, "BOHB: robust and efficient hyperparameter optimization at scale", ICML 2018.
/// S. Watanabe, "Tree-structured Parzen estimator: understanding its algorithm components and their roles for better
/// empirical performance", 2023.
package struct TPESettings: Hashable, Sendable {
    /// How wide the kernels of ordered values are, for n observations and d parameters that are decided together.
    package enum Bandwidth: Hashable, Sendable {
        /// `spread n^(-1 / (d + 4))` of the range, whatever was observed.
        case constant(spread: Double)
        /// `1.059 s n^(-1 / (d + 4))`, with the standard deviation s of the observations; BOHB's normal reference rule.
        case normalReference
    }

    /// How much each of the good observations counts.
    package enum Weighting: Hashable, Sendable {
        case uniform
        /// `log(n + 1) - log(rank)`, the best one having rank 1, scaled to a mean of 1.
        case logarithmicRank
    }

    /// How many observations a level needs for the model to be built from it; `nil`: 3 more than the space has parameters.
    /// Until a level has them, points spread evenly over the space. 1 to 10,000.
    package var startupTrials: Int?
    /// How many points are drawn from the density of the good ones, the best of which is taken. 1 to 10,000.
    package var candidates: Int
    /// The share of observations that count as good, rounded up, in (0, 1): the best 9 of 60 at 0.15.
    package var gamma: Double
    /// How many observations count as good at most.
    package var goodLimit: Int
    /// Whether at least one more than the space has parameters count as good, and as many as bad: BOHB's N_min.
    package var isGoodAsManyAsParameters: Bool
    /// The share of suggestions that no model has a part in, in [0, 1]; BOHB's rho.
    package var randomFraction: Double
    package var bandwidth: Bandwidth
    /// By how much kernels are wider when a point is drawn than when it is weighed; BOHB's 3.
    package var bandwidthFactor: Double
    /// The narrowest kernel, as a share of the range.
    package var bandwidthMin: Double
    package var weighting: Weighting
    /// The weight of the prior, where an observation has 1. Above 0.
    package var priorWeight: Double
    /// piBO's beta: what a parameter's `prior` says counts to the power of `beta / n` for the n-th trial.
    package var priorDecay: Double

    package init(
        startupTrials: Int? = 10, candidates: Int = 24, gamma: Double = 0.15, goodLimit: Int = 25,
        isGoodAsManyAsParameters: Bool = false, randomFraction: Double = 0,
        bandwidth: Bandwidth = .constant(spread: 0.08), bandwidthFactor: Double = 1, bandwidthMin: Double = 0.01,
        weighting: Weighting = .logarithmicRank, priorWeight: Double = 1, priorDecay: Double = 10
    ) {
        self.startupTrials = startupTrials
        self.candidates = candidates
        self.gamma = gamma
        self.goodLimit = goodLimit
        self.isGoodAsManyAsParameters = isGoodAsManyAsParameters
        self.randomFraction = randomFraction
        self.bandwidth = bandwidth
        self.bandwidthFactor = bandwidthFactor
        self.bandwidthMin = bandwidthMin
        self.weighting = weighting
        self.priorWeight = priorWeight
        self.priorDecay = priorDecay
    }

    /// The model of BOHB, to be used with the scheduler hyperband: kernels by the normal reference rule, a third of the
    /// suggestions at random, `min_points + 2` observations of a level with `min_points` one more than parameters.
    ///
    /// Source: S. Falkner et al., 2018, section 3.2 and appendix; rho = 1/3, q = 0.15, N_s = 64, b_w = 3.
    package static let bohb = TPESettings(
        startupTrials: nil, candidates: 64, gamma: 0.15, goodLimit: .max, isGoodAsManyAsParameters: true,
        randomFraction: 1.0 / 3, bandwidth: .normalReference, bandwidthFactor: 3, bandwidthMin: 0.001,
        weighting: .uniform, priorWeight: 1e-6, priorDecay: 10)
}
