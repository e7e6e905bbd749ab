import DatasetFiles
import Testing
import TrainingData
import TuningModel

@Suite("Series in CSV files")
struct SeriesTests {
    private static func load(
        _ text: String, targets: [String] = ["y"], categorical: [String] = [], ignore: [String] = [], window: Int = 3,
        horizon: Int = 1
    ) throws -> LoadedDataset {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "s.csv")
        return try DatasetLoader.load(
            DataSettings(
                train: .series(
                    SeriesSource(
                        file: "s.csv", targets: targets, categorical: categorical, ignore: ignore, window: window,
                        horizon: horizon)),
                validation: .last(share: 0.2), test: .last(share: 0.2)),
            task: .forecasting, seed: 1, relativeTo: folder.path)
    }

    private static func message(_ text: String, targets: [String] = ["y"], window: Int = 3) throws -> String {
        do {
            _ = try Self.load(text, targets: targets, window: window)
            return "loaded"
        } catch let error as DataFileError { return error.description }
    }

    @Test("the target is given too, alone or beside other columns and categories")
    func columns() throws {
        let alone = try Self.load(
            "date,y\n" + (0..<20).map { "2026-01-\($0),\($0 * $0 % 7)\n" }.joined(), ignore: ["date"])
        #expect(alone.task == .regression(outputs: 1))
        #expect(alone.featureNames == ["y[t-3]", "y[t-2]", "y[t-1]"])
        #expect([alone.trainRows, alone.validationRows, alone.testRows] == [9, 4, 4])
        let more = try Self.load(
            "day,x,y\n" + (0..<20).map { "\($0 % 2 == 0 ? "even" : "odd"),\($0),\($0 * $0 % 7)\n" }.joined(),
            targets: ["y", "x"], categorical: ["day"], window: 2, horizon: 2)
        #expect(more.task == .regression(outputs: 4))
        #expect(
            more.featureNames == [
                "day=even[t-2]", "day=odd[t-2]", "x[t-2]", "y[t-2]", "day=even[t-1]", "day=odd[t-1]", "x[t-1]",
                "y[t-1]",
            ])
        let owner = try OwnedDataset(more.image)
        #expect(owner.view.featureShape == [2, 4])
        // The first window ends at step 1; its targets are y and x of step 2, then of step 3.
        let scales = more.standardization.targets
        let wanted = [4 % 7, 2, 9 % 7, 3].enumerated().map { scales[$0.offset].apply(Float($0.element)) }
        #expect((0..<4).map { unsafe owner.view.train.values?[$0] } == wanted)
        withExtendedLifetime(owner) {}
    }

    @Test("files of their own for validation and test, columns by name and categories of the training file")
    func files() throws {
        let folder = try TemporaryFolder()
        func write(_ file: String, _ count: Int, from start: Int) throws {
            let rows = (start..<start + count).map { "\($0 % 2 == 0 ? "even" : "odd"),\($0 * $0 % 7)\n" }
            try folder.write("day,y\n" + rows.joined(), to: file)
        }
        try write("train.csv", 20, from: 0)
        try write("valid.csv", 6, from: 1)
        try folder.write("y,day\n5,odd\n6,odd\n7,even\n8,odd\n", to: "test.csv")
        func series(_ file: String) -> DataSource {
            .series(SeriesSource(file: file, targets: ["y"], categorical: ["day"], window: 3, horizon: 1))
        }
        func load(_ validation: String, _ test: String) throws -> LoadedDataset {
            try DatasetLoader.load(
                DataSettings(
                    train: series("train.csv"), validation: .source(series(validation)), test: .source(series(test))),
                task: .forecasting, seed: 1, relativeTo: folder.path)
        }
        let data = try load("valid.csv", "test.csv")
        #expect([data.trainRows, data.validationRows, data.testRows] == [17, 3, 1])
        let test = try OwnedTestRows(try #require(data.testImage))
        let scales = data.standardization.features
        let wanted = [0, 1, 5, 0, 1, 6, 1, 0, 7].enumerated().map { scales[$0.offset].apply($0.element) }
        #expect((0..<9).map { unsafe test.part.features[$0] } == wanted)
        withExtendedLifetime(test) {}

        try folder.write("day,y\neven,1\nodd,2\neven,3\n", to: "short.csv")
        try folder.write("day,y\neven,1\nodd,2\nleap,3\nodd,1\n", to: "leap.csv")
        for (file, message) in [
            (
                "short.csv",
                "short.csv: a series of 3 steps has no window of 3 steps with the 1 after them; want a longer series, or a "
                    + "shorter window or horizon"
            ), ("leap.csv", "leap.csv:4, column 1: "),
        ] {
            #expect {
                _ = try load(file, "test.csv")
            } throws: {
                "\($0)".hasPrefix(message)
            }
        }
    }

    @Test(
        "mistakes name the place",
        arguments: [
            (
                "y\n1\n2\n3,4\n", ["y"], 3,
                "s.csv:4: a ragged row: found 2 cells, want 1 as in the header"
            ),
            (
                "x,y\n1,1\n2,\n", ["y"], 3,
                "s.csv:3, column 2: column \"y\": found an empty cell, want a number; drop the row or fill the cell"
            ),
            (
                "x,y\n1,1\n2,3\n", ["z"], 3,
                "s.csv:1: there is no target column \"z\", want one of \"x\", \"y\""
            ),
            (
                "x,y\n" + String(repeating: "1,2\n", count: 10), ["y"], 1,
                "s.csv: a constant target: every training step has 2.0, want a column that varies"
            ),
            (
                "x,y\n" + String(repeating: "1,2\n", count: 10), ["y"], 6,
                "s.csv: the training part of the series, 6 of 10 steps, has no window of 6 steps with the 1 after them; "
                    + "want a longer series, a shorter window or horizon, or other shares"
            ),
        ])
    func mistakes(text: String, targets: [String], window: Int, message: String) throws {
        #expect(try Self.message(text, targets: targets, window: window) == message)
    }
}
