import KernelInterface
import TuningModel

/// How a network is used: in training everything is kept for the way back.
enum NetworkMode: Hashable { case training, evaluation }

extension TrainingRun {
    /// What the dense layers take: the features themselves, or what comes before the dense layers makes of these rows.
    @unsafe
    borrowing func frontOutput(_ features: RowSource, count: Int, mode: NetworkMode) -> RowSource {
        switch self.plan.front {
        case .none: return unsafe features
        case .convolutions(let stack): return unsafe self.convolve(stack, features, count: count, mode: mode)
        case .recurrent(let stack): return unsafe self.unroll(stack, features, count: count)
        }
    }

    /// Passes the gradient of the dense layers' input, of the shape [count, stride], on, and updates what comes before
    /// them.
    @unsafe
    borrowing func frontBackward(
        gradient: UnsafeMutablePointer<Float>, stride: Int, count: Int, rule: UpdateRule
    ) {
        switch self.plan.front {
        case .none: break
        case .convolutions(let stack):
            unsafe self.convolveBackward(stack, gradient: gradient, stride: stride, count: count, rule: rule)
        case .recurrent(let stack):
            unsafe self.unrollBackward(stack, gradient: gradient, stride: stride, count: count, rule: rule)
        }
    }
}

extension TrainingRun {
    /// Streams of initial weights: dense layers count from 0, what comes before them from here.
    private static let firstStream = 1 << 20

    /// The first weights of what comes before the dense layers, and its tables.
    ///
    /// Convolutions count `kernel * kernel * channels` inputs and as many outputs for each filter; each gate of LSTM cells
    /// is a layer of its own that takes inputs and states. Biases of forget gates begin at a number of their own, usually 1
    /// (R. Jozefowicz et al., "An empirical exploration of recurrent network architectures", ICML 2015, section 3.2).
    @unsafe
    borrowing func initializeFront() {
        unsafe self.writeTables()
        switch self.plan.front {
        case .none: break
        case .convolutions(let stack):
            for (number, block) in stack.blocks.enumerated() {
                let window = block.settings.kernel &* block.settings.kernel
                let initializer = WeightInitializer(
                    self.configuration.initializer, activation: self.configuration.activation,
                    inputs: block.window.depth, outputs: window &* block.settings.filters, seed: self.seed,
                    layer: Self.firstStream + number)
                unsafe initializer.fill(
                    self.arena.base + block.weights.values, inputs: block.window.depth, outputs: block.settings.filters,
                    rowStride: block.outputChannels)
                if let normalization = block.normalization {
                    self.initialize(normalization, count: block.settings.filters)
                } else {
                    unsafe self.initializeBiases(
                        at: block.bias.values, count: block.settings.filters, layer: Self.firstStream + number)
                }
            }
        case .recurrent(let stack):
            for (number, layer) in stack.layers.enumerated() {
                unsafe self.initialize(layer, number: number)
            }
        }
    }

    @unsafe
    private func initialize(_ layer: RecurrentPlan, number: Int) {
        let base = unsafe self.arena.base
        for gate in 0..<4 {
            let column = gate &* layer.unitStride
            for (part, (weights, inputs)) in [
                (layer.inputWeights, layer.inputs), (layer.hiddenWeights, layer.units),
            ].enumerated() {
                let initializer = WeightInitializer(
                    self.configuration.initializer, activation: .tanh, inputs: inputs, outputs: layer.units,
                    seed: self.seed, layer: Self.firstStream + 8 &* number + 2 &* gate + part)
                unsafe initializer.fill(
                    base + weights.values + column, inputs: inputs, outputs: layer.units, rowStride: layer.gateStride)
            }
            unsafe self.initializeBiases(
                at: layer.bias.values + column, count: layer.units, layer: Self.firstStream + 8 &* number + 2 &* gate)
        }
        let forgetBias = Float(self.configuration.forgetBias)
        for unit in 0..<layer.units { unsafe base[layer.bias.values + layer.unitStride + unit] = forgetBias }
    }

    /// Tables that follow from the shapes alone and are in no checkpoint.
    @unsafe
    borrowing func writeTables() {
        guard case .convolutions(let stack) = self.plan.front else { return }
        for block in stack.blocks { unsafe block.writeStarts(self.arena.base) }
    }

    /// Refuses a family that can make nothing of the rows' shape.
    static func check(_ family: NetworkFamily, shape: [Int]) throws(TrainingError) {
        switch family {
        case .mlp: return
        case .cnn(let blocks):
            guard shape.count > 1 else {
                throw .data(
                    what: "shape of a row", found: "\(shape)",
                    wanted: "[height, width, channels] for a cnn; save images as an array of the shape [rows, height, "
                        + "width, channels]")
            }
            guard !blocks.isEmpty else {
                throw .setting(SettingError(setting: "model.family.cnn.blocks", found: "none", wanted: "at least one"))
            }
            var image = ImageShape(shape)
            for (number, block) in blocks.enumerated() {
                guard let shapes = ConvolutionPlan.shapes(block, input: image) else {
                    throw .setting(
                        SettingError(
                            setting: "model.family.cnn.blocks.\(number)",
                            found: "an image of \(image.height) x \(image.width)",
                            wanted:
                                "one that its kernel and pool fit into; use fewer blocks, a smaller kernel or pool, or "
                                + "padding: same"))
                }
                guard block.kernel <= max(image.height, image.width) + 1 else {
                    throw .setting(
                        SettingError(
                            setting: "model.family.cnn.blocks.\(number).kernel", found: "\(block.kernel)",
                            wanted: "at most the size of what it sees, \(image.height) x \(image.width)"))
                }
                image = shapes.output
            }
        case .lstm(let layers):
            guard shape.count > 1 else {
                throw .data(
                    what: "shape of a row", found: "\(shape)",
                    wanted: "[steps, features] for an lstm; save sequences as an array of the shape [rows, steps, "
                        + "features]")
            }
            guard !layers.isEmpty else {
                throw .setting(SettingError(setting: "model.family.lstm.layers", found: "none", wanted: "at least one"))
            }
        }
    }
}
