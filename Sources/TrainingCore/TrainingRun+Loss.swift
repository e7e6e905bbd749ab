import KernelInterface
import TrainingData
import TuningModel

extension TrainingRun {
    /// Writes the weights of classes or labels where the kernels read them.
    func initializeLoss() {
        for (place, weight) in self.plan.loss.classWeights.enumerated() {
            unsafe self.arena.base[self.plan.loss.weights + place] = Float(weight)
        }
    }

    /// The gradient of the mean loss with respect to the last output, into the first gradient buffer.
    ///
    /// Where rows are mixed the loss of classes is `share loss + (1 - share) loss of the partners' classes`, and so is its
    /// gradient; other targets are mixed themselves.
    ///
    /// - Returns: The mean loss of the minibatch times its rows. With class weights the mean is that of PyTorch: each row
    ///   counts as much as its class weighs.
    @unsafe
    func outputGradient(_ rows: UnsafePointer<Int32>, _ mixed: MixedRows?, count: Int) -> Double {
        switch self.data.task {
        case .classification(let classes):
            guard let labels = unsafe self.data.train.classes else { return .nan }
            let (first, second) = self.plan.gradients
            let loss = unsafe self.classGradient(rows, count: count, classes: classes, labels: labels, into: first)
            guard let mixed = unsafe mixed else { return loss }
            let other = unsafe self.classGradient(
                mixed.partnerRows, count: count, classes: classes, labels: labels, into: second)
            let share = unsafe mixed.share
            let base = unsafe self.arena.base
            let width = self.plan.layers[self.plan.layers.count &- 1].outputStride
            for place in 0..<count &* width {
                unsafe base[first &+ place] = share * base[first &+ place] + (1 - share) * base[second &+ place]
            }
            return Double(share) * loss + (1 - Double(share)) * other
        case .regression, .multiLabel:
            guard let targets = unsafe self.data.train.values else { return .nan }
            let source = unsafe RowSource(targets, stride: self.data.targetStride, picked: rows)
            return unsafe self.valueGradient(mixed?.targets ?? source, count: count)
        }
    }

    @unsafe
    private func classGradient(
        _ rows: UnsafePointer<Int32>, count: Int, classes: Int, labels: UnsafePointer<Int32>, into gradients: Int
    ) -> Double {
        let base = unsafe self.arena.base
        let layer = self.plan.layers[self.plan.layers.count &- 1]
        if case .crossEntropy = self.plan.loss.kind {
            return unsafe self.table.crossEntropy(
                CrossEntropyArguments(
                    rows: count, classes: classes, logits: base + layer.output,
                    gradient: base + gradients, stride: layer.outputStride, labels: labels, picked: rows,
                    gradientScale: Float(1 / Double(count))))
        }
        let loss = self.plan.loss
        var weight = 0.0
        for row in 0..<count { weight += unsafe Double(base[loss.weights &+ Int(labels[Int(rows[row])])]) }
        let sum: Double
        if case .binaryCrossEntropy = loss.kind {
            sum = unsafe self.table.binaryCrossEntropy(
                BinaryCrossEntropyArguments(
                    rows: count, logits: base + layer.output, gradient: base + gradients,
                    stride: layer.outputStride, labels: labels, picked: rows,
                    weights: SIMD2(base[loss.weights], base[loss.weights &+ 1]), smoothing: loss.smoothing,
                    gradientScale: Float(1 / weight)))
        } else {
            sum = unsafe self.table.weightedCrossEntropy(
                WeightedCrossEntropyArguments(
                    rows: count, classes: classes, logits: base + layer.output,
                    gradient: base + gradients, stride: layer.outputStride, labels: labels, picked: rows,
                    weights: base + loss.weights, smoothing: loss.smoothing, gradientScale: Float(1 / weight)))
        }
        return sum / weight * Double(count)
    }

    @unsafe
    private func valueGradient(_ source: RowSource, count: Int) -> Double {
        let base = unsafe self.arena.base
        let layer = self.plan.layers[self.plan.layers.count &- 1]
        let outputs = Double(layer.outputs)
        let sum: Double
        switch self.plan.loss.kind {
        case .labelCrossEntropy:
            sum = unsafe self.table.labelCrossEntropy(
                LabelCrossEntropyArguments(
                    rows: count, labels: layer.outputs, logits: base + layer.output,
                    gradient: base + self.plan.gradients.0, stride: layer.outputStride, targets: source,
                    weights: self.plan.loss.classWeights.isEmpty ? nil : UnsafePointer(base + self.plan.loss.weights),
                    smoothing: self.plan.loss.smoothing, gradientScale: Float(1 / (Double(count) * outputs))))
        case .robustError(let delta):
            sum = unsafe self.table.robustError(
                RobustErrorArguments(
                    rows: count, columns: layer.outputStride, outputs: base + layer.output,
                    gradient: base + self.plan.gradients.0, stride: layer.outputStride, targets: source, delta: delta,
                    gradientScale: Float(1 / (Double(count) * outputs))))
        case .squaredError, .crossEntropy, .weightedCrossEntropy, .binaryCrossEntropy:
            sum = unsafe self.table.squaredError(
                SquaredErrorArguments(
                    rows: count, columns: layer.outputStride, outputs: base + layer.output,
                    gradient: base + self.plan.gradients.0, stride: layer.outputStride, targets: source,
                    gradientScale: Float(2 / (Double(count) * outputs))))
        }
        return sum / outputs
    }
}
