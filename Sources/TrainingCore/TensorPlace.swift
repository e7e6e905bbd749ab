/// One named tensor of a network and its place in the arena.
struct TensorPlace: Hashable {
    let name: String
    /// `[in, out]` or `[out]`, true widths.
    let shape: [Int]
    /// Floats from row to row.
    let rowStride: Int
    let values: Int
    /// The optimiser's state about it, in the same layout; none for running statistics.
    let moments: [Int]
    let isTrained: Bool

    var rows: Int { self.shape.count == 2 ? self.shape[0] : 1 }
    var columns: Int { self.shape[self.shape.count - 1] }
    /// The values and each moment: where they begin.
    var numbers: [(tensor: TensorPlace, offset: Int)] { ([self.values] + self.moments).map { (self, $0) } }
    /// Floats without padding.
    var count: Int { self.rows * self.columns }

    init(_ name: String, shape: [Int], rowStride: Int, parameter: ParameterPlace) {
        self.name = name
        self.shape = shape
        self.rowStride = rowStride
        self.values = parameter.values
        self.moments = [parameter.first, parameter.second].compactMap { $0 }
        self.isTrained = true
    }

    /// A running statistic.
    init(_ name: String, count: Int, values: Int) {
        self.name = name
        self.shape = [count]
        self.rowStride = count
        self.values = values
        self.moments = []
        self.isTrained = false
    }
}

extension LayerPlan {
    /// The layer's tensors in declaration order.
    func tensors(prefix: String) -> [TensorPlace] {
        let shape = [self.outputs]
        let weight = TensorPlace(
            "\(prefix).weight", shape: [self.inputs, self.outputs], rowStride: self.outputStride,
            parameter: self.weights)
        guard let normalization = self.normalization else {
            return [
                weight, TensorPlace("\(prefix).bias", shape: shape, rowStride: self.outputStride, parameter: self.bias),
            ]
        }
        return [
            weight,
            TensorPlace(
                "\(prefix).norm.scale", shape: shape, rowStride: self.outputStride, parameter: normalization.gain),
            TensorPlace("\(prefix).norm.shift", shape: shape, rowStride: self.outputStride, parameter: self.bias),
            TensorPlace("\(prefix).norm.running_mean", count: self.outputs, values: normalization.runningMean),
            TensorPlace("\(prefix).norm.running_variance", count: self.outputs, values: normalization.runningVariance),
        ]
    }
}
