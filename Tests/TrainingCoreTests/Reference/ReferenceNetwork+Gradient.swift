import TuningModel

extension ReferenceNetwork {
    /// The mean data loss of a batch.
    static func loss(_ output: [[T]], _ targets: ReferenceTargets<T>, _ loss: ReferenceLoss = ReferenceLoss()) -> T {
        loss.value(output, targets)
    }

    /// `l1 Σ|w| + l2/2 Σ w²` over the weights of the dense layers.
    func penalty(l1: T, l2: T) -> T {
        zip(self.tensors, self.isWeight).reduce(T(0)) { sum, tensor in
            guard tensor.1 else { return sum }
            return tensor.0.reduce(sum) { $0 + l1 * abs($1) + l2 / 2 * $1 * $1 }
        }
    }

    /// The gradient of the mean data loss plus the penalties, in the order of `tensors`.
    func gradient(
        _ trace: Trace, _ targets: ReferenceTargets<T>, _ loss: ReferenceLoss = ReferenceLoss(), masks: [[[T]]],
        l1: T = 0,
        l2: T = 0
    ) -> [[T]] {
        var gradients = self.tensors.map { $0.map { _ in T(0) } }
        var flow = loss.gradient(trace.output, targets)
        for number in self.layers.indices.reversed() {
            let layer = self.layers[number]
            let place = self.place(number)
            if layer.isHidden {
                for row in flow.indices {
                    for j in 0..<layer.outputs {
                        if !masks.isEmpty { flow[row][j] *= masks[number][row][j] }
                        flow[row][j] *= ReferenceActivation.derivative(
                            self.activation, trace.preActivations[number][row][j])
                    }
                }
            }
            if layer.isNormalized {
                flow = self.normalizationGradient(flow, trace, number, &gradients)
            } else {
                for j in 0..<layer.outputs { gradients[place + 1][j] = flow.reduce(T(0)) { $0 + $1[j] } }
            }
            for i in 0..<layer.inputs {
                for j in 0..<layer.outputs {
                    var sum = T(0)
                    for row in flow.indices { sum += trace.inputs[number][row][i] * flow[row][j] }
                    let weight = self.tensors[place][i * layer.outputs + j]
                    let sign: T = weight > 0 ? 1 : (weight < 0 ? -1 : 0)
                    gradients[place][i * layer.outputs + j] = sum + l2 * weight + l1 * sign
                }
            }
            guard number > 0 else { break }
            flow = flow.map { row in
                (0..<layer.inputs).map { i in
                    (0..<layer.outputs).reduce(T(0)) { $0 + self.tensors[place][i * layer.outputs + $1] * row[$1] }
                }
            }
        }
        return gradients
    }

    private func normalizationGradient(
        _ flow: [[T]], _ trace: Trace, _ number: Int, _ gradients: inout [[T]]
    ) -> [[T]] {
        let place = self.place(number)
        let count = T(flow.count)
        var result = flow
        for j in 0..<self.layers[number].outputs {
            var shift = T(0)
            var scale = T(0)
            for row in flow.indices {
                shift += flow[row][j]
                scale += flow[row][j] * trace.normalized[number][row][j]
            }
            gradients[place + 1][j] = scale
            gradients[place + 2][j] = shift
            let factor = self.tensors[place + 1][j] * trace.inverseDeviations[number][j]
            for row in flow.indices {
                let centred = flow[row][j] - shift / count - trace.normalized[number][row][j] * scale / count
                result[row][j] = factor * centred
            }
        }
        return result
    }
}
