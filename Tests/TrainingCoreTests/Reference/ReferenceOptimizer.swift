import TuningModel

/// The optimisers in plain loops, one state for each tensor of a ``ReferenceNetwork``.
///
/// A step takes the gradients of the data loss: they are limited, gain the penalties, and make the step; then the columns
/// of weights are limited.
struct ReferenceOptimizer<T: ReferenceNumber> {
    let settings: OptimizerSettings
    let configuration: TrainingConfiguration
    /// A learned one moves.
    private(set) var learningRate: T
    let weightDecay: T
    private var first: [[T]]
    private var second: [[T]]
    private var third: [[T]]
    /// The exponential average of the network, where there is one.
    private(set) var averaged: ReferenceNetwork<T>?
    /// The direction of the step before, for a learned rate.
    private var former: [[T]]
    private var step = 0
    /// The product of NAdam's momenta.
    private var momentumProduct = T(1)

    init(_ configuration: TrainingConfiguration, _ network: ReferenceNetwork<T>) {
        self.settings = configuration.optimizer
        self.configuration = configuration
        self.learningRate = T(configuration.learningRate)
        self.weightDecay = T(configuration.weightDecay)
        self.first = network.tensors.map { $0.map { _ in 0 } }
        self.second = self.first
        self.third = self.first
        self.former = self.first
        if case .adagrad(_, _, let start) = configuration.optimizer {
            self.second = self.first.map { $0.map { _ in T(start) } }
        }
    }

    mutating func update(_ network: inout ReferenceNetwork<T>, _ dataGradients: [[T]]) {
        self.step += 1
        if case .nadam(let beta1, _, _, let decay) = self.settings {
            self.momentumProduct *= Self.momentum(T(beta1), T(decay), self.step)
        }
        let gradients = self.penalized(self.limited(dataGradients), network)
        let products = zip(gradients.joined(), self.former.joined()).reduce(T(0)) { $0 + $1.0 * $1.1 }
        self.learningRate += T(self.configuration.hypergradient) * products
        let isWeight = network.isWeight
        for tensor in gradients.indices {
            let decay = isWeight[tensor] ? self.weightDecay : 0
            var steps = gradients[tensor].indices.map {
                self.move(network.tensors[tensor][$0], gradients[tensor][$0], tensor, $0, decay: decay)
            }
            let ratio = self.trustRatio(network.tensors[tensor], steps)
            steps = steps.map { ratio * $0 }
            for i in steps.indices { network.tensors[tensor][i] -= steps[i] }
            self.former[tensor] = steps.map { $0 / self.learningRate }
        }
        if self.configuration.maxNorm > 0 { self.limitColumns(&network) }
        if case .exponential(let decay) = self.configuration.average { self.moveAverage(network, decay: T(decay)) }
    }

    private mutating func moveAverage(_ network: ReferenceNetwork<T>, decay: T) {
        guard var average = self.averaged else {
            self.averaged = network
            return
        }
        func mixed(_ old: [[T]], _ new: [[T]]) -> [[T]] {
            zip(old, new).map { zip($0, $1).map { decay * $0 + (1 - decay) * $1 } }
        }
        average.tensors = mixed(average.tensors, network.tensors)
        average.runningMeans = mixed(average.runningMeans, network.runningMeans)
        average.runningVariances = mixed(average.runningVariances, network.runningVariances)
        self.averaged = average
    }

    /// How far a weight goes down.
    private mutating func move(_ weight: T, _ gradient: T, _ tensor: Int, _ i: Int, decay: T) -> T {
        switch self.settings {
        case .sgd(let momentum, let nesterov):
            let velocity = T(momentum) * self.first[tensor][i] + gradient
            self.first[tensor][i] = velocity
            return self.learningRate * (nesterov ? gradient + T(momentum) * velocity : velocity)
        case .adam(let beta1, let beta2, let epsilon), .amsgrad(let beta1, let beta2, let epsilon):
            return self.learningRate * self.adamStep(gradient, tensor, i, T(beta1), T(beta2), T(epsilon))
        case .adamw(let beta1, let beta2, let epsilon), .lamb(let beta1, let beta2, let epsilon):
            let step = self.adamStep(gradient, tensor, i, T(beta1), T(beta2), T(epsilon))
            return self.learningRate * (decay * weight + step)
        case .nadam(let beta1, let beta2, let epsilon, let momentumDecay):
            return self.learningRate
                * self.nadamStep(gradient, tensor, i, T(beta1), T(beta2), T(epsilon), T(momentumDecay))
        case .rmsprop(let decayRate, let epsilon, let momentum):
            let rate = T(decayRate)
            self.second[tensor][i] = rate * self.second[tensor][i] + (1 - rate) * gradient * gradient
            let scaled = gradient / (self.second[tensor][i].squareRoot() + T(epsilon))
            let velocity = T(momentum) * self.first[tensor][i] + scaled
            self.first[tensor][i] = velocity
            return self.learningRate * velocity
        case .adagrad(let epsilon, let rateDecay, _):
            self.second[tensor][i] += gradient * gradient
            let rate = self.learningRate / (1 + T(self.step - 1) * T(rateDecay))
            // A gradient of exactly 0 moves nothing, whatever the accumulator.
            return gradient == 0 ? 0 : rate * gradient / (self.second[tensor][i].squareRoot() + T(epsilon))
        }
    }

    private mutating func adamStep(
        _ gradient: T, _ tensor: Int, _ i: Int, _ beta1: T, _ beta2: T, _ epsilon: T
    ) -> T {
        self.first[tensor][i] = beta1 * self.first[tensor][i] + (1 - beta1) * gradient
        self.second[tensor][i] = beta2 * self.second[tensor][i] + (1 - beta2) * gradient * gradient
        self.third[tensor][i] = max(self.third[tensor][i], self.second[tensor][i])
        var square = self.second[tensor][i]
        if case .amsgrad = self.settings { square = self.third[tensor][i] }
        let first = self.first[tensor][i] / (1 - Self.power(beta1, self.step))
        return first / ((square / (1 - Self.power(beta2, self.step))).squareRoot() + epsilon)
    }

    private mutating func nadamStep(
        _ gradient: T, _ tensor: Int, _ i: Int, _ beta1: T, _ beta2: T, _ epsilon: T, _ decay: T
    ) -> T {
        self.first[tensor][i] = beta1 * self.first[tensor][i] + (1 - beta1) * gradient
        self.second[tensor][i] = beta2 * self.second[tensor][i] + (1 - beta2) * gradient * gradient
        let below = (self.second[tensor][i] / (1 - Self.power(beta2, self.step))).squareRoot() + epsilon
        let now = Self.momentum(beta1, decay, self.step)
        let next = Self.momentum(beta1, decay, self.step + 1)
        return (1 - now) / (1 - self.momentumProduct) * gradient / below
            + next / (1 - self.momentumProduct * next) * self.first[tensor][i] / below
    }

    private static func momentum(_ beta1: T, _ decay: T, _ step: Int) -> T {
        beta1 * (1 - T.exponential(T(step) * decay * T.logarithm(0.96)) / 2)
    }

    private static func power(_ base: T, _ exponent: Int) -> T {
        (0..<exponent).reduce(T(1)) { result, _ in result * base }
    }

    /// LAMB's norm of the weights by that of the step without the learning rate; 1 for the others.
    private func trustRatio(_ weights: [T], _ steps: [T]) -> T {
        guard case .lamb = self.settings else { return 1 }
        let weightNorm = Self.squares(weights).squareRoot()
        let stepNorm = Self.squares(steps).squareRoot() / self.learningRate
        return weightNorm > 0 && stepNorm > 0 ? weightNorm / stepNorm : 1
    }

    private static func squares(_ values: [T]) -> T { values.reduce(T(0)) { $0 + $1 * $1 } }

    private func limited(_ gradients: [[T]]) -> [[T]] {
        var gradients = gradients
        if self.configuration.clipValue > 0 {
            let limit = T(self.configuration.clipValue)
            gradients = gradients.map { $0.map { max(-limit, min(limit, $0)) } }
        }
        let norm = gradients.reduce(T(0)) { $0 + Self.squares($1) }.squareRoot()
        let scale = T(self.configuration.clipNorm) / (norm + 1e-6)
        guard self.configuration.clipNorm > 0, scale < 1 else { return gradients }
        return gradients.map { $0.map { $0 * scale } }
    }

    private func penalized(_ gradients: [[T]], _ network: ReferenceNetwork<T>) -> [[T]] {
        let (l1, l2) = (T(self.configuration.l1), T(self.configuration.l2))
        return gradients.indices.map { tensor in
            guard network.isWeight[tensor] else { return gradients[tensor] }
            return zip(gradients[tensor], network.tensors[tensor]).map { g, w in
                g + l2 * w + (w > 0 ? l1 : w < 0 ? -l1 : 0)
            }
        }
    }

    private func limitColumns(_ network: inout ReferenceNetwork<T>) {
        let limit = T(self.configuration.maxNorm)
        for (number, layer) in network.layers.enumerated() {
            let place = network.place(number)
            for column in 0..<layer.outputs {
                let members = (0..<layer.inputs).map { $0 * layer.outputs + column }
                let norm = Self.squares(members.map { network.tensors[place][$0] }).squareRoot()
                guard norm > limit else { continue }
                for member in members { network.tensors[place][member] *= limit / norm }
            }
        }
    }
}
