import TuningModel

/// The four optimisers in plain loops, one state for each tensor of a ``ReferenceNetwork``.
struct ReferenceOptimizer<T: ReferenceNumber> {
    let settings: OptimizerSettings
    let learningRate: T
    let weightDecay: T
    private var first: [[T]]
    private var second: [[T]]
    private var step = 0

    init(_ configuration: TrainingConfiguration, _ network: ReferenceNetwork<T>) {
        self.settings = configuration.optimizer
        self.learningRate = T(configuration.learningRate)
        self.weightDecay = T(configuration.weightDecay)
        self.first = network.tensors.map { $0.map { _ in 0 } }
        self.second = self.first
    }

    mutating func update(_ network: inout ReferenceNetwork<T>, _ gradients: [[T]]) {
        self.step += 1
        let isWeight = network.isWeight
        for tensor in gradients.indices {
            for i in gradients[tensor].indices {
                let decay = isWeight[tensor] ? self.weightDecay : 0
                self.update(&network.tensors[tensor][i], gradients[tensor][i], tensor, i, decay: decay)
            }
        }
    }

    private mutating func update(_ weight: inout T, _ gradient: T, _ tensor: Int, _ i: Int, decay: T) {
        switch self.settings {
        case .sgd(let momentum, let nesterov):
            let velocity = T(momentum) * self.first[tensor][i] + gradient
            self.first[tensor][i] = velocity
            weight -= self.learningRate * (nesterov ? gradient + T(momentum) * velocity : velocity)
        case .adam(let beta1, let beta2, let epsilon):
            weight -= self.adamStep(gradient, tensor, i, T(beta1), T(beta2), T(epsilon))
        case .adamw(let beta1, let beta2, let epsilon):
            weight -= self.learningRate * decay * weight
            weight -= self.adamStep(gradient, tensor, i, T(beta1), T(beta2), T(epsilon))
        case .rmsprop(let decayRate, let epsilon, let momentum):
            let rate = T(decayRate)
            self.second[tensor][i] = rate * self.second[tensor][i] + (1 - rate) * gradient * gradient
            let scaled = gradient / (self.second[tensor][i].squareRoot() + T(epsilon))
            let velocity = T(momentum) * self.first[tensor][i] + scaled
            self.first[tensor][i] = velocity
            weight -= self.learningRate * velocity
        }
    }

    private mutating func adamStep(
        _ gradient: T, _ tensor: Int, _ i: Int, _ beta1: T, _ beta2: T, _ epsilon: T
    ) -> T {
        var powers = (T(1), T(1))
        for _ in 0..<self.step { powers = (powers.0 * beta1, powers.1 * beta2) }
        self.first[tensor][i] = beta1 * self.first[tensor][i] + (1 - beta1) * gradient
        self.second[tensor][i] = beta2 * self.second[tensor][i] + (1 - beta2) * gradient * gradient
        let first = self.first[tensor][i] / (1 - powers.0)
        let second = self.second[tensor][i] / (1 - powers.1)
        return self.learningRate * first / (second.squareRoot() + epsilon)
    }
}
