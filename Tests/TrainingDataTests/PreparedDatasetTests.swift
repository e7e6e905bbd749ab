import Randomness
import Testing
import TrainingData
import TuningModel

@Suite("Prepared data sets")
struct PreparedDatasetTests {
    @Test("a viewed image has the standardised rows of the split, padded with zeros")
    func classification() throws {
        let rows = try Samples.classification()
        let data = try LoadedDataset(rows, validation: Samples.quarter, test: Samples.quarter, seed: 3)
        #expect(data.task == .classification(classes: 2))
        #expect(data.classNames == ["n", "y"])
        #expect([data.trainRows, data.validationRows, data.testRows] == [10, 5, 5])
        let split = try DatasetSplit(
            rowCount: 20, classes: nil, classNames: [], test: Holdout(share: 0.25, isStratified: false),
            validation: Holdout(share: 0.25, isStratified: false), seed: 3)
        let owner = try OwnedDataset(data.image)
        let view = owner.view
        #expect([view.featureCount, view.featureStride, view.targetStride] == [3, 16, 0])
        Self.expect(view.train, stride: 16, rows: split.train, of: rows, scales: data.standardization)
        Self.expect(view.validation, stride: 16, rows: split.validation, of: rows, scales: data.standardization)
        let test = try OwnedTestRows(try #require(data.testImage))
        #expect(test.task == data.task)
        Self.expect(test.part, stride: 16, rows: split.test, of: rows, scales: data.standardization)
        withExtendedLifetime(owner) {}
    }

    private static func expect(
        _ part: DatasetPart, stride: Int, rows: [Int32], of table: DatasetRows, scales: Standardization
    ) {
        let width = table.featureNames.count
        #expect(part.rowCount == rows.count)
        for (place, row) in rows.enumerated() {
            let found = (0..<stride).map { unsafe part.features[place * stride + $0] }
            let wanted = (0..<stride).map { column in
                column < width ? scales.features[column].apply(table.features[Int(row) * width + column]) : 0
            }
            #expect(found == wanted)
            if case .classes(let classes, _) = table.targets {
                #expect(unsafe part.classes?[place] == classes[Int(row)])
            }
        }
    }

    @Test("regression targets are standardised by the training rows, and the figures are kept")
    func regression() throws {
        let rows = try Samples.regression()
        let data = try LoadedDataset(rows, validation: Samples.quarter, test: nil, seed: 3)
        #expect(data.task == .regression(outputs: 2))
        #expect(data.testImage == nil)
        let owner = try OwnedDataset(data.image)
        let view = owner.view
        #expect([view.featureCount, view.featureStride, view.targetStride] == [17, 32, 16])
        guard let values = unsafe view.train.values else {
            Issue.record("no targets")
            return
        }
        for output in 0..<2 {
            let column = (0..<view.train.rowCount).map { unsafe Double(values[$0 * 16 + output]) }
            let mean = column.reduce(0, +) / Double(column.count)
            let square = column.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(column.count)
            #expect(abs(mean) < 1e-6)
            #expect(abs(square - 1) < 1e-6)
        }
        #expect(data.standardization.targets.count == 2)
        withExtendedLifetime(owner) {}
    }

    @Test("labels are stored as they are, and other rows must have the same")
    func labels() throws {
        let rows = try Samples.labels()
        let data = try LoadedDataset(rows, validation: .rows(rows), test: Samples.quarter, seed: 3)
        #expect(data.task == .multiLabel(labels: 2) && data.classNames == ["p", "q"])
        #expect([data.trainRows, data.validationRows, data.testRows] == [9, 12, 3])
        let owner = try OwnedDataset(data.image)
        guard case .labels(let values, _) = rows.targets, let found = unsafe owner.view.validation.values else {
            Issue.record("no labels")
            return
        }
        for row in 0..<12 {
            let stored = (0..<16).map { unsafe found[row * 16 + $0] }
            #expect(stored == [values[row * 2], values[row * 2 + 1]] + [Float](repeating: 0, count: 14))
        }
        let others = try DatasetRows(
            rowCount: 1, featureNames: ["a", "b"], features: [1, 2], targets: .labels([1, 0], names: ["p", "r"]))
        #expect(
            throws: DatasetError(
                "the targets of the test rows differ in kind from those of the training rows", concernsTargets: true)
        ) {
            try LoadedDataset(rows, validation: Samples.quarter, test: .rows(others), seed: 3)
        }
        #expect(throws: DatasetError("a target that is neither 0 nor 1", concernsTargets: true)) {
            try DatasetRows(rowCount: 1, featureNames: ["a"], features: [1], targets: .labels([0.5], names: ["p"]))
        }
        #expect(throws: DatasetError.self) {
            try DatasetRows(rowCount: 1, featureNames: ["a"], features: [1], targets: .labels([], names: []))
        }
    }

    @Test("columns of categories stand in the image, and in no image without them")
    func categories() throws {
        let features = (0..<20).flatMap { row -> [Float] in
            let first: [Float] = row % 2 == 0 ? [1, 0] : [0, 1]
            let second: [Float] = row % 3 == 0 ? [1, 0] : [0, 1]
            return first + [Float(row)] + second
        }
        func rows(_ categories: [Range<Int>]) throws -> DatasetRows {
            try DatasetRows(
                rowCount: 20, featureNames: ["a=x", "a=y", "n", "b=1", "b=2"], features: features,
                targets: .classes((0..<20).map { Int32($0 / 10) }, names: ["n", "y"]), categories: categories)
        }
        let columns = [0..<2, 3..<5]
        let table = try rows(columns)
        let data = try LoadedDataset(table, validation: .rows(table), test: .rows(table), seed: 3)
        #expect(data.categories == columns)
        let owner = try OwnedDataset(data.image)
        #expect(owner.view.categories == columns)
        for part in [owner.view.train, owner.view.validation] {
            for row in 0..<part.rowCount {
                for (column, category) in [(columns[0], row % 2), (columns[1], row % 3 == 0 ? 0 : 1)] {
                    let found = column.filter { unsafe part.features[row * 16 + $0] > 0 }
                    #expect(found == [column.lowerBound + category])
                }
            }
        }
        _ = try OwnedTestRows(try #require(data.testImage))
        let plain = try LoadedDataset(try rows([]), validation: .rows(try rows([])), test: nil, seed: 3)
        let plainOwner = try OwnedDataset(plain.image)
        #expect(plainOwner.view.categories.isEmpty)
        #expect(plain.image.byteCount + 64 == data.image.byteCount)
        for wrong in [[3..<5, 0..<2], [0..<2, 1..<3], [3..<6], [1..<1]] {
            #expect(throws: DatasetError.self) { try rows(wrong) }
        }
        #expect(throws: DatasetError("columns of categories in rows of the shape [1, 2], want lists of features")) {
            try DatasetRows(
                rowCount: 1, featureNames: ["a", "b"], featureShape: [1, 2], features: [1, 0],
                targets: .values([1], outputs: 1), categories: [0..<2])
        }
        // The number of columns, and the first feature of the second one.
        for (offset, message) in [
            (70, "a prepared data set with 65538 columns of categories, want at most 5, all in its"),
            (136, "a column of categories from feature 1 to 3, want columns that ascend from 2 to 5"),
        ] {
            var image = data.image.contents
            image[offset] = 1
            #expect {
                _ = try OwnedDataset(copying: image)
            } throws: {
                "\($0)".hasPrefix(message)
            }
        }
        withExtendedLifetime((owner, plainOwner)) {}
    }

    @Test("identical input gives identical bytes")
    func reproducible() throws {
        let first = try LoadedDataset(
            try Samples.regression(), validation: Samples.quarter, test: Samples.quarter, seed: 3)
        let second = try LoadedDataset(
            try Samples.regression(), validation: Samples.quarter, test: Samples.quarter, seed: 3)
        #expect(first == second)
        #expect(first.image.byteCount % 64 == 0)
    }

    @Test("validation rows of another file follow the training rows")
    func otherRows() throws {
        let rows = try Samples.classification()
        let data = try LoadedDataset(rows, validation: .rows(rows), test: .rows(rows), seed: 3)
        #expect([data.trainRows, data.validationRows, data.testRows] == [20, 20, 20])
        let owner = try OwnedDataset(data.image)
        let all = (0..<Int32(20)).map { $0 }
        Self.expect(owner.view.validation, stride: 16, rows: all, of: rows, scales: data.standardization)
        #expect {
            try LoadedDataset(rows, validation: .rows(try Samples.regression()), test: nil, seed: 3)
        } throws: { error in
            "\(error)".hasPrefix("17 features in the validation rows, want the 3 of the training rows")
        }
    }

    @Test("a target with one value is refused")
    func constantTarget() throws {
        let rows = try DatasetRows(
            rowCount: 4, featureNames: ["a"], features: [1, 2, 3, 4], targets: .values([5, 5, 5, 5], outputs: 1))
        #expect(
            throws: DatasetError(
                "a constant target: every training row has 5.0, want a column that varies", concernsTargets: true)
        ) {
            try LoadedDataset(rows, validation: Samples.quarter, test: nil, seed: 1)
        }
        let classes = try DatasetRows(
            rowCount: 4, featureNames: ["a"], features: [1, 2, 3, 4], targets: .classes([0, 0, 0, 0], names: ["x"]))
        #expect(
            throws: DatasetError(
                "a constant target: every training row has class \"x\", want at least two classes",
                concernsTargets: true)
        ) {
            try LoadedDataset(classes, validation: Samples.quarter, test: nil, seed: 1)
        }
    }

    @Test("rows that do not fit each other are refused")
    func rows() {
        #expect(throws: DatasetError.self) {
            try DatasetRows(rowCount: 2, featureNames: ["a"], features: [1], targets: .values([1, 2], outputs: 1))
        }
        #expect(throws: DatasetError("a feature is not finite")) {
            try DatasetRows(rowCount: 1, featureNames: ["a"], features: [.nan], targets: .values([1], outputs: 1))
        }
        #expect(throws: DatasetError.self) {
            try DatasetRows(rowCount: 1, featureNames: ["a"], features: [1], targets: .classes([2], names: ["a", "b"]))
        }
        #expect(throws: DatasetError.self) {
            try DatasetRows(
                rowCount: Int.max, featureNames: ["a", "b"], features: [], targets: .values([], outputs: 1))
        }
    }
}

@Suite("Damaged prepared data sets")
struct DamagedDatasetTests {
    private func message(_ change: (inout [UInt8]) -> Void) throws -> String {
        var image = try LoadedDataset(
            try Samples.classification(), validation: Samples.quarter, test: nil, seed: 3
        ).image.contents
        change(&image)
        do {
            _ = try OwnedDataset(copying: image)
            return "viewed"
        } catch { return "\(error)" }
    }

    @Test("each damage is named")
    func damages() throws {
        #expect(try self.message { _ in } == "viewed")
        #expect(
            try self.message { $0 = [1, 2] } == "2 bytes, want a prepared data set with a header of 128")
        #expect(try self.message { $0[0] = 0 } == "not a prepared data set: it does not begin with WNWDATA")
        #expect(try self.message { $0[8] = 2 } == "a prepared data set of version 2, want 1")
        #expect(try self.message { $0[12] = 1 } == "an image of test rows, want trainingAndValidation")
        #expect(
            try self.message { $0[16] = 9 }
                == "a prepared data set with content 0 and task 9, want content 0 or 1 and task 0 to 2")
        #expect(try self.message { $0[100] = 1 } == "a prepared data set whose reserved header bytes are not zero")
        #expect(try self.message { $0[20] = 1 } == "class 1 in row 0, want one below 1")
        #expect(try self.message { $0[24] = 2 } == "feature row 0 has a padding that is not zero")
        #expect(try self.message { $0.removeLast(64) }.contains("want 1536"))
        #expect(try self.message { $0[32] = 16 }.contains("bytes whose header says"))
        #expect(
            try self.message { for i in 32..<40 { $0[i] = 255 } } == "a header with the number 18446744073709551615")
        #expect(try self.message { for i in 24..<28 { $0[i] = 255 } }.contains("of 4294967295 features"))
        #expect(
            try self.message { $0.replaceSubrange(128..<132, with: [0, 0, 0x80, 0x7F]) }
                == "feature row 0 has a number that is not finite")
    }

    @Test("a label that is neither 0 nor 1 is named")
    func labels() throws {
        var image = try LoadedDataset(
            try Samples.labels(), validation: Samples.quarter, test: nil, seed: 3
        ).image.contents
        _ = try OwnedDataset(copying: image)
        // The targets follow nine rows of features, 64 bytes each.
        let start = 128 + 9 * 64
        image.replaceSubrange(start + 4..<start + 8, with: [0, 0, 0, 0x40])
        #expect(throws: DatasetError("label 1 of row 0 is 2.0, want 0 or 1")) { try OwnedDataset(copying: image) }
    }

    @Test("memory that is not aligned is refused")
    func alignment() throws {
        let image = try LoadedDataset(
            try Samples.classification(), validation: Samples.quarter, test: nil, seed: 3
        ).image.contents
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: image.count + 4, alignment: 64)
        defer { unsafe memory.deallocate() }
        let shifted = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[4...])
        unsafe shifted.copyBytes(from: image)
        #expect(
            throws: DatasetError("memory that is not aligned to 64 bytes, want a mapped file or a copy")
        ) {
            _ = try unsafe PreparedDataset.view(UnsafeRawBufferPointer(shifted))
        }
    }

    @Test("changed bytes give a view or an error, never a trap", arguments: [UInt64(1), 2, 3])
    func mutations(seed: UInt64) throws {
        let random = RandomStream(seed: seed, purpose: .dataSplit)
        let original = try LoadedDataset(
            seed == 3 ? try Samples.labels() : try Samples.regression(), validation: Samples.quarter, test: nil, seed: 3
        ).image.contents
        var index: UInt64 = 0
        func draw(_ bound: Int) -> Int {
            index += 1
            return Int(random.integer(below: UInt64(bound), at: index))
        }
        var refused = 0
        for _ in 0..<3000 {
            var image = original
            for _ in 0...draw(3) { image[draw(2) == 0 ? draw(64) : draw(image.count)] = UInt8(draw(256)) }
            if draw(10) == 0 { image.removeLast(draw(image.count)) }
            do {
                let owner = try OwnedDataset(copying: image)
                // Touch every row, so that a view beyond its memory shows.
                var sum = 0.0
                for row in 0..<owner.view.train.rowCount {
                    sum += unsafe Double(owner.view.train.features[row * owner.view.featureStride])
                }
                #expect(sum.isFinite, "seed \(seed)")
            } catch {
                refused += 1
                #expect(!error.message.isEmpty, "seed \(seed)")
            }
        }
        #expect(refused > 1000, "seed \(seed)")
    }
}
