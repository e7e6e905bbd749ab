import KernelInterface
import TrainingData
import TuningModel

extension TrainingRun {
    /// Keeps of the weights and their first moments what the derivatives of the step that follows are made of.
    @unsafe
    func keepFormer() {
        guard let held = self.plan.held, self.optimizer.isSettingStep else { return }
        let base = unsafe self.arena.base
        for (number, place) in self.plan.parameters.enumerated() {
            if let former = held.former[number] {
                unsafe (base + former).update(from: base + place.values, count: place.count)
            }
            if let former = held.formerFirst[number], let first = place.first {
                unsafe (base + former).update(from: base + first, count: place.count)
            }
        }
    }

    /// A step of the settings, behind a step of the weights: along the gradient of the loss on held rows at the new weights,
    /// through the step that led to them.
    ///
    /// With the gradient V of the data loss of a minibatch of held rows at `w_t+1 = w_t - rate * d`:
    ///
    ///     learning rate   dL/drate = -<V, d>
    ///     l2              dL/dl2 = -rate * <V, dd/dl2>: dd/dl2 = w_t for sgd, (1 + momentum) w_t with Nesterov's momentum, and
    ///                     for adam the derivative of both moments
    ///     weight decay    dL/ddecay = -rate * <V, w_t>
    ///     momentum        dL/dmomentum = -rate * <V, m_t-1>, with Nesterov's momentum <V, m_t + momentum * m_t-1>
    ///
    /// Only the last step counts; that moments and weights before it depend on the settings is left out. The pass over the held
    /// rows is that of training, dropout included, without augmentation, mix-up or limits of gradients; running statistics stay.
    ///
    /// Source: J. Luketina et al., "Scalable gradient-based tuning of continuous regularization hyperparameters", ICML
    /// 2016, equations 4 and 5 (T1-T2). Deviations, on purpose: the rows are a part of the training rows, since the validation rows rank the
    /// trials; each setting moves by its own cosine, not by the derivative, so that its step has no unit; logarithms move,
    /// so that a setting keeps its sign; a step is made every ten minibatches, not behind each; learning rate and momentum
    /// are learned alike; Adam's derivative is that of its own step, where the paper has that of plain descent.
    ///
    /// - Complexity: that of a step of the weights, no allocation.
    @unsafe
    mutating func learnSettings() {
        guard let held = self.plan.held, let settings = self.optimizer.t1t2, self.optimizer.isSettingStep else {
            return
        }
        let base = unsafe self.arena.base
        if settings.l2 > 0 { unsafe self.differentiatePenalty(held) }
        if settings.momentum > 0 { unsafe self.differentiateMomentum(held) }
        let count = min(self.plan.batchRows, held.count)
        let number = self.optimizer.stepCount / max(1, settings.every) &- 1
        let start = held.trainedCount &+ (number % held.count) &* (count % held.count) % held.count
        let rows = unsafe UnsafeMutableRawPointer(base + held.rows).assumingMemoryBound(to: Int32.self) + start
        unsafe self.heldGradient(rows, count: count)
        self.moveSettings(held, settings)
    }

    /// The gradient of the data loss on some rows, into the places where gradients are stored.
    @unsafe
    private mutating func heldGradient(_ rows: UnsafePointer<Int32>, count: Int) {
        var rule = UpdateRule.sgd(learningRate: 0, momentum: 0, nesterov: false).storing
        rule.deferral = .gradient
        self.statisticsWeight = 0
        defer { self.statisticsWeight = BatchNormalization.runningWeight }
        let inputs = unsafe RowSource(self.data.train.features, stride: self.data.featureStride, picked: rows)
        _ = unsafe self.propagate(rows, inputs, nil, count: count, number: self.optimizer.stepCount, rule: rule)
    }

    private mutating func moveSettings(_ held: HeldRowsPlan, _ settings: T1T2Settings) {
        let rate = self.optimizer.stepRate
        var derivatives = Hypergradients()
        var cosines = Hypergradients()
        if settings.learningRate > 0 {
            // The stored directions point downwards.
            let found = unsafe self.heldProduct { place, _ in place.direction }
            derivatives.learningRate = found.product
            cosines.learningRate = found.cosine
        }
        if settings.l2 > 0 || settings.weightDecay > 0 {
            let found = unsafe self.heldProduct { _, number in held.former[number] }
            if settings.l2 > 0 {
                derivatives.l2 = -rate * found.product
                cosines.l2 = -found.cosine
            } else {
                derivatives.weightDecay = -rate * found.product
                cosines.weightDecay = -found.cosine
            }
        }
        if settings.momentum > 0 {
            let found = unsafe self.heldProduct { _, number in held.formerFirst[number] }
            derivatives.momentum = -rate * found.product
            cosines.momentum = -found.cosine
        }
        self.hypergradients = derivatives
        self.optimizer.moveSettings(cosines: cosines)
    }

    /// The product of the stored gradients with other numbers about the parameters, and the cosine, over those parameters that
    /// have such numbers.
    @unsafe
    private borrowing func heldProduct(_ other: (ParameterPlace, Int) -> Int?) -> (product: Double, cosine: Double) {
        var (product, squares, otherSquares) = (0.0, 0.0, 0.0)
        for (number, place) in self.plan.parameters.enumerated() {
            guard let gradient = place.gradient, let other = other(place, number) else { continue }
            product += unsafe self.innerProduct(gradient, other, count: place.count)
            squares += unsafe self.innerProduct(gradient, gradient, count: place.count)
            otherSquares += unsafe self.innerProduct(other, other, count: place.count)
        }
        return (product, OptimizerState.cosine(product, squares, otherSquares))
    }

    /// Turns the former weights into the derivative of the direction with respect to the penalty l2.
    ///
    /// For Adam, with D = sqrt(v) s + epsilon and the corrections c and s of both moments:
    /// `c (1 - beta1) w / D - c m s (1 - beta2) g w / (sqrt(v) D^2)`.
    @unsafe
    private func differentiatePenalty(_ held: HeldRowsPlan) {
        let base = unsafe self.arena.base
        switch self.optimizer.settings {
        case .sgd(let momentum, let isNesterov):
            guard isNesterov, momentum > 0 else { return }
            let factor = Float(1 + momentum)
            for former in held.former.indices {
                guard let place = held.former[former] else { continue }
                for index in 0..<self.plan.parameters[former].count { unsafe base[place &+ index] *= factor }
            }
        case .adam(let beta1, let beta2, let epsilon):
            let powers = self.optimizer.powers
            let first = Float((1 - beta1) / (1 - powers.first))
            let correction = Float(1 / (1 - powers.first))
            let scale = Float(1 / (1 - powers.second).squareRoot())
            let second = Float(1 - beta2)
            for (number, place) in self.plan.parameters.enumerated() {
                guard let former = held.former[number], let gradient = place.gradient, let m = place.first,
                    let v = place.second
                else { continue }
                for index in 0..<place.count {
                    let root = unsafe base[v &+ index].squareRoot()
                    let divisor = root * scale + Float(epsilon)
                    let moment = unsafe correction * base[m &+ index] / divisor
                    let slope = unsafe scale * second * base[gradient &+ index] / root
                    unsafe base[former &+ index] *= (first - moment * slope) / divisor
                }
            }
        case .adamw, .rmsprop, .amsgrad, .nadam, .adagrad, .lamb: return
        }
    }

    /// Turns the former first moments into the derivative of the direction with respect to the momentum.
    @unsafe
    private func differentiateMomentum(_ held: HeldRowsPlan) {
        guard case .sgd(let momentum, true) = self.optimizer.settings else { return }
        let base = unsafe self.arena.base
        for (number, place) in self.plan.parameters.enumerated() {
            guard let former = held.formerFirst[number], let first = place.first else { continue }
            for index in 0..<place.count {
                unsafe base[former &+ index] = base[first &+ index] + Float(momentum) * base[former &+ index]
            }
        }
    }
}
