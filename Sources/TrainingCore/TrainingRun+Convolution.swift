import KernelInterface
import TuningModel

extension TrainingRun {
    /// Outputs of all stages for some images.
    ///
    /// - Returns: The numbers that the dense layers take, one image a row.
    @unsafe
    borrowing func convolve(
        _ stack: ConvolutionStackPlan, _ features: RowSource, count: Int, step: Int, mode: NetworkMode
    ) -> RowSource {
        let base = unsafe self.arena.base
        unsafe self.placeImages(stack.stages[0], features, count: count)
        for (number, plan) in stack.stages.enumerated() {
            let target = unsafe self.target(of: number, in: stack)
            switch mode {
            case .training: unsafe self.forward(plan, to: target, count: count, step: step)
            case .evaluation: unsafe self.evaluate(plan, to: target, count: count)
            }
        }
        if stack.globalPool != nil {
            unsafe self.poolAll(stack, count: count, mode: mode)
        } else if !stack.isPacked {
            unsafe self.pack(stack, count: count)
        }
        return unsafe RowSource(base + stack.flat, stride: stack.flatStride)
    }

    /// Where a stage's outputs stand: within the border of the next one's input, or where the dense layers read them.
    @unsafe
    func target(of number: Int, in stack: ConvolutionStackPlan) -> ImageTarget {
        let base = unsafe self.arena.base
        guard number + 1 < stack.stages.count else {
            let plan = stack.stages[number]
            return unsafe ImageTarget(
                base: base + stack.images, imageStride: stack.imageStride,
                rowStride: plan.output.width &* plan.outputChannels)
        }
        let next = stack.stages[number + 1]
        return unsafe ImageTarget(
            base: base + next.inputPlace + next.origin, imageStride: next.inputStride, rowStride: next.rowStride)
    }

    /// Copies images into their borders.
    @unsafe
    private func placeImages(_ plan: ConvolutionPlan, _ features: RowSource, count: Int) {
        let channels = plan.input.channels
        // Where channels are padded each pixel is copied for itself.
        let isPacked = plan.inputChannels == channels
        let pieces = isPacked ? 1 : plan.input.width
        let width = isPacked ? plan.input.width &* channels : channels
        for image in 0..<count {
            let number = unsafe features.picked.map { unsafe Int($0[image]) } ?? image
            let source = unsafe features.base + number &* features.stride
            let target = unsafe self.arena.base + plan.inputPlace + image &* plan.inputStride + plan.origin
            for row in 0..<plan.input.height {
                for piece in 0..<pieces {
                    unsafe (target + row &* plan.rowStride + piece &* plan.inputChannels).update(
                        from: source + (row &* pieces &+ piece) &* width, count: width)
                }
            }
        }
    }

    /// One stage in training.
    @unsafe
    private func forward(_ plan: ConvolutionPlan, to target: ImageTarget, count: Int, step: Int) {
        let base = unsafe self.arena.base
        let kept = plan.keepsImages ? plan.convolvedStride : 0
        let convolved = unsafe base + plan.convolvedPlace
        let place = unsafe plan.dropped.map {
            unsafe ImageTarget(
                base: base + $0, imageStride: plan.outputStride, rowStride: plan.output.width &* plan.outputChannels)
        }
        if plan.keepsImages {
            for image in 0..<count {
                unsafe self.convolution(plan, image: image, to: convolved + image &* kept)
            }
            unsafe self.activate(plan, convolved, count: count)
            for image in 0..<count {
                unsafe self.output(
                    plan, image: image, from: convolved + image &* kept, to: place ?? target, isKept: true)
            }
        } else {
            for image in 0..<count {
                unsafe self.convolution(plan, image: image, to: convolved)
                unsafe self.output(plan, image: image, from: convolved, to: place ?? target, isKept: true)
            }
        }
        guard let place = unsafe place else { return }
        unsafe self.drop(plan, place.base, count: count, step: step)
        for image in 0..<count {
            unsafe self.table.gatherRows(
                GatherArguments(
                    rows: plan.output.height, columns: place.rowStride,
                    source: RowSource(place.base + image &* place.imageStride, stride: place.rowStride),
                    output: target.base + image &* target.imageStride, outputStride: target.rowStride))
        }
    }

    /// Normalises the convolutions of all images, adds the shortcut and activates, in place.
    @unsafe
    private func activate(_ plan: ConvolutionPlan, _ convolved: UnsafeMutablePointer<Float>, count: Int) {
        let base = unsafe self.arena.base
        let pixels = count &* plan.convolved.pixels
        if let normalization = plan.normalization, let shift = plan.bias {
            unsafe self.normalize(
                normalization, shift: shift, rows: pixels, columns: plan.outputChannels, convolved,
                relu: plan.normalizesWithRelu)
        }
        if let shortcut = plan.shortcut {
            unsafe self.addShortcut(shortcut, plan, images: 0..<count, to: convolved, mode: .training)
        }
        if plan.activates {
            unsafe self.table.activate(
                ActivationArguments(
                    count: pixels &* plan.outputChannels, function: plan.function, input: convolved, output: convolved,
                    slopes: plan.slopes.map { unsafe base + $0 }))
        }
    }

    /// Drops some numbers of all images in place, or takes a gradient through that.
    @unsafe
    func drop(_ plan: ConvolutionPlan, _ values: UnsafeMutablePointer<Float>, count: Int, step: Int) {
        var dropout = plan.dropout
        dropout.step = UInt32(truncatingIfNeeded: step)
        unsafe self.table.activate(
            ActivationArguments(
                count: count &* plan.outputStride, function: .identity, input: values, output: values, dropout: dropout)
        )
    }

    /// One stage in evaluation: image by image, nothing is kept.
    @unsafe
    private func evaluate(_ plan: ConvolutionPlan, to target: ImageTarget, count: Int) {
        let base = unsafe self.arena.base
        let convolved = unsafe base + plan.convolvedPlace
        for image in 0..<count {
            unsafe self.convolution(plan, image: image, to: convolved)
            if let normalization = plan.normalization, let shift = plan.bias {
                unsafe self.normalizeFixed(
                    normalization, shift: shift, rows: plan.convolved.pixels, columns: plan.outputChannels, convolved,
                    relu: plan.normalizesWithRelu)
            }
            if let shortcut = plan.shortcut {
                unsafe self.addShortcut(shortcut, plan, images: image..<image &+ 1, to: convolved, mode: .evaluation)
            }
            if plan.activates {
                unsafe self.table.activate(
                    ActivationArguments(
                        count: plan.convolvedStride, function: plan.function, input: convolved, output: convolved))
            }
            unsafe self.output(plan, image: image, from: convolved, to: target, isKept: false)
        }
    }

    @unsafe
    private func convolution(_ plan: ConvolutionPlan, image: Int, to output: UnsafeMutablePointer<Float>) {
        let base = unsafe self.arena.base
        let input = unsafe base + plan.inputPlace + image &* plan.inputStride
        if plan.stage.isDepthwise {
            return unsafe self.table.depthwise(
                DepthwiseArguments(
                    pixels: plan.convolved.pixels, channels: plan.outputChannels, input: input,
                    starts: self.numbers(plan.starts),
                    window: plan.stage.window.depthwise(rowStride: plan.rowStride, pixelStride: plan.inputChannels),
                    weights: base + plan.weights.values, output: output))
        }
        unsafe self.table.convolution(
            ConvolutionArguments(
                pixels: plan.convolved.pixels, columns: plan.outputChannels, input: input,
                starts: self.numbers(plan.starts), window: plan.window, weights: base + plan.weights.values,
                weightStride: plan.outputChannels, bias: plan.bias.map { unsafe base + $0.values }, output: output,
                outputStride: plan.outputChannels, finish: plan.finish))
    }

    /// Pools one image into the place where the next stage or the dense layers read it, or copies it there.
    @unsafe
    private func output(
        _ plan: ConvolutionPlan, image: Int, from convolved: UnsafeMutablePointer<Float>, to target: ImageTarget,
        isKept: Bool
    ) {
        let base = unsafe self.arena.base
        let output = unsafe target.base + image &* target.imageStride
        guard let pool = plan.stage.pool else {
            let width = plan.output.width &* plan.outputChannels
            unsafe self.table.gatherRows(
                GatherArguments(
                    rows: plan.output.height, columns: width, source: RowSource(convolved, stride: width),
                    output: output, outputStride: target.rowStride))
            return
        }
        let places = unsafe isKept ? plan.places.map { unsafe base + $0 + image &* plan.outputStride } : nil
        unsafe self.table.pool(
            PoolArguments(
                kind: pool.kind, window: (pool.height, pool.width), height: plan.convolved.height,
                width: plan.convolved.width, channels: plan.outputChannels, input: convolved, output: output,
                outputRowStride: target.rowStride, places: places))
    }

    /// One number for each channel of the last stage.
    @unsafe
    private func poolAll(_ stack: ConvolutionStackPlan, count: Int, mode: NetworkMode) {
        let base = unsafe self.arena.base
        guard let pool = stack.globalPool else { return }
        for image in 0..<count {
            unsafe self.table.pool(
                PoolArguments(
                    kind: pool.kind, window: (pool.height, pool.width), height: pool.height, width: pool.width,
                    channels: stack.flatStride, input: base + stack.images + image &* stack.imageStride,
                    output: base + stack.flat + image &* stack.flatStride, outputRowStride: stack.flatStride,
                    places: mode == .training
                        ? stack.places.map { unsafe base + $0 + image &* stack.flatStride } : nil))
        }
    }

    /// Takes out the padding between pixels.
    @unsafe
    private func pack(_ stack: ConvolutionStackPlan, count: Int) {
        let base = unsafe self.arena.base
        let shape = stack.stages[stack.stages.count - 1].output
        let channels = paddedWidth(shape.channels)
        for image in 0..<count {
            let source = unsafe base + stack.images + image &* stack.imageStride
            let target = unsafe base + stack.flat + image &* stack.flatStride
            for pixel in 0..<shape.pixels {
                unsafe (target + pixel &* shape.channels).update(
                    from: source + pixel &* channels, count: shape.channels)
            }
        }
    }

    /// Whole numbers in the arena.
    @unsafe
    func numbers(_ place: Int) -> UnsafePointer<Int32> {
        unsafe UnsafeRawPointer(self.arena.base + place).assumingMemoryBound(to: Int32.self)
    }
}

/// Where images are written, with the strides from image to image and from row to row.
@unsafe
struct ImageTarget {
    let base: UnsafeMutablePointer<Float>
    let imageStride: Int
    let rowStride: Int
}
