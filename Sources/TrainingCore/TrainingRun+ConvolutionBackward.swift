import KernelInterface
import TuningModel

extension TrainingRun {
    /// Passes the gradient of what the dense layers took, of the shape [count, stride], back through all stages, last to
    /// first, and updates each.
    @unsafe
    borrowing func convolveBackward(
        _ stack: ConvolutionStackPlan, gradient: UnsafeMutablePointer<Float>, stride: Int, count: Int, step: Int,
        rule: UpdateRule
    ) {
        if stack.globalPool != nil {
            unsafe self.unpoolAll(stack, gradient, stride: stride, count: count)
        } else {
            unsafe self.unpack(stack, gradient, stride: stride, count: count)
        }
        for number in stack.stages.indices.reversed() {
            let plan = stack.stages[number]
            let output = unsafe self.target(of: number, in: stack)
            let previous = number > 0 ? stack.stages[number - 1].outputGradient : nil
            unsafe self.backward(plan, output: output, inputGradient: previous, count: count, step: step, rule: rule)
            for later in stack.stages[number...] {
                if let shortcut = later.shortcut, shortcut.from == number {
                    unsafe self.shortcutBackward(shortcut, later, inputGradient: previous, count: count, rule: rule)
                }
            }
        }
    }

    /// The gradient of the last stage's output through the global pool.
    @unsafe
    private func unpoolAll(
        _ stack: ConvolutionStackPlan, _ gradient: UnsafeMutablePointer<Float>, stride: Int, count: Int
    ) {
        let base = unsafe self.arena.base
        guard let pool = stack.globalPool else { return }
        let last = stack.stages[stack.stages.count - 1]
        for image in 0..<count {
            unsafe self.table.unpool(
                UnpoolArguments(
                    kind: pool.kind, window: (pool.height, pool.width), height: pool.height, width: pool.width,
                    channels: last.outputChannels, outputGradient: gradient + image &* stride,
                    places: stack.places.map { unsafe UnsafePointer(base + $0 + image &* stack.flatStride) },
                    inputGradient: base + last.outputGradient + image &* last.outputStride))
        }
    }

    /// Copies the gradient of the dense layers' input into the last stage's, with the padding between pixels.
    @unsafe
    private func unpack(
        _ stack: ConvolutionStackPlan, _ gradient: UnsafeMutablePointer<Float>, stride: Int, count: Int
    ) {
        let last = stack.stages[stack.stages.count - 1]
        let channels = last.outputChannels
        for image in 0..<count {
            let source = unsafe gradient + image &* stride
            let target = unsafe self.arena.base + last.outputGradient + image &* last.outputStride
            if stack.isPacked {
                unsafe target.update(from: source, count: last.outputStride)
            } else {
                for pixel in 0..<last.output.pixels {
                    unsafe (target + pixel &* channels).update(
                        from: source + pixel &* last.output.channels, count: last.output.channels)
                }
            }
        }
    }

    /// One stage backwards: the gradient of its output becomes that of its input, where one is wanted, and the stage is
    /// updated.
    @unsafe
    private func backward(
        _ plan: ConvolutionPlan, output: ImageTarget, inputGradient: Int?, count: Int, step: Int, rule: UpdateRule
    ) {
        let base = unsafe self.arena.base
        let kept = plan.keepsImages ? plan.convolvedStride : 0
        if let back = plan.back { unsafe self.turnWeights(plan, back) }
        if plan.dropped != nil { unsafe self.drop(plan, base + plan.outputGradient, count: count, step: step) }
        if plan.keepsImages {
            for image in 0..<count { unsafe self.unpool(plan, image: image, offset: image &* kept) }
            unsafe self.passActivation(plan, count: count, rule: rule)
        } else if let bias = plan.bias {
            unsafe self.maskOutput(plan, output, count: count)
            unsafe self.table.biasUpdate(
                BiasUpdateArguments(
                    rows: count &* plan.output.pixels, columns: plan.outputChannels,
                    outputGradient: base + plan.outputGradient, outputGradientStride: plan.outputChannels,
                    parameters: bias.block(base), rule: rule.withoutPenalties))
        }
        for image in 0..<count {
            if !plan.keepsImages { unsafe self.unpool(plan, image: image, offset: 0) }
            let gradient = unsafe self.convolvedGradient(plan, image: image, kept: kept)
            unsafe self.addWeightGradient(plan, image: image, gradient)
            if let back = plan.back, let inputGradient {
                let target =
                    unsafe base + inputGradient + image &* plan.input.pixels &* plan.inputChannels
                unsafe self.spread(plan, back, gradient)
                unsafe self.passBack(plan, back, to: target)
            }
        }
        unsafe self.table.update(
            UpdateArguments(
                count: plan.weightRows &* plan.outputChannels, gradients: base + plan.weightGradient,
                parameters: plan.weights.block(base), rule: rule))
    }

    /// Adds the gradient of the weights from one image; the first one begins the sums.
    @unsafe
    private func addWeightGradient(_ plan: ConvolutionPlan, image: Int, _ gradient: UnsafeMutablePointer<Float>) {
        let base = unsafe self.arena.base
        let input = unsafe base + plan.inputPlace + image &* plan.inputStride
        if plan.stage.isDepthwise {
            return unsafe self.table.depthwiseGradient(
                DepthwiseGradientArguments(
                    pixels: plan.convolved.pixels, channels: plan.outputChannels, input: input,
                    starts: self.numbers(plan.starts),
                    window: plan.stage.window.depthwise(rowStride: plan.rowStride, pixelStride: plan.inputChannels),
                    outputGradient: gradient, gradient: base + plan.weightGradient, accumulates: image > 0))
        }
        unsafe self.table.convolutionGradient(
            ConvolutionGradientArguments(
                pixels: plan.convolved.pixels, columns: plan.outputChannels, input: input,
                starts: self.numbers(plan.starts), window: plan.window, outputGradient: gradient,
                outputGradientStride: plan.outputChannels, gradient: base + plan.weightGradient,
                gradientStride: plan.outputChannels, accumulates: image > 0))
    }

    /// The gradient of one image's input, from the gradient that was spread out.
    @unsafe
    private func passBack(
        _ plan: ConvolutionPlan, _ back: ConvolutionPlan.Backward, to target: UnsafeMutablePointer<Float>
    ) {
        let base = unsafe self.arena.base
        if plan.stage.isDepthwise {
            return unsafe self.table.depthwise(
                DepthwiseArguments(
                    pixels: plan.input.pixels, channels: plan.inputChannels, input: base + back.place,
                    starts: self.numbers(back.starts),
                    window: plan.stage.window.depthwise(
                        rowStride: back.width &* plan.outputChannels, pixelStride: plan.outputChannels),
                    weights: base + back.weights, output: target))
        }
        unsafe self.table.convolution(
            ConvolutionArguments(
                pixels: plan.input.pixels, columns: plan.inputChannels, input: base + back.place,
                starts: self.numbers(back.starts), window: plan.window(back), weights: base + back.weights,
                weightStride: plan.inputChannels, output: target, outputStride: plan.inputChannels, finish: .store))
    }

    /// Where the gradient of one image's convolution is.
    @unsafe
    private func convolvedGradient(_ plan: ConvolutionPlan, image: Int, kept: Int) -> UnsafeMutablePointer<Float> {
        let base = unsafe self.arena.base
        guard let place = plan.convolvedGradient else {
            return unsafe base + plan.outputGradient + image &* plan.outputStride
        }
        return unsafe base + place + image &* kept
    }

    @unsafe
    private func unpool(_ plan: ConvolutionPlan, image: Int, offset: Int) {
        guard let pool = plan.stage.pool, let place = plan.convolvedGradient else { return }
        let base = unsafe self.arena.base
        if plan.normalization != nil, plan.leavesPixels {
            // What lies in no window has a gradient behind batch normalisation, from the step before.
            unsafe (base + place + offset).update(repeating: 0, count: plan.convolvedStride)
        }
        unsafe self.table.unpool(
            UnpoolArguments(
                kind: pool.kind, window: (pool.height, pool.width), height: plan.convolved.height,
                width: plan.convolved.width, channels: plan.outputChannels,
                outputGradient: base + plan.outputGradient + image &* plan.outputStride,
                places: plan.places.map { unsafe UnsafePointer(base + $0 + image &* plan.outputStride) },
                inputGradient: base + place + offset))
    }

    /// Takes the gradient of the stage's outputs through relu: their values tell where it passes, since the largest of
    /// rectified numbers is positive just where its own is.
    @unsafe
    private func maskOutput(_ plan: ConvolutionPlan, _ output: ImageTarget, count: Int) {
        let width = plan.output.width &* plan.outputChannels
        let gradient = unsafe self.arena.base + plan.outputGradient
        for image in 0..<count {
            for row in 0..<plan.output.height {
                unsafe self.table.multiply(
                    MultiplyArguments(
                        count: width, values: gradient + image &* plan.outputStride + row &* width,
                        factors: output.base + image &* output.imageStride + row &* output.rowStride, mask: .positive,
                        scale: 1))
            }
        }
    }

    /// Takes the gradient of all images' activated convolutions through activation and batch normalisation.
    @unsafe
    private func passActivation(_ plan: ConvolutionPlan, count: Int, rule: UpdateRule) {
        let base = unsafe self.arena.base
        let pixels = count &* plan.convolved.pixels
        let gradient = unsafe base + (plan.convolvedGradient ?? plan.outputGradient)
        if plan.function != .identity {
            unsafe self.table.multiply(
                MultiplyArguments(
                    count: pixels &* plan.outputChannels, values: gradient,
                    factors: base + (plan.slopes ?? plan.convolvedPlace),
                    mask: plan.slopes == nil ? .positive : .slope, scale: 1))
        }
        if let shortcut = plan.shortcut {
            // Batch normalisation is about to overwrite what the shortcut needs too.
            unsafe (base + shortcut.gradient).update(from: gradient, count: count &* plan.convolvedStride)
        }
        guard let bias = plan.bias else { return }
        if let normalization = plan.normalization {
            unsafe self.normalizeBackward(
                normalization, shift: bias, rows: pixels, columns: plan.outputChannels, gradient, rule: rule)
        } else {
            unsafe self.table.biasUpdate(
                BiasUpdateArguments(
                    rows: pixels, columns: plan.outputChannels, outputGradient: gradient,
                    outputGradientStride: plan.outputChannels, parameters: bias.block(base),
                    rule: rule.withoutPenalties))
        }
    }

    /// The weights with the window turned by half a turn and inputs and outputs exchanged.
    @unsafe
    private func turnWeights(_ plan: ConvolutionPlan, _ back: ConvolutionPlan.Backward) {
        let base = unsafe self.arena.base
        let places = plan.stage.window.count
        let inputs = plan.stage.isDepthwise ? 1 : plan.input.channels
        let outputs = plan.convolved.channels
        for place in 0..<places {
            let from = unsafe base + plan.weights.values + place &* inputs &* plan.outputChannels
            let turned = places &- 1 &- place
            if plan.stage.isDepthwise {
                unsafe (base + back.weights + turned &* plan.inputChannels).update(
                    from: from, count: plan.inputChannels)
            } else {
                unsafe self.table.transpose(
                    TransposeArguments(
                        rows: inputs, columns: outputs, input: from, inputStride: plan.outputChannels,
                        output: base + back.weights + turned &* outputs &* plan.inputChannels,
                        outputStride: plan.inputChannels))
            }
        }
    }

    /// Writes one image's gradient into its border, `stride` pixels apart; what lies between stays 0.
    @unsafe
    private func spread(
        _ plan: ConvolutionPlan, _ back: ConvolutionPlan.Backward, _ gradient: UnsafeMutablePointer<Float>
    ) {
        let channels = plan.outputChannels
        let window = plan.stage.window
        let target = unsafe self.arena.base + back.place + back.origin
        let width = plan.convolved.width
        let isDense = window.horizontalStride == 1
        for row in 0..<plan.convolved.height {
            let from = unsafe gradient + row &* width &* channels
            let to = unsafe target + row &* window.verticalStride &* back.width &* channels
            unsafe self.table.gatherRows(
                GatherArguments(
                    rows: isDense ? 1 : width, columns: isDense ? width &* channels : channels,
                    source: RowSource(from, stride: channels), output: to,
                    outputStride: window.horizontalStride &* channels))
        }
    }
}
