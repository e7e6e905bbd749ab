import Testing

@testable import TrainingData

@Suite("A data set with all folds")
struct FoldImageTests {
    private static func load(_ validation: LoadedDataset.Part) throws -> LoadedDataset {
        try LoadedDataset(
            try Samples.regression(), validation: validation,
            test: .holdout(Holdout(share: 0.25, isStratified: false)), seed: 3)
    }

    @Test("has for each fold what a data set of that fold alone has, and the first one's test rows")
    func folds() throws {
        let data = try Self.load(.folds(3, isStratified: false, isGrouped: false))
        let owner = try OwnedDataset(data.image)
        #expect(owner.views.count == 3)
        var offset = 64
        for fold in 0..<3 {
            let alone = try Self.load(.holdout(.fold(fold, of: 3)))
            let bytes = alone.image.contents
            #expect(Array(data.image.contents[offset..<offset + bytes.count]) == bytes)
            offset += bytes.count
            #expect(owner.views[fold].train.rowCount == alone.trainRows)
            #expect(owner.views[fold].validation.rowCount == alone.validationRows)
            if fold == 0 {
                #expect(data.testImage == alone.testImage && data.standardization == alone.standardization)
                #expect([data.trainRows, data.validationRows] == [alone.trainRows, alone.validationRows])
            }
        }
        #expect(offset == data.image.byteCount)
        withExtendedLifetime(owner) {}
    }

    @Test("is refused where its table is damaged")
    func damage() throws {
        let bytes = try Self.load(.folds(3, isStratified: false, isGrouped: false)).image.contents
        for length in [0, 8, 15, 16, 63, 64, 128, bytes.count - 64] {
            #expect(throws: DatasetError.self) { try OwnedDataset(copying: Array(bytes.prefix(length))) }
        }
        #expect(throws: DatasetError.self) { try OwnedDataset(copying: bytes + [UInt8](repeating: 0, count: 64)) }
        // All of the table, without the zeros behind it.
        for place in 0..<64 {
            for bit in [UInt8(1), 0x80] {
                var damaged = bytes
                damaged[place] ^= bit
                #expect(throws: DatasetError.self) { try OwnedDataset(copying: damaged) }
            }
        }
    }

    @Test("is refused for fewer than two folds and for more folds than rows")
    func counts() throws {
        #expect(throws: DatasetError("1 folds, want at least 2")) {
            try Self.load(.folds(1, isStratified: false, isGrouped: false))
        }
        #expect(throws: DatasetError.self) { try Self.load(.folds(900, isStratified: false, isGrouped: false)) }
    }
}
