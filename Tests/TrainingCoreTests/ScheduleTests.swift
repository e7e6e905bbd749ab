import Glibc
import NumericKernels
import Testing
import TuningModel

@testable import TrainingCore

@Suite("The learning rate of a run")
struct ScheduleTests {
    @Test("follows its schedule step by step, behind a warm-up")
    func rates() {
        var configuration = TrainingCase().configuration
        configuration.learningRate = 0.8
        configuration.schedule = .polynomial(power: 1, end: 0)
        configuration.scheduleEpochs = 4
        configuration.warmupEpochs = 1
        var state = OptimizerState(configuration, batches: BatchPlan(stepsPerEpoch: 2))
        var rates: [Double] = []
        for _ in 0..<10 {
            rates.append(state.currentRate)
            _ = state.nextRule()
        }
        let wanted = [0.4, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0, 0]
        #expect(zip(rates, wanted).allSatisfy { abs($0 - $1) < 1e-15 }, "\(rates)")
    }

    @Test("is PyTorch's behind plateaus of the validation loss")
    func plateaus() throws {
        let plateaus = try #require(try CurveVectors.load("optimizers").plateaus)
        #expect(plateaus.count == 3)
        for plateau in plateaus {
            var configuration = TrainingCase().configuration
            configuration.learningRate = 0.8
            configuration.schedule = .plateau(
                factor: plateau.factor, patience: plateau.patience, minimumChange: plateau.min_change,
                minimumRate: plateau.min_rate)
            var state = OptimizerState(configuration, batches: BatchPlan(stepsPerEpoch: 1))
            let rates = plateau.losses.map { loss in
                state.finishEpoch(validationLoss: loss)
                return state.currentRate
            }
            #expect(zip(rates, plateau.rates).allSatisfy { abs($0 - $1) < 1e-12 }, "\(rates)")
        }
    }

    @Test("counts NaN as no better loss")
    func plateauOfNaN() {
        var state = PlateauState()
        for loss in [0.5, .nan, .nan] as [Double] {
            state.tell(loss, factor: 0.5, patience: 2, minimumChange: 0, minimumRate: 0)
        }
        #expect(state == PlateauState(bestLoss: 0.5, quietEpochs: 0, share: 0.5))
    }

    @Test("does not fall below 0 where it is learned")
    func learnedRate() {
        var configuration = TrainingCase().configuration
        configuration.hypergradient = 0.5
        var state = OptimizerState(configuration, batches: BatchPlan(stepsPerEpoch: 1))
        state.moveRate(product: 0.1, squares: (1, 1))
        #expect(abs(state.currentRate - 0.06) < 1e-15)
        state.moveRate(product: -1, squares: (1, 1))
        #expect(state.currentRate == 0)
    }

    @Test("a rate that is learned by factors follows the cosine, and stays where there is none")
    func multiplied() {
        var configuration = TrainingCase().configuration
        (configuration.hypergradient, configuration.hypergradientRule) = (0.5, .multiplicative)
        var state = OptimizerState(configuration, batches: BatchPlan(stepsPerEpoch: 1))
        // It begins at a 4096th.
        let start = 0.01 / 4096
        #expect(state.currentRate == start)
        state.moveRate(product: 3, squares: (9, 4))
        #expect(abs(state.currentRate / start - 1.2840254166877414) < 1e-15)
        state.moveRate(product: -3, squares: (9, 4))
        #expect(abs(state.currentRate / start - 1) < 1e-15)
        let before = state.currentRate
        for squares in [(0.0, 1.0), (1, 0), (.infinity, 1), (.nan, 1)] { state.moveRate(product: 1, squares: squares) }
        #expect(state.currentRate == before)
    }

    @Test(
        "a rate that is learned by factors moves less where the loss is below that of the first minibatch, and no more above it"
    )
    func lossShare() {
        var configuration = TrainingCase().configuration
        (configuration.hypergradient, configuration.hypergradientRule) = (0.5, .multiplicative)
        for (loss, factor) in [(1.0, 1.1331484530668263), (2, 1.2840254166877414), (7, 1.2840254166877414), (0, 1)] {
            var state = OptimizerState(configuration, batches: BatchPlan(stepsPerEpoch: 1))
            state.take(loss: 2, isFirst: true)
            state.take(loss: loss, isFirst: false)
            let before = state.currentRate
            state.moveRate(product: 3, squares: (9, 4))
            #expect(abs(state.currentRate / before / factor - 1) < 1e-15)
        }
        // A share that is none counts as whole.
        var state = OptimizerState(configuration, batches: BatchPlan(stepsPerEpoch: 1))
        for (first, loss) in [(0.0, 0.0), (.nan, 1), (1, .nan), (.infinity, .infinity)] {
            state.take(loss: first, isFirst: true)
            state.take(loss: loss, isFirst: false)
            #expect(state.lossShare == 1)
        }
    }

    @Test("takes the momentum of NAdam from powers of 0.96 as the C library has them, to 1e-15")
    func fade() {
        for x in [0, 1e-3, 0.004, 0.25, 1] {
            #expect(abs(OptimizerState.fade(x) / pow(0.96, x) - 1) < 1e-15)
        }
        for n in [0, 1, 11, 4_000] { #expect(abs(OptimizerState.power(0.999, n) / pow(0.999, Double(n)) - 1) < 1e-12) }
    }

    @Test("is the same after a checkpoint, and changes the fingerprint of one")
    func checkpoint() throws {
        let kernels = try KernelSet.best(named: nil)
        var configuration = TrainingCase().configuration
        configuration.schedule = .cosine(end: 0.01)
        configuration.scheduleEpochs = 5
        configuration.warmupEpochs = 0.5
        let data = TrainingCase().data
        let whole = try train(configuration, on: data, seed: 6, epochs: 5, kernels: kernels).record
        var record = RunRecord()
        var bytes = try TrainingRun(configuration, data: data.view, seed: 6, kernels: kernels).checkpoint()
        for _ in 0..<5 {
            var run = try TrainingRun(
                checkpoint: bytes, configuration: configuration, data: data.view, seed: 6, kernels: kernels)
            _ = run.trainEpoch { false }
            record.add(run.finishEpoch())
            record.weights = run.weightBytes()
            bytes = run.checkpoint()
        }
        #expect(record == whole)
        var other = configuration
        other.schedule = .constant
        let constant = try train(other, on: data, seed: 6, epochs: 5, kernels: kernels).record
        #expect(constant != whole)
        #expect(throws: TrainingError.self) {
            _ = try TrainingRun(checkpoint: bytes, configuration: other, data: data.view, seed: 6, kernels: kernels)
        }
    }
}
