import KernelInterface
import NumericKernels
import TrainingData
import TuningModel

/// Which of the weights that a run keeps are meant.
enum WeightSource: Hashable {
    /// Those that are trained.
    case current
    case average
    /// Those of the best epoch.
    case best
}

extension TrainingRun {
    /// Whose figures an epoch's report tells: the average's, once there is one.
    var reportedWeights: WeightSource {
        switch self.configuration.average {
        case .none: .current
        case .exponential: self.optimizer.stepCount > 0 ? .average : .current
        case .stochastic(let from): self.epoch >= from ? .average : .current
        }
    }

    /// What is tested and saved: the weights of the best epoch where they are wanted and an epoch is over.
    var finalWeights: WeightSource {
        self.configuration.earlyStopping?.restoresBest == true && self.patience.bestEpoch > 0
            ? .best : self.reportedWeights
    }

    /// Where a tensor's weights are.
    static func offset(of place: TensorPlace, _ source: WeightSource) -> Int {
        switch source {
        case .current: place.values
        case .average: place.average ?? place.values
        case .best: place.best ?? place.values
        }
    }

    /// Moves the average behind a step.
    @unsafe
    func averageStep() {
        guard case .exponential(let decay) = self.configuration.average else { return }
        unsafe self.moveAverage(weight: self.optimizer.stepCount == 1 ? 1 : Float(1 - decay))
    }

    /// Moves the average behind an epoch that has been counted.
    @unsafe
    func averageEpoch() {
        guard case .stochastic(let from) = self.configuration.average, self.epoch >= from else { return }
        unsafe self.moveAverage(weight: 1 / Float(self.epoch - from + 1))
    }

    /// Computes the statistics of batch normalisation anew for the stochastic average of an epoch that has been counted.
    ///
    /// The averaged network never saw a minibatch: a pass of all training rows, in the order of the epoch's minibatches,
    /// augmented as they were but not mixed in pairs, gives the mean of the minibatches' means and unbiased variances, each weighing as much as it has
    /// rows. Dropout is as in training; nothing else moves. A pass costs about a third of an epoch's training, in each epoch from
    /// the one on in which averaging begins, and nothing where no layer has batch normalisation.
    ///
    /// Source: P. Izmailov et al., "Averaging weights leads to wider optima and better generalization", UAI 2018, section 3.2.
    ///
    /// - Complexity: O(rows * parameters), no allocation.
    @unsafe
    mutating func renewStatistics() {
        guard case .stochastic = self.configuration.average, self.reportedWeights == .average,
            self.plan.tensors.contains(where: { !$0.isTrained })
        else { return }
        unsafe self.exchange(.average)
        defer {
            self.statisticsWeight = BatchNormalization.runningWeight
            unsafe self.exchange(.average)
        }
        let rowCount = self.trainedRowCount
        let epoch = self.epoch &- 1
        let batchRows = self.plan.batches.rows(inEpoch: epoch)
        // The masks of dropout are those of the steps that come next.
        var step = self.optimizer.stepCount
        unsafe UnsafeMutableRawPointer(self.arena.base + self.plan.order).withMemoryRebound(
            to: Int32.self, capacity: rowCount
        ) { order in
            unsafe self.writeOrder(order, epoch: epoch)
            var start = 0
            while start < rowCount {
                let count = min(batchRows, rowCount &- start)
                self.statisticsWeight = Float(count) / Float(start &+ count)
                let inputs = unsafe self.inputs(order + start, count: count, epoch: epoch)
                let source = unsafe self.frontOutput(inputs, count: count, step: step, mode: .training)
                unsafe self.forward(source, count: count, step: step)
                start &+= count
                step &+= 1
            }
        }
    }

    @unsafe
    private func moveAverage(weight: Float) {
        let base = unsafe self.arena.base
        for place in self.plan.tensors {
            guard let average = place.average else { continue }
            unsafe self.table.average(
                AverageArguments(
                    count: place.paddedCount, values: base + place.values, average: base + average, weight: weight))
        }
    }

    /// Keeps the weights that an epoch's report was about, as those of the best epoch.
    @unsafe
    func keepBest() {
        let base = unsafe self.arena.base
        let source = self.reportedWeights
        for place in self.plan.tensors {
            guard let best = place.best else { continue }
            unsafe (base + best).update(from: base + Self.offset(of: place, source), count: place.paddedCount)
        }
    }

    /// Puts other weights where a network computes with them, and those where the others were; a second call turns it
    /// back.
    @unsafe
    borrowing func exchange(_ source: WeightSource) {
        guard source != .current else { return }
        let base = unsafe self.arena.base
        for place in self.plan.tensors {
            let other = Self.offset(of: place, source)
            guard other != place.values else { continue }
            for index in 0..<place.paddedCount {
                let value = unsafe base[place.values &+ index]
                unsafe base[place.values &+ index] = unsafe base[other &+ index]
                unsafe base[other &+ index] = value
            }
        }
    }
}
