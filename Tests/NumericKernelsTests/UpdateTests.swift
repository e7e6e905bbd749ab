import KernelInterface
import NumericKernels
import Testing

/// Parameters and their moments.
struct TestParameters {
    let values: Floats
    let first: Floats
    let second: Floats
    let third: Floats
    let gradient: Floats

    init(_ count: Int, random: inout TestRandom) {
        // Every 7th weight is 0, whose L1 penalty has no sign; second moments are not negative.
        self.values = Floats(random.numbers(count).enumerated().map { $0.offset % 7 == 0 ? 0 : $0.element })
        self.first = Floats(random.numbers(count).enumerated().map { $0.offset % 5 == 0 ? 1.01e-30 : $0.element })
        self.second = Floats(random.numbers(count).enumerated().map { $0.offset % 3 == 0 ? 0 : abs($0.element) })
        self.third = Floats(random.numbers(count).map { abs($0) })
        self.gradient = Floats(count: count)
    }

    private init(_ other: TestParameters) {
        self.values = Floats(other.values.values)
        self.first = Floats(other.first.values)
        self.second = Floats(other.second.values)
        self.third = Floats(other.third.values)
        self.gradient = Floats(other.gradient.values)
    }

    var copy: TestParameters { TestParameters(self) }

    func block(_ rule: UpdateRule) -> ParameterBlock {
        unsafe ParameterBlock(
            values: self.values.pointer, first: rule.usesFirst ? self.first.pointer : nil,
            second: rule.usesSecond ? self.second.pointer : nil, third: rule.usesThird ? self.third.pointer : nil,
            gradient: rule.kind == .store ? self.gradient.pointer : nil)
    }

    func expected(_ gradients: [Float], _ rule: UpdateRule) -> [Float] {
        let updated = gradients.indices.map { index in
            var parameter = Reference.Parameter(
                value: self.values[index], first: self.first[index], second: self.second[index],
                third: self.third[index])
            parameter.update(gradients[index], rule)
            return parameter
        }
        return updated.map(\.value) + updated.map(\.first) + updated.map(\.second) + updated.map(\.third)
            + updated.map(\.gradient)
    }

    var all: [Float] {
        self.values.values + self.first.values + self.second.values + self.third.values + self.gradient.values
    }
}

@Suite("Optimisers")
struct UpdateTests {
    /// Every rule, plain, with both penalties, and with limited gradients too.
    static let rules: [UpdateRule] = {
        let plain: [UpdateRule] = [
            .sgd(learningRate: 0.1, momentum: 0, nesterov: false),
            .sgd(learningRate: 0.1, momentum: 0.9, nesterov: false),
            .sgd(learningRate: 0.1, momentum: 0.9, nesterov: true),
            .adam(
                learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, firstPower: 0.9,
                secondPower: 0.999),
            .adam(
                learningRate: 1e-3, beta1: 0.8, beta2: 0.99, epsilon: 1e-7, weightDecay: 0.1, firstPower: 0.4096,
                secondPower: 0.9606),
            .rmsprop(learningRate: 1e-3, decay: 0.9, epsilon: 1e-7, momentum: 0),
            .rmsprop(learningRate: 1e-3, decay: 0.9, epsilon: 1e-7, momentum: 0.5),
            .amsgrad(
                learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, firstPower: 0.81, secondPower: 0.998),
            .nadam(
                learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, momentum: 0.45, nextMomentum: 0.46,
                momentumProduct: 0.2, secondPower: 0.998),
            .adagrad(learningRate: 1e-2, epsilon: 1e-10),
            UpdateRule.sgd(learningRate: 1, momentum: 0, nesterov: false).storing,
        ]
        return plain
            + plain.map { rule in
                var rule = rule
                rule.l1 = 0.01
                rule.l2 = 0.02
                return rule
            }
            + plain.map { rule in
                var rule = rule
                rule.l2 = 0.02
                rule.gradientScale = 0.75
                rule.clip = 0.5
                return rule
            }
    }()

    @Test("every kind of rule is among those that are tested")
    func coversKinds() { #expect(Set(Self.rules.map(\.kind)) == Set(UpdateRule.Kind.allCases)) }

    @Test("a rule that stores and the stored gradients' own step are the rule's step", arguments: sets)
    func deferredIsDirect(_ set: InstructionSet) throws {
        let table = try table(set)
        var random = TestRandom(12)
        for rule in Self.rules where rule.kind != .store {
            let gradients = Floats(random.numbers(48))
            let direct = TestParameters(48, random: &random)
            let deferred = direct.copy
            unsafe table.update(
                UpdateArguments(
                    count: 48, gradients: gradients.constant, parameters: direct.block(rule), rule: rule))
            var (storing, rest) = (rule.storing, rule)
            storing.gradientScale = 1
            if rule.gradientScale == 1 { rest.clip = .infinity } else { storing.clip = .infinity }
            unsafe table.update(
                UpdateArguments(
                    count: 48, gradients: gradients.constant, parameters: deferred.block(storing), rule: storing))
            unsafe table.update(
                UpdateArguments(
                    count: 48, gradients: deferred.gradient.constant, parameters: deferred.block(rest), rule: rest))
            #expect(difference(deferred.values.values, direct.values.values) == nil, "\(rule), seed 12")
        }
    }

    @Test("a limit keeps NaN and takes infinity back", arguments: sets)
    func limits(_ set: InstructionSet) throws {
        var rule = UpdateRule.sgd(learningRate: 1, momentum: 0, nesterov: false)
        rule.clip = 0.25
        let gradients = Floats([.nan, .infinity, -.infinity, 0.25, -0.5, 0.125] + [Float](repeating: 0, count: 10))
        let values = Floats(count: 16)
        let block = unsafe ParameterBlock(values: values.pointer, first: nil, second: nil)
        unsafe try table(set).update(
            UpdateArguments(count: 16, gradients: gradients.constant, parameters: block, rule: rule))
        #expect(values[0].isNaN)
        #expect(Array(values.values[1..<7]) == [-0.25, 0.25, -0.25, 0.25, -0.125, 0])
    }

    @Test("each rule is its twin, and the fused forms are the plain one", arguments: sets)
    func matchesTwin(_ set: InstructionSet) throws {
        let table = try table(set)
        var random = TestRandom(9)
        for rule in Self.rules {
            for (rows, inputs, outputs) in [(0, 3, 16), (5, 9, 64), (32, 50, 112), (7, 101, 16)] {
                let gradient = GradientCase(
                    rows: rows, inputs: inputs, outputs: outputs, picks: random.below(2) == 1, random: &random)
                let gradients = gradient.weightGradient(table, onto: nil)
                let start = TestParameters(gradients.count, random: &random)
                let expected = start.expected(gradients, rule)
                let plain = start.copy
                let values = Floats(gradients)
                let arguments = unsafe UpdateArguments(
                    count: gradients.count, gradients: values.constant, parameters: plain.block(rule), rule: rule)
                unsafe table.update(arguments)
                #expect(difference(plain.all, expected) == nil, "\(rule), seed 9")
                let fused = start.copy
                let scratch = unsafe Floats(count: WeightUpdateArguments.scratchFloats)
                let fusedArguments = unsafe WeightUpdateArguments(
                    rows: rows, inputs: inputs, outputs: outputs, input: gradient.source,
                    outputGradient: gradient.outputGradient.constant, outputGradientStride: outputs,
                    parameters: fused.block(rule), rule: rule, scratch: scratch.pointer)
                unsafe table.weightUpdate(fusedArguments)
                #expect(difference(fused.all, expected) == nil, "fused \(rule), seed 9")
            }
        }
    }

    @Test("a bias takes the sum of the rows", arguments: sets)
    func biasMatchesTwin(_ set: InstructionSet) throws {
        var random = TestRandom(10)
        for rule in Self.rules {
            for (rows, columns) in [(0, 16), (9, 80), (32, 128)] {
                let matrix = Floats(random.numbers(rows * columns))
                let bias = TestParameters(columns, random: &random)
                let sums = (0..<columns).map { column in
                    Reference.columnSum(rows: rows) { matrix[$0 * columns + column] }
                }
                let expected = bias.expected(sums, rule)
                let arguments = unsafe BiasUpdateArguments(
                    rows: rows, columns: columns, outputGradient: matrix.constant, outputGradientStride: columns,
                    parameters: bias.block(rule), rule: rule)
                unsafe try table(set).biasUpdate(arguments)
                #expect(difference(bias.all, expected) == nil, "\(rule), seed 10")
            }
        }
    }

    @Test("Adam follows its formula in Float64 over 100 steps", arguments: sets)
    func adamFollowsFormula(_ set: InstructionSet) throws {
        let table = try table(set)
        let (beta1, beta2, rate, epsilon, decay) = (0.9, 0.999, 0.01, 1e-8, 0.05)
        var random = TestRandom(11)
        let state = Floats(random.numbers(16))
        let (first, second) = (Floats(count: 16), Floats(count: 16))
        var weights = state.values.map(Double.init)
        var moments = [(Double, Double)](repeating: (0, 0), count: 16)
        var powers = (1.0, 1.0)
        for _ in 0..<100 {
            let gradients = Floats(random.numbers(16))
            powers = (powers.0 * beta1, powers.1 * beta2)
            let rule = UpdateRule.adam(
                learningRate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: decay,
                firstPower: powers.0, secondPower: powers.1)
            let block = unsafe ParameterBlock(values: state.pointer, first: first.pointer, second: second.pointer)
            unsafe table.update(
                UpdateArguments(count: 16, gradients: gradients.constant, parameters: block, rule: rule))
            for i in 0..<16 {
                let g = Double(gradients[i])
                moments[i].0 = beta1 * moments[i].0 + (1 - beta1) * g
                moments[i].1 = beta2 * moments[i].1 + (1 - beta2) * g * g
                weights[i] *= 1 - rate * decay
                weights[i] -=
                    rate * (moments[i].0 / (1 - powers.0)) / ((moments[i].1 / (1 - powers.1)).squareRoot() + epsilon)
            }
        }
        for i in 0..<16 { #expect(abs(Double(state[i]) - weights[i]) < 2e-5, "weight \(i), seed 11") }
    }

    @Test("moments of dead units become 0 or the floor, and NaN gradients reach the weights", arguments: sets)
    func keepsDeadUnitsAndNaN(_ set: InstructionSet) throws {
        let rule = UpdateRule.adam(
            learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, firstPower: 0.9,
            secondPower: 0.999)
        let parameters = ParameterTriple(count: 16, first: 3e-31, second: 1e-31)
        var values = [Float](repeating: 0, count: 16)
        values[3] = .nan
        let gradients = Floats(values)
        let arguments = unsafe UpdateArguments(
            count: 16, gradients: gradients.constant, parameters: parameters.block, rule: rule)
        unsafe try table(set).update(arguments)
        for i in 0..<16 where i != 3 {
            #expect(parameters.first[i] == 0 && parameters.second[i] == 1e-30 && parameters.values[i] == 0)
        }
        #expect(parameters.values[3].isNaN && parameters.first[3].isNaN && parameters.second[3].isNaN)
    }
}

/// Parameters that all begin alike.
struct ParameterTriple {
    let values: Floats
    let first: Floats
    let second: Floats

    init(count: Int, first: Float, second: Float) {
        self.values = Floats(count: count)
        self.first = Floats(count: count, first)
        self.second = Floats(count: count, second)
    }

    var block: ParameterBlock {
        unsafe ParameterBlock(values: self.values.pointer, first: self.first.pointer, second: self.second.pointer)
    }
}
