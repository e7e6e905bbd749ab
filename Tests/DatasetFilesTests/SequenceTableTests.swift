import DatasetFiles
import Testing
import TrainingData
import TuningModel

@Suite("Sequences in CSV files")
struct SequenceTableTests {
    private static func load(
        _ text: String, other: String? = nil, targets: [String] = ["y"], task: TaskKind = .classification
    ) throws -> LoadedDataset {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "s.csv")
        if let other { try folder.write(other, to: "v.csv") }
        let source = SequenceSource(
            file: "s.csv", targets: targets, categorical: ["c"],
            ignore: ["note"] + ["y", "z"].filter { !targets.contains($0) }, series: "id", time: "t")
        return try DatasetLoader.load(
            DataSettings(
                train: .sequences(source),
                validation: other == nil ? .last(share: 0.25) : .source(.sequences(source.of(file: "v.csv"))), test: nil
            ),
            task: task, seed: 1, relativeTo: folder.path)
    }

    private static let header = "id,t,x,c,note,y,z\n"
    private static let text =
        Self.header + """
            a,1,10,u,,no,0
            a,2,11,v,,no,0
            b,2026-01-01,12,u,,yes,1
            c,-3,13,u,,yes,0
            c,5,14,v,,yes,0
            c,10,15,v,,yes,0
            d,7,16,u,,no,1

            """

    @Test("each series is a row as long as the longest, with NaN behind its end")
    func reading() throws {
        let data = try Self.load(Self.text)
        #expect(data.task == .classification(classes: 2) && data.classNames == ["no", "yes"])
        #expect(
            data.featureNames == [
                "x[0]", "c=u[0]", "c=v[0]", "x[1]", "c=u[1]", "c=v[1]", "x[2]", "c=u[2]", "c=v[2]",
            ])
        let owner = try OwnedDataset(data.image)
        #expect(owner.view.featureShape == [3, 3])
        #expect(data.trainRows == 3 && data.validationRows == 1)
        // The rows of a, b and c: x from 10 to 15.
        let scale = data.standardization.features[0]
        #expect(scale == data.standardization.features[6] && scale.mean == 12.5)
        let wanted: [[Float]] = [[10, 11, .nan], [12, .nan, .nan], [13, 14, 15]]
        for (row, numbers) in wanted.enumerated() {
            for (step, number) in numbers.enumerated() {
                let found = unsafe owner.view.train.features[row * 16 + step * 3]
                #expect(number.isNaN ? found.isNaN : found == scale.apply(number), "row \(row), step \(step)")
            }
        }
        #expect((0..<3).map { unsafe owner.view.train.classes?[$0] } == [0, 1, 1])
        #expect(unsafe owner.view.validation.features[0] == scale.apply(16))
        withExtendedLifetime(owner) {}
    }

    @Test("targets can be numbers and labels")
    func targets() throws {
        let plain = Self.text.replacing("yes", with: "1").replacing("no,", with: "0,")
        let numbers = try Self.load(plain, targets: ["z", "y"], task: .regression)
        #expect(numbers.task == .regression(outputs: 2))
        let labels = try Self.load(plain, targets: ["y", "z"], task: .multiLabel)
        #expect(labels.classNames == ["y", "z"])
        let owner = try OwnedDataset(labels.image)
        #expect((0..<3).map { unsafe owner.view.train.values?[$0 * 16] } == [0, 1, 1])
        #expect((0..<3).map { unsafe owner.view.train.values?[$0 * 16 + 1] } == [0, 1, 0])
        withExtendedLifetime(owner) {}
    }

    @Test("another file has the same steps, or fewer")
    func otherFile() throws {
        let data = try Self.load(Self.text, other: Self.header + "q,1,1,v,,no,0\nq,2,2,v,,no,0\nr,1,1,u,,yes,0\n")
        #expect(data.trainRows == 4 && data.validationRows == 2)
        let error = #expect(throws: DataFileError.self) {
            try Self.load(Self.text, other: Self.header + (1...4).map { "q,\($0),1,v,,no,0\n" }.joined())
        }
        #expect(
            error?.description
                == "v.csv:5: more than 3 rows in the series \"q\", the most of the training file; cut the series")
    }

    @Test(
        "dates and times of day are those that exist",
        arguments: [
            ("2021-03-27", true), ("2020-02-29", true), ("2000-02-29", true), ("1900-02-29", false),
            ("2021-02-29", false), ("2021-04-31", false), ("2021-13-01", false), ("2021-00-01", false),
            ("2021-01-00", false), ("2021/12/31 23:59", true), ("2021-12-31T24:00:00Z", true),
            ("2021-12-31 24:01", false), ("2021-12-31 10:60", false), ("2016-12-31 23:59:60", true),
            ("2016-12-31 23:59:61", false), ("2021.12.31 23:59:59.999", true), ("2021-12-31T09:00:00+05:45", true),
        ])
    func dates(text: String, exists: Bool) throws {
        let rows = "e,\(text),1,u,,no,1\n"
        if exists {
            #expect(try Self.load(Self.text + rows).trainRows == 4)
        } else {
            let error = #expect(throws: DataFileError.self) { try Self.load(Self.text + rows) }
            #expect(error.map { ($0.line, $0.column) == (9, 2) } == true)
        }
    }

    @Test(
        "mistakes name the line",
        arguments: [
            (
                "a,3,1,u,,no,0\n",
                "s.csv:9, column 1: column \"id\": the series \"a\" stands here again after another one, want its rows one "
                    + "after another"
            ),
            (
                "d,7.0,1,u,,no,1\n",
                "s.csv:9, column 2: column \"t\": found 7.0 after 7 in the series \"d\", want a time that ascends"
            ),
            (
                "e,2026-02-01,1,u,,no,1\ne,2026-01-31,1,u,,no,1\n",
                "s.csv:10, column 2: column \"t\": found 2026-01-31 after 2026-02-01 in the series \"e\", want a time that "
                    + "ascends"
            ),
            (
                "e,2026-02-01 10:00,1,u,,no,1\ne,2026-02-01 9:00,1,u,,no,1\n",
                "s.csv:10, column 2: column \"t\": found 2026-02-01 9:00 in the series \"e\", want numbers, or dates that "
                    + "begin with the year and have two digits for all that follows, such as 2021-03-27 or 2021-03-27 09:00"
            ),
            (
                "e,01.12.2021,1,u,,no,1\ne,02.11.2021,1,u,,no,1\n",
                "s.csv:9, column 2: column \"t\": found 01.12.2021 in the series \"e\", want numbers, or dates that begin "
                    + "with the year and have two digits for all that follows, such as 2021-03-27 or 2021-03-27 09:00"
            ),
            (
                "e,2021-02-33,1,u,,no,1\n",
                "s.csv:9, column 2: column \"t\": found 2021-02-33 in the series \"e\", which is no date of the calendar or no "
                    + "time of the day; correct the cell or drop the row"
            ),
            (
                "e,2021-12-01 10:00,1,u,,no,1\ne,2021-12-01 25:00,1,u,,no,1\n",
                "s.csv:10, column 2: column \"t\": found 2021-12-01 25:00 in the series \"e\", which is no date of the "
                    + "calendar or no time of the day; correct the cell or drop the row"
            ),
            (
                "e,,1,u,,no,1\n",
                "s.csv:9, column 2: column \"t\": found an empty cell in the series \"e\", want numbers, or dates that begin "
                    + "with the year and have two digits for all that follows, such as 2021-03-27 or 2021-03-27 09:00"
            ),
            (
                "e,nan,1,u,,no,1\n",
                "s.csv:9, column 2: column \"t\": found nan in the series \"e\", want numbers, or dates that begin with the "
                    + "year and have two digits for all that follows, such as 2021-03-27 or 2021-03-27 09:00"
            ),
            (
                "e,7,1,u,,no,1\ne,2021-12-01,1,u,,no,1\n",
                "s.csv:10, column 2: column \"t\": found 2021-12-01 after 7 in the series \"e\", want numbers alone or dates "
                    + "alone"
            ),
            (
                "d,8,1,u,,yes,1\n",
                "s.csv:9: the target differs from that of the row before in the series \"d\", want one target for a whole "
                    + "series"
            ),
            (
                "d,8,,u,,no,1\n",
                "s.csv:9, column 3: column \"x\": found an empty cell, want a number; drop the row or fill the cell"
            ),
            (
                ",8,1,u,,no,1\n",
                "s.csv:9, column 1: column \"id\": found an empty cell, want the name of a series; drop the row"
            ),
            (
                "d,8,1,u,,,1\n",
                "s.csv:9, column 6: column \"y\": found an empty cell, want a class; drop the row or fill the cell"
            ),
        ])
    func mistakes(rows: String, message: String) throws {
        let error = #expect(throws: DataFileError.self) { try Self.load(Self.text + rows) }
        #expect(error?.description == message)
    }
}
