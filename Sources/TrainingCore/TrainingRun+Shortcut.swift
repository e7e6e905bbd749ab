import KernelInterface

extension TrainingRun {
    /// Adds a block's input, or its projection, to the convolutions of some images, of which `convolved` is the first; the
    /// others follow it.
    @unsafe
    borrowing func addShortcut(
        _ shortcut: ShortcutPlan, _ plan: ConvolutionPlan, images: Range<Int>,
        to convolved: UnsafeMutablePointer<Float>, mode: NetworkMode
    ) {
        let base = unsafe self.arena.base
        let source = shortcut.source
        guard let projection = shortcut.projection else {
            let width = plan.convolved.width &* plan.outputChannels
            for (number, image) in images.enumerated() {
                let input = unsafe base + source.place + image &* source.stride + source.origin
                unsafe self.table.addRows(
                    GatherArguments(
                        rows: plan.convolved.height, columns: width,
                        source: RowSource(input, stride: source.rowStride),
                        output: convolved + number &* plan.convolvedStride, outputStride: width))
            }
            return
        }
        for (number, image) in images.enumerated() {
            unsafe self.table.convolution(
                ConvolutionArguments(
                    pixels: plan.convolved.pixels, columns: projection.channels,
                    input: base + source.place + image &* source.stride, starts: self.numbers(projection.starts),
                    window: projection.window, weights: base + projection.weights.values,
                    weightStride: projection.channels,
                    output: base + projection.output + number &* plan.convolvedStride,
                    outputStride: projection.channels, finish: .store))
        }
        let pixels = images.count &* plan.convolved.pixels
        if let normalization = projection.normalization, let shift = projection.shift {
            switch mode {
            case .training:
                unsafe self.normalize(
                    normalization, shift: shift, rows: pixels, columns: projection.channels, base + projection.output,
                    relu: false)
            case .evaluation:
                unsafe self.normalizeFixed(
                    normalization, shift: shift, rows: pixels, columns: projection.channels, base + projection.output,
                    relu: false)
            }
        }
        unsafe self.table.addRows(
            GatherArguments(
                rows: pixels, columns: projection.channels,
                source: RowSource(base + projection.output, stride: projection.channels), output: convolved,
                outputStride: projection.channels))
    }

    /// Adds the gradient of a sum to that of the block's input, where one is wanted, and updates the projection.
    @unsafe
    borrowing func shortcutBackward(
        _ shortcut: ShortcutPlan, _ plan: ConvolutionPlan, inputGradient: Int?, count: Int, rule: UpdateRule
    ) {
        let base = unsafe self.arena.base
        guard let projection = shortcut.projection else {
            guard let inputGradient else { return }
            return unsafe self.table.addRows(
                GatherArguments(
                    rows: count, columns: plan.convolvedStride,
                    source: RowSource(base + shortcut.gradient, stride: plan.convolvedStride),
                    output: base + inputGradient, outputStride: plan.convolvedStride))
        }
        if let normalization = projection.normalization, let shift = projection.shift {
            unsafe self.normalizeBackward(
                normalization, shift: shift, rows: count &* plan.convolved.pixels, columns: projection.channels,
                base + shortcut.gradient, rule: rule)
        }
        if inputGradient != nil {
            unsafe self.table.transpose(
                TransposeArguments(
                    rows: projection.inputs, columns: projection.filters, input: base + projection.weights.values,
                    inputStride: projection.channels, output: base + projection.turnedWeights,
                    outputStride: shortcut.source.channels))
        }
        for image in 0..<count {
            let gradient = unsafe base + shortcut.gradient + image &* plan.convolvedStride
            unsafe self.table.convolutionGradient(
                ConvolutionGradientArguments(
                    pixels: plan.convolved.pixels, columns: projection.channels,
                    input: base + shortcut.source.place + image &* shortcut.source.stride,
                    starts: self.numbers(projection.starts), window: projection.window, outputGradient: gradient,
                    outputGradientStride: projection.channels, gradient: base + projection.weightGradient,
                    gradientStride: projection.channels, accumulates: image > 0))
            if let inputGradient {
                let pixels = shortcut.source.input.pixels &* shortcut.source.channels
                unsafe self.passBack(
                    projection, shortcut.source, plan, gradient, to: base + inputGradient + image &* pixels)
            }
        }
        unsafe self.table.update(
            UpdateArguments(
                count: projection.inputs &* projection.channels, gradients: base + projection.weightGradient,
                parameters: projection.weights.block(base), rule: rule))
    }

    /// Adds one image's gradient to the pixels that the projection read.
    @unsafe
    private func passBack(
        _ projection: ShortcutPlan.Projection, _ source: ShortcutPlan.Source, _ plan: ConvolutionPlan,
        _ gradient: UnsafeMutablePointer<Float>, to target: UnsafeMutablePointer<Float>
    ) {
        let base = unsafe self.arena.base
        let result = unsafe base + projection.inputGradient
        unsafe self.table.product(
            ProductArguments(
                rows: plan.convolved.pixels, columns: source.channels, depth: projection.filters,
                input: RowSource(gradient, stride: projection.channels), weights: base + projection.turnedWeights,
                weightStride: source.channels, output: result, outputStride: source.channels, finish: .store))
        let width = plan.convolved.width
        for row in 0..<plan.convolved.height {
            let place = row &* projection.verticalStride &* source.input.width &* source.channels
            unsafe self.table.addRows(
                GatherArguments(
                    rows: width, columns: source.channels,
                    source: RowSource(result + row &* width &* source.channels, stride: source.channels),
                    output: target + place, outputStride: projection.horizontalStride &* source.channels))
        }
    }
}
