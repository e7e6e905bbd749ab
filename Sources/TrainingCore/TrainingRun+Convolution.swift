import KernelInterface
import TuningModel

extension TrainingRun {
    /// Outputs of all blocks for some images.
    ///
    /// - Returns: The numbers of the last block's output without padding between pixels, one image a row.
    @unsafe
    borrowing func convolve(
        _ stack: ConvolutionStackPlan, _ features: RowSource, count: Int, mode: NetworkMode
    ) -> RowSource {
        let base = unsafe self.arena.base
        unsafe self.placeImages(stack.blocks[0], features, count: count)
        for (number, block) in stack.blocks.enumerated() {
            let target = unsafe self.target(of: number, in: stack)
            switch mode {
            case .training: unsafe self.forward(block, to: target, count: count)
            case .evaluation: unsafe self.evaluate(block, to: target, count: count)
            }
        }
        if !stack.isPacked { unsafe self.pack(stack, count: count) }
        return unsafe RowSource(base + stack.flat, stride: stack.isPacked ? stack.imageStride : stack.flatStride)
    }

    /// Passes the gradient of the last block's output, of the shape [count, stride] without padding between pixels, back
    /// through all blocks, last to first, and updates each.
    @unsafe
    borrowing func convolveBackward(
        _ stack: ConvolutionStackPlan, gradient: UnsafeMutablePointer<Float>, stride: Int, count: Int, rule: UpdateRule
    ) {
        unsafe self.unpackGradient(stack, gradient, stride: stride, count: count)
        for (number, block) in stack.blocks.enumerated().reversed() {
            let output = unsafe self.target(of: number, in: stack)
            let previous = number > 0 ? stack.blocks[number - 1].outputGradient : nil
            unsafe self.backward(block, output: output, inputGradient: previous, count: count, rule: rule)
        }
    }

    /// Where a block's outputs stand: within the border of the next block's input, or where the dense layers read them.
    @unsafe
    private func target(of number: Int, in stack: ConvolutionStackPlan) -> ImageTarget {
        let base = unsafe self.arena.base
        guard number + 1 < stack.blocks.count else {
            let block = stack.blocks[number]
            return unsafe ImageTarget(
                base: base + stack.images, imageStride: stack.imageStride,
                rowStride: block.output.width &* block.outputChannels)
        }
        let next = stack.blocks[number + 1]
        return unsafe ImageTarget(
            base: base + next.inputPlace + next.origin, imageStride: next.inputStride, rowStride: next.rowStride)
    }

    // Forwards.

    /// Copies images into their borders.
    @unsafe
    private func placeImages(_ block: ConvolutionPlan, _ features: RowSource, count: Int) {
        let width = block.input.width &* block.input.channels
        for image in 0..<count {
            let number = unsafe features.picked.map { unsafe Int($0[image]) } ?? image
            let source = unsafe features.base + number &* features.stride
            let target = unsafe self.arena.base + block.inputPlace + image &* block.inputStride + block.origin
            for row in 0..<block.input.height {
                unsafe (target + row &* block.rowStride).update(from: source + row &* width, count: width)
            }
        }
    }

    /// One block in training.
    @unsafe
    private func forward(_ block: ConvolutionPlan, to target: ImageTarget, count: Int) {
        let base = unsafe self.arena.base
        let kept = block.keepsImages ? block.convolvedStride : 0
        let finish: ProductFinish =
            block.normalization != nil ? .store : block.function == .relu ? .biasRelu : .bias
        if !block.keepsImages {
            for image in 0..<count {
                unsafe self.convolution(block, image: image, to: base + block.convolvedPlace, finish: finish)
                unsafe self.output(block, image: image, from: base + block.convolvedPlace, to: target, isKept: true)
            }
            return
        }
        for image in 0..<count {
            unsafe self.convolution(
                block, image: image, to: base + block.convolvedPlace + image &* kept, finish: finish)
        }
        let convolved = unsafe base + block.convolvedPlace
        let pixels = count &* block.convolved.pixels
        if let normalization = block.normalization {
            unsafe self.normalize(
                normalization, shift: block.bias, rows: pixels, columns: block.outputChannels, convolved,
                relu: block.function == .relu)
        }
        if block.function != .relu {
            unsafe self.table.activate(
                ActivationArguments(
                    count: pixels &* block.outputChannels, function: block.function, input: convolved,
                    output: convolved, slopes: block.slopes.map { unsafe base + $0 }))
        }
        for image in 0..<count {
            unsafe self.output(block, image: image, from: convolved + image &* kept, to: target, isKept: true)
        }
    }

    /// One block in evaluation: image by image, nothing is kept.
    @unsafe
    private func evaluate(_ block: ConvolutionPlan, to target: ImageTarget, count: Int) {
        let base = unsafe self.arena.base
        let convolved = unsafe base + block.convolvedPlace
        let finish: ProductFinish =
            block.normalization != nil ? .store : block.function == .relu ? .biasRelu : .bias
        for image in 0..<count {
            unsafe self.convolution(block, image: image, to: convolved, finish: finish)
            if let normalization = block.normalization {
                unsafe self.normalizeFixed(
                    normalization, shift: block.bias, rows: block.convolved.pixels, columns: block.outputChannels,
                    convolved, relu: block.function == .relu)
            }
            if block.function != .relu {
                unsafe self.table.activate(
                    ActivationArguments(
                        count: block.convolvedStride, function: block.function, input: convolved, output: convolved))
            }
            unsafe self.output(block, image: image, from: convolved, to: target, isKept: false)
        }
    }

    @unsafe
    private func convolution(
        _ block: ConvolutionPlan, image: Int, to output: UnsafeMutablePointer<Float>, finish: ProductFinish
    ) {
        let base = unsafe self.arena.base
        unsafe self.table.convolution(
            ConvolutionArguments(
                pixels: block.convolved.pixels, columns: block.outputChannels,
                input: base + block.inputPlace + image &* block.inputStride, starts: self.numbers(block.starts),
                window: block.window, weights: base + block.weights.values, weightStride: block.outputChannels,
                bias: base + block.bias.values, output: output, outputStride: block.outputChannels, finish: finish))
    }

    /// Pools one image into the place where the next block or the dense layers read it, or copies it there.
    @unsafe
    private func output(
        _ block: ConvolutionPlan, image: Int, from convolved: UnsafeMutablePointer<Float>, to target: ImageTarget,
        isKept: Bool
    ) {
        let base = unsafe self.arena.base
        let output = unsafe target.base + image &* target.imageStride
        guard let pool = block.pool else {
            let width = block.output.width &* block.outputChannels
            unsafe self.table.gatherRows(
                GatherArguments(
                    rows: block.output.height, columns: width, source: RowSource(convolved, stride: width),
                    output: output, outputStride: target.rowStride))
            return
        }
        let places = unsafe isKept ? block.places.map { unsafe base + $0 + image &* block.outputStride } : nil
        unsafe self.table.pool(
            PoolArguments(
                kind: pool, size: block.settings.poolSize, height: block.convolved.height,
                width: block.convolved.width, channels: block.outputChannels, input: convolved, output: output,
                outputRowStride: target.rowStride, places: places))
    }

    /// Takes out the padding between pixels.
    @unsafe
    private func pack(_ stack: ConvolutionStackPlan, count: Int) {
        let base = unsafe self.arena.base
        let shape = stack.blocks[stack.blocks.count - 1].output
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

    // Backwards.

    /// Copies the gradient of the dense layers' input into the last block's, with the padding between pixels.
    @unsafe
    private func unpackGradient(
        _ stack: ConvolutionStackPlan, _ gradient: UnsafeMutablePointer<Float>, stride: Int, count: Int
    ) {
        let last = stack.blocks[stack.blocks.count - 1]
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

    /// One block backwards: the gradient of its output becomes that of its input, where one is wanted, and the block is
    /// updated.
    @unsafe
    private func backward(
        _ block: ConvolutionPlan, output: ImageTarget, inputGradient: Int?, count: Int, rule: UpdateRule
    ) {
        let base = unsafe self.arena.base
        let kept = block.keepsImages ? block.convolvedStride : 0
        if let back = block.back { unsafe self.turnWeights(block, back) }
        if block.keepsImages {
            for image in 0..<count { unsafe self.unpool(block, image: image, offset: image &* kept) }
            unsafe self.passActivation(block, count: count, rule: rule)
        } else {
            unsafe self.maskOutput(block, output, count: count)
            unsafe self.table.biasUpdate(
                BiasUpdateArguments(
                    rows: count &* block.output.pixels, columns: block.outputChannels,
                    outputGradient: base + block.outputGradient, outputGradientStride: block.outputChannels,
                    parameters: block.bias.block(base), rule: rule.withoutPenalties))
        }
        for image in 0..<count {
            if !block.keepsImages { unsafe self.unpool(block, image: image, offset: 0) }
            let gradient = unsafe self.convolvedGradient(block, image: image, kept: kept)
            unsafe self.table.convolutionGradient(
                ConvolutionGradientArguments(
                    pixels: block.convolved.pixels, columns: block.outputChannels,
                    input: base + block.inputPlace + image &* block.inputStride, starts: self.numbers(block.starts),
                    window: block.window, outputGradient: gradient, outputGradientStride: block.outputChannels,
                    gradient: base + block.weightGradient, gradientStride: block.outputChannels,
                    accumulates: image > 0))
            if let back = block.back, let inputGradient {
                let target =
                    unsafe base + inputGradient
                    + image &* block.input.pixels &* block.inputChannels
                unsafe self.spread(block, back, gradient)
                unsafe self.table.convolution(
                    ConvolutionArguments(
                        pixels: block.input.pixels, columns: block.inputChannels, input: base + back.place,
                        starts: self.numbers(back.starts), window: back.window, weights: base + back.weights,
                        weightStride: block.inputChannels, output: target, outputStride: block.inputChannels,
                        finish: .store))
            }
        }
        unsafe self.table.update(
            UpdateArguments(
                count: block.window.depth &* block.outputChannels, gradients: base + block.weightGradient,
                parameters: block.weights.block(base), rule: rule))
    }

    /// Where the gradient of one image's convolution is.
    @unsafe
    private func convolvedGradient(_ block: ConvolutionPlan, image: Int, kept: Int) -> UnsafeMutablePointer<Float> {
        let base = unsafe self.arena.base
        guard let place = block.convolvedGradient else {
            return unsafe base + block.outputGradient + image &* block.outputStride
        }
        return unsafe base + place + image &* kept
    }

    @unsafe
    private func unpool(_ block: ConvolutionPlan, image: Int, offset: Int) {
        guard let pool = block.pool, let place = block.convolvedGradient else { return }
        let base = unsafe self.arena.base
        if block.normalization != nil, block.leavesPixels {
            // What lies in no window has a gradient behind batch normalisation, from the step before.
            unsafe (base + place + offset).update(repeating: 0, count: block.convolvedStride)
        }
        unsafe self.table.unpool(
            UnpoolArguments(
                kind: pool, size: block.settings.poolSize, height: block.convolved.height,
                width: block.convolved.width, channels: block.outputChannels,
                outputGradient: base + block.outputGradient + image &* block.outputStride,
                places: block.places.map { unsafe UnsafePointer(base + $0 + image &* block.outputStride) },
                inputGradient: base + place + offset))
    }

    /// Takes the gradient of the block's outputs through relu: their values tell where it passes, since the largest of
    /// rectified numbers is positive just where its own is.
    @unsafe
    private func maskOutput(_ block: ConvolutionPlan, _ output: ImageTarget, count: Int) {
        let width = block.output.width &* block.outputChannels
        let gradient = unsafe self.arena.base + block.outputGradient
        for image in 0..<count {
            for row in 0..<block.output.height {
                unsafe self.table.multiply(
                    MultiplyArguments(
                        count: width, values: gradient + image &* block.outputStride + row &* width,
                        factors: output.base + image &* output.imageStride + row &* output.rowStride, mask: .positive,
                        scale: 1))
            }
        }
    }

    /// Takes the gradient of all images' activated convolutions through activation and batch normalisation.
    @unsafe
    private func passActivation(_ block: ConvolutionPlan, count: Int, rule: UpdateRule) {
        let base = unsafe self.arena.base
        let pixels = count &* block.convolved.pixels
        let gradient = unsafe base + (block.convolvedGradient ?? block.outputGradient)
        let factors = unsafe base + (block.slopes ?? block.convolvedPlace)
        unsafe self.table.multiply(
            MultiplyArguments(
                count: pixels &* block.outputChannels, values: gradient, factors: factors,
                mask: block.slopes == nil ? .positive : .slope, scale: 1))
        if let normalization = block.normalization {
            unsafe self.normalizeBackward(
                normalization, shift: block.bias, rows: pixels, columns: block.outputChannels, gradient, rule: rule)
        } else {
            unsafe self.table.biasUpdate(
                BiasUpdateArguments(
                    rows: pixels, columns: block.outputChannels, outputGradient: gradient,
                    outputGradientStride: block.outputChannels, parameters: block.bias.block(base),
                    rule: rule.withoutPenalties))
        }
    }

    /// The weights with the window turned by half a turn and inputs and outputs exchanged.
    @unsafe
    private func turnWeights(_ block: ConvolutionPlan, _ back: ConvolutionPlan.Backward) {
        let base = unsafe self.arena.base
        let places = block.settings.kernel &* block.settings.kernel
        let inputs = block.input.channels
        let outputs = block.settings.filters
        for place in 0..<places {
            let from = unsafe base + block.weights.values + place &* inputs &* block.outputChannels
            let to = unsafe base + back.weights + (places &- 1 &- place) &* outputs &* block.inputChannels
            unsafe self.table.transpose(
                TransposeArguments(
                    rows: inputs, columns: outputs, input: from, inputStride: block.outputChannels, output: to,
                    outputStride: block.inputChannels))
        }
    }

    /// Writes one image's gradient into its border, `stride` pixels apart; what lies between stays 0.
    @unsafe
    private func spread(
        _ block: ConvolutionPlan, _ back: ConvolutionPlan.Backward, _ gradient: UnsafeMutablePointer<Float>
    ) {
        let channels = block.outputChannels
        let stride = block.settings.stride
        let target = unsafe self.arena.base + back.place + back.origin
        let width = block.convolved.width
        for row in 0..<block.convolved.height {
            let from = unsafe gradient + row &* width &* channels
            let to = unsafe target + row &* stride &* back.width &* channels
            unsafe self.table.gatherRows(
                GatherArguments(
                    rows: stride == 1 ? 1 : width, columns: stride == 1 ? width &* channels : channels,
                    source: RowSource(from, stride: channels), output: to, outputStride: stride &* channels))
        }
    }

    /// Whole numbers in the arena.
    @unsafe
    private func numbers(_ place: Int) -> UnsafePointer<Int32> {
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

extension ConvolutionPlan {
    /// Writes the tables of window starts into the arena, once.
    @unsafe
    func writeStarts(_ base: UnsafeMutablePointer<Float>) {
        let stride = self.settings.stride
        unsafe Self.write(self.convolved, at: base + self.starts) { row, column in
            (row &* stride &* self.borderedWidth &+ column &* stride) &* self.inputChannels
        }
        guard let back = self.back else { return }
        unsafe Self.write(self.input, at: base + back.starts) { row, column in
            (row &* back.width &+ column) &* self.outputChannels
        }
    }

    @unsafe
    private static func write(
        _ shape: ImageShape, at place: UnsafeMutablePointer<Float>, _ start: (Int, Int) -> Int
    ) {
        unsafe UnsafeMutableRawPointer(place).withMemoryRebound(to: Int32.self, capacity: shape.pixels) { numbers in
            for row in 0..<shape.height {
                for column in 0..<shape.width {
                    unsafe numbers[row &* shape.width &+ column] = Int32(truncatingIfNeeded: start(row, column))
                }
            }
        }
    }
}
