import Testing

@testable import TrainingData

@Suite("Splitting rows")
struct DatasetSplitTests {
    private static func classes(_ counts: [Int]) -> [Int32] {
        // Interleaved, so that classes are not in blocks.
        var rest = counts
        var result: [Int32] = []
        while result.count < counts.reduce(0, +) {
            for index in rest.indices where rest[index] > 0 {
                rest[index] -= 1
                result.append(Int32(index))
            }
        }
        return result
    }

    private static func split(
        _ counts: [Int], test: Holdout?, validation: Holdout?, seed: UInt64 = 1
    ) throws -> DatasetSplit {
        let names = counts.indices.map { "c\($0)" }
        let classes = Self.classes(counts)
        return try DatasetSplit(
            rowCount: classes.count, classes: classes, classNames: names, test: test, validation: validation, seed: seed
        )
    }

    @Test("both shares are shares of all rows, rounded to the nearest row")
    func shares() throws {
        let holdout = Holdout(share: 0.2, isStratified: false)
        let split = try DatasetSplit(
            rowCount: 1797, classes: nil, classNames: [], test: holdout, validation: holdout, seed: 1)
        #expect(split.test.count == 359)
        #expect(split.validation.count == 359)
        #expect(split.train.count == 1079)
    }

    @Test("every row is in exactly one part, each part ascending", arguments: [true, false], [UInt64(0), 7, 1 << 40])
    func partition(isStratified: Bool, seed: UInt64) throws {
        let split = try Self.split(
            [50, 30, 21], test: Holdout(share: 0.25, isStratified: isStratified),
            validation: Holdout(share: 0.1, isStratified: isStratified), seed: seed)
        #expect((split.train + split.validation + split.test).sorted() == (0..<Int32(101)).map { $0 })
        for part in [split.train, split.validation, split.test] { #expect(part == part.sorted()) }
    }

    @Test("a stratified part takes its share of each class by the largest remainder")
    func strata() throws {
        let counts = [50, 30, 21]
        let classes = Self.classes(counts)
        let split = try Self.split(
            counts, test: Holdout(share: 0.25, isStratified: true), validation: Holdout(share: 0.1, isStratified: true))
        let count = { (part: [Int32]) in (0..<3).map { name in part.count { classes[Int($0)] == Int32(name) } } }
        // 25 of 101: 12.38, 7.43, 5.20; then 10 of 76: of 38, 23, 16 rows of the rest, 4.93, 2.99, 2.08.
        #expect(count(split.test) == [12, 8, 5])
        #expect(count(split.validation) == [5, 3, 2])
    }

    @Test(
        "quotas",
        arguments: [
            ([50, 30, 21], 25, [12, 8, 5]), ([10, 10, 10], 10, [4, 3, 3]), ([2, 2], 2, [1, 1]), ([1, 9], 9, [0, 8]),
            ([0, 4], 2, [0, 2]), ([], 3, []), ([0, 0], 1, [0, 0]), ([3, 3], 6, [2, 2]),
        ])
    func quotas(counts: [Int], total: Int, expected: [Int]) {
        #expect(DatasetSplit.quotas(counts, total: total) == expected)
    }

    @Test("the same seed gives the same parts, another seed others; test rows do not depend on validation")
    func seeds() throws {
        let holdout = Holdout(share: 0.2, isStratified: true)
        let split = try Self.split([40, 60], test: holdout, validation: holdout)
        #expect(try Self.split([40, 60], test: holdout, validation: holdout) == split)
        #expect(try Self.split([40, 60], test: holdout, validation: holdout, seed: 2).test != split.test)
        let other = try Self.split([40, 60], test: holdout, validation: Holdout(share: 0.5, isStratified: false))
        #expect(other.test == split.test)
        #expect(other.validation.count == 50)
    }

    // Computed by a second implementation of Philox and the shuffle, in Python.
    @Test("known rows: the split of a seed is frozen")
    func frozen() throws {
        let split = try DatasetSplit(
            rowCount: 12, classes: nil, classNames: [], test: Holdout(share: 0.25, isStratified: false),
            validation: Holdout(share: 0.25, isStratified: false), seed: 42)
        #expect(split.test == [4, 5, 8])
        #expect(split.validation == [6, 7, 9])
        #expect(split.train == [0, 1, 2, 3, 10, 11])
    }

    @Test("shares that cannot be")
    func refusals() throws {
        let plain = { (share: Double) in Holdout(share: share, isStratified: false) }
        let message = { (counts: [Int], test: Holdout?, validation: Holdout?) in
            do {
                _ = try Self.split(counts, test: test, validation: validation)
                return "split"
            } catch { return "\(error)" }
        }
        #expect(message([5, 5], plain(1), nil) == "a test share of 1.0, want a share in (0, 1)")
        #expect(message([5, 5], nil, plain(.nan)) == "a validation share of nan, want a share in (0, 1)")
        #expect(
            message([5, 5], nil, plain(0.04))
                == "a validation share of 0.04 of 10 rows is no row, want a larger share or more rows")
        #expect(
            message([5, 5], plain(0.5), plain(0.5))
                == "a validation share of 0.5 of 10 rows leaves none for training, want smaller shares")
        #expect(
            message([9, 1], Holdout(share: 0.2, isStratified: true), nil)
                == "class \"c1\" has a single row left for test and training, want at least 2 to stratify; add "
                + "rows, or "
                + "set stratify: false")
        #expect(
            message([], plain(0.5), nil) == "a test share of 0.5 of 0 rows is no row, want a larger share or more rows")
    }
}
