import KernelInterface

/// What a logit costs as a Bernoulli variable's: losses and slopes of the two outcomes.
struct BernoulliLogit {
    /// log(1 + exp(-|z|)).
    private let rest: Vector
    private let logit: Vector
    /// The probabilities of 1 and of 0.
    let one: Vector
    let zero: Vector

    @inline(__always) init(_ logit: Vector) {
        let power = exponential(logit.magnitudes.negated)
        let large = 1 / (power + 1)
        let small = power * large
        self.rest = logarithm(power + 1)
        self.logit = logit
        self.one = large.replacing(with: small, where: logit .< 0)
        self.zero = small.replacing(with: large, where: logit .< 0)
    }

    /// -log of the probability of 1, and of that of 0.
    @inline(__always) var lossOfOne: Vector { self.logit.negated.rectified + self.rest }
    @inline(__always) var lossOfZero: Vector { self.logit.rectified + self.rest }
}

/// Sixteen rows with one logit each; lanes past the last row repeat it.
private struct LogitColumn {
    let logits: Source
    let stride: Int
    let labels: Labels
    let first: Int
    let count: Int

    @inline(__always) private func row(_ lane: Int) -> Int { self.first &+ min(lane, self.count &- 1) }

    @inline(__always) private func logit(_ lane: Int) -> Float { self.logits[self.row(lane) &* self.stride] }

    @inline(__always) private func label(_ lane: Int) -> Float {
        Float(Int32(truncatingIfNeeded: self.labels[self.row(lane)]))
    }

    @inline(__always) var vector: Vector {
        Vector(
            self.logit(0), self.logit(1), self.logit(2), self.logit(3), self.logit(4), self.logit(5), self.logit(6),
            self.logit(7), self.logit(8), self.logit(9), self.logit(10), self.logit(11), self.logit(12),
            self.logit(13), self.logit(14), self.logit(15))
    }

    /// 1 where the row is of class 1.
    @inline(__always) var targets: Vector {
        Vector(
            self.label(0), self.label(1), self.label(2), self.label(3), self.label(4), self.label(5), self.label(6),
            self.label(7), self.label(8), self.label(9), self.label(10), self.label(11), self.label(12),
            self.label(13), self.label(14), self.label(15))
    }
}

func binaryCrossEntropyKernel(_ arguments: borrowing BinaryCrossEntropyArguments) -> Double {
    let labels = unsafe Labels(values: arguments.labels, picked: arguments.picked)
    let logits = unsafe Source(arguments.logits)
    let stride = unsafe arguments.stride
    let scale = unsafe arguments.gradientScale
    let weights = unsafe arguments.weights
    let kept = 1 - (unsafe arguments.smoothing)
    let share = unsafe arguments.smoothing * 0.5
    let rows = unsafe arguments.rows
    var loss = 0.0
    var first = 0
    while first < rows {
        let column = LogitColumn(
            logits: logits, stride: stride, labels: labels, first: first, count: min(16, rows &- first))
        let bernoulli = BernoulliLogit(column.vector)
        let targets = column.targets
        let one = (targets * kept + share) * weights[1]
        let zero = ((1 - targets) * kept + share) * weights[0]
        let losses = one * bernoulli.lossOfOne + zero * bernoulli.lossOfZero
        let slopes = (zero * bernoulli.one - one * bernoulli.zero) * scale
        var lane = 0
        while lane < column.count {
            loss += Double(losses[lane])
            lane &+= 1
        }
        if let pointer = unsafe arguments.gradient {
            let gradient = unsafe Target(pointer)
            lane = 0
            while lane < column.count {
                let start = (first &+ lane) &* stride
                var place = 0
                while place < stride {
                    gradient.store(.zero, start &+ place)
                    place &+= 16
                }
                gradient[start] = slopes[lane]
                lane &+= 1
            }
        }
        first &+= 16
    }
    return loss
}
