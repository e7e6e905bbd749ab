import DatasetFiles
import Testing
import TrainingData
import TuningModel

@Suite("CSV files that are refused")
struct CSVMistakeTests {
    private static func message(
        _ text: String, task: TaskKind, categorical: [String] = [], ignore: [String] = [], stratify: Bool = false
    ) throws -> String {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "t.csv")
        let settings = DataSettings(
            train: .csv(file: "t.csv", target: "y", categorical: categorical, ignore: ignore),
            validation: .holdout(share: 0.5, stratify: stratify), test: nil)
        do {
            _ = try DatasetLoader.load(settings, task: task, seed: 1, relativeTo: folder.path)
            return "loaded"
        } catch { return "\(error)" }
    }

    @Test(
        "each mistake is told with its line, its column and the remedy",
        arguments: [
            ("a,y\n1,2\n3\n", "t.csv:3: a ragged row: found 1 cells, want 2 as in the header"),
            ("a,y\n1,2\n3,4,5,6\n", "t.csv:3: a ragged row: found 4 cells, want 2 as in the header"),
            (
                "a,y\n1,2\n\n  ,1\n3,4\n",
                "t.csv:4, column 1: column \"a\": found an empty cell, want a number, because missing is "
                    + "refuse; set missing to drop_row, mean, median or most_frequent"
            ),
            (
                "a,y\n1,2\nred,4\n",
                "t.csv:3, column 1: column \"a\": found \"red\", want a number; list the column under categorical or "
                    + "under ignore"
            ),
            (
                "a,y\n1,2\n,4\n",
                "t.csv:3, column 1: column \"a\": found an empty cell, want a number, because missing is "
                    + "refuse; set missing to drop_row, mean, median or most_frequent"
            ),
            (
                "a,y\n1,2\n5,NaN\n",
                "t.csv:3, column 2: column \"y\": found NaN, want a finite number, as a target is never filled; drop the row, or "
                    + "set missing: drop_row"
            ),
            (
                "a,y\n1,2\n-inf,4\n",
                "t.csv:3, column 1: column \"a\": found -inf, want a finite number; drop the row or fill the cell"
            ),
            (
                "a,y\n1,2\n1e39,4\n",
                "t.csv:3, column 1: column \"a\": found 1e39, want a number that float32 can hold"
            ),
            (
                "a,y\n1,cat\n",
                "t.csv:2, column 2: column \"y\": found \"cat\", want a number; for classes set task: "
                    + "classification"
            ),
            (
                "a,y\n1,2\n3,2\n",
                "t.csv, column 2: column \"y\": a constant target, every row has 2.0; want one that varies"
            ),
            ("a,yy\n1,2\n", "t.csv:1: there is no target column \"y\", did you mean \"yy\"? want one of \"a\", \"yy\""),
            (
                "a;y\n1;2\n",
                "t.csv:1: there is no target column \"y\", the header is one cell; want commas between columns"
            ),
            (
                "a,b,a,y\n1,2,3,4\n",
                "t.csv:1, column 3: the column name \"a\" stands twice, also in column 1; want each name once"
            ),
            ("a,,y\n1,2,3\n", "t.csv:1, column 2: a column without a name, want a name in the header"),
            ("y\n1\n", "t.csv:1: no column is left to learn from, want at least one feature"),
            ("a,y\n", "t.csv: a header and no rows, want at least one row"),
            ("\n\n", "t.csv: the file is empty"),
            ("a,y\n\"1,2\n3,4\n", "t.csv:2: a quote opens here and never closes, want a closing quote"),
            (
                "a,y\n\"1\"x,2\n",
                "t.csv:2: found \"x\" behind the closing quote of \"1\", want a comma or the end of the line; a "
                    + "quote inside "
                    + "quotes is written twice"
            ),
            (
                "a,y\n1\r2,3\n",
                "t.csv:2, column 1: column \"a\": found \"1\u{FFFD}2\", want a number; list the column under "
                    + "categorical or "
                    + "under ignore"
            ),
            (
                "a,y\n0x10,3\n",
                "t.csv:2, column 1: column \"a\": found \"0x10\", want a number; list the column under "
                    + "categorical or under "
                    + "ignore"
            ),
        ])
    func regression(text: String, expected: String) throws {
        #expect(try Self.message(text, task: .regression) == expected)
    }

    @Test("classes and categories")
    func classes() throws {
        #expect(
            try Self.message("a,y\n1,x\n2,\n", task: .classification)
                == "t.csv:3, column 2: column \"y\": found an empty cell, want a class, as a target is never filled; drop "
                + "the row, or set missing: drop_row")
        #expect(
            try Self.message("a,y\n1,x\n2,nan\n", task: .classification)
                == "t.csv:3, column 2: column \"y\": found nan, want a class, as a target is never filled; drop the row, "
                + "or set missing: drop_row")
        #expect(
            try Self.message("a,y\n1,x\n2,x\n", task: .classification)
                == "t.csv, column 2: column \"y\": a constant target, every row has x; want one that varies")
        #expect(
            try Self.message("a,y\n1,x\n,z\n", task: .classification, categorical: ["a"])
                == "t.csv:3, column 1: column \"a\": found an empty cell, want a category, because missing is refuse; set "
                + "missing to drop_row, mean, median or most_frequent"
        )
        #expect(
            try Self.message("a,y\n1,x\n2,z\n", task: .classification, categorical: ["b"])
                == "t.csv:1: there is no categorical column \"b\", want one of \"a\", \"y\"")
        #expect(
            try Self.message("a,y\n1,x\n2,z\n3,z\n4,z\n", task: .classification, stratify: true)
                == "t.csv: class \"x\" has a single row left for validation and training, want at least 2 to stratify; "
                + "add rows, or set stratify: false")
        let many = "a,y\n" + (0...1000).map { "c\($0),\($0 % 2)\n" }.joined()
        #expect(
            try Self.message(many, task: .classification, categorical: ["a"])
                == "t.csv:1002, column 1: column \"a\": found the new category \"c1000\", want at most 1000 "
                + "categories; list "
                + "the column under ignore")
    }

    @Test("a file that is missing, empty, a folder, or no gzip")
    func files() throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "empty.csv")
        try folder.write("a,y\n1,2\n", to: "plain.csv.gz")
        let message = { (file: String) in
            do {
                _ = try DatasetLoader.load(
                    DataSettings(
                        train: .csv(file: file, target: "y", categorical: [], ignore: []),
                        validation: .holdout(share: 0.5, stratify: false), test: nil),
                    task: .regression, seed: 1, relativeTo: folder.path)
                return "loaded"
            } catch { return "\(error)".replacing("\(folder.path)/", with: "") }
        }
        #expect(message("none.csv") == "none.csv: cannot be opened: No such file or directory")
        #expect(message("empty.csv") == "empty.csv: the file is empty")
        #expect(message(".") == ".: not a file, want a regular file")
        #expect(
            message("plain.csv.gz")
                == "plain.csv.gz: not a gzip though its name ends with .gz; rename it or pack it with gzip")
    }
}
