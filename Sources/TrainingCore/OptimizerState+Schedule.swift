import TuningModel

extension OptimizerState {
    /// Takes the validation loss of an epoch, which a schedule that waits for plateaus follows.
    mutating func finishEpoch(validationLoss: Double) {
        guard case .plateau(let factor, let patience, let change, let minimumRate) = self.schedule else { return }
        self.plateau.tell(
            validationLoss, factor: factor, patience: patience, minimumChange: change, minimumRate: minimumRate)
    }
}

extension OptimizerState {
    /// What a checkpoint keeps of schedules that follow what happened; how many numbers there are depends on the
    /// configuration alone.
    var storedNumbers: [Double] {
        var numbers: [Double] = []
        if case .plateau = self.schedule {
            numbers += [self.plateau.bestLoss, Double(self.plateau.quietEpochs), self.plateau.share]
        }
        if self.learnsRate { numbers.append(self.learningRate) }
        return numbers + self.learnedNumbers
    }

    /// Takes up stored numbers.
    ///
    /// - Throws: ``TrainingError/checkpoint(what:found:wanted:)``.
    mutating func restore(_ numbers: [Double]) throws(TrainingError) {
        var numbers = numbers[...]
        if case .plateau(_, let patience, _, _) = self.schedule, numbers.count >= 3 {
            let plateau = Array(numbers.prefix(3))
            numbers = numbers.dropFirst(3)
            guard let quiet = Int(exactly: plateau[1]), (0..<patience).contains(quiet) else {
                throw .checkpoint(what: "epochs on a plateau", found: "\(plateau[1])", wanted: "less than \(patience)")
            }
            guard plateau[2] >= 0, plateau[2] <= 1 else {
                throw .checkpoint(
                    what: "share of the learning rate", found: "\(plateau[2])", wanted: "a number in [0, 1]")
            }
            self.plateau = PlateauState(bestLoss: plateau[0], quietEpochs: quiet, share: plateau[2])
        }
        if self.learnsRate, let rate = numbers.popFirst() {
            guard !(rate < 0) else {
                throw .checkpoint(what: "learning rate", found: "\(rate)", wanted: "a number >= 0.0")
            }
            self.learningRate = rate
        }
        try self.restoreLearned(numbers)
    }
}
