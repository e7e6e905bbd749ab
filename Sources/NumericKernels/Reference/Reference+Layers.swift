package import KernelInterface

extension Reference {
    /// A function of a layer's units with its slope.
    package static func activation(
        _ function: ActivationFunction, _ x: Float
    ) -> (value: Float, slope: Float) {
        switch function {
        case .identity: return (x, 1)
        case .relu: return (Self.relu(x), x > 0 ? 1 : 0)
        case .tanh:
            let t = Self.hyperbolicTangent(x)
            return (t, Float(1).addingProduct(-t, t))
        case .sigmoid:
            let s = Self.logistic(x)
            return (s, s.addingProduct(-s, s))
        case .gelu:
            let law = Self.normalLaw(x)
            return (x * law.distribution, law.distribution.addingProduct(x, law.density))
        case .leakyRelu: return (x < 0 ? x * 0.01 : x, x > 0 ? 1 : 0.01)
        case .elu:
            let below = Self.exponentialMinusOne(x)
            return (x > 0 ? x : below, x > 0 ? 1 : below + 1)
        case .selu:
            let below = Self.exponentialMinusOne(x) * 1.758_099_3
            return (x > 0 ? x * 1.050_701 : below, x > 0 ? 1.050_701 : below + 1.758_099_3)
        case .silu:
            let bounded: Float = x < -87 ? -87 : x
            let power = Self.exponential(-bounded)
            let s = 1 / (power + 1)
            return (bounded * s, s * Float(1).addingProduct(bounded, power * s))
        case .softplus:
            return (Self.relu(x) + Self.logarithm(Self.exponential(-x.magnitude) + 1), Self.logistic(x))
        case .geluTanh:
            let low: Float = x < -10 ? -10 : x
            let bounded: Float = low > 10 ? 10 : low
            let square = bounded * bounded
            let power = Self.exponential(-(bounded * Float(1.595_769_1).addingProduct(square, 0.071_354_814)))
            let s = 1 / (power + 1)
            let rise = bounded * Float(1.595_769_1).addingProduct(square, 0.214_064_44)
            return (low * s, s * Float(1).addingProduct(rise, power * s))
        case .relu6: return (x > 6 ? 6 : Self.relu(x), x > 0 && x < 6 ? 1 : 0)
        case .hardSigmoid: return (Self.hardLogistic(x), x > -3 && x < 3 ? 1 / 6 : 0)
        case .hardTanh: return (x > 1 ? 1 : x < -1 ? -1 : x, x > -1 && x < 1 ? 1 : 0)
        case .hardSwish:
            return (x * Self.hardLogistic(x), x <= -3 ? 0 : x >= 3 ? 1 : Float(0.5).addingProduct(x, 1 / 3))
        }
    }

    /// min(max(x + 3, 0), 6) / 6.
    private static func hardLogistic(_ x: Float) -> Float {
        x <= -3 ? 0 : x >= 3 ? 1 : Float(0.5).addingProduct(x, 1 / 6)
    }

    /// What becomes of an input's gradient.
    package static func masked(_ gradient: Float, _ mask: GradientMask, _ value: Float, scale: Float) -> Float {
        switch mask {
        case .none: gradient
        case .positive: value > 0 ? gradient * scale : 0
        case .slope: gradient * value
        }
    }

    /// One parameter with the optimiser's state about it.
    package struct Parameter: Equatable, Sendable {
        package var value: Float
        package var first: Float
        package var second: Float
        package var third: Float
        package var gradient: Float = 0

        package init(value: Float, first: Float, second: Float, third: Float = 0) {
            self.value = value
            self.first = first
            self.second = second
            self.third = third
        }

        /// One step of a rule.
        package mutating func update(_ gradient: Float, _ rule: UpdateRule) {
            var g = gradient * rule.gradientScale
            if g > rule.clip { g = rule.clip }
            if g < -rule.clip { g = -rule.clip }
            if rule.l1 != 0 || rule.l2 != 0 {
                let sign: Float =
                    self.value == 0 ? 0 : Float(sign: self.value.sign, exponent: 0, significand: 1) * rule.l1
                g = g.addingProduct(rule.l2, self.value) + sign
            }
            switch rule.kind {
            case .sgd: self.value.addProduct(-rule.rate, g)
            case .momentum, .nesterov:
                self.first = Self.gridded(g.addingProduct(rule.momentum, self.first))
                let direction = rule.kind == .nesterov ? g.addingProduct(rule.momentum, self.first) : self.first
                self.value.addProduct(-rule.rate, direction)
            case .adam:
                self.first = Self.gridded(self.first.addingProduct(rule.firstWeight, g - self.first))
                self.followSecond(g, rule)
                let below = rule.epsilon.addingProduct(Reference.squareRoot(self.second), rule.secondScale)
                self.value = ((self.first * -rule.rate) / below).addingProduct(self.value, rule.keptFraction)
            case .rmsprop, .rmspropMomentum:
                self.followSecond(g, rule)
                var direction = g / (Reference.squareRoot(self.second) + rule.epsilon)
                if rule.kind == .rmspropMomentum {
                    direction = Self.gridded(direction.addingProduct(rule.momentum, self.first))
                    self.first = direction
                }
                self.value.addProduct(-rule.rate, direction)
            case .amsgrad, .nadam:
                self.first = Self.gridded(self.first.addingProduct(rule.firstWeight, g - self.first))
                self.followSecond(g, rule)
                if rule.kind == .amsgrad, self.second > self.third { self.third = self.second }
                let square = rule.kind == .amsgrad ? self.third : self.second
                let below = rule.epsilon.addingProduct(Reference.squareRoot(square), rule.secondScale)
                let above = self.first * -rule.rate
                self.value += (rule.kind == .nadam ? above.addingProduct(-rule.gradientRate, g) : above) / below
            case .adagrad:
                let sum = self.second.addingProduct(g, g)
                self.second = sum < 1e-30 ? 1e-30 : sum
                self.value.addProduct(-rule.rate, g / (Reference.squareRoot(self.second) + rule.epsilon))
            case .store: self.gradient = g
            }
        }

        private mutating func followSecond(_ g: Float, _ rule: UpdateRule) {
            let next = self.second.addingProduct(rule.secondWeight, (-self.second).addingProduct(g, g))
            self.second = next < 1e-30 ? 1e-30 : next
        }

        private static func gridded(_ x: Float) -> Float { (x + 0x1p-77) - 0x1p-77 }
    }

    /// One feature of batch normalisation in training.
    package struct NormalizedColumn: Equatable, Sendable {
        package var mean: Float = 0
        package var variance: Float = 0
        package var inverse: Float = 0
        package var normalized: [Float] = []

        package init(_ column: [Float], epsilon: Float) {
            let share = 1 / Float(column.count)
            self.mean = column.reduce(0, +) * share
            var squares: Float = 0
            for x in column {
                let difference = x - self.mean
                squares.addProduct(difference, difference)
            }
            self.variance = squares * share
            self.inverse = 1 / Reference.squareRoot(self.variance + epsilon)
            self.normalized = column.map { ($0 - self.mean) * self.inverse }
        }

        /// The gradient of the input, and those of gain and shift.
        package func backward(_ gradient: [Float], gain: Float) -> (input: [Float], gain: Float, shift: Float) {
            let share = 1 / Float(gradient.count)
            var shiftSum: Float = 0
            var gainSum: Float = 0
            for (g, x) in zip(gradient, self.normalized) {
                shiftSum += g
                gainSum.addProduct(g, x)
            }
            let factor = gain * self.inverse
            let input = zip(gradient, self.normalized).map { g, x in
                (g - (shiftSum * share).addingProduct(x, gainSum * share)) * factor
            }
            return (input, gainSum, shiftSum)
        }
    }

    /// Softmax cross-entropy of one row of logits: loss, gradient, and the predicted class.
    package static func crossEntropy(
        _ logits: [Float], label: Int, scale: Float
    ) -> (loss: Double, gradient: [Float], prediction: Int) {
        var maximum = -Float.infinity
        for logit in logits where logit > maximum { maximum = logit }
        let powers = logits.map { Self.exponential($0 - maximum) }
        var lanes = [Float](repeating: 0, count: 16)
        for (index, power) in powers.enumerated() { lanes[index % 16] += power }
        let sum = Self.treeSum(lanes)
        let loss = Double(Self.logarithm(sum) + (maximum - logits[label]))
        var gradient = powers.map { $0 * (scale / sum) }
        gradient[label] -= scale
        return (loss, gradient, sum.isNaN ? -1 : logits.firstIndex(of: maximum) ?? -1)
    }

    /// Squared error of one row with the gradient.
    package static func errors(
        _ outputs: [Float], _ targets: [Float], scale: Float
    ) -> (squared: Double, gradient: [Float]) {
        var squares = [Float](repeating: 0, count: 16)
        var gradient: [Float] = []
        for (index, (output, target)) in zip(outputs, targets).enumerated() {
            let difference = output - target
            squares[index % 16].addProduct(difference, difference)
            gradient.append(difference * scale)
        }
        return (Double(Self.treeSum(squares)), gradient)
    }

    /// Layer normalisation of a row: what is normalised, and 1 / deviation.
    package static func normalizedRow(_ row: [Float], epsilon: Float) -> (normalized: [Float], inverse: Float) {
        let share = 1 / Float(row.count)
        func lanes(_ value: (Float, Float) -> Float) -> Float {
            var lanes = [Float](repeating: 0, count: 16)
            for (index, x) in row.enumerated() { lanes[index % 16] = value(lanes[index % 16], x) }
            return Self.treeSum(lanes)
        }
        let mean = lanes { $0 + $1 } * share
        let variance = lanes { $0.addingProduct($1 - mean, $1 - mean) } * share
        let inverse = 1 / (variance + epsilon).squareRoot()
        return (row.map { ($0 - mean) * inverse }, inverse)
    }

    /// Layer normalisation of a row backwards: the gradient of what came in.
    package static func normalizedRowGradient(
        _ gradient: [Float], normalized: [Float], inverse: Float, gain: [Float]
    ) -> [Float] {
        let share = 1 / Float(gradient.count)
        let a = zip(gradient, gain).map { $0 * $1 }
        var sums = [Float](repeating: 0, count: 16)
        var products = sums
        for index in a.indices {
            sums[index % 16] += a[index]
            products[index % 16] = products[index % 16].addingProduct(a[index], normalized[index])
        }
        let mean = Self.treeSum(sums) * share
        let slope = Self.treeSum(products) * share
        return zip(a, normalized).map { ($0 - mean).addingProduct(-$1, slope) * inverse }
    }
}
