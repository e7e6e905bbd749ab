extension TrainingRun {
    /// Everything needed to go on with the same bits, as ``Checkpoint`` says; to be taken between epochs, when
    /// ``finishEpoch()`` has answered.
    ///
    /// - Complexity: O(parameters).
    package borrowing func checkpoint() -> [UInt8] {
        let header = CheckpointHeader(
            status: self.status, fingerprint: Fingerprint(self.configuration, data: self.data).value, seed: self.seed,
            epoch: self.epoch, stepCount: self.optimizer.stepCount, firstPower: self.optimizer.firstPower,
            secondPower: self.optimizer.secondPower, patience: self.patience, tensorCount: self.plan.tensors.count,
            gaps: self.gaps, schedule: self.optimizer.storedNumbers)
        var numbers: [[Float]] = []
        for place in self.plan.tensors.flatMap(\.numbers) {
            numbers.append(self.values(of: place.tensor, at: place.offset))
        }
        return Checkpoint(header: header, numbers: numbers).encoded(self.plan.tensors)
    }
}
