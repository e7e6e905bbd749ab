import DatasetFiles
import Testing
import TrainingData
import TuningModel

@Suite("Missing cells of CSV files")
struct MissingCellsTests {
    /// Loads `train.csv` and, as validation rows, `valid.csv`.
    private static func load(
        _ train: String, _ valid: String, _ missing: MissingCells, task: TaskKind = .regression,
        categorical: [String] = []
    ) throws -> LoadedDataset {
        let folder = try TemporaryFolder()
        try folder.write(train, to: "train.csv")
        try folder.write(valid, to: "valid.csv")
        let source = { (file: String) in
            DataSource.csv(file: file, target: "y", categorical: categorical, ignore: [], missing: missing)
        }
        return try DatasetLoader.load(
            DataSettings(train: source("train.csv"), validation: .source(source("valid.csv")), test: nil),
            task: task, seed: 1, relativeTo: folder.path)
    }

    private static func message(_ train: String, _ missing: MissingCells, categorical: [String] = []) -> String {
        do {
            _ = try self.load(train, "a,y\n1,2\n", missing, categorical: categorical)
            return "loaded"
        } catch { return "\(error)" }
    }

    /// One standardised feature of the rows of a part.
    private static func column(_ feature: Int, of part: DatasetPart, stride: Int) -> [Float] {
        (0..<part.rowCount).map { unsafe part.features[$0 * stride + feature] }
    }

    @Test(
        "the mean, the median or the most frequent value of the training rows stands in",
        arguments: [(MissingCells.Policy.mean, 3), (.median, 2.5), (.mostFrequent, 2)] as [(MissingCells.Policy, Float)]
    )
    func numbers(policy: MissingCells.Policy, expected: Float) throws {
        let train = "a,y\n1,0\n2,1\n2,0\n3,1\n,0\n4,1\nNA,0\n6,2\n"
        let data = try Self.load(
            train, "a,y\n?,0\n100,1\nnull,1\n", MissingCells(policy))
        let full = try Self.load(
            train.replacing("NA", with: "\(expected)").replacing("\n,", with: "\n\(expected),"),
            "a,y\n\(expected),0\n100,1\n\(expected),1\n", .refused)
        #expect(data.standardization.fills == [expected])
        #expect(data.standardization.features == full.standardization.features)
        #expect(data.image == full.image)
        #expect(data.featureNames == ["a"])
    }

    @Test("a missing category becomes the most frequent one of the training rows, the first of equals")
    func categories() throws {
        let data = try Self.load(
            "c,a,y\nu,1,0\nv,2,1\nv,3,0\n,4,1\nw,5,2\nw,6,0\n", "c,a,y\n,1,0\n", MissingCells(.mean), categorical: ["c"]
        )
        let full = try Self.load(
            "c,a,y\nu,1,0\nv,2,1\nv,3,0\nv,4,1\nw,5,2\nw,6,0\n", "c,a,y\nv,1,0\n", .refused, categorical: ["c"])
        #expect(data.featureNames == ["c=u", "c=v", "c=w", "a"])
        #expect(data.standardization.fills == [0, 1, 0, 3.5])
        #expect(data.image == full.image)
    }

    @Test("an indicator tells in a column of its own which cells were missing, in other files too")
    func indicators() throws {
        let data = try Self.load(
            "c,a,b,y\nu,1,1,0\n,2,1,1\nv,,2,0\nv,3,3,1\n", "c,a,b,y\n,,,1\nu,1,2,0\n",
            MissingCells(.mean, hasIndicators: true), categorical: ["c"])
        #expect(data.featureNames == ["c=u", "c=v", "a", "b", "c is missing", "a is missing"])
        let owner = try OwnedDataset(data.image)
        let isSet = { (feature: Int, part: DatasetPart) in
            Self.column(feature, of: part, stride: owner.view.featureStride).map { $0 > 0 }
        }
        #expect(isSet(4, owner.view.train) == [false, true, false, false])
        #expect(isSet(5, owner.view.train) == [false, false, true, false])
        #expect(isSet(4, owner.view.validation) == [true, false])
        #expect(isSet(5, owner.view.validation) == [true, false])
    }

    @Test("rows with a missing cell are left out, and with them the classes and categories that only they have")
    func dropped() throws {
        let data = try Self.load(
            "c,a,y\nu,1,k\nlost,,k\nv,2,l\nv,nan,gone\n,4,k\nu,5,\nu,6,k\n",
            "c,a,y\nu,,k\nv,9,l\n", MissingCells(.dropRow), task: .classification, categorical: ["c"])
        let full = try Self.load(
            "c,a,y\nu,1,k\nv,2,l\nu,6,k\n", "c,a,y\nv,9,l\n", .refused, task: .classification, categorical: ["c"])
        #expect(data == full)
        #expect(data.classNames == ["k", "l"])
        #expect(data.featureNames == ["c=u", "c=v", "a"])
    }

    @Test("a target is never filled, a column without any value has nothing to fill with, and all rows may be lost")
    func refusals() {
        #expect(
            Self.message("a,y\n1,2\n3,\n", MissingCells(.mean))
                == "train.csv:3, column 2: column \"y\": found an empty cell, want a number, as a target is never filled; "
                + "drop the row, or set missing: drop_row")
        #expect(
            Self.message("a,y\n,2\n,1\n", MissingCells(.median))
                == "train.csv: the feature \"a\" is missing in every training row; list its column under ignore")
        #expect(
            Self.message("a,y\n,2\n,1\n", MissingCells(.dropRow))
                == "train.csv: a header and no row without a missing cell, want at least one row")
        #expect(
            Self.message("a,y\n1,2\ninf,1\n", MissingCells(.mean))
                == "train.csv:3, column 1: column \"a\": found inf, want a finite number; drop the row or fill the cell"
        )
    }
}
