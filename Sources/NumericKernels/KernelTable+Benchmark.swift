import KernelInterface

extension KernelTable {
    /// A closure that runs a case once on operands of its own.
    func prepared(_ benchmark: BenchmarkCase) -> () -> Void {
        switch benchmark {
        case .product(let m, let n, let k): self.preparedProduct(m, n, k)
        case .weightGradient(let m, let n, let k): self.preparedWeightGradient(m, n, k)
        case .weightUpdate(let m, let n, let k): self.preparedWeightUpdate(m, n, k)
        case .inputGradient(let m, let n, let k): self.preparedInputGradient(m, n, k)
        case .function(let function, let n): self.preparedFunction(function, n)
        }
    }

    /// Numbers in -1 ..< 1 without a pattern that matters.
    private static func sample(_ index: Int) -> Float {
        Float(index &* 2_654_435_761 & 0xFFFF) / 32_768 - 1
    }

    /// Floats between arrays, so that they don't begin at one offset within their pages.
    private static let gap = 272

    private static func matrix(_ rows: Int, _ columns: Int) -> AlignedFloats {
        AlignedFloats(rows * columns) { Self.sample($0) }
    }

    private func preparedProduct(_ m: Int, _ n: Int, _ k: Int) -> () -> Void {
        let columns = paddedWidth(n)
        // In one block, as a network lies in its arena.
        let weights = paddedWidth(m * k) + Self.gap
        let output = weights + k * columns + Self.gap
        let scratch = output + m * columns + Self.gap
        let floats = unsafe ProductArguments.scratchFloats(columns: columns, depth: k)
        let block = Self.matrix(1, scratch + floats)
        return {
            let arguments = unsafe ProductArguments(
                rows: m, columns: columns, depth: k, input: RowSource(block.constant, stride: k),
                weights: block.from(weights), weightStride: columns, output: block.from(output), outputStride: columns,
                finish: .store, scratch: block.from(scratch))
            unsafe self.product(arguments)
        }
    }

    private func preparedWeightGradient(_ m: Int, _ n: Int, _ k: Int) -> () -> Void {
        let columns = paddedWidth(n)
        let (input, gradient) = (Self.matrix(k, m), Self.matrix(k, columns))
        let result = AlignedFloats(m * columns)
        return {
            let arguments = unsafe WeightGradientArguments(
                rows: k, inputs: m, outputs: columns, input: RowSource(input.constant, stride: m),
                outputGradient: gradient.constant, outputGradientStride: columns, gradient: result.pointer,
                gradientStride: columns)
            unsafe self.weightGradient(arguments)
        }
    }

    private func preparedWeightUpdate(_ m: Int, _ n: Int, _ k: Int) -> () -> Void {
        let columns = paddedWidth(n)
        let (input, gradient) = (Self.matrix(k, m), Self.matrix(k, columns))
        let (weights, first) = (Self.matrix(m, columns), AlignedFloats(m * columns))
        let second = AlignedFloats(m * columns)
        let scratch = unsafe AlignedFloats(WeightUpdateArguments.scratchFloats)
        let rule = UpdateRule.adam(
            learningRate: 1e-6, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, firstPower: 0.5,
            secondPower: 0.5)
        return {
            let block = unsafe ParameterBlock(
                values: weights.pointer, first: first.pointer, second: second.pointer)
            let arguments = unsafe WeightUpdateArguments(
                rows: k, inputs: m, outputs: columns, input: RowSource(input.constant, stride: m),
                outputGradient: gradient.constant, outputGradientStride: columns, parameters: block, rule: rule,
                scratch: scratch.pointer)
            unsafe self.weightUpdate(arguments)
        }
    }

    private func preparedInputGradient(_ m: Int, _ n: Int, _ k: Int) -> () -> Void {
        let (inputs, outputs) = (paddedWidth(n), paddedWidth(k))
        let (gradient, weights) = (Self.matrix(m, outputs), Self.matrix(inputs, outputs))
        let (mask, result) = (Self.matrix(m, inputs), AlignedFloats(m * inputs))
        let scratch = unsafe AlignedFloats(
            InputGradientArguments.scratchFloats(rows: m, inputs: inputs, outputs: k))
        return {
            let arguments = unsafe InputGradientArguments(
                rows: m, inputs: inputs, outputs: k, outputGradient: gradient.constant,
                outputGradientStride: outputs, weights: weights.constant, weightStride: outputs,
                inputGradient: result.pointer, inputGradientStride: inputs, mask: .positive,
                maskValues: mask.constant, scratch: scratch.pointer)
            unsafe self.inputGradient(arguments)
        }
    }

    private func preparedFunction(_ function: VectorFunction, _ n: Int) -> () -> Void {
        let count = paddedWidth(n)
        let input = AlignedFloats(count) { Self.sample($0) * 3 + 3.5 }
        let output = AlignedFloats(count)
        return {
            let arguments = unsafe VectorFunctionArguments(
                count: count, function: function, input: input.constant, output: output.pointer)
            unsafe self.vectorFunction(arguments)
        }
    }
}
