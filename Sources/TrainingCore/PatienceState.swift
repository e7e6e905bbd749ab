import TuningModel

/// The best value of the watched metric so far, as a loss, and how long ago it was.
struct PatienceState: Hashable {
    /// Infinity before the first epoch.
    private(set) var bestLoss = Double.infinity
    /// 0 before the first epoch.
    private(set) var bestEpoch = 0

    init() {}

    init(bestLoss: Double, bestEpoch: Int) {
        self.bestLoss = bestLoss
        self.bestEpoch = bestEpoch
    }

    /// Takes an epoch's loss, a metric that is better when higher with its sign turned; a loss counts as better when it is lower by more than `minimumChange`.
    ///
    /// - Returns: Whether the patience is exhausted: `patience` epochs in a row that were not better.
    mutating func tell(epoch: Int, loss: Double, settings: PatienceSettings?) -> Bool {
        if loss < self.bestLoss - (settings?.minimumChange ?? 0) || self.bestEpoch == 0 {
            self.bestLoss = loss
            self.bestEpoch = epoch
        }
        guard let settings else { return false }
        return epoch - self.bestEpoch >= settings.patience
    }
}
