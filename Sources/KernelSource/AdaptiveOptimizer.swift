import KernelInterface

/// AMSGrad: Adam with the largest second moment so far.
struct MaximumAdamOptimizer: Optimizer {
    private let values: Target
    private let first: Target
    private let second: Target
    private let largest: Target
    private let penalty: Penalty
    private let rate: Float
    private let firstWeight: Float
    private let secondWeight: Float
    private let secondScale: Float
    private let epsilon: Float

    @inline(__always) init(_ parameters: ParameterBlock, _ rule: UpdateRule) {
        unsafe self.values = Target(parameters.values)
        unsafe self.first = Target(parameters.first ?? parameters.values)
        unsafe self.second = Target(parameters.second ?? parameters.values)
        unsafe self.largest = Target(parameters.third ?? parameters.values)
        self.penalty = Penalty(rule)
        self.rate = -rule.rate
        self.firstWeight = rule.firstWeight
        self.secondWeight = rule.secondWeight
        self.secondScale = rule.secondScale
        self.epsilon = rule.epsilon
    }

    @inline(__always) func update(_ gradient: Vector, _ index: Int) {
        let weights = self.values.vector(index)
        let g = self.penalty.added(gradient, weights)
        let oldFirst = self.first.vector(index)
        let m = gridded(oldFirst.addingProduct(Vector(repeating: self.firstWeight), g - oldFirst))
        let v = nextSecond(self.second.vector(index), g, weight: self.secondWeight)
        let top = self.largest.vector(index).larger(v)
        let below = Vector(repeating: self.epsilon).addingProduct(squareRoot(top), Vector(repeating: self.secondScale))
        self.first.store(m, index)
        self.second.store(v, index)
        self.largest.store(top, index)
        self.values.store(weights + (m * self.rate) / below, index)
    }
}

/// NAdam: Adam's moments, and the gradient itself beside the first one.
struct NesterovAdamOptimizer: Optimizer {
    private let values: Target
    private let first: Target
    private let second: Target
    private let penalty: Penalty
    private let rate: Float
    private let gradientRate: Float
    private let firstWeight: Float
    private let secondWeight: Float
    private let secondScale: Float
    private let epsilon: Float

    @inline(__always) init(_ parameters: ParameterBlock, _ rule: UpdateRule) {
        unsafe self.values = Target(parameters.values)
        unsafe self.first = Target(parameters.first ?? parameters.values)
        unsafe self.second = Target(parameters.second ?? parameters.values)
        self.penalty = Penalty(rule)
        self.rate = -rule.rate
        self.gradientRate = -rule.gradientRate
        self.firstWeight = rule.firstWeight
        self.secondWeight = rule.secondWeight
        self.secondScale = rule.secondScale
        self.epsilon = rule.epsilon
    }

    @inline(__always) func update(_ gradient: Vector, _ index: Int) {
        let weights = self.values.vector(index)
        let g = self.penalty.added(gradient, weights)
        let oldFirst = self.first.vector(index)
        let m = gridded(oldFirst.addingProduct(Vector(repeating: self.firstWeight), g - oldFirst))
        let v = nextSecond(self.second.vector(index), g, weight: self.secondWeight)
        let below = Vector(repeating: self.epsilon).addingProduct(squareRoot(v), Vector(repeating: self.secondScale))
        let direction = (m * self.rate).addingProduct(Vector(repeating: self.gradientRate), g)
        self.first.store(m, index)
        self.second.store(v, index)
        self.values.store(weights + direction / below, index)
    }
}

/// Adagrad.
struct AccumulatorOptimizer: Optimizer {
    private let values: Target
    private let second: Target
    private let penalty: Penalty
    private let rate: Float
    private let epsilon: Float

    @inline(__always) init(_ parameters: ParameterBlock, _ rule: UpdateRule) {
        unsafe self.values = Target(parameters.values)
        unsafe self.second = Target(parameters.second ?? parameters.values)
        self.penalty = Penalty(rule)
        self.rate = -rule.rate
        self.epsilon = rule.epsilon
    }

    @inline(__always) func update(_ gradient: Vector, _ index: Int) {
        let weights = self.values.vector(index)
        let g = self.penalty.added(gradient, weights)
        let sum = self.second.vector(index).addingProduct(g, g)
        let v = sum.replacing(with: 1e-30, where: sum .< 1e-30)
        self.second.store(v, index)
        let direction = g / (squareRoot(v) + self.epsilon)
        self.values.store(weights.addingProduct(Vector(repeating: self.rate), direction), index)
    }
}

/// Stores gradients for a later call.
struct GradientStore: Optimizer {
    private let values: Target
    private let gradient: Target
    private let penalty: Penalty

    @inline(__always) init(_ parameters: ParameterBlock, _ rule: UpdateRule) {
        unsafe self.values = Target(parameters.values)
        unsafe self.gradient = Target(parameters.gradient ?? parameters.values)
        self.penalty = Penalty(rule)
    }

    @inline(__always) func update(_ gradient: Vector, _ index: Int) {
        self.gradient.store(self.penalty.added(gradient, self.values.vector(index)), index)
    }
}
