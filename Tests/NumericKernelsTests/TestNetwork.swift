import KernelInterface
import NumericKernels

/// A network 20 - 40 (batch norm, gelu, dropout) - 10 and everything a training step of it needs.
struct TestNetwork {
    let table: KernelTable
    let rows = 13
    let features: Floats
    let labels: Numbers
    let first: TestParameters
    let second: TestParameters
    let bias: TestParameters
    let gain: TestParameters
    let shift: TestParameters
    let running = (Floats(count: 48), Floats(count: 48))
    let inverse = Floats(count: 48)
    let hidden: Floats
    let slopes: Floats
    let activation: Floats
    let logits: Floats
    let scratch: Floats
    var random = TestRandom(70)
    var powers = (1.0, 1.0)

    init(_ table: KernelTable) throws {
        self.table = table
        self.features = self.random.matrix(rows: 50, width: 20, stride: 32)
        self.labels = self.random.picks(50, below: 10)
        self.first = TestParameters(32 * 48, random: &self.random)
        self.second = TestParameters(48 * 16, random: &self.random)
        self.bias = TestParameters(16, random: &self.random)
        self.gain = TestParameters(48, random: &self.random)
        self.shift = TestParameters(48, random: &self.random)
        self.hidden = Floats(count: self.rows * 48)
        self.slopes = Floats(count: self.rows * 48)
        self.activation = Floats(count: self.rows * 48)
        self.logits = Floats(count: self.rows * 16)
        let needed = unsafe max(
            InputGradientArguments.scratchFloats(rows: 13, inputs: 48, outputs: 10),
            WeightUpdateArguments.scratchFloats)
        self.scratch = Floats(count: needed)
    }

    var state: [Float] {
        [self.first, self.second, self.bias, self.gain, self.shift].flatMap(\.all) + self.running.0.values
            + self.running.1.values + self.hidden.values + self.slopes.values
    }

    private func forward(_ picked: Numbers, step: Int) {
        let product = unsafe ProductArguments(
            rows: self.rows, columns: 48, depth: 20,
            input: RowSource(self.features.constant, stride: 32, picked: picked.constant),
            weights: self.first.values.constant, weightStride: 48, output: self.hidden.pointer, outputStride: 48,
            finish: .store)
        unsafe self.table.product(product)
        let norm = unsafe NormalizationArguments(
            rows: self.rows, columns: 48, input: self.hidden.constant, normalized: self.hidden.pointer,
            output: self.activation.pointer, gain: self.gain.values.constant, shift: self.shift.values.constant,
            inverseDeviation: self.inverse.pointer, runningMean: self.running.0.pointer,
            runningVariance: self.running.1.pointer, runningWeight: 0.1, epsilon: 1e-3, relu: false)
        unsafe self.table.normalize(norm)
        let gelu = unsafe ActivationArguments(
            count: self.rows * 48, function: .gelu, input: self.activation.constant, output: self.activation.pointer,
            slopes: self.slopes.pointer, dropout: DropoutSettings(rate: 0.2, seed: 5, layer: 0, step: UInt32(step)))
        unsafe self.table.activate(gelu)
        let output = unsafe ProductArguments(
            rows: self.rows, columns: 16, depth: 40, input: RowSource(self.activation.constant, stride: 48),
            weights: self.second.values.constant, weightStride: 16, bias: self.bias.values.constant,
            output: self.logits.pointer, outputStride: 16, finish: .bias)
        unsafe self.table.product(output)
    }

    private func backward(_ picked: Numbers, _ rule: UpdateRule) {
        let gradient = Floats(count: self.rows * 48)
        let input = unsafe InputGradientArguments(
            rows: self.rows, inputs: 48, outputs: 10, outputGradient: self.logits.constant, outputGradientStride: 16,
            weights: self.second.values.constant, weightStride: 16, inputGradient: gradient.pointer,
            inputGradientStride: 48, mask: .slope, maskValues: self.slopes.constant, scratch: self.scratch.pointer)
        unsafe self.table.inputGradient(input)
        let second = unsafe WeightUpdateArguments(
            rows: self.rows, inputs: 40, outputs: 16, input: RowSource(self.activation.constant, stride: 48),
            outputGradient: self.logits.constant, outputGradientStride: 16, parameters: self.second.block(rule),
            rule: rule, scratch: self.scratch.pointer)
        unsafe self.table.weightUpdate(second)
        let bias = unsafe BiasUpdateArguments(
            rows: self.rows, columns: 16, outputGradient: self.logits.constant, outputGradientStride: 16,
            parameters: self.bias.block(rule), rule: rule.withoutPenalties)
        unsafe self.table.biasUpdate(bias)
        let norm = unsafe NormalizationBackwardArguments(
            rows: self.rows, columns: 48, gradient: gradient.pointer, normalized: self.hidden.constant,
            inverseDeviation: self.inverse.constant, gain: self.gain.block(rule), shift: self.shift.block(rule),
            rule: rule.withoutPenalties)
        unsafe self.table.normalizeBackward(norm)
        let first = unsafe WeightUpdateArguments(
            rows: self.rows, inputs: 20, outputs: 48,
            input: RowSource(self.features.constant, stride: 32, picked: picked.constant),
            outputGradient: gradient.constant, outputGradientStride: 48, parameters: self.first.block(rule),
            rule: rule, scratch: self.scratch.pointer)
        unsafe self.table.weightUpdate(first)
    }

    mutating func step(_ step: Int) -> Double {
        let picked = self.random.picks(self.rows, below: 50)
        self.forward(picked, step: step)
        let entropy = unsafe CrossEntropyArguments(
            rows: self.rows, classes: 10, logits: self.logits.constant, gradient: self.logits.pointer, stride: 16,
            labels: self.labels.constant, picked: picked.constant, gradientScale: 1 / 13)
        let loss = unsafe self.table.crossEntropy(entropy)
        self.powers = (self.powers.0 * 0.9, self.powers.1 * 0.999)
        var rule = UpdateTests.rules[step % UpdateTests.rules.count]
        if rule.kind == .adam {
            rule = .adam(
                learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01,
                firstPower: self.powers.0, secondPower: self.powers.1)
        }
        self.backward(picked, rule)
        return loss
    }
}
