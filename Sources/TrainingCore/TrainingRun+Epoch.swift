import TrainingData
import TuningModel

extension TrainingRun {
    /// What one core computes in a second, at least: to tell how many minibatches make about a millisecond.
    private static let operationsPerSecond = 5e10
    /// A minibatch takes this much longer for each layer, in seconds.
    private static let secondsPerLayer = 1e-6
    /// How long a group of minibatches should take, in seconds.
    private static let secondsPerGroup = 1e-3

    /// Minibatches between two questions whether the run is cancelled; it depends on the shapes alone.
    var groupSize: Int {
        let step =
            self.plan.operationsPerStep / Self.operationsPerSecond
            + Double(self.plan.layerCount) * Self.secondsPerLayer
        return max(1, Int(Self.secondsPerGroup / step))
    }

    /// Trains on all minibatches of the next epoch, each row once; the last minibatch may have fewer rows.
    ///
    /// The order of the rows follows from the seed and the epoch's number. A loss that is not finite ends the epoch
    /// after its group: the run will be found to have diverged.
    ///
    /// - Parameter isCancelled: Asked before each group of minibatches, about a millisecond of work.
    /// - Returns: False if it was cancelled: the run must then be dropped.
    /// - Complexity: O(rows * parameters), no allocation after the run's first call.
    package mutating func trainEpoch(isCancelled: () -> Bool) -> Bool {
        let rowCount = self.trainedRowCount
        let batchRows = self.plan.batches.rows(inEpoch: self.epoch)
        let groupSize = self.groupSize
        self.lossSum = 0
        unsafe self.keepStart()
        return unsafe UnsafeMutableRawPointer(self.arena.base + self.plan.order).withMemoryRebound(
            to: Int32.self, capacity: rowCount
        ) { order in
            unsafe self.writeOrder(order, epoch: self.epoch)
            var start = 0
            while start < rowCount {
                if isCancelled() { return false }
                var left = groupSize
                while left > 0, start < rowCount {
                    let count = min(batchRows, rowCount &- start)
                    self.lossSum += unsafe self.step(order + start, count: count)
                    start &+= count
                    left &-= 1
                }
                if !self.lossSum.isFinite { break }
            }
            unsafe self.checkEnd(order, count: min(batchRows, rowCount))
            return true
        }
    }

    /// Ends an epoch: evaluates on the validation rows, and tells whether the run is over.
    ///
    /// `train.loss` is the mean over the epoch's samples of the loss that is trained, before each sample's step, with
    /// class weights and label smoothing but without penalties: minibatch sums in their order, in `Double`.
    /// `validation.gap` and its trend are those of ``GapHistory``. A train or validation loss that is not finite ends the
    /// run as diverged; patience exhausted ends it early. Where weights are averaged the
    /// validation is the average's; that of a stochastic average first computes its statistics of batch normalisation.
    ///
    /// - Complexity: O(validation rows * parameters), for ``renewStatistics()`` training rows too.
    package mutating func finishEpoch() -> EpochOutcome {
        let trainLoss = self.lossSum / Double(self.trainedRowCount)
        self.epoch &+= 1
        unsafe self.averageEpoch()
        unsafe self.renewStatistics()
        let figures = self.evaluate(self.data.validation, as: .validation, weights: self.reportedWeights)
        let validationLoss = figures[.validationLoss] ?? .nan
        let gap = validationLoss - trainLoss
        // In the order of the declaration, which is that of the wire.
        let metrics =
            ([MetricValue(.trainLoss, trainLoss)] + figures
            + [MetricValue(.validationGap, gap), MetricValue(.validationGapTrend, self.gaps.tell(gap))]
            + self.optimizer.learnedMetrics)
            .sorted { $0.metric.wireNumber < $1.metric.wireNumber }
        self.optimizer.finishEpoch(validationLoss: validationLoss)
        let watched = self.configuration.earlyStopping?.metric ?? .validationLoss
        let value = metrics[watched] ?? .nan
        let isExhausted = self.patience.tell(
            epoch: self.epoch, loss: watched.isBetterWhenLower ? value : -value,
            settings: self.configuration.earlyStopping)
        if self.patience.bestEpoch == self.epoch { unsafe self.keepBest() }
        if !trainLoss.isFinite || !validationLoss.isFinite {
            self.status = .diverged
        } else if isExhausted {
            self.status = .finishedEarly
        }
        return EpochOutcome(status: self.status, metrics: metrics)
    }
}
