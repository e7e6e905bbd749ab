import Randomness

extension DatasetSplit {
    /// Marks whole groups with about `count` rows together.
    ///
    /// Groups are gone through in random order, and one is taken where that brings the number of rows nearer to the wanted
    /// one; the first is taken in any case, and one is always left.
    ///
    /// - Throws: ``DatasetError`` where there is a single group.
    static func grouped(
        _ rows: [Int32], count: Int, groups: [Int32], random: RandomStream, name: String
    ) throws(DatasetError) -> [Bool] {
        let sizes = self.sizes(rows, groups)
        guard sizes.count > 1 else {
            throw DatasetError(
                "\(sizes.count) group left for \(name) and training, want at least 2; use another column as group")
        }
        var isChosen = [Bool](repeating: false, count: (groups.max().map { Int($0) } ?? 0) + 1)
        var taken = 0
        var chosen = 0
        for place in random.permutation(count: sizes.count) {
            let (group, size) = sizes[Int(place)]
            guard chosen == 0 || abs(taken + size - count) < abs(taken - count), chosen + 1 < sizes.count else {
                continue
            }
            isChosen[Int(group)] = true
            taken += size
            chosen += 1
        }
        return rows.map { isChosen[Int(groups[Int($0)])] }
    }

    /// Marks the rows of one fold.
    ///
    /// Without groups the folds' sizes differ by one row at most, with classes also for each class. Groups go, the largest
    /// first and equal ones in random order, each to the fold with the fewest rows.
    ///
    /// - Throws: ``DatasetError`` for a fold that is not there, fewer rows or groups than folds, or a class that cannot be
    ///   in each fold.
    static func fold(
        _ index: Int, of count: Int, _ rows: [Int32], classes: [Int32]?, classNames: [String], groups: [Int32]?,
        random: RandomStream
    ) throws(DatasetError) -> [Bool] {
        guard count >= 2, (0..<count).contains(index) else {
            throw DatasetError("fold \(index) of \(count), want at least 2 folds and one of 0 to \(count - 1)")
        }
        guard rows.count >= count else {
            throw DatasetError("\(rows.count) rows for \(count) folds, want at least one for each")
        }
        if let groups { return try self.groupedFold(index, of: count, rows, groups: groups, random: random) }
        var isTaken = [Bool](repeating: false, count: rows.count)
        guard let classes else {
            for (place, row) in random.permutation(count: rows.count).enumerated() where place % count == index {
                isTaken[Int(row)] = true
            }
            return isTaken
        }
        var members = [[Int32]](repeating: [], count: classNames.count)
        for (place, row) in rows.enumerated() { members[Int(classes[Int(row)])].append(Int32(place)) }
        if let rare = members.indices.first(where: { !members[$0].isEmpty && members[$0].count < count }) {
            throw DatasetError(
                "class \"\(classNames[rare])\" has \(members[rare].count) rows for \(count) folds, want one for each; add "
                    + "rows, or set stratify: false")
        }
        // Counted on from class to class, so that the first folds do not get all that is left over.
        var position = 0
        for var stratum in members {
            random.shuffle(&stratum, offset: UInt64(position))
            for place in stratum {
                isTaken[Int(place)] = position % count == index
                position += 1
            }
        }
        return isTaken
    }

    private static func groupedFold(
        _ index: Int, of count: Int, _ rows: [Int32], groups: [Int32], random: RandomStream
    ) throws(DatasetError) -> [Bool] {
        let sizes = self.sizes(rows, groups)
        guard sizes.count >= count else {
            throw DatasetError("\(sizes.count) groups for \(count) folds, want at least one for each")
        }
        let order = random.permutation(count: sizes.count).enumerated().sorted { left, right in
            let (first, second) = (sizes[Int(left.element)].count, sizes[Int(right.element)].count)
            return first != second ? first > second : left.offset < right.offset
        }
        var foldOfGroup = [Int](repeating: 0, count: (groups.max().map { Int($0) } ?? 0) + 1)
        var totals = [Int](repeating: 0, count: count)
        for (_, place) in order {
            let (group, size) = sizes[Int(place)]
            let fold = totals.indices.min { totals[$0] < totals[$1] } ?? 0
            foldOfGroup[Int(group)] = fold
            totals[fold] += size
        }
        return rows.map { foldOfGroup[Int(groups[Int($0)])] == index }
    }

    /// The groups that rows have, ascending, with how many rows each has.
    private static func sizes(_ rows: [Int32], _ groups: [Int32]) -> [(group: Int32, count: Int)] {
        var counts = [Int](repeating: 0, count: (groups.max().map { Int($0) } ?? 0) + 1)
        for row in rows { counts[Int(groups[Int(row)])] += 1 }
        return counts.indices.filter { counts[$0] > 0 }.map { (Int32($0), counts[$0]) }
    }
}
