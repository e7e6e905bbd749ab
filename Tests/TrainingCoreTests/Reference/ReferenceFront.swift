import TuningModel

/// The loss of a whole CNN or LSTM in plain loops over arrays: what a training run computes, written a second time.
///
/// The tensors stand in the order of the network's own; images are `[row][column][channel]`, sequences `[step][feature]`.
struct ReferenceFront<T: ReferenceNumber> {
    private typealias Image = [[[T]]]

    let kind: FrontVectors.Case
    let activation: Activation
    let tensors: [[T]]

    init(_ kind: FrontVectors.Case, tensors: [[T]]) {
        self.kind = kind
        self.activation = Activation(rawValue: kind.activation) ?? .relu
        self.tensors = tensors
    }

    /// The mean cross-entropy over all rows, in training mode.
    func loss(_ features: [[T]], _ classes: [Int]) -> T {
        var rest = self.tensors[...]
        var rows = self.kind.units == nil ? self.convolved(features, &rest) : self.recurrent(features, &rest)
        while let weights = rest.popFirst(), let bias = rest.popFirst() {
            rows = rows.map { row in
                bias.indices.map { j in
                    row.indices.reduce(bias[j]) { $0 + row[$1] * weights[$1 * bias.count + j] }
                }
            }
            if !rest.isEmpty { rows = rows.map { $0.map { ReferenceActivation.value(self.activation, $0) } } }
        }
        return ReferenceNetwork<T>.loss(rows, .classes(classes))
    }

    private func convolved(_ features: [[T]], _ rest: inout ArraySlice<[T]>) -> [[T]] {
        let shape = (self.kind.shape + [1]).prefix(3)
        let (height, width, channels) = (shape[0], shape[1], shape[2])
        var images: [Image] = features.map { row in
            (0..<height).map { y in
                (0..<width).map { x in (0..<channels).map { row[(y * width + x) * channels + $0] } }
            }
        }
        for block in self.kind.blocks ?? [] {
            let settings = block.settings
            guard let weights = rest.popFirst() else { return [] }
            images = images.map { Self.convolve($0, settings, weights) }
            if settings.batchNormalization {
                guard let scale = rest.popFirst(), let shift = rest.popFirst() else { return [] }
                rest = rest.dropFirst(2)
                images = Self.normalized(images, scale, shift)
            } else if let bias = rest.popFirst() {
                images = images.map { $0.map { $0.map { zip($0, bias).map { $0 + $1 } } } }
            }
            images = images.map { image in
                let active = image.map { $0.map { $0.map { ReferenceActivation.value(self.activation, $0) } } }
                return Self.pool(active, settings)
            }
        }
        return images.map { $0.flatMap { $0.flatMap { $0 } } }
    }

    private static func convolve(_ image: Image, _ settings: ConvolutionBlockSettings, _ weights: [T]) -> Image {
        let (kernel, stride) = (settings.kernel, settings.stride)
        let channels = image[0][0].count
        func place(_ length: Int) -> (count: Int, before: Int) {
            guard settings.padding == .same else { return ((length - kernel) / stride + 1, 0) }
            let count = (length + stride - 1) / stride
            return (count, max(0, (count - 1) * stride + kernel - length) / 2)
        }
        let (rows, columns) = (place(image.count), place(image[0].count))
        return (0..<rows.count).map { row in
            (0..<columns.count).map { column in
                var sums = [T](repeating: 0, count: settings.filters)
                for i in 0..<kernel {
                    for j in 0..<kernel {
                        let (y, x) = (row * stride + i - rows.before, column * stride + j - columns.before)
                        guard image.indices.contains(y), image[y].indices.contains(x) else { continue }
                        for channel in 0..<channels {
                            let base = ((i * kernel + j) * channels + channel) * settings.filters
                            for filter in sums.indices { sums[filter] += image[y][x][channel] * weights[base + filter] }
                        }
                    }
                }
                return sums
            }
        }
    }

    private static func normalized(_ images: [Image], _ scale: [T], _ shift: [T]) -> [Image] {
        let pixels = images.flatMap { $0.flatMap { $0 } }
        let count = T(pixels.count)
        let factors = scale.indices.map { channel -> (mean: T, inverse: T) in
            let mean = pixels.reduce(T(0)) { $0 + $1[channel] } / count
            let squares = pixels.reduce(T(0)) { $0 + ($1[channel] - mean) * ($1[channel] - mean) }
            return (mean, 1 / (squares / count + ReferenceNetwork<T>.normalizationEpsilon).squareRoot())
        }
        return images.map { image in
            image.map { row in
                row.map { pixel in
                    pixel.indices.map { (pixel[$0] - factors[$0].mean) * factors[$0].inverse * scale[$0] + shift[$0] }
                }
            }
        }
    }

    private static func pool(_ image: Image, _ settings: ConvolutionBlockSettings) -> Image {
        guard settings.pool != .none else { return image }
        let size = settings.poolSize
        return (0..<image.count / size).map { row in
            (0..<image[0].count / size).map { column in
                image[0][0].indices.map { channel in
                    let window = (0..<size * size).map {
                        image[row * size + $0 / size][column * size + $0 % size][channel]
                    }
                    return settings.pool == .maximum
                        ? window.max() ?? 0 : window.reduce(T(0), +) / T(window.count)
                }
            }
        }
    }

    private func recurrent(_ features: [[T]], _ rest: inout ArraySlice<[T]>) -> [[T]] {
        let steps = self.kind.shape[0]
        var sequences = features.map { row in
            (0..<steps).map { step in
                Array(row[step * (row.count / steps)..<(step + 1) * (row.count / steps)])
            }
        }
        for units in self.kind.units ?? [] {
            guard let inputs = rest.popFirst(), let states = rest.popFirst(), let bias = rest.popFirst() else {
                return []
            }
            sequences = sequences.map { sequence in
                var hidden = [T](repeating: 0, count: units)
                var cells = hidden
                return sequence.map { x in
                    let z = bias.indices.map { j in
                        x.indices.reduce(bias[j]) { $0 + x[$1] * inputs[$1 * bias.count + j] }
                            + hidden.indices.reduce(T(0)) { $0 + hidden[$1] * states[$1 * bias.count + j] }
                    }
                    func gate(_ number: Int, _ unit: Int) -> T {
                        ReferenceActivation.value(number == 2 ? .tanh : .sigmoid, z[number * units + unit])
                    }
                    cells = cells.indices.map { gate(1, $0) * cells[$0] + gate(0, $0) * gate(2, $0) }
                    hidden = cells.indices.map { gate(3, $0) * T.hyperbolicTangent(cells[$0]) }
                    return hidden
                }
            }
        }
        return sequences.map { $0[steps - 1] }
    }
}
