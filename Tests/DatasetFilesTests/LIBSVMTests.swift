import DatasetFiles
import Testing
import TrainingData
import TuningModel

@Suite("LIBSVM files")
struct LIBSVMTests {
    private static func load(
        _ text: String, features: Int? = nil, isZeroBased: Bool = false, task: TaskKind = .classification,
        test: String? = nil
    ) throws -> LoadedDataset {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "d.txt")
        if let test { try folder.write(test, to: "t.txt") }
        let source = { (file: String) in
            DataSource.libsvm(file: file, features: features, isZeroBased: isZeroBased)
        }
        return try DatasetLoader.load(
            DataSettings(
                train: source("d.txt"), validation: .holdout(share: 0.5, stratify: task == .classification),
                test: test == nil ? nil : .source(source("t.txt"))),
            task: task, seed: 1, relativeTo: folder.path)
    }

    private static func message(
        _ text: String, features: Int? = nil, task: TaskKind = .classification, test: String? = nil
    ) -> String {
        do {
            _ = try self.load(text, features: features, task: task, test: test)
            return "loaded"
        } catch { return "\(error)" }
    }

    private static func table(_ text: String, task: TaskKind) throws -> LoadedDataset {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "d.csv")
        return try DatasetLoader.load(
            DataSettings(
                train: .csv(file: "d.csv", target: "y", categorical: [], ignore: []),
                validation: .holdout(share: 0.5, stratify: task == .classification), test: nil),
            task: task, seed: 1, relativeTo: folder.path)
    }

    @Test("features that are not named are zero, blanks, comments and empty lines are passed over")
    func forms() throws {
        let expected = try Self.table("y,x1,x2,x3\n-1,0.5,0,2\n1,0,-3e2,0\n1,0,0,0\n-1,1,2,3\n", task: .classification)
        let text = "-1 1:.5 3:2\n+1\t2:-3e2 # a comment 9:9\r\n\n# nothing\n1.0\n -1 1:1 2:2 3:3"
        #expect(try Self.load(text) == expected)
        #expect(try Self.load(text, features: 3) == expected)
        #expect(expected.classNames == ["-1", "1"])
        let zero = try Self.load("-1 0:.5 2:2\n1 1:-3e2\n1\n-1 0:1 1:2 2:3\n", isZeroBased: true)
        #expect(zero.featureNames == ["x0", "x1", "x2"])
        #expect(zero.image == expected.image)
        #expect(try Self.load(text, features: 5).featureNames == ["x1", "x2", "x3", "x4", "x5"])
        let numbers = try Self.load("0.5 1:1\n-2 2:1\n3 2:1\n4 1:1\n", task: .regression)
        let table = try Self.table("y,x1,x2\n0.5,1,0\n-2,0,1\n3,0,1\n4,1,0\n", task: .regression)
        #expect(numbers == table)
    }

    @Test("other files have the features and the classes of the training file")
    func otherFiles() throws {
        let data = try Self.load("1 1:1 3:1\n2 2:1\n1 1:1\n2 1:2\n", test: "2 1:5\n")
        #expect(data.testRows == 1)
        #expect(
            Self.message("1 1:1 3:1\n2 2:1\n", test: "2 1:5\n3 1:1\n")
                == "t.txt:2, column 1: found the label \"3\", want one of the training file's 2 classes")
        #expect(
            Self.message("1 1:1 3:1\n2 2:1\n", test: "2 1:5 4:1\n")
                == "t.txt:1, column 3: found \"4:1\", want an index of at most 3, for 3 features")
    }

    @Test(
        "each mistake is told with its line, its item and the remedy",
        arguments: [
            ("1 1:1\n0 2\n", "d.txt:2, column 2: found \"2\", want INDEX:VALUE"),
            ("1 1:1\n0 x:2\n", "d.txt:2, column 2: found \"x:2\", want a whole number before the colon"),
            (
                "1 1:1\n0 0:2\n",
                "d.txt:2, column 2: found \"0:2\", want an index from 1 on; for indices from 0 on set zero_based: true"
            ),
            ("1 1:1 3:1 2:2\n", "d.txt:1, column 4: found \"2:2\", want an index above 3, the one before it"),
            ("1 1:1 1:2\n", "d.txt:1, column 3: found \"1:2\", want an index above 1, the one before it"),
            ("1 1:nan\n", "d.txt:1, column 2: found \"1:nan\", want a finite number behind the colon"),
            ("1 1:\n", "d.txt:1, column 2: found \"1:\", want a finite number behind the colon"),
            ("1 1:1e39\n", "d.txt:1, column 2: found \"1:1e39\", want a finite number behind the colon"),
            (
                "1 9999999:1\n",
                "d.txt:1, column 2: found \"9999999:1\", want an index of at most 1048576, for 1048576 features"
            ),
            ("1:1 2:1\n", "d.txt:1, column 1: found the label \"1:1\", want a number before the features"),
            (
                "1,3 2:1\n",
                "d.txt:1, column 1: found the label \"1,3\", want one number; rows with several labels are not built"
            ),
            (
                "1 qid:3 1:1\n",
                "d.txt:1, column 2: found \"qid:3\", want INDEX:VALUE; rows of ranking tasks are not built"
            ),
            ("# nothing\n", "d.txt: no row, want at least one"),
            ("1\n2\n", "d.txt: no feature in any row, want at least one"),
            ("1 1:1\n1 1:2\n", "d.txt: a constant target, every row has one class; want at least two"),
        ])
    func mistakes(text: String, expected: String) {
        #expect(Self.message(text) == expected)
    }

    @Test("a file cut short anywhere, or with one byte changed, is loaded or refused")
    func hostile() throws {
        let good = Array("1 1:.5 3:2\n-1 2:-3e2 # x\n1 1:7\n-1 3:1e-3 4:5\n".utf8)
        var refused = 0
        for count in 1..<good.count {
            if Self.message(String(decoding: good[..<count], as: UTF8.self)) != "loaded" { refused += 1 }
        }
        for place in good.indices {
            for byte in Array(" :\n#9-.\u{0}".utf8) {
                var bytes = good
                bytes[place] = byte
                if Self.message(String(decoding: bytes, as: UTF8.self)) != "loaded" { refused += 1 }
            }
        }
        #expect(refused > good.count)
    }
}
