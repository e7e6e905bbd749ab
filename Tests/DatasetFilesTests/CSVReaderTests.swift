import CEmbeddedFiles
import DatasetFiles
import Testing
import TrainingData
import TuningModel

@Suite("CSV files")
struct CSVReaderTests {
    private static func rows(
        _ text: String, task: TaskKind = .regression, categorical: [String] = [], ignore: [String] = []
    ) throws -> LoadedDataset {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "t.csv")
        return try DatasetLoader.load(
            DataSettings(
                train: .csv(file: "t.csv", target: "y", categorical: categorical, ignore: ignore),
                validation: .holdout(share: 0.3, stratify: false), test: nil),
            task: task, seed: 1, relativeTo: folder.path)
    }

    @Test(
        "line ends, quotes, a byte order mark, empty lines and a missing last line end change nothing",
        arguments: [
            "a,b,y\r\n1,2,3\r\n4,5,6\r\n-7,8.5,9\r\n", "a,b,y\n1,2,3\n4,5,6\n-7,8.5,9",
            "\u{FEFF}a,b,y\n1,2,3\n4,5,6\n-7,8.5,9",
            "\"a\",\"b\",y\n\"1\",2,3\n4,\"5\",6\n-7,8.5,\"9\"", "a,b,y\n\n1,2,3\n\r\n4,5,6\n\n-7,8.5,9\n\n\r\n",
            "a,b,y\n 1 ,+2,3.0\n4e0,5.,6\n-.7e1,85E-1,9\r", "y,a,b\n3,1,2\n6,4,5\n9,-7,8.5\n",
            "a,b,y,id\n1,2,3,x\n4,5,6,\"\n,\"\"\"\n-7,8.5,9,\n",
        ])
    func forms(text: String) throws {
        let data = try Self.rows(text, ignore: text.contains("id") ? ["id"] : [])
        let plain = try Self.rows("a,b,y\n1,2,3\n4,5,6\n-7,8.5,9\n")
        #expect(data == plain)
        #expect(data.featureNames == ["a", "b"])
    }

    @Test("categories become columns, in the order of their numbers or their bytes")
    func categories() throws {
        let data = try Self.rows(
            "c,n,a,y\nred,10,1,0\nblue,9,2,1\nred,9,3,2\n\"gr,een\",100,4,3\n", categorical: ["c", "n"])
        #expect(data.featureNames == ["c=blue", "c=gr,een", "c=red", "n=9", "n=10", "n=100", "a"])
        #expect(data.categories == [0..<3, 3..<6])
    }

    @Test(
        "classes are numbered ascending by value where all are numbers, else by bytes",
        arguments: [
            (["10", "9", "-1", "2.5"], ["-1", "2.5", "9", "10"]), (["b", "a", "10", "9"], ["10", "9", "a", "b"]),
            (["Yes", "No"], ["No", "Yes"]),
        ])
    func classes(labels: [String], expected: [String]) throws {
        let text = "a,y\n" + (labels + labels).enumerated().map { "\($0),\($1)\n" }.joined()
        #expect(try Self.rows(text, task: .classification).classNames == expected)
    }

    @Test("validation and test files take their columns by name and their classes from the training file")
    func otherFiles() throws {
        let folder = try TemporaryFolder()
        try folder.write("a,c,y\n1,u,k\n2,v,l\n3,u,k\n", to: "train.csv")
        try folder.write("y,c,a\nl,v,2\nk,u,1\n", to: "valid.csv")
        let source = { (file: String) in
            DataSource.csv(file: file, target: "y", categorical: ["c"], ignore: [])
        }
        let load = { (test: String) in
            try DatasetLoader.load(
                DataSettings(
                    train: source("train.csv"), validation: .source(source("valid.csv")), test: .source(source(test))),
                task: .classification, seed: 1, relativeTo: folder.path)
        }
        let data = try load("valid.csv")
        #expect([data.trainRows, data.validationRows, data.testRows] == [3, 2, 2])
        let owner = try OwnedDataset(data.image)
        #expect(unsafe owner.view.validation.classes?[0] == 1)
        #expect(unsafe owner.view.validation.features[16] == owner.view.train.features[0])
        try folder.write("a,c,y\n1,u,m\n", to: "class.csv")
        try folder.write("a,c,y\n1,w,k\n", to: "category.csv")
        try folder.write("a,c,b,y\n1,u,1,k\n", to: "more.csv")
        try folder.write("c,y\nu,k\n", to: "less.csv")
        let message = { (test: String) in
            do {
                _ = try load(test)
                return "loaded"
            } catch { return "\(error)" }
        }
        #expect(
            message("class.csv")
                == "class.csv:2, column 3: column \"y\": found the new class \"m\", want one of the training "
                + "file's 2 classes"
        )
        #expect(
            message("category.csv")
                == "category.csv:2, column 2: column \"c\": found the new category \"w\", want one that the "
                + "training file has"
        )
        #expect(
            message("more.csv")
                == "more.csv:1, column 3: the column \"b\" is not in the training file, want the same columns")
        #expect(
            message("less.csv").hasPrefix("less.csv:1: there is no feature column \"a\", want one of"))
    }

    @Test("a column of groups is no feature, keeps its rows together, and may be missing in other files")
    func groups() throws {
        let folder = try TemporaryFolder()
        let rows = (0..<40).map { "\($0),p\($0 * 7 % 8),\($0 * $0)\n" }.joined()
        try folder.write("a,who,y\n" + rows, to: "t.csv")
        try folder.write("a,y\n1,2\n3,4\n", to: "plain.csv")
        try folder.write("a,who,y\n1,new,2\n3,,4\n", to: "test.csv")
        let csv = { (file: String) in DataSource.csv(file: file, target: "y", categorical: [], ignore: []) }
        for test in ["plain.csv", "test.csv"] {
            for part in [
                DataPart.holdout(share: 0.25, stratify: false, group: "who"),
                .fold(1, of: 4, stratify: false, group: "who"),
            ] {
                let data = try DatasetLoader.load(
                    DataSettings(train: csv("t.csv"), validation: part, test: .source(csv(test))), task: .regression,
                    seed: 1, relativeTo: folder.path)
                #expect(data.featureNames == ["a"])
                #expect(data.validationRows == 10)
                let owner = try OwnedDataset(data.image)
                let scale = try #require(data.standardization.features.first)
                let groups = Set(
                    (0..<10).map { row in
                        let value = Double(unsafe owner.view.validation.features[row * 16])
                        return Int((value * scale.deviation + scale.mean).rounded()) * 7 % 8
                    })
                #expect(groups.count == 2)
            }
        }
        let message = { (train: String, group: String) in
            do {
                _ = try DatasetLoader.load(
                    DataSettings(
                        train: csv(train), validation: .holdout(share: 0.5, stratify: false, group: group), test: nil),
                    task: .regression, seed: 1, relativeTo: folder.path)
                return "loaded"
            } catch { return "\(error)" }
        }
        #expect(
            message("t.csv", "whom")
                == "t.csv:1: there is no group column \"whom\", did you mean \"who\"? want one of \"a\", \"who\", \"y\""
        )
        #expect(
            message("test.csv", "who")
                == "test.csv:3, column 2: column \"who\": found an empty cell, want the name of a group; drop the row, or "
                + "set missing: drop_row")
    }

    @Test("the embedded digits load from memory: 1,797 rows, 64 pixels, ten classes")
    func digits() throws {
        let bytes = unsafe UnsafeRawBufferPointer(
            start: winnow_embedded_digits_csv_gz(), count: winnow_embedded_digits_csv_gz_length())
        let file = unsafe EmbeddedFile(name: "digits.csv.gz", bytes: bytes)
        let settings = DataSettings(
            train: .csv(file: "digits.csv.gz", target: "digit", categorical: [], ignore: []),
            validation: .holdout(share: 0.2, stratify: true), test: .holdout(share: 0.2, stratify: true))
        let data = try DatasetLoader.load(
            settings, task: .classification, seed: 1, relativeTo: "", embedded: [file])
        #expect([data.trainRows, data.validationRows, data.testRows] == [1079, 359, 359])
        #expect(data.task == .classification(classes: 10))
        #expect(data.classNames == (0..<10).map { "\($0)" })
        #expect(data.featureNames.count == 64)
        #expect(data.standardization.features.first == ColumnScale(mean: 0, deviation: 0))
        let owner = try OwnedDataset(data.image)
        #expect(owner.view.featureStride == 64)
    }
}
