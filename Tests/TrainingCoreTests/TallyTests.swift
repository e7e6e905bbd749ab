import Testing
import TuningModel

@testable import TrainingCore

@Suite("figures of an evaluation")
struct TallyTests {
    @Test("classes: macro averages over the classes that occur, an empty denominator counts 0")
    func classes() {
        var tally = ClassificationTally(classes: 5)
        for (target, prediction) in zip([0, 0, 0, 1, 1, 2, 2, 2], [0, 0, 1, 1, 0, 0, 4, 2]) {
            tally.add(target: target, prediction: prediction)
        }
        let figures = tally.figures()
        #expect(figures.accuracy == 0.5)
        // Classes 0, 1, 2 and 4: precision 2/4, 1/2, 1/1, 0/1; recall 2/3, 1/2, 1/3, 0; F1 4/7, 2/4, 2/4, 0.
        #expect((figures.precision - 0.5).magnitude < 1e-15)
        #expect((figures.recall - 0.375).magnitude < 1e-15)
        #expect((figures.f1 - 11.0 / 28).magnitude < 1e-15)
    }

    @Test("classes: a row predicted to be no class is wrong; no row at all is NaN")
    func edges() {
        var tally = ClassificationTally(classes: 2)
        #expect(tally.figures().accuracy.isNaN && tally.figures().f1.isNaN)
        tally.add(target: 1, prediction: -1)
        tally.add(target: 1, prediction: 1)
        let figures = tally.figures()
        #expect(figures == (0.5, 1, 0.5, 2.0 / 3))
    }

    @Test("values: mean squared and absolute error, and R² averaged over the outputs")
    func values() {
        let figures = Self.figures(targets: [[1, 0], [3, 2], [5, 7]], predictions: [[2, 0], [3, 1], [3, 9]])
        // Squares 1 + 0 + 4 and 0 + 1 + 4; deviations 8 and 26.
        #expect((figures.meanSquare - 10.0 / 6).magnitude < 1e-14)
        #expect((figures.meanAbsolute - 6.0 / 6).magnitude < 1e-14)
        #expect((figures.r2 - ((1 - 5.0 / 8) + (1 - 5.0 / 26)) / 2).magnitude < 1e-14)
    }

    @Test("values: equal targets give R² 1 where they are met, else 0; no row at all is NaN")
    func constants() {
        #expect(Self.figures(targets: [[2], [2]], predictions: [[2], [2]]).r2 == 1)
        #expect(Self.figures(targets: [[2], [2]], predictions: [[2], [3]]).r2 == 0)
        #expect(Self.figures(targets: [], predictions: []).r2.isNaN)
        #expect(Self.figures(targets: [], predictions: []).meanSquare.isNaN)
    }

    @Test("patience ends a run after so many epochs without a fall by more than the least change")
    func patience() {
        let settings = PatienceSettings(patience: 2, minimumChange: 0.1)
        var state = PatienceState()
        let losses = [1.0, 0.8, 0.75, 0.72, 0.5, 0.45, 0.41]
        let ends = losses.enumerated().map { state.tell(epoch: $0 + 1, loss: $1, settings: settings) }
        #expect(ends == [false, false, false, true, false, false, true])
        #expect(state == PatienceState(bestLoss: 0.5, bestEpoch: 5))
        var without = PatienceState()
        #expect(losses.enumerated().allSatisfy { !without.tell(epoch: $0 + 1, loss: $1, settings: nil) })
    }

    private static func figures(
        targets: [[Float]], predictions: [[Float]]
    ) -> (meanSquare: Double, meanAbsolute: Double, r2: Double) {
        var tally = RegressionTally(outputs: targets.first?.count ?? 1)
        for (target, prediction) in zip(targets, predictions) {
            unsafe target.withUnsafeBufferPointer { target in
                unsafe prediction.withUnsafeBufferPointer { prediction in
                    guard let left = target.baseAddress, let right = prediction.baseAddress else { return }
                    unsafe tally.add(target: left, prediction: right)
                }
            }
        }
        return tally.figures()
    }
}
