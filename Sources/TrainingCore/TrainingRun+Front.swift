import KernelInterface
import TuningModel

/// How a network is used: in training everything is kept for the way back.
enum NetworkMode: Hashable { case training, evaluation }

extension TrainingRun {
    /// What the dense layers take: the features themselves, or what comes before the dense layers makes of these rows;
    /// `step` is the minibatch's number, for dropout.
    @unsafe
    borrowing func frontOutput(_ features: RowSource, count: Int, step: Int, mode: NetworkMode) -> RowSource {
        switch self.plan.front {
        case .none: return unsafe features
        case .embedding(let plan): return unsafe self.embed(plan, features, count: count, mode: mode)
        case .convolutions(let stack):
            return unsafe self.convolve(stack, features, count: count, step: step, mode: mode)
        case .recurrent(let stack):
            return unsafe self.unroll(stack, features, count: count, step: step, mode: mode)
        }
    }

    /// Passes the gradient of the dense layers' input, of the shape [count, stride], on, and updates what comes before
    /// them.
    @unsafe
    borrowing func frontBackward(
        gradient: UnsafeMutablePointer<Float>, stride: Int, count: Int, step: Int, rule: UpdateRule
    ) {
        switch self.plan.front {
        case .none: break
        case .embedding(let plan):
            unsafe self.embedBackward(plan, gradient: gradient, stride: stride, count: count, rule: rule)
        case .convolutions(let stack):
            unsafe self.convolveBackward(
                stack, gradient: gradient, stride: stride, count: count, step: step, rule: rule)
        case .recurrent(let stack):
            unsafe self.unrollBackward(
                stack, gradient: gradient, stride: stride, count: count, step: step, rule: rule)
        }
    }
}

extension TrainingRun {
    /// The first weights of what comes before the dense layers, and its tables.
    ///
    /// Convolutions count `height * width * channels` of the window as inputs and as many outputs for each filter, those
    /// within a channel `height * width`; each gate of a recurrent layer is a layer of its own that takes inputs and states.
    /// Tables of embeddings are normal numbers of the deviation 0.05, whatever the initialiser of the layers is.
    /// Biases of forget gates begin at a number of their own, usually 1 (R. Jozefowicz et al., "An empirical exploration of
    /// recurrent network architectures", ICML 2015, section 3.2).
    @unsafe
    borrowing func initializeFront() {
        unsafe self.writeTables()
        switch self.plan.front {
        case .none: break
        case .embedding(let plan): unsafe self.initialize(plan)
        case .convolutions(let stack):
            for (number, plan) in stack.stages.enumerated() { unsafe self.initialize(plan, number: number) }
        case .recurrent(let stack):
            for (number, layer) in stack.layers.enumerated() {
                for plan in layer.directions { unsafe self.initialize(plan, number: number) }
            }
        }
    }

    @unsafe
    private func initialize(_ plan: ConvolutionPlan, number: Int) {
        let base = unsafe self.arena.base
        let window = plan.stage.window.count
        let initializer = WeightInitializer(
            self.configuration.initializer, activation: self.configuration.activation, inputs: plan.weightRows,
            outputs: plan.stage.isDepthwise ? window : window &* plan.stage.filters, seed: self.seed,
            layer: FrontPlan.firstStream + number)
        unsafe initializer.fill(
            base + plan.weights.values, inputs: plan.weightRows, outputs: plan.convolved.channels,
            rowStride: plan.outputChannels)
        if let normalization = plan.normalization {
            self.initialize(normalization, count: plan.convolved.channels)
        } else if let bias = plan.bias {
            unsafe self.initializeBiases(
                at: bias.values, count: plan.convolved.channels, layer: FrontPlan.firstStream + number)
        }
        guard let projection = plan.shortcut?.projection else { return }
        let second = WeightInitializer(
            self.configuration.initializer, activation: self.configuration.activation, inputs: projection.inputs,
            outputs: projection.filters, seed: self.seed, layer: 2 * FrontPlan.firstStream + number)
        unsafe second.fill(
            base + projection.weights.values, inputs: projection.inputs, outputs: projection.filters,
            rowStride: projection.channels)
        if let normalization = projection.normalization {
            self.initialize(normalization, count: projection.filters)
        }
    }

    @unsafe
    private func initialize(_ plan: RecurrentPlan, number: Int) {
        let base = unsafe self.arena.base
        let stream = (plan.isReversed ? 2 : 1) &* FrontPlan.firstStream + 8 &* number
        for gate in 0..<plan.gateCount {
            let column = gate &* plan.unitStride
            for (part, (weights, inputs)) in [
                (plan.inputWeights, plan.inputs), (plan.hiddenWeights, plan.units),
            ].enumerated() {
                let initializer = WeightInitializer(
                    self.configuration.initializer, activation: .tanh, inputs: inputs, outputs: plan.units,
                    seed: self.seed, layer: stream + 2 &* gate + part)
                unsafe initializer.fill(
                    base + weights.values + column, inputs: inputs, outputs: plan.units, rowStride: plan.gateStride)
            }
            unsafe self.initializeBiases(
                at: plan.bias.values + column, count: plan.units, layer: stream + 2 &* gate)
        }
        switch plan.memory {
        case .lstm:
            let forgetBias = Float(self.configuration.forgetBias)
            for unit in 0..<plan.units { unsafe base[plan.bias.values + plan.unitStride + unit] = forgetBias }
        case .gru(let places):
            unsafe self.initializeBiases(at: places.bias.values, count: plan.units, layer: stream + 2 &* plan.gateCount)
        }
    }

    /// Tables that follow from the shapes alone and are in no checkpoint.
    @unsafe
    borrowing func writeTables() {
        guard case .convolutions(let stack) = self.plan.front else { return }
        for plan in stack.stages { unsafe plan.writeStarts(self.arena.base) }
    }

    /// Refuses a family that can make nothing of the rows' shape.
    static func check(_ family: NetworkFamily, shape: [Int]) throws(TrainingError) {
        switch family {
        case .mlp: return
        case .cnn(let settings): try self.check(settings, shape: shape)
        case .recurrent(let settings):
            let name = settings.cell.rawValue
            guard shape.count > 1 else {
                throw .data(
                    what: "shape of a row", found: "\(shape)",
                    wanted:
                        "[steps, features] for \(name == "lstm" ? "an" : "a") \(name); save sequences as an array of the "
                        + "shape [rows, steps, features]")
            }
            guard !settings.layers.isEmpty else {
                throw .setting(
                    SettingError(setting: "model.family.\(name).layers", found: "none", wanted: "at least one"))
            }
        }
    }

    private static func check(_ settings: ConvolutionSettings, shape: [Int]) throws(TrainingError) {
        guard shape.count > 1 || settings.dimensions == 1 else {
            throw .data(
                what: "shape of a row", found: "\(shape)",
                wanted: "[height, width, channels] for a cnn; save images as an array of the shape [rows, height, "
                    + "width, channels]")
        }
        guard shape.count < 3 || settings.dimensions == 2 else {
            throw .setting(
                SettingError(
                    setting: "model.family.cnn.dimensions", found: "1", wanted: "2, for rows of the shape \(shape)"))
        }
        guard !settings.blocks.isEmpty else {
            throw .setting(SettingError(setting: "model.family.cnn.blocks", found: "none", wanted: "at least one"))
        }
        var image = ImageShape(shape, dimensions: settings.dimensions)
        for stage in ConvolutionStage.all(settings) {
            let name = "model.family.cnn.blocks.\(stage.block)"
            guard let shapes = stage.shapes(image) else {
                throw .setting(
                    SettingError(
                        setting: name, found: "an image of \(image.height) x \(image.width)",
                        wanted: "one that its kernel and pool fit into; use fewer blocks, a smaller kernel or pool, or "
                            + "padding: same"))
            }
            guard max(stage.window.spanHeight, stage.window.spanWidth) <= max(image.height, image.width) + 1 else {
                throw .setting(
                    SettingError(
                        setting: "\(name).kernel", found: "\(stage.window.width)",
                        wanted: "with its dilation at most the size of what it sees, \(image.height) x \(image.width)"))
            }
            image = shapes.output
        }
    }
}
