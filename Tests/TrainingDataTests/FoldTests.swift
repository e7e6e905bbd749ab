import Testing

@testable import TrainingData

@Suite("Folds, groups and the last rows")
struct FoldTests {
    private static func split(
        _ rowCount: Int, classes: [Int32]? = nil, groups: [Int32]? = nil, test: Holdout? = nil, validation: Holdout,
        seed: UInt64 = 1
    ) throws -> DatasetSplit {
        try DatasetSplit(
            rowCount: rowCount, classes: classes, classNames: ["a", "b", "c"], groups: groups, test: test,
            validation: validation, seed: seed)
    }

    private static func message(
        _ rowCount: Int, classes: [Int32]? = nil, groups: [Int32]? = nil, _ validation: Holdout
    ) -> String {
        do {
            _ = try self.split(rowCount, classes: classes, groups: groups, validation: validation)
            return "split"
        } catch { return "\(error)" }
    }

    @Test("the last rows are the last ones, validation before test")
    func last() throws {
        let split = try Self.split(10, test: .last(share: 0.2), validation: .last(share: 0.3))
        #expect(split.test == [8, 9])
        #expect(split.validation == [5, 6, 7])
        #expect(split.train == [0, 1, 2, 3, 4])
        #expect(
            Self.message(10, .last(share: 0.96))
                == "a validation share of 0.96 of 10 rows leaves none for training, want smaller shares")
    }

    @Test("each row is in exactly one of the folds, whose sizes differ by one at most", arguments: [2, 3, 5, 23])
    func folds(count: Int) throws {
        let all = try (0..<count).map { try Self.split(23, validation: .fold($0, of: count)) }
        #expect(all.flatMap(\.validation).sorted() == (0..<23).map { Int32($0) })
        for split in all {
            #expect((split.train + split.validation).sorted() == (0..<23).map { Int32($0) })
            #expect([23 / count, (23 + count - 1) / count].contains(split.validation.count))
        }
        #expect(try Self.split(23, validation: .fold(0, of: count)) == all[0])
        #expect(
            try Self.split(23, validation: .fold(0, of: count), seed: 2).validation != all[0].validation || count == 23)
    }

    @Test("stratified folds have their share of each class, to one row")
    func strata() throws {
        let classes = (0..<50).map { Int32($0 < 25 ? 0 : $0 < 42 ? 1 : 2) }
        let all = try (0..<4).map {
            try Self.split(50, classes: classes, validation: .fold($0, of: 4, isStratified: true))
        }
        #expect(all.flatMap(\.validation).sorted() == (0..<50).map { Int32($0) })
        for split in all {
            #expect([12, 13].contains(split.validation.count))
            let counts = (0..<3).map { name in split.validation.count { classes[Int($0)] == Int32(name) } }
            #expect([6, 7].contains(counts[0]) && [4, 5].contains(counts[1]) && counts[2] == 2)
        }
    }

    @Test("folds are of the rows that are no test rows")
    func test() throws {
        let holdout = Holdout(share: 0.25, isStratified: false)
        let all = try (0..<3).map { try Self.split(20, test: holdout, validation: .fold($0, of: 3)) }
        #expect(Set(all.map(\.test)).count == 1)
        #expect((all.flatMap(\.validation) + all[0].test).sorted() == (0..<20).map { Int32($0) })
    }

    @Test("rows of a group stay together, in holdouts and in folds", arguments: [UInt64(1), 2, 3])
    func groups(seed: UInt64) throws {
        // Groups of 1 to 9 rows, 45 in all, not in blocks.
        let groups = (1...9).flatMap { [Int32](repeating: Int32($0 - 1), count: $0) }.enumerated()
            .sorted { ($0.offset * 7 % 45, $0.offset) < ($1.offset * 7 % 45, $1.offset) }.map(\.element)
        let parts = { (split: DatasetSplit) in
            [split.train, split.validation, split.test].map { Set($0.map { groups[Int($0)] }) }
        }
        let split = try Self.split(
            45, groups: groups, test: .groups(share: 0.2), validation: .groups(share: 0.2), seed: seed)
        let sets = parts(split)
        #expect(
            sets[0].isDisjoint(with: sets[1]) && sets[0].isDisjoint(with: sets[2]) && sets[1].isDisjoint(with: sets[2]))
        #expect(sets.map(\.count).reduce(0, +) == 9)
        // Nearer to 9 rows than the largest group is large.
        #expect(abs(split.test.count - 9) < 9 && abs(split.validation.count - 9) < 9)
        let folds = try (0..<3).map {
            try Self.split(45, groups: groups, validation: .fold($0, of: 3, isGrouped: true), seed: seed)
        }
        #expect(folds.flatMap(\.validation).sorted() == (0..<45).map { Int32($0) })
        for fold in folds { #expect(parts(fold)[0].isDisjoint(with: parts(fold)[1])) }
        // The largest go first, each to the smallest fold: 9 + 4 + 3, 8 + 5 + 2, 7 + 6 + 1.
        #expect(folds.map(\.validation.count) == [16, 15, 14])
    }

    @Test("folds and groups that cannot be")
    func refusals() {
        #expect(Self.message(4, .fold(4, of: 4)) == "fold 4 of 4, want at least 2 folds and one of 0 to 3")
        #expect(Self.message(4, .fold(0, of: 1)) == "fold 0 of 1, want at least 2 folds and one of 0 to 0")
        #expect(Self.message(4, .fold(0, of: 5)) == "4 rows for 5 folds, want at least one for each")
        #expect(
            Self.message(5, classes: [0, 0, 0, 1, 1], .fold(0, of: 3, isStratified: true))
                == "class \"b\" has 2 rows for 3 folds, want one for each; add rows, or set stratify: false")
        #expect(
            Self.message(4, groups: [0, 0, 1, 1], .fold(0, of: 3, isGrouped: true))
                == "2 groups for 3 folds, want at least one for each")
        #expect(
            Self.message(4, groups: [0, 0, 0, 0], .groups(share: 0.5))
                == "1 group left for validation and training, want at least 2; use another column as group")
    }
}
