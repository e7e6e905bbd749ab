/// What a schedule that waits for plateaus knows of the losses so far.
struct PlateauState: Hashable {
    /// Infinity before the first epoch.
    private(set) var bestLoss = Double.infinity
    /// Epochs since the loss was better or the learning rate was reduced.
    private(set) var quietEpochs = 0
    /// What is left of the learning rate as a part of where it began.
    private(set) var share = 1.0

    init() {}

    init(bestLoss: Double, quietEpochs: Int, share: Double) {
        self.bestLoss = bestLoss
        self.quietEpochs = quietEpochs
        self.share = share
    }

    /// Takes an epoch's validation loss; see ``LearningRateSchedule/plateau(factor:patience:minimumChange:minimumRate:)``.
    /// NaN is not better.
    mutating func tell(_ loss: Double, factor: Double, patience: Int, minimumChange: Double, minimumRate: Double) {
        if loss < self.bestLoss - minimumChange {
            self.bestLoss = loss
            self.quietEpochs = 0
            return
        }
        self.quietEpochs += 1
        guard self.quietEpochs >= patience else { return }
        self.share = max(self.share * factor, minimumRate)
        self.quietEpochs = 0
    }
}
