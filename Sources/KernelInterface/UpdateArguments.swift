/// The optimiser's rule for one step: the same scalars for every parameter.
///
/// The gradient g of a parameter w is first multiplied by `gradientScale` and limited to `-clip ... clip`, then gains the
/// penalties: `g = fma(l2, w, g)`, then `g + l1 * sign(w)` with sign(0) = 0. All arithmetic is in float32. First moments are rounded to multiples of 2^-100 (which leaves those
/// above 2^-53 as they are) and second moments below 1e-30 are stored as 1e-30, so that the moments of dead units do
/// not decay into denormal numbers. The square root is computed to 2 units in the last place, the division is exact.
package struct UpdateRule: Sendable, Hashable {
    /// The shape of the rule; see the factories for the formulas.
    package enum Kind: UInt8, Sendable, CaseIterable {
        case sgd, momentum, nesterov, adam, rmsprop, rmspropMomentum, amsgrad, nadam, adagrad
        /// Writes the gradient, with scale, limit and penalties, into ``ParameterBlock/gradient`` and updates nothing.
        case store
    }

    package var kind: Kind
    /// The learning rate; for Adam with the correction of the first moment, `learningRate / (1 - beta1^t)`.
    package var rate: Float
    /// Momentum of SGD and RMSprop.
    package var momentum: Float = 0
    /// `1 - beta1`.
    package var firstWeight: Float = 0
    /// `1 - beta2`, or `1 - decay` of RMSprop.
    package var secondWeight: Float = 0
    /// Correction of the second moment, `1 / sqrt(1 - beta2^t)`.
    package var secondScale: Float = 1
    /// At least 1e-30, so that a parameter without a gradient does not divide 0 by 0.
    package var epsilon: Float = 1e-30
    /// Decoupled decay: the weight is first multiplied by this, `1 - learningRate * weightDecay`.
    package var keptFraction: Float = 1
    /// What the gradient itself moves a parameter by, beside the first moment (NAdam).
    package var gradientRate: Float = 0
    package var l1: Float = 0
    package var l2: Float = 0
    /// What gradients are multiplied by.
    package var gradientScale: Float = 1
    /// The largest magnitude of a gradient; NaN stays.
    package var clip: Float = .infinity
    /// What a step must have of all parameters before any of them changes.
    package enum Deferral: UInt8, Sendable {
        case nothing
        /// The gradients: they are stored by ``storing`` first.
        case gradient
        /// The gradients, and the direction of the step apart from its length.
        case direction
        /// As ``direction``, which the next step needs too.
        case keptDirection
        /// As ``direction``, and a trace of those before, which the next step needs.
        case keptTrace
    }
    package var deferral = Deferral.nothing

    @inlinable
    init(kind: Kind, rate: Float) {
        self.kind = kind
        self.rate = rate
    }

    /// Stochastic gradient descent: `m = momentum * m + g; w -= rate * m`, with Nesterov's look-ahead
    /// `w -= rate * (g + momentum * m)`; without momentum `w -= rate * g` and no state.
    @inlinable
    package static func sgd(learningRate: Double, momentum: Double, nesterov: Bool) -> UpdateRule {
        var rule = UpdateRule(
            kind: momentum == 0 ? .sgd : nesterov ? .nesterov : .momentum, rate: Float(learningRate))
        rule.momentum = Float(momentum)
        return rule
    }

    /// Adam and, with a decay, AdamW:
    /// `m += (1 - beta1) * (g - m); v += (1 - beta2) * (g * g - v);
    /// w = w * (1 - learningRate * weightDecay) - rate * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)`.
    ///
    /// Source: D. Kingma, J. Ba, "Adam", ICLR 2015, algorithm 1; I. Loshchilov, F. Hutter, "Decoupled weight decay
    /// regularization", ICLR 2019, algorithm 2.
    ///
    /// `firstPower` is `beta1^t` in step t = 1, 2, ..., kept as a running product; `secondPower` is `beta2^t`.
    @inlinable
    package static func adam(
        learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double,
        firstPower: Double, secondPower: Double
    ) -> UpdateRule {
        var rule = UpdateRule(kind: .adam, rate: Float(learningRate / (1 - firstPower)))
        rule.firstWeight = Float(1 - beta1)
        rule.secondWeight = Float(1 - beta2)
        rule.secondScale = Float(1 / (1 - secondPower).squareRoot())
        rule.epsilon = max(Float(epsilon), 1e-30)
        rule.keptFraction = Float(1 - learningRate * weightDecay)
        return rule
    }

    /// RMSprop: `v += (1 - decay) * (g * g - v); u = g / (sqrt(v) + epsilon); w -= rate * u`, with momentum
    /// `m = momentum * m + u; w -= rate * m`.
    ///
    /// Source: T. Tieleman, G. Hinton, "Neural networks for machine learning", lecture 6.5, 2012.
    @inlinable
    package static func rmsprop(
        learningRate: Double, decay: Double, epsilon: Double, momentum: Double
    ) -> UpdateRule {
        var rule = UpdateRule(kind: momentum == 0 ? .rmsprop : .rmspropMomentum, rate: Float(learningRate))
        rule.secondWeight = Float(1 - decay)
        rule.epsilon = max(Float(epsilon), 1e-30)
        rule.momentum = Float(momentum)
        return rule
    }

    /// The same step without the penalties and without decay: what biases and batch-norm gains get.
    @inlinable
    package var withoutPenalties: UpdateRule {
        var rule = self
        rule.l1 = 0
        rule.l2 = 0
        rule.keptFraction = 1
        return rule
    }

    @inlinable
    package var isDeferred: Bool { self.deferral != .nothing }

    /// Whether the direction of the step is made apart from its length.
    @inlinable
    package var isDirected: Bool {
        switch self.deferral {
        case .direction, .keptDirection, .keptTrace: true
        case .nothing, .gradient: false
        }
    }

    /// The rule that stores the limited gradients, without penalties, for a later call with this one.
    @inlinable
    package var storing: UpdateRule {
        var rule = self.withoutPenalties
        rule.kind = .store
        return rule
    }

    /// Whether the rule keeps a first moment (``ParameterBlock/first``).
    @inlinable
    package var usesFirst: Bool {
        switch self.kind {
        case .momentum, .nesterov, .adam, .rmspropMomentum, .amsgrad, .nadam: true
        case .sgd, .rmsprop, .adagrad, .store: false
        }
    }

    /// Whether the rule keeps a second moment (``ParameterBlock/second``).
    @inlinable
    package var usesSecond: Bool {
        switch self.kind {
        case .adam, .rmsprop, .rmspropMomentum, .amsgrad, .nadam, .adagrad: true
        case .sgd, .momentum, .nesterov, .store: false
        }
    }

    /// Whether the rule keeps the largest second moment (``ParameterBlock/third``).
    @inlinable
    package var usesThird: Bool { self.kind == .amsgrad }
}

/// Parameters and the optimiser's state about them, all with one layout, updated in place.
@unsafe
package struct ParameterBlock {
    package var values: UnsafeMutablePointer<Float>
    /// First moment or momentum; nil where the rule keeps none.
    package var first: UnsafeMutablePointer<Float>?
    /// Second moment; nil where the rule keeps none.
    package var second: UnsafeMutablePointer<Float>?
    /// The largest second moment so far; nil where the rule keeps none.
    package var third: UnsafeMutablePointer<Float>?
    /// Where ``UpdateRule/Kind/store`` writes gradients; nil for rules that update at once.
    package var gradient: UnsafeMutablePointer<Float>?

    @inlinable
    package init(
        values: UnsafeMutablePointer<Float>, first: UnsafeMutablePointer<Float>?, second: UnsafeMutablePointer<Float>?,
        third: UnsafeMutablePointer<Float>? = nil, gradient: UnsafeMutablePointer<Float>? = nil
    ) {
        unsafe self.values = values
        unsafe self.first = first
        unsafe self.second = second
        unsafe self.third = third
        unsafe self.gradient = gradient
    }
}

/// Gradient of weights `gradient[i, o] (+)= sum over r of input[r, i] * outputGradient[r, o]`, r ascending.
///
/// Shapes: input [rows, inputs], outputGradient [rows, outputs], gradient [inputs, outputs]. `inputs` is the true
/// number; `outputs` is a multiple of 16. Accumulation goes on with the chain from the stored value.
@unsafe
package struct WeightGradientArguments {
    package var rows: Int
    package var inputs: Int
    package var outputs: Int
    package var input: RowSource
    package var outputGradient: UnsafePointer<Float>
    package var outputGradientStride: Int
    package var gradient: UnsafeMutablePointer<Float>
    package var gradientStride: Int
    package var accumulates: Bool

    @inlinable
    package init(
        rows: Int, inputs: Int, outputs: Int, input: RowSource, outputGradient: UnsafePointer<Float>,
        outputGradientStride: Int, gradient: UnsafeMutablePointer<Float>, gradientStride: Int, accumulates: Bool = false
    ) {
        unsafe self.rows = rows
        unsafe self.inputs = inputs
        unsafe self.outputs = outputs
        unsafe self.input = input
        unsafe self.outputGradient = outputGradient
        unsafe self.outputGradientStride = outputGradientStride
        unsafe self.gradient = gradient
        unsafe self.gradientStride = gradientStride
        unsafe self.accumulates = accumulates
    }
}

/// As ``WeightGradientArguments``, but each finished piece of the gradient goes into the optimiser's rule at once.
///
/// Parameters have shape [inputs, outputs] with stride `outputs`. Same bits as
/// ``KernelTable/weightGradient`` followed by ``KernelTable/update``.
@unsafe
package struct WeightUpdateArguments {
    package var rows: Int
    package var inputs: Int
    package var outputs: Int
    package var input: RowSource
    package var outputGradient: UnsafePointer<Float>
    package var outputGradientStride: Int
    package var parameters: ParameterBlock
    package var rule: UpdateRule
    /// At least ``scratchFloats`` floats, overwritten.
    package var scratch: UnsafeMutablePointer<Float>

    @inlinable
    package init(
        rows: Int, inputs: Int, outputs: Int, input: RowSource, outputGradient: UnsafePointer<Float>,
        outputGradientStride: Int, parameters: ParameterBlock, rule: UpdateRule,
        scratch: UnsafeMutablePointer<Float>
    ) {
        unsafe self.rows = rows
        unsafe self.inputs = inputs
        unsafe self.outputs = outputs
        unsafe self.input = input
        unsafe self.outputGradient = outputGradient
        unsafe self.outputGradientStride = outputGradientStride
        unsafe self.parameters = parameters
        unsafe self.rule = rule
        unsafe self.scratch = scratch
    }

    /// Floats of scratch: the gradient of one piece of the weights.
    package static let scratchFloats = 3_072
}

/// Sum of the rows of `outputGradient` [rows, columns], row by row, straight into the optimiser's rule.
@unsafe
package struct BiasUpdateArguments {
    package var rows: Int
    /// A multiple of 16.
    package var columns: Int
    package var outputGradient: UnsafePointer<Float>
    package var outputGradientStride: Int
    /// Shape [columns].
    package var parameters: ParameterBlock
    package var rule: UpdateRule

    @inlinable
    package init(
        rows: Int, columns: Int, outputGradient: UnsafePointer<Float>, outputGradientStride: Int,
        parameters: ParameterBlock, rule: UpdateRule
    ) {
        unsafe self.rows = rows
        unsafe self.columns = columns
        unsafe self.outputGradient = outputGradient
        unsafe self.outputGradientStride = outputGradientStride
        unsafe self.parameters = parameters
        unsafe self.rule = rule
    }
}

/// One step of the rule for `count` (a multiple of 16) parameters with their gradients; these may be the very place that
/// ``UpdateRule/Kind/store`` writes to.
@unsafe
package struct UpdateArguments {
    package var count: Int
    package var gradients: UnsafePointer<Float>
    package var parameters: ParameterBlock
    package var rule: UpdateRule

    @inlinable
    package init(count: Int, gradients: UnsafePointer<Float>, parameters: ParameterBlock, rule: UpdateRule) {
        unsafe self.count = count
        unsafe self.gradients = gradients
        unsafe self.parameters = parameters
        unsafe self.rule = rule
    }
}
