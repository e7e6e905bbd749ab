import TuningModel

/// The targets of a batch.
enum ReferenceTargets<T: ReferenceNumber> {
    case classes([Int])
    /// One row of outputs for each sample.
    case values([[T]])

    func rows(_ range: Range<Int>) -> Self {
        switch self {
        case .classes(let all): .classes(Array(all[range]))
        case .values(let all): .values(Array(all[range]))
        }
    }
}

/// The naive twin of the training core: the whole network in plain loops over arrays, generic over the number type.
///
/// One hidden layer is: weights, bias (or batch normalisation, whose shift takes the bias's place), activation,
/// dropout by a mask that is given. The last layer is weights and bias.
struct ReferenceNetwork<T: ReferenceNumber> {
    struct Layer {
        let inputs: Int
        let outputs: Int
        let isNormalized: Bool
        let isHidden: Bool
    }

    /// What a forward pass leaves for the backward pass, layer by layer.
    struct Trace {
        var inputs: [[[T]]] = []
        /// What the activation is applied to.
        var preActivations: [[[T]]] = []
        var normalized: [[[T]]] = []
        var inverseDeviations: [[T]] = []
        var output: [[T]] = []
    }

    let layers: [Layer]
    let activation: Activation
    /// For each layer its weights `[in, out]` row-major, then its bias, or its scale and its shift.
    var tensors: [[T]]
    /// For each layer the running mean and variance, empty where it has no batch normalisation.
    var runningMeans: [[T]]
    var runningVariances: [[T]]

    static var momentum: T { T(0.1) }
    static var normalizationEpsilon: T { T(1e-5) }

    init(inputs: Int, outputs: Int, configuration: TrainingConfiguration) {
        var layers: [Layer] = []
        var width = inputs
        for layer in configuration.layers {
            layers.append(
                Layer(inputs: width, outputs: layer.units, isNormalized: layer.batchNormalization, isHidden: true))
            width = layer.units
        }
        layers.append(Layer(inputs: width, outputs: outputs, isNormalized: false, isHidden: false))
        self.layers = layers
        self.activation = configuration.activation
        self.tensors = layers.flatMap { layer in
            let weights = [T](repeating: 0, count: layer.inputs * layer.outputs)
            let zeros = [T](repeating: 0, count: layer.outputs)
            return layer.isNormalized ? [weights, zeros.map { _ in 1 }, zeros] : [weights, zeros]
        }
        self.runningMeans = layers.map { [T](repeating: 0, count: $0.isNormalized ? $0.outputs : 0) }
        self.runningVariances = layers.map { [T](repeating: 1, count: $0.isNormalized ? $0.outputs : 0) }
    }

    /// The place of a layer's weights in `tensors`; bias or scale stand behind it, then the shift.
    func place(_ layer: Int) -> Int { self.layers[..<layer].reduce(0) { $0 + ($1.isNormalized ? 3 : 2) } }

    /// Whether a tensor is a weight matrix: the only kind that is penalised and decays.
    var isWeight: [Bool] { self.layers.flatMap { $0.isNormalized ? [true, false, false] : [true, false] } }

    /// Logits or outputs of a batch in training mode, and what the backward pass needs.
    ///
    /// `masks` holds for each hidden layer, sample and unit what the activation is multiplied by: 0, or the inverse of
    /// the probability of being kept. Empty: no dropout.
    func forward(_ batch: [[T]], masks: [[[T]]]) -> Trace {
        var trace = Trace()
        var rows = batch
        for (number, layer) in self.layers.enumerated() {
            trace.inputs.append(rows)
            var z = self.affine(rows, number)
            var normalized: [[T]] = []
            var inverse: [T] = []
            if layer.isNormalized { (z, normalized, inverse) = self.normalize(z, number) }
            trace.preActivations.append(z)
            trace.normalized.append(normalized)
            trace.inverseDeviations.append(inverse)
            rows = layer.isHidden ? z.map { $0.map { ReferenceActivation.value(self.activation, $0) } } : z
            if layer.isHidden, !masks.isEmpty {
                rows = zip(rows, masks[number]).map { zip($0, $1).map { $0 * $1 } }
            }
        }
        trace.output = rows
        return trace
    }

    /// Logits or outputs with running statistics and without dropout.
    func evaluate(_ batch: [[T]]) -> [[T]] {
        var rows = batch
        for (number, layer) in self.layers.enumerated() {
            rows = self.affine(rows, number)
            if layer.isNormalized {
                let place = self.place(number)
                rows = rows.map { row in
                    row.indices.map { j in
                        let deviation = (self.runningVariances[number][j] + Self.normalizationEpsilon).squareRoot()
                        let x = (row[j] - self.runningMeans[number][j]) / deviation
                        return x * self.tensors[place + 1][j] + self.tensors[place + 2][j]
                    }
                }
            }
            if layer.isHidden { rows = rows.map { $0.map { ReferenceActivation.value(self.activation, $0) } } }
        }
        return rows
    }

    /// Moves the running statistics after a forward pass in training mode: `r += 0.1 (batch - r)`, the batch's
    /// variance unbiased (one sample has the variance 0).
    mutating func moveStatistics(_ trace: Trace) {
        for (number, layer) in self.layers.enumerated() where layer.isNormalized {
            let z = self.affine(trace.inputs[number], number)
            let count = T(z.count)
            for j in 0..<layer.outputs {
                let mean = z.reduce(T(0)) { $0 + $1[j] } / count
                let squares = z.reduce(T(0)) { $0 + ($1[j] - mean) * ($1[j] - mean) }
                let variance = z.count > 1 ? squares / (count - 1) : 0
                self.runningMeans[number][j] += Self.momentum * (mean - self.runningMeans[number][j])
                self.runningVariances[number][j] += Self.momentum * (variance - self.runningVariances[number][j])
            }
        }
    }

    private func affine(_ rows: [[T]], _ number: Int) -> [[T]] {
        let layer = self.layers[number]
        let weights = self.tensors[self.place(number)]
        let bias = layer.isNormalized ? [] : self.tensors[self.place(number) + 1]
        return rows.map { row in
            (0..<layer.outputs).map { j in
                var sum = T(0)
                for i in 0..<layer.inputs { sum += row[i] * weights[i * layer.outputs + j] }
                return layer.isNormalized ? sum : sum + bias[j]
            }
        }
    }

    private func normalize(_ z: [[T]], _ number: Int) -> (scaled: [[T]], normalized: [[T]], inverse: [T]) {
        let place = self.place(number)
        let count = T(z.count)
        var scaled = z
        var normalized = z
        var inverse: [T] = []
        for j in 0..<self.layers[number].outputs {
            let mean = z.reduce(T(0)) { $0 + $1[j] } / count
            let variance = z.reduce(T(0)) { $0 + ($1[j] - mean) * ($1[j] - mean) } / count
            inverse.append(1 / (variance + Self.normalizationEpsilon).squareRoot())
            for row in z.indices {
                normalized[row][j] = (z[row][j] - mean) * inverse[j]
                scaled[row][j] = normalized[row][j] * self.tensors[place + 1][j] + self.tensors[place + 2][j]
            }
        }
        return (scaled, normalized, inverse)
    }
}
