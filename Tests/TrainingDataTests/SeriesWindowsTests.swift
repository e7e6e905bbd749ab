import Randomness
import Testing
import TrainingData
import TuningModel

@Suite("Windows of a series")
struct SeriesWindowsTests {
    /// A series of three columns, of which the first and the last are to be told.
    private static func series(_ steps: Int, changedFrom change: Int = .max) throws -> DatasetRows {
        var features: [Float] = []
        var targets: [Float] = []
        for step in 0..<steps {
            let value = step < change ? Float(step) : 100 - Float(step)
            features += [value, Float(step * 7 % 5), value * value]
            targets += [value, value * value]
        }
        return try DatasetRows(
            rowCount: steps, featureNames: ["a", "b", "c"], features: features, targets: .values(targets, outputs: 2))
    }

    @Test("parts follow each other in time, and none has a target of another")
    func parts() throws {
        let windows = try SeriesWindows(stepCount: 20, window: 4, horizon: 2, validation: 0.2, test: 0.25)
        #expect([windows.validationStart, windows.testStart] == [11, 15])
        // Targets 4 to 10, 11 to 14 and 15 to 19.
        #expect([windows.train, windows.validation, windows.test] == [4..<10, 11..<14, 15..<19])
        let without = try SeriesWindows(stepCount: 20, window: 4, horizon: 2, validation: 0.2, test: nil)
        #expect([without.train, without.validation, without.test] == [4..<15, 16..<19, 0..<0])
    }

    @Test("no target of a part lies in another one, for many shapes")
    func noLeakage() throws {
        let random = RandomStream(seed: 3, purpose: .dataSplit)
        var index: UInt64 = 0
        func draw(_ bound: Int) -> Int {
            index += 1
            return Int(random.integer(below: UInt64(bound), at: index))
        }
        var cut = 0
        for _ in 0..<2000 {
            let (steps, window, horizon) = (10 + draw(90), 1 + draw(12), 1 + draw(5))
            let shares = (0.05 + 0.01 * Double(draw(30)), 0.05 + 0.01 * Double(draw(30)))
            guard
                let windows = try? SeriesWindows(
                    stepCount: steps, window: window, horizon: horizon, validation: shares.0, test: shares.1)
            else { continue }
            cut += 1
            let targets = [windows.train, windows.validation, windows.test].map { starts in
                Set(starts.flatMap { $0..<$0 + horizon })
            }
            #expect(targets.allSatisfy { !$0.isEmpty }, "seed 3")
            #expect(
                targets[0].isDisjoint(with: targets[1]) && targets[1].isDisjoint(with: targets[2])
                    && targets[0].isDisjoint(with: targets[2]), "seed 3")
            #expect(targets[0].max() ?? .max < windows.validationStart, "seed 3")
            #expect(targets[1].max() ?? .max < windows.testStart && targets[2].max() == steps - 1, "seed 3")
            #expect(windows.train.lowerBound == window, "seed 3")
        }
        #expect(cut > 1000, "seed 3")
    }

    @Test("rows are the steps before, oldest first, and the targets after them")
    func rows() throws {
        let windows = try SeriesWindows(stepCount: 12, window: 3, horizon: 2, validation: 0.25, test: nil)
        let rows = try windows.rows(try Self.series(12), [4..<5, 6..<8])
        #expect(rows.rowCount == 3 && rows.featureShape == [3, 3])
        #expect(
            rows.featureNames == [
                "a[t-3]", "b[t-3]", "c[t-3]", "a[t-2]", "b[t-2]", "c[t-2]", "a[t-1]", "b[t-1]", "c[t-1]",
            ])
        #expect(Array(rows.features[9..<18]) == [3, 1, 9, 4, 3, 16, 5, 0, 25])
        #expect(rows.targets == .values([4, 16, 5, 25, 6, 36, 7, 49, 7, 49, 8, 64], outputs: 4))
    }

    @Test("the figures of training steps standardise every window and horizon, whatever comes later")
    func standardization() throws {
        let windows = try SeriesWindows(stepCount: 20, window: 4, horizon: 2, validation: 0.2, test: 0.25)
        let series = try Self.series(20)
        let data = try LoadedDataset(series: series, windows: windows)
        #expect(data.task == .regression(outputs: 4))
        #expect([data.trainRows, data.validationRows, data.testRows] == [6, 3, 4])
        #expect(data.featureNames.count == 12 && data.standardization.features.count == 12)
        // Steps 0 to 10: mean 5, variance 10.
        let scale = ColumnScale(mean: 5, deviation: 10.0.squareRoot())
        #expect([0, 3, 6, 9].allSatisfy { data.standardization.features[$0] == scale })
        #expect(data.standardization.targets[0] == scale && data.standardization.targets[2] == scale)
        let owner = try OwnedDataset(data.image)
        let view = owner.view
        #expect(view.featureShape == [4, 3] && view.targetStride == 16)
        #expect(unsafe view.validation.values?[0] == scale.apply(11))
        #expect(unsafe view.validation.values?[2] == scale.apply(12))
        #expect(unsafe view.validation.features[9] == scale.apply(10))
        let test = try OwnedTestRows(try #require(data.testImage))
        #expect(unsafe test.part.values?[3 * 16 + 2] == scale.apply(19))
        // Another future gives the same training rows.
        let changed = try Self.series(20, changedFrom: 11)
        let other = try LoadedDataset(series: changed, windows: windows)
        #expect(other.standardization == data.standardization)
        let otherOwner = try OwnedDataset(other.image)
        for place in 0..<6 * 16 {
            #expect(unsafe view.train.features[place] == otherOwner.view.train.features[place])
            #expect(unsafe view.train.values?[place] == otherOwner.view.train.values?[place])
        }
        withExtendedLifetime(owner) {}
        withExtendedLifetime(otherOwner) {}
    }

    @Test("another series gives all its windows, standardised by the training steps")
    func otherSeries() throws {
        let windows = try SeriesWindows(stepCount: 20, window: 4, horizon: 2, validation: nil, test: 0.25)
        #expect([windows.train, windows.validation, windows.test] == [4..<14, 0..<0, 15..<19])
        #expect([windows.validationStart, windows.testStart] == [15, 15])
        let others = try windows.allRows(try Self.series(7, changedFrom: 0))
        #expect(others.rowCount == 2 && others.featureShape == [4, 3])
        let data = try LoadedDataset(series: try Self.series(20), windows: windows, validation: others)
        #expect([data.trainRows, data.validationRows, data.testRows] == [10, 2, 4])
        // Steps 0 to 14: mean 7, variance 56 / 3.
        let scale = data.standardization.features[0]
        #expect(scale.mean == 7 && abs(scale.deviation * scale.deviation - 56.0 / 3) < 1e-9)
        let owner = try OwnedDataset(data.image)
        // Windows of steps 0 to 3 and 1 to 4, with the targets behind them.
        #expect(unsafe owner.view.validation.features[0] == scale.apply(100))
        #expect(unsafe owner.view.validation.features[16] == scale.apply(99))
        #expect(unsafe owner.view.validation.values?[0] == scale.apply(96))
        #expect(unsafe owner.view.validation.values?[16 + 2] == scale.apply(94))
        let tested = try LoadedDataset(
            series: try Self.series(20),
            windows: try SeriesWindows(stepCount: 20, window: 4, horizon: 2, validation: 0.25, test: nil), test: others)
        #expect([tested.trainRows, tested.validationRows, tested.testRows] == [10, 4, 2])
        let test = try OwnedTestRows(try #require(tested.testImage))
        #expect(unsafe test.part.features[0] == scale.apply(100))
        #expect(
            throws: DatasetError(
                "a series of 5 steps has no window of 4 steps with the 2 after them; want a longer series, or a shorter "
                    + "window or horizon")
        ) { try windows.allRows(try Self.series(5)) }
        withExtendedLifetime((owner, test)) {}
    }

    @Test("a part without a window, a window too large and a constant target are refused")
    func refusals() throws {
        #expect(
            throws: DatasetError(
                "the training part of the series, 5 of 10 steps, has no window of 4 steps with the 2 after them; want a "
                    + "longer series, a shorter window or horizon, or other shares")
        ) { try SeriesWindows(stepCount: 10, window: 4, horizon: 2, validation: 0.3, test: 0.2) }
        #expect(
            throws: DatasetError(
                "the test part of the series, 1 of 20 steps, has no window of 4 steps with the 2 after them; want a "
                    + "longer series, a shorter window or horizon, or other shares")
        ) { try SeriesWindows(stepCount: 20, window: 4, horizon: 2, validation: 0.2, test: 0.05) }
        #expect(throws: DatasetError.self) {
            try SeriesWindows(stepCount: 20, window: 0, horizon: 2, validation: 0.2, test: 0.05)
        }
        #expect(throws: DatasetError.self) {
            try SeriesWindows(stepCount: 20, window: 1, horizon: 1, validation: 0.6, test: 0.5)
        }
        let long = try DatasetRows(
            rowCount: 200_000, featureNames: ["a"], features: [Float](repeating: 1, count: 200_000),
            targets: .values([Float](repeating: 1, count: 200_000), outputs: 1))
        let windows = try SeriesWindows(stepCount: 200_000, window: 60_000, horizon: 1, validation: 0.1, test: 0.1)
        let error = #expect(throws: DatasetError.self) { try windows.rows(long, [windows.train]) }
        #expect(error?.message.hasPrefix("100000 windows of 60000 steps of 1 columns are more than") == true)
        let short = try SeriesWindows(stepCount: 200_000, window: 1, horizon: 1, validation: 0.1, test: 0.1)
        #expect(
            throws: DatasetError(
                "a constant target: every training step has 1.0, want a column that varies", concernsTargets: true)
        ) { try LoadedDataset(series: long, windows: short) }
    }
}
