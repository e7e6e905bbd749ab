import NumericKernels
import Testing
import TrainingData
import TuningModel

@testable import TrainingCore

@Suite("A network that another trial takes over")
struct AdoptionTests {
    private let data = TestData.random(.classification(classes: 3), rows: 47, seed: 3)

    private func group(_ configuration: TrainingConfiguration, seed: UInt64 = 9) throws -> TrainingGroup {
        var group = try TrainingGroup(
            configuration, data: [self.data.view], seed: seed, kernels: try KernelSet.best(named: nil))
        for _ in 0..<2 { Self.train(&group) }
        return group
    }

    @discardableResult
    private static func train(_ group: inout TrainingGroup) -> EpochOutcome {
        _ = group.trainEpoch { false }
        return group.finishEpoch()
    }

    private func adopted(
        _ parent: borrowing TrainingGroup, _ configuration: TrainingConfiguration, seed: UInt64 = 11
    ) throws -> TrainingGroup {
        try TrainingGroup(
            adopting: parent, configuration: configuration, seed: seed, kernels: try KernelSet.best(named: nil))
    }

    @Test("goes on with its parent's bits where nothing has changed", arguments: TrainingCase.optimizers)
    func same(optimizer: OptimizerSettings) throws {
        var configuration = TrainingCase(optimizer: optimizer, batchNormalization: true, dropout: 0.2).configuration
        configuration.average = .exponential(decay: 0.9)
        configuration.earlyStopping = PatienceSettings(patience: 9, restoresBest: true)
        var parent = try self.group(configuration)
        var copy = try self.adopted(parent, configuration, seed: 9)
        let (bytes, own) = (parent.checkpoint(), copy.checkpoint())
        #expect(bytes == own)
        for _ in 0..<2 { #expect(Self.train(&copy) == Self.train(&parent)) }
        let (last, ownLast) = (parent.checkpoint(), copy.checkpoint())
        #expect(last == ownLast)
    }

    @Test("begins with its parent's weights and moments under another configuration, and trains by its own")
    func changed() throws {
        let configuration = TrainingCase(batchNormalization: true, dropout: 0.2).configuration
        var parent = try self.group(configuration)
        var other = configuration
        other.learningRate *= 0.5
        other.batchSize = 7
        other.optimizer = .adam(beta1: 0.8, beta2: 0.99, epsilon: 1e-7)
        other.layers = configuration.layers.map {
            DenseLayerSettings(units: $0.units, dropout: 0.4, batchNormalization: $0.batchNormalization)
        }
        var copy = try self.adopted(parent, other)
        let (weights, own) = (parent.weightBytes(), copy.weightBytes())
        #expect(weights == own)
        let (epoch, steps) = (copy.epoch, copy.members[0].run.optimizer.stepCount)
        // 47 rows in minibatches of 7 are 7 steps an epoch.
        #expect(epoch == 2 && steps == 14)
        let powers = copy.members[0].run.optimizer.powers
        let parents = parent.members[0].run.optimizer.powers
        #expect(powers == parents)
        let outcome = Self.train(&copy)
        #expect(outcome.status == .normal && outcome != Self.train(&parent))
        // Its own state is one that can be taken up by itself.
        let bytes = copy.checkpoint()
        var again = try TrainingGroup(
            checkpoint: bytes, configuration: other, data: [self.data.view], seed: 11,
            kernels: try KernelSet.best(named: nil))
        #expect(Self.train(&again) == Self.train(&copy))
        #expect(throws: TrainingError.self) {
            let refused = try TrainingGroup(
                checkpoint: bytes, configuration: configuration, data: [self.data.view], seed: 11,
                kernels: try KernelSet.best(named: nil))
            _ = refused.epoch
        }
    }

    @Test("has a moment from zero where its parent had none")
    func momentum() throws {
        var configuration = TrainingCase(optimizer: .sgd(momentum: 0, nesterov: false)).configuration
        let parent = try self.group(configuration)
        configuration.optimizer = .sgd(momentum: 0.9, nesterov: true)
        var copy = try self.adopted(parent, configuration)
        let (weights, own) = (parent.weightBytes(), copy.weightBytes())
        #expect(weights == own)
        #expect(Self.train(&copy).status == .normal)
        configuration.optimizer = .sgd(momentum: 0, nesterov: false)
        let back = try self.adopted(copy, configuration)
        let (now, last) = (back.weightBytes(), copy.weightBytes())
        #expect(now == last)
    }

    /// The error of taking over, or `nil`.
    private func refusal(_ change: (inout TrainingConfiguration) -> Void) throws -> TrainingError? {
        let parent = try self.group(TrainingCase().configuration)
        var configuration = TrainingCase().configuration
        change(&configuration)
        do {
            let copy = try self.adopted(parent, configuration)
            _ = copy.epoch
            return nil
        } catch let error as TrainingError {
            return error
        }
    }

    @Test("is refused where shapes, optimiser, activation or the number of networks differ")
    func mismatches() throws {
        #expect(
            try self.refusal { $0.layers = [DenseLayerSettings(units: 19), DenseLayerSettings(units: 15)] }
                == .adoption(what: "layers.1.weight", found: "[19, 16]", wanted: "[19, 15]"))
        #expect(
            try self.refusal { $0.layers = [DenseLayerSettings(units: 19)] }
                == .adoption(what: "tensors", found: "6", wanted: "4, by the same names"))
        #expect(
            try self.refusal { $0.optimizer = .sgd(momentum: 0.9, nesterov: false) }
                == .adoption(what: "training.optimizer", found: "adam", wanted: "sgd"))
        #expect(
            try self.refusal { $0.activation = .tanh }
                == .adoption(what: "model.activation", found: "relu", wanted: "tanh"))
        #expect(
            try self.refusal { $0.repeats = 2 } == .adoption(what: "networks", found: "1", wanted: "a multiple of 2"))
        #expect(
            try self.refusal { $0.hypergradient = 0.1 }
                == .adoption(what: "learned settings", found: "0", wanted: "1"))
        #expect(try self.refusal { $0.learningRate = 0.5 } == nil)
    }

    @Test("is refused once its parent is over")
    func over() throws {
        var configuration = TrainingCase().configuration
        configuration.earlyStopping = PatienceSettings(patience: 1, minimumChange: 100)
        var parent = try self.group(configuration)
        while !parent.isOver { Self.train(&parent) }
        let epoch = parent.epoch
        let error = #expect(throws: TrainingError.self) {
            let copy = try self.adopted(parent, configuration)
            _ = copy.epoch
        }
        #expect(
            error == .adoption(what: "the parent", found: "over at epoch \(epoch)", wanted: "one that trains on"))
    }

    @Test("is taken over network by network where a trial has several")
    func group() throws {
        var configuration = TrainingCase().configuration
        configuration.repeats = 3
        var parent = try self.group(configuration)
        var copy = try self.adopted(parent, configuration, seed: 9)
        let (weights, own) = (parent.weightBytes(), copy.weightBytes())
        #expect(weights == own)
        #expect(Self.train(&copy) == Self.train(&parent))
    }
}
