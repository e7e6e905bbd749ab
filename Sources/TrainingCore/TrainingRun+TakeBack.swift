import KernelInterface
import TrainingData
import TuningModel

extension TrainingRun {
    /// Keeps the state of the network, to be taken back to: at the beginning of each epoch.
    ///
    /// Between epochs it is the state itself, so that a checkpoint has nothing to add.
    @unsafe
    mutating func keepStart() {
        guard self.optimizer.needsNorms else { return }
        let base = unsafe self.arena.base
        for start in self.plan.starts {
            unsafe (base + start.kept).update(from: base + start.values, count: start.count)
        }
        self.startPowers = self.optimizer.powers
    }

    @unsafe
    private func exchangeStart() {
        let base = unsafe self.arena.base
        for start in self.plan.starts {
            for index in 0..<start.count {
                let value = unsafe base[start.values &+ index]
                unsafe base[start.values &+ index] = unsafe base[start.kept &+ index]
                unsafe base[start.kept &+ index] = value
            }
        }
    }

    /// Whether a minibatch of this mean loss shows that the network has been destroyed; then it is again what it was at the
    /// beginning of the epoch, and the learning rate is cut.
    ///
    /// Suspicious is a loss more than a fifth above that of the run's first minibatch, and proof that it is as far above what the network of the
    /// epoch's beginning has on the same rows. Costs a forward pass where there is suspicion.
    ///
    /// `loss` is the mean over the rows, `number` the step, which dropout follows. Where it answers `false` behind suspicion, outputs
    /// and stored gradients are those of other weights.
    @unsafe
    mutating func takesBack(
        loss: Double, _ rows: UnsafePointer<Int32>, _ inputs: RowSource, _ mixed: MixedRows?, count: Int, number: Int
    ) -> Bool {
        unsafe self.exchangeStart()
        let usual = unsafe self.frozenLoss(rows, inputs, mixed, count: count, number: number)
        guard self.optimizer.isBeyond(loss, usual) else {
            unsafe self.exchangeStart()
            return false
        }
        unsafe self.keepStartAgain()
        self.optimizer.powers = self.startPowers
        self.optimizer.cutRate()
        return true
    }

    /// What was destroyed lies where the start was kept; the start is kept again.
    @unsafe
    private func keepStartAgain() {
        let base = unsafe self.arena.base
        for start in self.plan.starts {
            unsafe (base + start.kept).update(from: base + start.values, count: start.count)
        }
    }

    /// The mean loss of some rows as in training, while running statistics stay.
    @unsafe
    private mutating func frozenLoss(
        _ rows: UnsafePointer<Int32>, _ inputs: RowSource, _ mixed: MixedRows?, count: Int, number: Int
    ) -> Double {
        self.statisticsWeight = 0
        defer { self.statisticsWeight = BatchNormalization.runningWeight }
        let source = unsafe self.frontOutput(mixed?.inputs ?? inputs, count: count, step: number, mode: .training)
        unsafe self.forward(source, count: count, step: number)
        return unsafe self.outputGradient(rows, mixed, count: count) / Double(count)
    }

    /// Ends an epoch's steps with a network that is whole on the epoch's first minibatch: the last step may have destroyed it,
    /// and the next epoch begins here.
    @unsafe
    mutating func checkEnd(_ rows: UnsafePointer<Int32>, count: Int) {
        guard self.optimizer.takesBack else { return }
        let number = self.optimizer.stepCount
        let inputs = unsafe RowSource(self.data.train.features, stride: self.data.featureStride, picked: rows)
        let loss = unsafe self.frozenLoss(rows, inputs, nil, count: count, number: number)
        guard self.optimizer.isBeyond(loss, self.optimizer.firstLoss) else { return }
        _ = unsafe self.takesBack(loss: loss, rows, inputs, nil, count: count, number: number)
    }
}
