import TuningModel

/// A network with one hidden layer of tanh, softmax and cross-entropy, and its training, over any ``TwinNumber``.
///
/// With ``Dual`` numbers it is the forward mode: the derivative of every weight with respect to a setting goes along with
/// the weight through all steps (L. Franceschi et al., "Forward and reverse gradient-based hyperparameter optimization", ICML
/// 2017, algorithm 2), so that what comes out is the exact derivative of the final loss.
struct TwinTraining<T: TwinNumber> {
    /// Rows with their classes.
    struct Batch {
        let features: [[Double]]
        let classes: [Int]
    }

    let inputs: Int
    let units: Int
    let classes: Int
    let optimizer: OptimizerSettings
    var rate: T
    var momentum: T
    var l2: T
    var weightDecay: T
    /// The hidden layer's weights [inputs, units] and biases, then the output layer's.
    var weights: [T]
    private var first: [T]
    private var second: [T]
    private var step = 0

    init(_ configuration: TrainingConfiguration, inputs: Int, classes: Int, weights: [Double]) {
        self.inputs = inputs
        self.units = configuration.layers[0].units
        self.classes = classes
        self.optimizer = configuration.optimizer
        self.rate = T(configuration.learningRate)
        self.l2 = T(configuration.l2)
        self.weightDecay = T(configuration.weightDecay)
        if case .sgd(let momentum, _) = configuration.optimizer {
            self.momentum = T(momentum)
        } else {
            self.momentum = T(0)
        }
        self.weights = weights.map { T($0) }
        self.first = weights.map { _ in T(0) }
        self.second = self.first
    }

    /// The same state in other numbers, without derivatives.
    init<U: TwinNumber>(_ other: TwinTraining<U>) {
        (self.inputs, self.units, self.classes) = (other.inputs, other.units, other.classes)
        self.optimizer = other.optimizer
        (self.rate, self.momentum) = (T(other.rate.value), T(other.momentum.value))
        (self.l2, self.weightDecay) = (T(other.l2.value), T(other.weightDecay.value))
        self.weights = other.weights.map { T($0.value) }
        self.first = other.first.map { T($0.value) }
        self.second = other.second.map { T($0.value) }
        self.step = other.step
    }

    private var places: (bias: Int, output: Int, outputBias: Int) {
        let bias = self.inputs * self.units
        let output = bias + self.units
        return (bias, output, output + self.units * self.classes)
    }

    private func isWeight(_ index: Int) -> Bool {
        let places = self.places
        return index < places.bias || (places.output..<places.outputBias).contains(index)
    }

    /// The mean cross-entropy and its gradient.
    func loss(_ batch: Batch) -> (value: T, gradient: [T]) {
        let places = self.places
        var loss = T(0)
        var gradient = self.weights.map { _ in T(0) }
        let share = T(1 / Double(batch.classes.count))
        for (x, target) in zip(batch.features, batch.classes) {
            let hidden = (0..<self.units).map { unit in
                var z = self.weights[places.bias + unit]
                for i in x.indices { z = z + T(x[i]) * self.weights[i * self.units + unit] }
                let power = (z + z).naturalExponential()
                return (power - T(1)) / (power + T(1))
            }
            let powers = (0..<self.classes).map { output in
                var z = self.weights[places.outputBias + output]
                for unit in hidden.indices {
                    z = z + hidden[unit] * self.weights[places.output + unit * self.classes + output]
                }
                return z.naturalExponential()
            }
            let total = powers.reduce(T(0)) { $0 + $1 }
            loss = loss + share * (total.naturalLogarithm() - powers[target].naturalLogarithm())
            var flow = hidden.map { _ in T(0) }
            for output in powers.indices {
                let slope = share * (powers[output] / total - T(output == target ? 1 : 0))
                gradient[places.outputBias + output] = gradient[places.outputBias + output] + slope
                for unit in hidden.indices {
                    let place = places.output + unit * self.classes + output
                    gradient[place] = gradient[place] + slope * hidden[unit]
                    flow[unit] = flow[unit] + slope * self.weights[place]
                }
            }
            for unit in hidden.indices {
                let slope = flow[unit] * (T(1) - hidden[unit] * hidden[unit])
                gradient[places.bias + unit] = gradient[places.bias + unit] + slope
                for i in x.indices {
                    let place = i * self.units + unit
                    gradient[place] = gradient[place] + slope * T(x[i])
                }
            }
        }
        return (loss, gradient)
    }

    /// The loss with the penalty.
    func objective(_ batch: Batch) -> T {
        self.weights.indices.reduce(self.loss(batch).value) { sum, index in
            guard self.isWeight(index) else { return sum }
            return sum + self.l2 / T(2) * self.weights[index] * self.weights[index]
        }
    }

    /// A step of the optimiser.
    mutating func train(_ batch: Batch) {
        let gradient = self.loss(batch).gradient
        self.step += 1
        for i in self.weights.indices {
            let penalty = self.isWeight(i) ? self.l2 : T(0)
            let g = gradient[i] + penalty * self.weights[i]
            var direction: T
            switch self.optimizer {
            case .adam(let beta1, let beta2, let epsilon), .adamw(let beta1, let beta2, let epsilon):
                self.first[i] = T(beta1) * self.first[i] + T(1 - beta1) * g
                self.second[i] = T(beta2) * self.second[i] + T(1 - beta2) * g * g
                let powers = (0..<self.step).reduce((1.0, 1.0)) { powers, _ in (powers.0 * beta1, powers.1 * beta2) }
                let moment = self.first[i] / T(1 - powers.0)
                direction = moment / ((self.second[i] / T(1 - powers.1)).root() + T(epsilon))
            case .sgd(let momentum, let isNesterov):
                if momentum > 0 {
                    self.first[i] = self.momentum * self.first[i] + g
                    direction = isNesterov ? g + self.momentum * self.first[i] : self.first[i]
                } else {
                    direction = g
                }
            case .rmsprop, .amsgrad, .nadam, .adagrad, .lamb:
                preconditionFailure("the twin has no such optimiser")
            }
            if self.isWeight(i) { direction = direction + self.weightDecay * self.weights[i] }
            self.weights[i] = self.weights[i] - self.rate * direction
        }
    }
}
