import KernelInterface
package import TrainingData
package import TuningModel

extension TrainingRun {
    /// The network's figures on some rows, in evaluation mode: running statistics, no dropout.
    ///
    /// Classification: the mean cross-entropy, accuracy, precision, recall and F1 as ``ClassificationTally`` says; a
    /// row with a NaN logit counts as predicted to be no class. Losses are added in `Double`, row by row within 256
    /// rows, then these sums in their order. Regression: the mean over rows and outputs of the squared error, its root,
    /// the mean absolute error and R² as ``RegressionTally`` says, all on standardised targets. Rows are those of the
    /// run's own data set; other rows must have its strides and classes. Without rows all figures are NaN.
    ///
    /// The network is that of ``tensors()``: averaged, or of the best epoch, where the configuration asks for it.
    ///
    /// - Complexity: O(rows * parameters).
    package borrowing func evaluate(_ part: DatasetPart, as kind: EvaluationKind) -> [MetricValue] {
        self.evaluate(part, as: kind, weights: self.finalWeights)
    }

    /// The figures of some of the weights.
    borrowing func evaluate(_ part: DatasetPart, as kind: EvaluationKind, weights: WeightSource) -> [MetricValue] {
        unsafe self.exchange(weights)
        defer { unsafe self.exchange(weights) }
        return self.measure(part, as: kind)
    }

    /// The figures of the weights that are in their place.
    borrowing func measure(_ part: DatasetPart, as kind: EvaluationKind) -> [MetricValue] {
        switch self.data.task {
        case .classification(let classes): self.evaluateClasses(part, classes: classes, as: kind)
        case .regression(let outputs): self.evaluateValues(part, outputs: outputs, as: kind)
        }
    }

    private borrowing func evaluateClasses(_ part: DatasetPart, classes: Int, as kind: EvaluationKind) -> [MetricValue]
    {
        let base = unsafe self.arena.base
        let layer = self.plan.layers[self.plan.layers.count - 1]
        var tally = ClassificationTally(classes: classes)
        var loss = 0.0
        if let labels = unsafe part.classes {
            unsafe UnsafeMutableRawPointer(base + self.plan.predictions).withMemoryRebound(
                to: Int32.self, capacity: self.plan.evaluationRows
            ) { predictions in
                self.forEachChunk(part) { start, count in
                    let chunk = unsafe ClassEvaluationArguments(
                        rows: count, classes: classes, logits: base + layer.output, stride: layer.outputStride,
                        labels: labels + start, predictions: predictions)
                    loss += unsafe self.table.crossEntropyLoss(chunk).loss
                    for row in 0..<count {
                        unsafe tally.add(target: Int(labels[start &+ row]), prediction: Int(predictions[row]))
                    }
                }
            }
        }
        let figures = tally.figures()
        let mean = loss / Double(part.rowCount)
        return switch kind {
        case .validation:
            [
                MetricValue(.validationLoss, mean), MetricValue(.validationAccuracy, figures.accuracy),
                MetricValue(.validationPrecision, figures.precision), MetricValue(.validationRecall, figures.recall),
                MetricValue(.validationF1, figures.f1),
            ]
        case .test:
            [
                MetricValue(.testLoss, mean), MetricValue(.testAccuracy, figures.accuracy),
                MetricValue(.testPrecision, figures.precision), MetricValue(.testRecall, figures.recall),
                MetricValue(.testF1, figures.f1),
            ]
        }
    }

    private borrowing func evaluateValues(_ part: DatasetPart, outputs: Int, as kind: EvaluationKind) -> [MetricValue] {
        let base = unsafe self.arena.base
        let layer = self.plan.layers[self.plan.layers.count - 1]
        let targetStride = self.data.targetStride
        var tally = RegressionTally(outputs: outputs)
        if let values = unsafe part.values {
            self.forEachChunk(part) { start, count in
                for row in 0..<count {
                    unsafe tally.add(
                        target: values + (start &+ row) &* targetStride,
                        prediction: base + layer.output + row &* layer.outputStride)
                }
            }
        }
        let figures = tally.figures()
        return switch kind {
        case .validation:
            [
                MetricValue(.validationLoss, figures.meanSquare),
                MetricValue(.validationRootMeanSquaredError, figures.meanSquare.squareRoot()),
                MetricValue(.validationMeanAbsoluteError, figures.meanAbsolute), MetricValue(.validationR2, figures.r2),
            ]
        case .test:
            [
                MetricValue(.testLoss, figures.meanSquare),
                MetricValue(.testRootMeanSquaredError, figures.meanSquare.squareRoot()),
                MetricValue(.testMeanAbsoluteError, figures.meanAbsolute), MetricValue(.testR2, figures.r2),
            ]
        }
    }

    /// Computes the outputs of up to 256 rows at a time into the last layer's buffer and hands each chunk on.
    private borrowing func forEachChunk(_ part: DatasetPart, _ body: (_ start: Int, _ count: Int) -> Void) {
        var start = 0
        while start < part.rowCount {
            let count = min(self.plan.evaluationRows, part.rowCount &- start)
            unsafe self.evaluate(part.features + start &* self.data.featureStride, count: count)
            body(start, count)
            start &+= count
        }
    }

    /// Outputs of all layers in evaluation mode.
    @unsafe
    private borrowing func evaluate(_ features: UnsafePointer<Float>, count: Int) {
        let base = unsafe self.arena.base
        let rows = unsafe RowSource(features, stride: self.data.featureStride)
        var source = unsafe self.frontOutput(rows, count: count, mode: .evaluation)
        for layer in self.plan.layers {
            let output = unsafe base + layer.output
            unsafe self.table.product(
                ProductArguments(
                    rows: count, columns: layer.outputStride, depth: layer.inputs, input: source,
                    weights: base + layer.weights.values, weightStride: layer.outputStride,
                    bias: base + layer.bias.values, output: output, outputStride: layer.outputStride,
                    finish: layer.evaluationFinish, scratch: base + self.plan.scratch))
            if let normalization = layer.normalization {
                unsafe self.normalizeFixed(
                    normalization, shift: layer.bias, rows: count, columns: layer.outputStride, output,
                    relu: layer.function == .relu)
            }
            if layer.activatesInEvaluation {
                unsafe self.table.activate(
                    ActivationArguments(
                        count: count &* layer.outputStride, function: layer.function, input: output, output: output))
            }
            unsafe source = RowSource(output, stride: layer.outputStride)
        }
    }
}
