import KernelInterface
import TuningModel

extension TrainingRun {
    /// The optimiser's step from gradients that were stored, where it wants all of them before any parameter changes.
    ///
    /// Gradients are first scaled so that their norm, over all parameters together, keeps to the limit (R. Pascanu et al.,
    /// "On the difficulty of training recurrent neural networks", ICML 2013, algorithm 1); the penalties come behind it, as
    /// PyTorch's `clip_grad_norm_` has it. Then each parameter makes the rule's step. Where the rule is directed the step is
    /// made apart first, as a direction d with decay: for LAMB (Y. You et al., "Large batch optimization for deep learning",
    /// ICLR 2020, algorithm 2, with the identity for its function of the norm) `w -= rate * ratio * d`, and for a learned
    /// rate because the next step's gradients are multiplied by d, or by a trace of such directions.
    ///
    /// - Complexity: O(parameters), no allocation.
    @unsafe
    mutating func updateDeferred(_ rule: UpdateRule) {
        let base = unsafe self.arena.base
        var squares = 0.0
        if self.configuration.clipNorm > 0 {
            for place in self.plan.parameters {
                guard let gradient = place.gradient else { continue }
                squares += unsafe self.innerProduct(gradient, gradient, count: place.count)
            }
        }
        var rule = rule
        rule.clip = .infinity
        rule.gradientScale = self.optimizer.gradientScale(squares: squares)
        if rule.isDirected {
            unsafe self.prepareGradients(rule)
            unsafe self.keepFormer()
            for place in self.plan.parameters { unsafe self.updateDirected(place, rule.withoutPenalties) }
            return
        }
        for place in self.plan.parameters {
            guard let gradient = place.gradient else { continue }
            unsafe self.table.update(
                UpdateArguments(
                    count: place.count, gradients: base + gradient, parameters: place.block(base),
                    rule: place.isWeight ? rule : rule.withoutPenalties))
        }
    }

    /// Scales the stored gradients and adds the penalties, which are those of the weights before the step; then moves a
    /// learned rate.
    @unsafe
    private mutating func prepareGradients(_ rule: UpdateRule) {
        let base = unsafe self.arena.base
        var storing = rule
        storing.kind = .store
        var product = 0.0
        var squares = (gradient: 0.0, direction: 0.0)
        for place in self.plan.parameters {
            guard let gradient = place.gradient else { continue }
            unsafe self.table.update(
                UpdateArguments(
                    count: place.count, gradients: base + gradient, parameters: place.block(base),
                    rule: place.isWeight ? storing : storing.withoutPenalties))
            guard self.optimizer.learnsRate, let kept = place.kept else { continue }
            product += unsafe self.innerProduct(gradient, kept, count: place.count)
            if self.optimizer.needsNorms {
                squares.gradient += unsafe self.innerProduct(gradient, gradient, count: place.count)
                squares.direction += unsafe self.innerProduct(kept, kept, count: place.count)
            }
        }
        // The stored directions point downwards.
        if self.optimizer.learnsRate {
            self.hypergradients.learningRate = product
            self.optimizer.moveRate(product: -product, squares: squares)
        }
    }

    /// Makes the negative direction of a parameter's step by the rule's step from 0, then the step itself.
    @unsafe
    private func updateDirected(_ place: ParameterPlace, _ rule: UpdateRule) {
        guard let gradient = place.gradient, let direction = place.direction else { return }
        let base = unsafe self.arena.base
        let count = place.count
        var step = rule
        step.gradientScale = 1
        unsafe (base + direction).update(repeating: 0, count: count)
        var block = unsafe place.block(base)
        unsafe block.values = base + direction
        unsafe self.table.update(
            UpdateArguments(count: count, gradients: base + gradient, parameters: block, rule: step))
        let decay = place.isWeight ? self.optimizer.directedDecay : 0
        if decay > 0 { unsafe self.descend(direction, along: place.values, count: count, rate: decay) }
        if self.optimizer.usesTrustRatio {
            let ratio = unsafe OptimizerState.trustRatio(
                weights: self.innerProduct(place.values, place.values, count: count),
                direction: self.innerProduct(direction, direction, count: count))
            var scaling = step.storing
            scaling.gradientScale = Float(ratio)
            unsafe block.gradient = block.values
            unsafe self.table.update(
                UpdateArguments(count: count, gradients: base + direction, parameters: block, rule: scaling))
        }
        unsafe self.descend(place.values, along: direction, count: count, rate: -self.optimizer.stepRate)
        guard let trace = place.kept, trace != direction else { return }
        for index in 0..<count {
            unsafe base[trace &+ index] =
                OptimizerState.traceShare * base[trace &+ index] + base[direction &+ index]
        }
    }

    /// `values -= rate * direction`.
    @unsafe
    private func descend(_ values: Int, along direction: Int, count: Int, rate: Double) {
        let base = unsafe self.arena.base
        let block = unsafe ParameterBlock(values: base + values, first: nil, second: nil)
        unsafe self.table.update(
            UpdateArguments(
                count: count, gradients: base + direction, parameters: block,
                rule: .sgd(learningRate: rate, momentum: 0, nesterov: false)))
    }

    @unsafe
    borrowing func innerProduct(_ first: Int, _ second: Int, count: Int) -> Double {
        let base = unsafe self.arena.base
        return unsafe self.table.innerProduct(
            InnerProductArguments(count: count, first: base + first, second: base + second))
    }

    /// Scales the vectors of incoming weights back to the largest norm they may have.
    ///
    /// Source: N. Srivastava et al., "Dropout", JMLR 15, 2014, section 5.1.
    ///
    /// - Complexity: O(parameters), no allocation.
    @unsafe
    func limitNorms() {
        let base = unsafe self.arena.base
        for place in self.plan.parameters where place.isWeight {
            unsafe self.table.limitNorm(
                NormLimitArguments(
                    rows: place.count / place.columns, columns: place.columns, values: base + place.values,
                    limit: Float(self.configuration.maxNorm)))
        }
    }
}
