import Testing
import TrainingData
import TuningModel

@Suite("Sequences that end early")
struct SequenceEndTests {
    private static let nan = Float.nan

    /// Four sequences of three steps of two features.
    private static func rows(_ features: [Float], fills: [MissingFill?] = []) throws(DatasetError) -> DatasetRows {
        try DatasetRows(
            rowCount: features.count / 6, featureNames: (0..<6).map { "x\($0)" }, featureShape: [3, 2],
            features: features, fills: fills,
            targets: .values((0..<features.count / 6).map { Float($0) }, outputs: 1))
    }

    private static let features: [Float] = [
        1, 5, 3, 5, nan, nan,
        2, 5, nan, nan, nan, nan,
        4, 5, 6, 5, 8, 5,
        100, 7, 200, 7, nan, nan,
    ]

    @Test("figures come from the steps that are there")
    func figures() throws {
        let scales = Standardization.scales(Self.features, shape: [3, 2], rows: [0, 1, 2])
        // 1, 3, 2, 4, 6, 8: the mean is 4, squared distances are 9, 1, 4, 0, 4, 16.
        let first = ColumnScale(mean: 4, deviation: (34.0 / 6).squareRoot())
        let second = ColumnScale(mean: 5, deviation: 0)
        #expect(scales == [first, second, first, second, first, second])
    }

    @Test("the prepared image keeps NaN behind the end and zeros as padding, and can be viewed")
    func image() throws {
        let rows = try Self.rows(Self.features)
        let scales = Standardization.scales(rows.features, shape: [3, 2], rows: [0, 1, 2])
        let standardization = Standardization(
            features: scales, targets: [ColumnScale(mean: 0, deviation: 1)])
        let image = try PreparedDataset.encode(
            rows, first: [0, 1, 2], second: [3], standardization: standardization, task: .regression(outputs: 1),
            content: .trainingAndValidation)
        let owner = try OwnedDataset(image)
        #expect(owner.view.featureShape == [3, 2] && owner.view.featureStride == 16)
        for row in 0..<4 {
            let part = row < 3 ? owner.view.train : owner.view.validation
            for column in 0..<16 {
                let found = unsafe part.features[row % 3 * 16 + column]
                var wanted: Float = 0
                if column < 6 {
                    let given = Self.features[row * 6 + column]
                    wanted = given.isNaN ? .nan : scales[column].apply(given)
                }
                #expect(found.bitPattern == wanted.bitPattern, "row \(row), column \(column)")
            }
        }
        // Whatever NaN a file has, the image is the same.
        let others = Self.features.map { $0.isNaN ? Float(bitPattern: 0xFFC0_1234) : $0 }
        let same = try PreparedDataset.encode(
            try Self.rows(others), first: [0, 1, 2], second: [3], standardization: standardization,
            task: .regression(outputs: 1), content: .trainingAndValidation)
        #expect(same == image)
    }

    @Test("a whole data set with test rows")
    func dataset() throws {
        var features: [Float] = []
        for row in 0..<20 {
            for step in 0..<3 {
                features += step <= row % 3 ? [Float(row), Float(step - row)] : [Self.nan, Self.nan]
            }
        }
        let rows = try Self.rows(features)
        let data = try LoadedDataset(rows, validation: Samples.quarter, test: Samples.quarter, seed: 4)
        let owner = try OwnedDataset(data.image)
        let test = try OwnedTestRows(try #require(data.testImage))
        var ends = 0
        for part in [owner.view.train, owner.view.validation, test.part] {
            for row in 0..<part.rowCount where unsafe part.features[row * 16 + 4].isNaN { ends += 1 }
        }
        // Of rows 0 to 19 all but 2, 5, 8, 11, 14 and 17.
        #expect(ends == 14)
        #expect(data.standardization.features.allSatisfy { $0.mean.isFinite && $0.deviation > 0 })
        #expect(data.standardization.features[0] == data.standardization.features[4])
        let other = try LoadedDataset(rows, validation: .rows(rows), test: .rows(rows), seed: 4)
        #expect(try OwnedDataset(other.image).view.validation.rowCount == 20)
    }

    @Test(
        "other numbers that are not finite are refused with row and step",
        arguments: [
            (
                [1, 2, .nan, .nan, 5, 6],
                "row 1, step 1: NaN before the sequence's end, step 2 has numbers again; want finite "
                    + "numbers, or NaN in all steps that follow"
            ),
            (
                [1, 2, 3, 4, .nan, 6],
                "row 1, step 2: 1 of 2 numbers are NaN, want finite numbers, or NaN in all of them from "
                    + "the sequence's end on"
            ),
            ([1, 2, 3, .infinity, .nan, .nan], "row 1, step 1: a number that is not finite, want finite numbers"),
            ([1, 2, .nan, .nan, -.infinity, .nan], "row 1, step 2: a number that is not finite, want finite numbers"),
            (
                [.nan, .nan, .nan, .nan, .nan, .nan],
                "row 1, step 0: NaN in all steps, want at least one step with numbers"
            ),
        ] as [([Float], String)])
    func refusals(row: [Float], message: String) throws {
        let error = #expect(throws: DatasetError.self) { try Self.rows([1, 2, 3, 4, .nan, .nan] + row) }
        #expect(error?.message == message)
        // The same in an image that was changed.
        let good = try Self.rows([1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1])
        let unit = ColumnScale(mean: 0, deviation: 1)
        let whole = try PreparedDataset.encode(
            good, first: [0], second: [1],
            standardization: Standardization(features: [ColumnScale](repeating: unit, count: 6), targets: [unit]),
            task: .regression(outputs: 1), content: .trainingAndValidation)
        var image = whole.contents
        let start = 128
        for (column, value) in row.enumerated() {
            for byte in 0..<4 {
                image[start + 4 * column + byte] = UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32(byte)))
            }
        }
        let damage = #expect(throws: DatasetError.self) { try OwnedDataset(copying: image) }
        #expect(damage?.message == "feature " + message.replacing("row 1", with: "row 0"))
    }

    @Test("lists and images end nowhere")
    func otherShapes() {
        for shape in [[6], [3, 1, 2]] {
            #expect(throws: DatasetError("a feature is not finite")) {
                try DatasetRows(
                    rowCount: 1, featureNames: (0..<6).map { "x\($0)" }, featureShape: shape,
                    features: [1, 2, 3, 4, Self.nan, Self.nan], targets: .values([1], outputs: 1))
            }
        }
    }
}
