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

    /// Refuses a metric to stop by that is not measured for the task.
    static func checkMetric(
        _ configuration: TrainingConfiguration, data: DatasetView, kernels: KernelSet
    ) throws(TrainingError) {
        guard let metric = configuration.earlyStopping?.metric, metric != .validationLoss else { return }
        let measured = Self.measuredMetrics(data, kernels: kernels)
        guard !measured.contains(metric) else { return }
        throw .setting(
            SettingError(
                setting: "training.early_stopping.metric", found: metric.rawValue,
                wanted: "one of " + measured.map(\.rawValue).joined(separator: ", ")))
    }

    /// What an epoch's report tells of such data: the smallest network is asked, without rows, so that there is no second
    /// list of metrics.
    private static func measuredMetrics(_ data: DatasetView, kernels: KernelSet) -> [Metric] {
        let smallest = TrainingConfiguration(
            layers: [], optimizer: .sgd(momentum: 0, nesterov: false), learningRate: 1, batchSize: 1)
        var optimizer = OptimizerState(smallest, batches: BatchPlan(stepsPerEpoch: 1))
        let plan = NetworkPlan(smallest, data: data, seed: 0, rule: optimizer.nextRule())
        let probe = TrainingRun(smallest, plan: plan, data: data, seed: 0, kernels: kernels)
        let nothing = unsafe DatasetPart(
            rowCount: 0, features: data.validation.features, classes: data.validation.classes,
            values: data.validation.values)
        return [.trainLoss] + probe.measure(nothing, as: .validation).map(\.metric)
    }
}
