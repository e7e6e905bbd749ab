import DatasetFiles
import Randomness
import Testing
import TrainingData
import TuningModel

@Suite("CSV files read on several threads")
struct ThreadedReadingTests {
    /// What became of a file: the data set, or the whole text of the mistake.
    private static func outcome(
        _ text: String, task: TaskKind, missing: MissingCells.Policy, threads: Int, chunk: Int,
        in folder: TemporaryFolder
    ) throws -> Result<LoadedDataset, DataFileError> {
        try folder.write(text, to: "t.csv")
        let settings = DataSettings(
            train: .csv(
                file: "t.csv", target: "y", categorical: ["c", "d"], ignore: ["text"], missing: MissingCells(missing)),
            validation: .holdout(share: 0.3, stratify: false, group: "g"), test: nil)
        return Result { () throws(DataFileError) in
            try DatasetLoader.load(
                settings, task: task, seed: 1, relativeTo: folder.path,
                work: LoadingWork(threads: threads, smallestChunk: chunk))
        }
    }

    /// A table with numbers of all kinds, categories, classes, groups, quotes around line breaks, and empty lines.
    private struct Table {
        let random: RandomStream
        var index: UInt64 = 0

        init(seed: UInt64) { self.random = RandomStream(seed: seed, purpose: .dataSplit) }

        mutating func draw(_ bound: Int) -> Int {
            self.index += 1
            return Int(self.random.integer(below: UInt64(bound), at: self.index))
        }

        mutating func row(hasMissing: Bool) -> String {
            let text = ["plain", "\"two\nlines\"", "\"a \"\"quoted\"\" word, and\n,,\nmore\"", "5\" pipe", ""][
                self.draw(5)]
            let number =
                hasMissing && self.draw(9) == 0 ? ["", "NA"][self.draw(2)] : "\(Double(self.draw(100_000)) / 128)"
            let category = hasMissing && self.draw(9) == 0 ? "" : "k\(self.draw(40))"
            let end = ["\n", "\n", "\r\n", "\n\n\n"][self.draw(4)]
            // Four whole numbers in a row are read at once.
            let whole = (0..<4).map { _ in "\(self.draw(200_000) - 100_000)" }.joined(separator: ",")
            return "\(number),\(text),\(category),\(self.draw(3)),g\(self.draw(30)),\(self.draw(4)),1e-\(self.draw(9)),"
                + whole + end
        }

        mutating func text(rows: Int, hasMissing: Bool) -> String {
            "a,text,c,d,g,y,b,p,q,r,s\n" + (0..<rows).map { _ in self.row(hasMissing: hasMissing) }.joined()
        }
    }

    @Test(
        "rows, categories, classes and groups are those of one thread", arguments: [UInt64(1), 2, 3],
        [MissingCells.Policy.refuse, .dropRow, .mean])
    func sameRows(seed: UInt64, missing: MissingCells.Policy) throws {
        let folder = try TemporaryFolder()
        var table = Table(seed: seed)
        for task in [TaskKind.classification, .regression] {
            let text = table.text(rows: 400, hasMissing: missing != .refuse)
            let one = try Self.outcome(text, task: task, missing: missing, threads: 1, chunk: 1, in: folder).get()
            for threads in [2, 7] {
                for chunk in [1, 300] {
                    let found = try Self.outcome(
                        text, task: task, missing: missing, threads: threads, chunk: chunk, in: folder)
                    #expect(try found.get() == one, "seed \(seed), \(threads) threads, chunks of \(chunk)")
                }
            }
        }
    }

    @Test("a damaged file gives the mistake of one thread, or its rows", arguments: [UInt64(4), 5])
    func sameMistakes(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        var table = Table(seed: seed)
        let whole = Array(table.text(rows: 60, hasMissing: false).utf8)
        let damage = Array(",\"\n\rx.-e\u{0}".utf8)
        var refused = 0
        for round in 0..<150 {
            var bytes = whole
            for _ in 0...table.draw(2) { bytes[40 + table.draw(bytes.count - 40)] = damage[table.draw(damage.count)] }
            let text = String(decoding: bytes, as: UTF8.self)
            let one = try Self.outcome(text, task: .classification, missing: .refuse, threads: 1, chunk: 1, in: folder)
            if case .failure = one { refused += 1 }
            for threads in [2, 7] {
                let found = try Self.outcome(
                    text, task: .classification, missing: .refuse, threads: threads, chunk: 1, in: folder)
                #expect(found == one, "seed \(seed), round \(round), \(threads) threads")
            }
        }
        #expect(refused > 50 && refused < 150, "seed \(seed): \(refused)")
    }

    @Test("what is too much for the file is told where one thread tells it", arguments: [1, 2, 7])
    func tooManyCategories(threads: Int) throws {
        let folder = try TemporaryFolder()
        let rows = (0...1000).map { "1,x,k\($0),1,g\($0 % 9),\($0 % 2),2\n" }.joined()
        let found = try Self.outcome(
            "a,text,c,d,g,y,b\n" + rows, task: .classification, missing: .refuse, threads: threads, chunk: 1, in: folder
        )
        let wanted = DataFileError(
            file: "t.csv", line: 1002, column: 3,
            "column \"c\": found the new category \"k1000\", want at most 1000 categories; list the column under ignore"
        )
        #expect(found == .failure(wanted))
    }

    @Test("a quote that never closes is told at its line", arguments: [1, 2, 7])
    func openQuote(threads: Int) throws {
        let folder = try TemporaryFolder()
        let row = "1,x,k,1,g1,1,2\n2,x,k,1,g2,0,2\n"
        let text =
            "a,text,c,d,g,y,b\n" + String(repeating: row, count: 40) + "1,\"x,k,1,g,1,2\n"
            + String(repeating: row, count: 40)
        let found = try Self.outcome(
            text, task: .classification, missing: .refuse, threads: threads, chunk: 1, in: folder)
        let wanted = DataFileError(
            file: "t.csv", line: 82, "a quote opens here and never closes, want a closing quote")
        #expect(found == .failure(wanted))
    }
}
