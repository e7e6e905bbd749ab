import KernelInterface
import TrainingData
import TuningModel

extension TrainingRun {
    /// The figures of several labels, as ``evaluate(_:as:)`` tells them.
    borrowing func evaluateLabels(_ part: DatasetPart, labels: Int, wanted: [PlannedFigure]) -> [MetricValue] {
        let (tally, loss) = self.labelTally(part, labels: labels, keepsScores: wanted.wants(.areaUnderCurve))
        let macro = tally.macroFigures()
        let micro = tally.microFigures()
        let mean = loss / (Double(part.rowCount) * Double(labels))
        return wanted.map { planned in
            let value: Double =
                switch planned.figure {
                case .loss, .logLoss: mean
                case .accuracy: tally.accuracy
                case .hammingLoss: tally.hammingLoss
                case .precision: macro.precision
                case .recall: macro.recall
                case .f1: macro.f1
                case .microPrecision: micro?.precision ?? .nan
                case .microRecall: micro?.recall ?? .nan
                case .microF1: micro?.f1 ?? .nan
                case .areaUnderCurve: tally.areaUnderCurve()
                case .top3, .top5, .rootMeanSquaredError, .meanAbsoluteError, .r2: .nan
                }
            return MetricValue(planned.metric, value)
        }
    }

    /// Counts of the rows' labels and predictions, and the sum of the losses.
    borrowing func labelTally(
        _ part: DatasetPart, labels: Int, keepsScores: Bool
    ) -> (tally: LabelTally, loss: Double) {
        let layer = self.plan.layers[self.plan.layers.count - 1]
        let logits = unsafe self.arena.base + layer.output
        let stride = self.data.targetStride
        var tally = LabelTally(labels: labels, keepsScores: keepsScores)
        var loss = 0.0
        guard let targets = unsafe part.values else { return (tally, loss) }
        self.forEachChunk(part) { start, count in
            loss += unsafe self.table.labelCrossEntropy(
                LabelCrossEntropyArguments(
                    rows: count, labels: labels, logits: logits, gradient: nil, stride: layer.outputStride,
                    targets: RowSource(targets + start &* stride, stride: stride), gradientScale: 0))
            for row in 0..<count {
                unsafe tally.add(
                    targets: targets + (start &+ row) &* stride, logits: logits + row &* layer.outputStride)
            }
        }
        return (tally, loss)
    }
}
