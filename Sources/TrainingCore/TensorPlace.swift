import KernelInterface

/// One named tensor of a network and its place in the arena.
struct TensorPlace: Hashable {
    let name: String
    /// True widths, the last one innermost: `[in, out]` or `[out]` of a dense layer.
    let shape: [Int]
    /// Floats from row to row.
    let rowStride: Int
    let values: Int
    /// The optimiser's state about it, in the same layout; none for running statistics.
    let moments: [Int]
    /// The average of the values, in the same layout; where weights are averaged.
    var average: Int?
    /// The values of the best epoch, in the same layout; where they are wanted in the end.
    var best: Int?
    /// Nothing for running statistics.
    let parameter: ParameterPlace?

    /// Everything but the last size taken together.
    var rows: Int { self.shape.dropLast().reduce(1, *) }
    var columns: Int { self.shape[self.shape.count - 1] }
    /// What is stored beside the values: moments, average, values of the best epoch.
    var others: [Int] { self.moments + [self.average, self.best].compactMap { $0 } }
    /// The values and what is stored beside them: where they begin.
    var numbers: [(tensor: TensorPlace, offset: Int)] { ([self.values] + self.others).map { (self, $0) } }
    /// Floats with padding, which is reserved for each of them.
    var paddedCount: Int { paddedWidth(self.rows * self.rowStride) }
    /// Whether the optimiser changes it.
    var isTrained: Bool { self.parameter != nil }
    /// Floats without padding.
    var count: Int { self.rows * self.columns }

    init(_ name: String, shape: [Int], rowStride: Int, parameter: ParameterPlace) {
        self.name = name
        self.shape = shape
        self.rowStride = rowStride
        self.values = parameter.values
        self.moments = [parameter.first, parameter.second, parameter.third, parameter.kept].compactMap { $0 }
        self.parameter = parameter
    }

    /// A running statistic.
    init(_ name: String, count: Int, values: Int) {
        self.name = name
        self.shape = [count]
        self.rowStride = count
        self.values = values
        self.moments = []
        self.parameter = nil
    }
}

extension LayerPlan {
    /// The layer's tensors in declaration order.
    func tensors(prefix: String) -> [TensorPlace] {
        let weight = TensorPlace(
            "\(prefix).weight", shape: [self.inputs, self.outputs], rowStride: self.outputStride,
            parameter: self.weights)
        if let normalization = self.layerNormalization {
            return [weight]
                + [("scale", normalization.gain), ("shift", self.bias)].map { name, place in
                    TensorPlace(
                        "\(prefix).norm.\(name)", shape: [self.outputs], rowStride: self.outputStride,
                        parameter: place)
                }
        }
        return [weight]
            + TensorPlace.unitTensors(
                prefix: prefix, count: self.outputs, stride: self.outputStride, bias: self.bias,
                normalization: self.normalization)
    }
}

extension TensorPlace {
    /// What a layer has for each of its units or channels: a bias, or batch normalisation.
    static func unitTensors(
        prefix: String, count: Int, stride: Int, bias: ParameterPlace, normalization: NormalizationPlan?
    ) -> [TensorPlace] {
        guard let normalization else {
            return [TensorPlace("\(prefix).bias", shape: [count], rowStride: stride, parameter: bias)]
        }
        return [
            TensorPlace("\(prefix).norm.scale", shape: [count], rowStride: stride, parameter: normalization.gain),
            TensorPlace("\(prefix).norm.shift", shape: [count], rowStride: stride, parameter: bias),
            TensorPlace("\(prefix).norm.running_mean", count: count, values: normalization.runningMean),
            TensorPlace("\(prefix).norm.running_variance", count: count, values: normalization.runningVariance),
        ]
    }
}
