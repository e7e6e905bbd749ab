import TuningModel

/// How many rows the minibatches of each epoch have, and where in an epoch a step is.
struct BatchPlan: Hashable {
    private struct Phase: Hashable {
        let rows: Int
        let stepsPerEpoch: Int
    }

    /// At least one; each lasts so many epochs, the last one for ever.
    private let phases: [Phase]
    private let epochsPerPhase: Int

    init(_ configuration: TrainingConfiguration, rowCount: Int) {
        let sizes = configuration.batchGrowth?.sizes(from: configuration.batchSize) ?? [configuration.batchSize]
        self.epochsPerPhase = max(1, configuration.batchGrowth?.every ?? 1)
        self.phases = sizes.map { size in
            let rows = max(1, min(size, rowCount))
            return Phase(rows: rows, stepsPerEpoch: max(1, (rowCount + rows - 1) / rows))
        }
    }

    /// Minibatches that do not grow.
    init(stepsPerEpoch: Int) {
        self.epochsPerPhase = 1
        self.phases = [Phase(rows: 1, stepsPerEpoch: max(1, stepsPerEpoch))]
    }

    /// Rows of the largest minibatch.
    var largest: Int { self.phases[self.phases.count - 1].rows }

    /// Rows of an epoch's minibatches; its last one may have fewer.
    func rows(inEpoch epoch: Int) -> Int { self.phase(ofEpoch: epoch).rows }

    /// The epoch, counted from 0, of the step behind so many, and how many epochs were over before it with their fraction.
    ///
    /// - Complexity: O(phases).
    func position(ofStep step: Int) -> (epoch: Int, time: Double) {
        var left = step
        var epoch = 0
        for phase in self.phases.dropLast() {
            let steps = phase.stepsPerEpoch &* self.epochsPerPhase
            guard left >= steps else { return Self.position(left, phase, from: epoch) }
            left &-= steps
            epoch &+= self.epochsPerPhase
        }
        return Self.position(left, self.phases[self.phases.count - 1], from: epoch)
    }

    /// The steps of so many epochs.
    func steps(inEpochs epochs: Double) -> Double {
        var left = epochs
        var steps = 0.0
        for phase in self.phases.dropLast() {
            let part = min(left, Double(self.epochsPerPhase))
            steps += part * Double(phase.stepsPerEpoch)
            left -= part
        }
        return steps + left * Double(self.phases[self.phases.count - 1].stepsPerEpoch)
    }

    private func phase(ofEpoch epoch: Int) -> Phase {
        self.phases[min(epoch / self.epochsPerPhase, self.phases.count - 1)]
    }

    private static func position(_ step: Int, _ phase: Phase, from epoch: Int) -> (epoch: Int, time: Double) {
        (epoch + step / phase.stepsPerEpoch, Double(epoch) + Double(step) / Double(phase.stepsPerEpoch))
    }
}
