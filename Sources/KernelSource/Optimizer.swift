import KernelInterface

/// An optimiser's rule with its parameters: takes the gradients of 16 parameters and updates them.
protocol Optimizer {
    init(_ parameters: ParameterBlock, _ rule: UpdateRule)
    func update(_ gradient: Vector, _ index: Int)
}

/// Scale and limit of the gradient, then the L1 and L2 penalties, added to it in registers.
struct Penalty {
    let isOn: Bool
    let isLimited: Bool
    let scale: Float
    let clip: Float
    let l1: Float
    let l2: Float

    @inline(__always) init(_ rule: UpdateRule) {
        self.scale = rule.gradientScale
        self.clip = rule.clip
        self.l1 = rule.l1
        self.l2 = rule.l2
        self.isLimited = rule.gradientScale != 1 || rule.clip != .infinity
        self.isOn = rule.l1 != 0 || rule.l2 != 0 || rule.gradientScale != 1 || rule.clip != .infinity
    }

    @inline(__always) func added(_ gradient: Vector, _ weights: Vector) -> Vector {
        guard self.isOn else { return gradient }
        let signed = Vector(words: (weights.words & 0x8000_0000) | Words(repeating: self.l1.bitPattern))
        return self.limited(gradient).addingProduct(Vector(repeating: self.l2), weights)
            + signed.replacing(with: 0, where: weights .== 0)
    }

    @inline(__always) private func limited(_ gradient: Vector) -> Vector {
        guard self.isLimited else { return gradient }
        let scaled = gradient * self.scale
        return scaled.smaller(Vector(repeating: self.clip)).larger(Vector(repeating: -self.clip))
    }
}

/// First moments on a grid of 2^-100: they end at one step of it or at 0 and never decay into denormal numbers, which
/// many processors handle a hundred times slower. Moments above 2^-53 stay as they are; NaN stays.
@inline(__always)
func gridded(_ moments: Vector) -> Vector { (moments + 0x1p-77) - 0x1p-77 }

/// The next second moment, at least 1e-30 for the same reason; NaN stays.
@inline(__always)
func nextSecond(_ old: Vector, _ gradient: Vector, weight: Float) -> Vector {
    let next = old.addingProduct(Vector(repeating: weight), old.negated.addingProduct(gradient, gradient))
    return next.replacing(with: 1e-30, where: next .< 1e-30)
}

struct PlainDescent: Optimizer {
    private let values: Target
    private let penalty: Penalty
    private let rate: Float

    @inline(__always) init(_ parameters: ParameterBlock, _ rule: UpdateRule) {
        unsafe self.values = Target(parameters.values)
        self.penalty = Penalty(rule)
        self.rate = -rule.rate
    }

    @inline(__always) func update(_ gradient: Vector, _ index: Int) {
        let weights = self.values.vector(index)
        let g = self.penalty.added(gradient, weights)
        self.values.store(weights.addingProduct(Vector(repeating: self.rate), g), index)
    }
}

/// Momentum; with `isNesterov` the look-ahead.
struct MomentumDescent: Optimizer {
    private let values: Target
    private let first: Target
    private let penalty: Penalty
    private let rate: Float
    private let momentum: Float
    private let isNesterov: Bool

    @inline(__always) init(_ parameters: ParameterBlock, _ rule: UpdateRule) {
        unsafe self.values = Target(parameters.values)
        unsafe self.first = Target(parameters.first ?? parameters.values)
        self.penalty = Penalty(rule)
        self.rate = -rule.rate
        self.momentum = rule.momentum
        if case .nesterov = rule.kind { self.isNesterov = true } else { self.isNesterov = false }
    }

    @inline(__always) func update(_ gradient: Vector, _ index: Int) {
        let weights = self.values.vector(index)
        let factor = Vector(repeating: self.momentum)
        let g = self.penalty.added(gradient, weights)
        let m = gridded(g.addingProduct(factor, self.first.vector(index)))
        let direction = self.isNesterov ? g.addingProduct(factor, m) : m
        self.first.store(m, index)
        self.values.store(weights.addingProduct(Vector(repeating: self.rate), direction), index)
    }
}

/// Adam and AdamW.
struct AdamOptimizer: Optimizer {
    private let values: Target
    private let first: Target
    private let second: Target
    private let penalty: Penalty
    private let rate: Float
    private let firstWeight: Float
    private let secondWeight: Float
    private let secondScale: Float
    private let epsilon: Float
    private let keptFraction: Float

    @inline(__always) init(_ parameters: ParameterBlock, _ rule: UpdateRule) {
        unsafe self.values = Target(parameters.values)
        unsafe self.first = Target(parameters.first ?? parameters.values)
        unsafe self.second = Target(parameters.second ?? parameters.values)
        self.penalty = Penalty(rule)
        self.rate = -rule.rate
        self.firstWeight = rule.firstWeight
        self.secondWeight = rule.secondWeight
        self.secondScale = rule.secondScale
        self.epsilon = rule.epsilon
        self.keptFraction = rule.keptFraction
    }

    @inline(__always) func update(_ gradient: Vector, _ index: Int) {
        let weights = self.values.vector(index)
        let g = self.penalty.added(gradient, weights)
        let oldFirst = self.first.vector(index)
        let m = gridded(oldFirst.addingProduct(Vector(repeating: self.firstWeight), g - oldFirst))
        let v = nextSecond(self.second.vector(index), g, weight: self.secondWeight)
        let below = Vector(repeating: self.epsilon).addingProduct(squareRoot(v), Vector(repeating: self.secondScale))
        let step = (m * self.rate) / below
        self.first.store(m, index)
        self.second.store(v, index)
        self.values.store(step.addingProduct(weights, Vector(repeating: self.keptFraction)), index)
    }
}

/// RMSprop; with `hasMomentum` the steps are summed.
struct PropagationOptimizer: Optimizer {
    private let values: Target
    private let first: Target
    private let second: Target
    private let penalty: Penalty
    private let rate: Float
    private let momentum: Float
    private let secondWeight: Float
    private let epsilon: Float
    private let hasMomentum: Bool

    @inline(__always) init(_ parameters: ParameterBlock, _ rule: UpdateRule) {
        unsafe self.values = Target(parameters.values)
        unsafe self.first = Target(parameters.first ?? parameters.values)
        unsafe self.second = Target(parameters.second ?? parameters.values)
        self.penalty = Penalty(rule)
        self.rate = -rule.rate
        self.momentum = rule.momentum
        self.secondWeight = rule.secondWeight
        self.epsilon = rule.epsilon
        if case .rmspropMomentum = rule.kind { self.hasMomentum = true } else { self.hasMomentum = false }
    }

    @inline(__always) func update(_ gradient: Vector, _ index: Int) {
        let weights = self.values.vector(index)
        let g = self.penalty.added(gradient, weights)
        let v = nextSecond(self.second.vector(index), g, weight: self.secondWeight)
        var direction = g / (squareRoot(v) + self.epsilon)
        if self.hasMomentum {
            direction.addProduct(Vector(repeating: self.momentum), self.first.vector(index))
            direction = gridded(direction)
            self.first.store(direction, index)
        }
        self.second.store(v, index)
        self.values.store(weights.addingProduct(Vector(repeating: self.rate), direction), index)
    }
}
