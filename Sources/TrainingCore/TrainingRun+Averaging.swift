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
