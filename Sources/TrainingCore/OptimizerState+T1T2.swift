import TuningModel

extension TrainingConfiguration {
    /// What is learned on held rows of what the trial has; `nil`: nothing.
    var learnedSettings: T1T2Settings? {
        guard var settings = self.t1t2 else { return nil }
        switch self.optimizer {
        case .sgd(let momentum, _):
            if momentum == 0 { settings.momentum = 0 }
            settings.weightDecay = 0
        case .adam:
            (settings.momentum, settings.weightDecay) = (0, 0)
        case .adamw:
            (settings.momentum, settings.l2) = (0, 0)
        case .rmsprop, .amsgrad, .nadam, .adagrad, .lamb:
            (settings.momentum, settings.weightDecay, settings.l2) = (0, 0, 0)
        }
        if self.l2 == 0 { settings.l2 = 0 }
        if self.weightDecay == 0 { settings.weightDecay = 0 }
        return settings.learnsAny ? settings : nil
    }
}

/// The derivatives of a loss behind a step with respect to the settings of that step.
struct Hypergradients: Hashable {
    var learningRate = 0.0
    var momentum = 0.0
    var l2 = 0.0
    var weightDecay = 0.0
}

extension OptimizerState {
    /// Whether the settings make a step behind the step of the weights that ``nextRule()`` began.
    var isSettingStep: Bool {
        guard let settings = self.t1t2 else { return false }
        return self.stepCount % max(1, settings.every) == 0
    }

    /// Moves the settings against the derivatives, each by its own step times the cosine of the gradient with the derivative
    /// of the weights.
    ///
    /// Logarithms move: of the momentum that of `1 - momentum`, which is how fast the past is forgotten.
    mutating func moveSettings(cosines: Hypergradients) {
        guard let steps = self.t1t2 else { return }
        if steps.learningRate > 0 {
            self.learningRate = Self.moved(self.learningRate, by: -steps.learningRate * cosines.learningRate)
        }
        if steps.l2 > 0 { self.l2 = Self.moved(self.l2, by: -steps.l2 * cosines.l2) }
        if steps.weightDecay > 0 {
            self.weightDecay = Self.moved(self.weightDecay, by: -steps.weightDecay * cosines.weightDecay)
        }
        if steps.momentum > 0 {
            let rest = Self.moved(1 - self.momentum, by: steps.momentum * cosines.momentum)
            self.momentum = Self.momentum(rest: rest)
        }
    }

    /// The momentum that forgets this much, from 0.001 to 0.999: without any a run would have no place for it.
    private static func momentum(rest: Double) -> Double { min(max(1 - rest, 0.001), 0.999) }

    /// What is learned, in the order of the metrics; nothing where nothing is.
    var learnedMetrics: [MetricValue] {
        var metrics: [MetricValue] = []
        if self.learnsRate || self.t1t2.map({ $0.learningRate > 0 }) == true {
            metrics.append(MetricValue(.learnedRate, self.learningRate))
        }
        guard let steps = self.t1t2 else { return metrics }
        if steps.momentum > 0 { metrics.append(MetricValue(.learnedMomentum, self.momentum)) }
        if steps.l2 > 0 { metrics.append(MetricValue(.learnedL2, self.l2)) }
        if steps.weightDecay > 0 { metrics.append(MetricValue(.learnedWeightDecay, self.weightDecay)) }
        return metrics
    }

    /// What a checkpoint keeps of them; how many numbers there are depends on the configuration alone.
    var learnedNumbers: [Double] {
        (self.needsNorms ? [self.firstLoss] : [])
            + (self.t1t2 == nil ? [] : [self.learningRate, self.momentum, self.l2, self.weightDecay])
    }

    /// Takes up stored numbers.
    ///
    /// - Throws: ``TrainingError/checkpoint(what:found:wanted:)``.
    mutating func restoreLearned(_ numbers: ArraySlice<Double>) throws(TrainingError) {
        var numbers = numbers
        if self.needsNorms, let loss = numbers.popFirst() { self.firstLoss = loss }
        guard self.t1t2 != nil, numbers.count == 4 else { return }
        let learned = Array(numbers)
        guard learned.allSatisfy({ $0 >= 0 && $0.isFinite }), learned[1] < 1 else {
            throw .checkpoint(
                what: "learned settings", found: "\(learned)", wanted: "numbers >= 0.0, the second below 1")
        }
        (self.learningRate, self.momentum, self.l2, self.weightDecay) = (
            learned[0], learned[1], learned[2], learned[3]
        )
    }
}
