import KernelInterface
package import TrainingData
package import TuningModel

extension TrainingRun {
    /// The network's figures on some rows, in evaluation mode: running statistics, no dropout.
    ///
    /// Classification: the mean cross-entropy without weights and smoothing, accuracy, precision, recall and F1 as
    /// ``ClassificationTally`` says; a row with a NaN logit counts as predicted to be no class. Losses are added in
    /// `Double`, row by row within 256 rows, then these sums in their order. Where they are asked for, and on test rows,
    /// what ``ScoreTally`` adds. Several labels: the mean over rows and labels of the binary cross-entropy, and the figures
    /// of ``LabelTally``. Regression: the mean over rows and outputs of the squared error, its root,
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
        case .classification(let classes):
            let wanted = self.plan.figures.figures(kind, rows: part.rowCount, scores: classes)
            return self.evaluateClasses(part, classes: classes, wanted: wanted).map { planned, value in
                MetricValue(planned.metric, value)
            }
        case .regression(let outputs):
            let wanted = self.plan.figures.figures(kind, rows: part.rowCount, scores: 0)
            return self.evaluateValues(part, outputs: outputs, wanted: wanted)
        case .multiLabel(let labels):
            let wanted = self.plan.figures.figures(kind, rows: part.rowCount, scores: labels)
            return self.evaluateLabels(part, labels: labels, wanted: wanted)
        }
    }

    /// Precision, recall and F1 of each class or label; empty for regression.
    ///
    /// - Complexity: O(rows * parameters).
    package borrowing func evaluateByClass(_ part: DatasetPart) -> [ClassFigures] {
        let weights = self.finalWeights
        unsafe self.exchange(weights)
        defer { unsafe self.exchange(weights) }
        switch self.data.task {
        case .classification(let classes):
            return self.tally(part, classes: classes) { _, _ in }.tally.classFigures()
        case .regression: return []
        case .multiLabel(let labels):
            return self.labelTally(part, labels: labels, keepsScores: false).tally.labelFigures()
        }
    }

    private borrowing func evaluateClasses(
        _ part: DatasetPart, classes: Int, wanted: [PlannedFigure]
    ) -> [(PlannedFigure, Double)] {
        let layer = self.plan.layers[self.plan.layers.count - 1]
        let logits = unsafe self.arena.base + layer.output
        var scores = ScoreTally(classes: classes, logits: layer.outputs, wanted: wanted)
        let (tally, loss) = self.tally(part, classes: classes) { start, count in
            guard !scores.isIdle, let labels = unsafe part.classes else { return }
            unsafe scores.add(
                logits, stride: layer.outputStride, labels: labels + start, count: count, table: self.table)
        }
        let figures = tally.figures()
        let micro = tally.microFigures()
        let mean = loss / Double(part.rowCount)
        return wanted.map { planned in
            let value: Double =
                switch planned.figure {
                case .loss, .logLoss: mean
                case .accuracy: figures.accuracy
                case .precision: figures.precision
                case .recall: figures.recall
                case .f1: figures.f1
                case .microPrecision: micro?.precision ?? .nan
                case .microRecall: micro?.recall ?? .nan
                case .microF1: micro?.f1 ?? .nan
                case .top3: scores.topShare(3)
                case .top5: scores.topShare(5)
                case .areaUnderCurve: scores.areaUnderCurve()
                case .rootMeanSquaredError, .meanAbsoluteError, .r2, .hammingLoss: .nan
                }
            return (planned, value)
        }
    }

    /// Predictions and the sum of the losses; the closure sees the logits of each chunk in the last layer's buffer, and
    /// may overwrite them.
    private borrowing func tally(
        _ part: DatasetPart, classes: Int, _ body: (_ start: Int, _ count: Int) -> Void
    ) -> (tally: ClassificationTally, loss: Double) {
        let base = unsafe self.arena.base
        var tally = ClassificationTally(classes: classes)
        var loss = 0.0
        guard let labels = unsafe part.classes else { return (tally, loss) }
        unsafe UnsafeMutableRawPointer(base + self.plan.predictions).withMemoryRebound(
            to: Int32.self, capacity: self.plan.evaluationRows
        ) { predictions in
            self.forEachChunk(part) { start, count in
                loss += unsafe self.evaluateLogits(
                    count, classes: classes, labels: labels + start, predictions: predictions)
                for row in 0..<count {
                    unsafe tally.add(target: Int(labels[start &+ row]), prediction: Int(predictions[row]))
                }
                body(start, count)
            }
        }
        return (tally, loss)
    }

    /// Losses and predictions of the rows whose logits are in the last layer's buffer; answers the sum of the losses.
    @unsafe
    private borrowing func evaluateLogits(
        _ count: Int, classes: Int, labels: UnsafePointer<Int32>, predictions: UnsafeMutablePointer<Int32>
    ) -> Double {
        let layer = self.plan.layers[self.plan.layers.count - 1]
        let logits = unsafe self.arena.base + layer.output
        guard layer.outputs == 1 else {
            return unsafe self.table.crossEntropyLoss(
                ClassEvaluationArguments(
                    rows: count, classes: classes, logits: logits, stride: layer.outputStride, labels: labels,
                    predictions: predictions)
            ).loss
        }
        for row in 0..<count {
            let logit = unsafe logits[row &* layer.outputStride]
            unsafe predictions[row] = logit.isNaN ? -1 : logit > 0 ? 1 : 0
        }
        return unsafe self.table.binaryCrossEntropy(
            BinaryCrossEntropyArguments(
                rows: count, logits: logits, gradient: nil, stride: layer.outputStride, labels: labels,
                gradientScale: 0))
    }

    private borrowing func evaluateValues(
        _ part: DatasetPart, outputs: Int, wanted: [PlannedFigure]
    ) -> [MetricValue] {
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
        return wanted.map { planned in
            let value: Double =
                switch planned.figure {
                case .loss: figures.meanSquare
                case .rootMeanSquaredError: figures.meanSquare.squareRoot()
                case .meanAbsoluteError: figures.meanAbsolute
                case .r2: figures.r2
                case .accuracy, .precision, .recall, .f1, .top3, .top5, .microPrecision, .microRecall, .microF1,
                    .areaUnderCurve, .logLoss, .hammingLoss:
                    .nan
                }
            return MetricValue(planned.metric, value)
        }
    }

    /// Computes the outputs of up to 256 rows at a time into the last layer's buffer and hands each chunk on.
    borrowing func forEachChunk(_ part: DatasetPart, _ body: (_ start: Int, _ count: Int) -> Void) {
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
        var source = unsafe self.frontOutput(rows, count: count, step: 0, mode: .evaluation)
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
            if let normalization = layer.layerNormalization {
                unsafe self.normalizeRows(normalization, layer, rows: count, output, mode: .evaluation)
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
