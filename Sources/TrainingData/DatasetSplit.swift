import Randomness

/// Row numbers of the parts of a data set; each ascending, together every row once.
package struct DatasetSplit: Hashable, Sendable {
    package let train: [Int32]
    package let validation: [Int32]
    package let test: [Int32]

    /// Splits rows at random: test rows first, then validation rows from the rest.
    ///
    /// Both shares are shares of all rows, rounded to the nearest row: 0.2 and 0.2 of 1,797 rows are 359 test and 359
    /// validation rows. Where a part is stratified, each class gives the whole part of its proportional count, and the
    /// largest remainders give one more, ties to the lower class; a class keeps at least one row for the rest.
    ///
    /// Test rows depend on the seed and the test share alone, so that changing the validation share leaves them.
    /// ``Holdout`` says which other ways there are.
    ///
    /// - Parameters:
    ///   - rowCount: All rows.
    ///   - classes: The class of each row, or `nil` for regression, which has no strata.
    ///   - classNames: For messages; as many as there are classes.
    ///   - groups: The group of each row, numbered from 0 on, or `nil`.
    ///   - test: What is split off first.
    ///   - validation: What is split off then.
    ///   - seed: The study's data seed.
    /// - Throws: ``DatasetError`` when a share is not in (0, 1), gives no row, or leaves none for training; and when a
    ///   stratified class has a single row.
    /// - Complexity: O(rows), with O(classes log classes) for remainders.
    package init(
        rowCount: Int, classes: [Int32]?, classNames: [String], groups: [Int32]? = nil, test: Holdout?,
        validation: Holdout?, seed: UInt64
    ) throws(DatasetError) {
        guard rowCount <= PreparedDataset.Limit.rows, classes == nil || classes?.count == rowCount,
            groups == nil || groups?.count == rowCount
        else {
            throw DatasetError(
                "\(rowCount) rows, want at most \(PreparedDataset.Limit.rows), each with its class and its group")
        }
        var rest = (0..<Int32(rowCount)).map { $0 }
        var parts: [[Int32]] = []
        for (stream, part) in [("test", test), ("validation", validation)].enumerated() {
            guard let holdout = part.1 else {
                parts.append([])
                continue
            }
            let random = RandomStream(seed: seed, purpose: .dataSplit, stream: UInt32(stream))
            let strata = holdout.isStratified ? classes : nil
            let isTaken: [Bool]
            if case .fold(let fold, let folds) = holdout.choice {
                isTaken = try Self.fold(
                    fold, of: folds, rest, classes: strata, classNames: classNames,
                    groups: holdout.isGrouped ? groups : nil, random: random)
            } else {
                let count = try Self.count(of: holdout, rowCount: rowCount, rest: rest.count, name: part.0)
                if holdout.choice == .last {
                    isTaken = rest.indices.map { $0 >= rest.count - count }
                } else if holdout.isGrouped, let groups {
                    isTaken = try Self.grouped(rest, count: count, groups: groups, random: random, name: part.0)
                } else if let strata {
                    isTaken = try Self.stratified(
                        rest, count: count, classes: strata, classNames: classNames, random: random, name: part.0)
                } else {
                    var taken = [Bool](repeating: false, count: rest.count)
                    for place in random.permutation(count: rest.count).prefix(count) { taken[Int(place)] = true }
                    isTaken = taken
                }
            }
            parts.append(rest.indices.filter { isTaken[$0] }.map { rest[$0] })
            rest = rest.indices.filter { !isTaken[$0] }.map { rest[$0] }
        }
        self.train = rest
        self.test = parts[0]
        self.validation = parts[1]
    }

    private static func count(
        of holdout: Holdout, rowCount: Int, rest: Int, name: String
    ) throws(DatasetError) -> Int {
        guard holdout.share > 0, holdout.share < 1 else {
            throw DatasetError("a \(name) share of \(holdout.share), want a share in (0, 1)")
        }
        let count = Int((holdout.share * Double(rowCount)).rounded())
        guard count > 0 else {
            throw DatasetError(
                "a \(name) share of \(holdout.share) of \(rowCount) rows is no row, want a larger share or more rows")
        }
        guard count < rest else {
            throw DatasetError(
                "a \(name) share of \(holdout.share) of \(rowCount) rows leaves none for training, want smaller shares")
        }
        return count
    }

    /// Marks `count` of the rows so that every class gives its share.
    private static func stratified(
        _ rows: [Int32], count: Int, classes: [Int32], classNames: [String], random: RandomStream, name: String
    ) throws(DatasetError) -> [Bool] {
        var members = [[Int32]](repeating: [], count: classNames.count)
        for (place, row) in rows.enumerated() { members[Int(classes[Int(row)])].append(Int32(place)) }
        if let single = members.indices.first(where: { members[$0].count == 1 }) {
            throw DatasetError(
                "class \"\(classNames[single])\" has a single row left for \(name) and training, "
                    + "want at least 2 to stratify; add rows, or set stratify: false")
        }
        let quotas = self.quotas(members.map(\.count), total: count)
        var isTaken = [Bool](repeating: false, count: rows.count)
        var offset: UInt64 = 0
        for (stratum, quota) in zip(members, quotas) {
            var stratum = stratum
            random.shuffle(&stratum, offset: offset)
            for place in stratum.prefix(quota) { isTaken[Int(place)] = true }
            offset += UInt64(stratum.count)
        }
        return isTaken
    }

    /// The largest remainder method in whole numbers; a class with rows keeps at least one.
    static func quotas(_ counts: [Int], total: Int) -> [Int] {
        let sum = counts.reduce(0, +)
        guard sum > 0 else { return counts.map { _ in 0 } }
        var quotas: [Int] = []
        var remainders: [(remainder: UInt, index: Int)] = []
        for (index, count) in counts.enumerated() {
            let product = UInt(count).multipliedFullWidth(by: UInt(total))
            let share = UInt(sum).dividingFullWidth((product.high, product.low))
            quotas.append(min(Int(share.quotient), max(0, count - 1)))
            remainders.append((share.remainder, index))
        }
        remainders.sort { ($1.remainder, $0.index) < ($0.remainder, $1.index) }
        var missing = total - quotas.reduce(0, +)
        for (_, index) in remainders where missing > 0 && quotas[index] + 1 < counts[index] {
            quotas[index] += 1
            missing -= 1
        }
        return quotas
    }
}
