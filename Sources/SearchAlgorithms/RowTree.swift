/// Points in boxes within boxes, to find the nearest of those that are left without a look at all of them.
///
/// A balanced k-d tree: each box is halved along the axis on which its points are spread the widest, until at most 64
/// points are in one. A box whose nearest corner is farther away than the best point so far is passed over. A distance is
/// summed axis after axis, and the distance of a box likewise from parts that are not larger; sums of rounded numbers keep
/// that order, so that no box with the nearest point is ever passed over. The points of a box are looked at in single
/// precision first, sixteen at a time; those that its error leaves as the possible nearest are measured in double.
///
/// Source: J. Friedman, J. Bentley, R. Finkel, "An algorithm for finding best matches in logarithmic expected time", ACM
/// Transactions on Mathematical Software 3(3), 1977.
///
/// Deviations, on purpose: boxes are the smallest around their points; points may be taken out, boxes stay as they are.
/// The error grows with the square of the farthest place: beside a row far outside of the space most are measured in
/// double, which is slow and no less right.
struct RowTree: Sendable {
    private static let leafCapacity = 64
    /// Rows are compared sixteen at a time.
    private static let blockCount = RowTree.leafCapacity / 16

    private struct Bound: Hashable, Sendable {
        var lower = -Double.infinity
        var upper = Double.infinity
    }

    private let axisCount: Int
    /// Axes are compared eight at a time where a box is.
    private let groupCount: Int
    /// Axes on which two points are 0 or 1 apart, and not by their difference.
    private let isChoice: [Bool]
    /// A power of two. Box i has the halves 2i + 1 and 2i + 2; the last `leafCount` boxes are the leaves.
    private let leafCount: Int
    /// The most that an axis adds to the distance of a box, in the order of ``order``.
    private let limits: [SIMD8<Float>]
    /// The bounds of box b on the axes of group g at `b * groupCount + g`, rounded, in the order of ``order``.
    private var lower: [SIMD8<Float>]
    private var upper: [SIMD8<Float>]
    /// The bounds of box b on axis a at `b * axisCount + a`; infinite ones where a point has no place on the axis.
    private var bounds: [Bound]
    /// The lowest row of each box at the beginning; `Int.max` for empty ones.
    private var leastRow: [Int]
    /// How many points of each box are left.
    private var counts: [Int]
    /// Rows of leaf l from `l * leafCapacity` on, those that are left first, in blocks of sixteen.
    private var rows: [Int]
    /// The axes in the order in which they lie in ``places``: those on which each row has a place, those on which some have
    /// none, choices.
    private let order: [Int]
    private let gapStart: Int
    private let choiceStart: Int
    /// For each block one axis after the other, the places of its rows, rounded.
    private var places: [SIMD16<Float>]
    /// For each block what is added to the distances: 0 for a row that is left, infinity for a gap.
    private var absent: [SIMD16<Float>]
    /// The place of row r on axis a at `r * axisCount + a`; NaN for none.
    private let exactPlaces: [Double]
    /// The largest size of a place on an axis that is measured by differences, at least 1.
    private let reach: Double

    /// - Parameters:
    ///   - columns: For each axis the place of each row; NaN for none.
    ///   - isChoice: For each axis whether its places are equal or not, and not near or far.
    ///   - rowCount: How many rows there are.
    /// - Complexity: O(n log^2 n).
    init(columns: [[Double]], isChoice: [Bool], rowCount: Int) {
        let groupCount = (columns.count + 7) / 8
        self.axisCount = columns.count
        self.groupCount = groupCount
        self.isChoice = isChoice
        var leafCount = 1
        while leafCount * Self.leafCapacity < rowCount { leafCount *= 2 }
        self.leafCount = leafCount
        let boxCount = 2 * leafCount - 1
        let blockCount = leafCount * Self.blockCount
        self.bounds = Array(repeating: Bound(), count: boxCount * columns.count)
        self.absent = Array(repeating: SIMD16(repeating: .infinity), count: blockCount)
        self.leastRow = Array(repeating: .max, count: boxCount)
        self.counts = Array(repeating: 0, count: boxCount)
        self.rows = Array(repeating: 0, count: leafCount * Self.leafCapacity)
        self.places = Array(repeating: SIMD16(repeating: 0), count: blockCount * columns.count)
        let choices = isChoice.indices.filter { isChoice[$0] }
        let measured = isChoice.indices.filter { !isChoice[$0] }
        let gaps = measured.filter { columns[$0].contains { $0.isNaN } }
        self.order = measured.filter { !gaps.contains($0) } + gaps + choices
        self.gapStart = measured.count - gaps.count
        self.choiceStart = measured.count
        self.limits = Self.groups(self.order.map { isChoice[$0] ? 1 : .infinity }, padding: 0)
        self.lower = Array(repeating: SIMD8(repeating: -.infinity), count: boxCount * groupCount)
        self.upper = Array(repeating: SIMD8(repeating: .infinity), count: boxCount * groupCount)
        self.exactPlaces = (0..<rowCount).flatMap { row in columns.map { $0[row] } }
        self.reach = zip(columns, isChoice).reduce(1) { reach, column in
            column.1 ? reach : column.0.reduce(reach) { $1.isNaN ? $0 : max($0, abs($1)) }
        }
        self.fill(box: 0, with: Array(0..<rowCount)[...], columns)
    }

    private mutating func fill(box: Int, with rows: ArraySlice<Int>, _ columns: [[Double]]) {
        self.counts[box] = rows.count
        self.leastRow[box] = rows.min() ?? .max
        var widest = 0
        var width = -1.0
        for axis in columns.indices {
            let bounds = Self.bounds(of: columns[axis], rows)
            self.bounds[box * self.axisCount + axis] = bounds
            // Axes without bounds cannot be halved.
            let difference = self.isChoice[axis] ? min(1, bounds.upper - bounds.lower) : bounds.upper - bounds.lower
            if difference.isFinite, difference > width { (widest, width) = (axis, difference) }
        }
        for (place, axis) in self.order.enumerated() {
            let bounds = self.bounds[box * self.axisCount + axis]
            self.lower[box * self.groupCount + place / 8][place % 8] = Float(bounds.lower)
            self.upper[box * self.groupCount + place / 8][place % 8] = Float(bounds.upper)
        }
        guard box < self.leafCount - 1 else {
            let leaf = box - (self.leafCount - 1)
            for (slot, row) in rows.enumerated() {
                self.rows[leaf * Self.leafCapacity + slot] = row
                let block = leaf * Self.blockCount + slot / 16
                self.absent[block][slot % 16] = 0
                for (place, axis) in self.order.enumerated() {
                    self.places[block * self.axisCount + place][slot % 16] = Float(columns[axis][row])
                }
            }
            return
        }
        let column = width > 0 ? columns[widest] : []
        let sorted =
            width > 0
            ? rows.sorted { column[$0] == column[$1] ? $0 < $1 : column[$0] < column[$1] } : Array(rows)
        self.fill(box: 2 * box + 1, with: sorted[..<(sorted.count / 2)], columns)
        self.fill(box: 2 * box + 2, with: sorted[(sorted.count / 2)...], columns)
    }

    /// Numbers in groups of eight, the last one filled up.
    private static func groups(_ numbers: [Float], padding: Float) -> [SIMD8<Float>] {
        stride(from: 0, to: numbers.count, by: 8).map { start in
            var group = SIMD8(repeating: padding)
            for lane in 0..<min(8, numbers.count - start) { group[lane] = numbers[start + lane] }
            return group
        }
    }

    private static func bounds(of column: [Double], _ rows: ArraySlice<Int>) -> Bound {
        var bound = Bound(lower: .infinity, upper: -.infinity)
        for row in rows {
            let place = column[row]
            guard !place.isNaN else { return Bound() }
            bound.lower = min(bound.lower, place)
            bound.upper = max(bound.upper, place)
        }
        return bound
    }

    /// How many rows are left.
    var count: Int { self.counts[0] }

    /// Takes out the row that is nearest to a point, the lowest one among equals.
    ///
    /// - Returns: `nil` where none is left.
    /// - Complexity: O(log n) and a look at the leaves around the point, which are few unless there are many axes.
    mutating func takeNearest(to point: [Double]) -> Int? {
        guard self.count > 0 else { return nil }
        var best = Best()
        self.search(box: 0, self.query(point), &best)
        guard let leaf = best.leaf else { return nil }
        let first = leaf * Self.leafCapacity
        let last = self.counts[self.leafCount - 1 + leaf] - 1
        self.rows[first + best.slot] = self.rows[first + last]
        let (to, from) = (leaf * Self.blockCount + best.slot / 16, leaf * Self.blockCount + last / 16)
        for axis in 0..<self.axisCount {
            let place = self.places[from * self.axisCount + axis][last % 16]
            self.places[to * self.axisCount + axis][best.slot % 16] = place
        }
        self.absent[from][last % 16] = .infinity
        var box = self.leafCount - 1 + leaf
        self.counts[box] -= 1
        while box > 0 {
            box = (box - 1) / 2
            self.counts[box] -= 1
        }
        return best.row
    }

    /// A point whose nearest row is wanted.
    private struct Query {
        let point: [Double]
        /// The same, rounded, in the order of the tree's ``RowTree/places``.
        let places: [Float]
        /// The same in groups, 0 for none, and the most that an axis adds to the distance of a box.
        let groups: [SIMD8<Float>]
        let limits: [SIMD8<Float>]
        /// Whether it has a place on each axis that is no choice.
        let isComplete: Bool
        /// How far a squared distance in single precision may be from the one in double.
        ///
        /// With places up to m in size and u = 2^-24, a difference is off by at most 4 m u and its square by 20 m^2 u; a sum
        /// of k squares, each up to 4 m^2, is off by at most 4 k^2 m^2 u more. Twice as much, for what is of the order of u^2.
        let error: Double
    }

    /// What a search needs to know of a point.
    private func query(_ point: [Double]) -> Query {
        var reach = self.reach
        var isComplete = true
        for axis in self.order[..<self.choiceStart] {
            if point[axis].isNaN { isComplete = false } else { reach = max(reach, abs(point[axis])) }
        }
        let count = Double(self.axisCount)
        let places = self.order.map { Float(point[$0]) }
        let limits =
            isComplete
            ? self.limits
            : Self.groups(self.order.map { point[$0].isNaN ? 0 : self.isChoice[$0] ? 1 : .infinity }, padding: 0)
        return Query(
            point: point, places: places,
            groups: Self.groups(isComplete ? places : places.map { $0.isNaN ? 0 : $0 }, padding: 0), limits: limits,
            isComplete: isComplete,
            error: reach < 0x1p60 ? 2 * (20 * count + 4 * count * count) * reach * reach * 0x1p-24 : .infinity)
    }

    /// The nearest row so far.
    private struct Best {
        var distance = Double.infinity
        var row = Int.max
        var leaf: Int?
        var slot = 0

        /// Whether a row may be nearer, or as near and lower, by the least that distance and row can be.
        func yields(to distance: Double, _ row: Int) -> Bool {
            distance < self.distance || (distance == self.distance && row < self.row)
        }
    }

    private func search(box: Int, _ query: Query, _ best: inout Best) {
        guard box < self.leafCount - 1 else {
            self.look(at: box - (self.leafCount - 1), query, &best)
            return
        }
        var nearer = (box: 2 * box + 1, distance: self.distance(of: 2 * box + 1, from: query))
        var farther = (box: 2 * box + 2, distance: self.distance(of: 2 * box + 2, from: query))
        if farther.distance < nearer.distance { swap(&nearer, &farther) }
        if self.mayHoldNearest(nearer.box, nearer.distance, query, best) { self.search(box: nearer.box, query, &best) }
        if self.mayHoldNearest(farther.box, farther.distance, query, best) {
            self.search(box: farther.box, query, &best)
        }
    }

    /// Whether a box may hold a row that the best one so far yields to.
    private func mayHoldNearest(_ box: Int, _ distance: Float, _ query: Query, _ best: Best) -> Bool {
        guard self.counts[box] > 0 else { return false }
        let distance = Double(distance)
        if distance < best.distance - query.error { return true }
        if distance > best.distance + query.error { return false }
        return best.yields(to: self.exactDistance(of: box, from: query.point), self.leastRow[box])
    }

    /// The least squared distance that a point of a box can have, in single precision.
    private func distance(of box: Int, from query: Query) -> Float {
        var sum = SIMD8<Float>.zero
        for group in 0..<self.groupCount {
            let index = box * self.groupCount + group
            let place = query.groups[group]
            // The nearest place in the box; comparisons of two vectors become one instruction, those with zero do not.
            var nearest = place.replacing(with: self.lower[index], where: place .< self.lower[index])
            nearest.replace(with: self.upper[index], where: nearest .> self.upper[index])
            let squares = (place - nearest) * (place - nearest)
            sum += squares.replacing(with: query.limits[group], where: squares .> query.limits[group])
        }
        let four = sum.lowHalf + sum.highHalf
        return (four[0] + four[1]) + (four[2] + four[3])
    }

    /// The least squared distance that a point of a box can have.
    private func exactDistance(of box: Int, from point: [Double]) -> Double {
        let bounds = self.bounds[(box * self.axisCount)..<((box + 1) * self.axisCount)]
        var sum = 0.0
        for (axis, bound) in zip(0..<self.axisCount, bounds) {
            let outside = max(bound.lower - point[axis], point[axis] - bound.upper)
            guard outside > 0 else { continue }
            sum += self.isChoice[axis] ? min(1, outside * outside) : outside * outside
        }
        return sum
    }

    /// Compares the rows of a leaf with the best one.
    private func look(at leaf: Int, _ query: Query, _ best: inout Best) {
        let count = self.counts[self.leafCount - 1 + leaf]
        for block in 0..<((count + 15) / 16) {
            let index = leaf * Self.blockCount + block
            let distances = self.distances(ofBlock: index, from: query)
            let least = Double(Self.least(distances))
            // Most blocks have no row that may be the nearest.
            if least > best.distance + query.error { continue }
            // The slots of those that may be, by the least one: a lane cannot be picked by its number without a detour.
            let limit = Float(min(best.distance + query.error, least + 2 * query.error)).nextUp
            var slots = SIMD16<Float>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
            slots.replace(with: .infinity, where: distances .> limit)
            let end = Float(min(16, count - 16 * block))
            while case let next = Self.least(slots), next < end {
                slots.replace(with: .infinity, where: slots .== next)
                let slot = Int(next)
                let row = self.rows[index * 16 + slot]
                let distance = self.distance(ofRow: row, from: query.point)
                if best.yields(to: distance, row) {
                    best = Best(distance: distance, row: row, leaf: leaf, slot: 16 * block + slot)
                }
            }
        }
    }

    /// The least lane, by halves; `min()` goes through the lanes one by one.
    @inline(__always)
    private static func least(_ lanes: SIMD16<Float>) -> Float {
        let eight = lanes.lowHalf.replacing(with: lanes.highHalf, where: lanes.highHalf .< lanes.lowHalf)
        let four = eight.lowHalf.replacing(with: eight.highHalf, where: eight.highHalf .< eight.lowHalf)
        let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .< four.lowHalf)
        return two[1] < two[0] ? two[1] : two[0]
    }

    /// The squared distances of the rows of a block in single precision.
    @inline(__always)
    private func distances(ofBlock block: Int, from query: Query) -> SIMD16<Float> {
        var sum = self.absent[block]
        let first = block * self.axisCount
        let complete = query.isComplete ? self.gapStart : 0
        for axis in 0..<complete {
            let difference = self.places[first + axis] - query.places[axis]
            sum += difference * difference
        }
        for axis in complete..<self.choiceStart {
            let difference = self.places[first + axis] - query.places[axis]
            let squares = difference * difference
            sum += squares.replacing(with: 1, where: squares .!= squares)
        }
        for axis in self.choiceStart..<self.axisCount {
            // Places are whole numbers, so that the squares are 0 or at least 1.
            let difference = self.places[first + axis] - query.places[axis]
            sum += pointwiseMin(difference * difference, SIMD16(repeating: 1))
        }
        return sum
    }

    /// The squared distance of a row.
    private func distance(ofRow row: Int, from point: [Double]) -> Double {
        var sum = 0.0
        for axis in 0..<self.axisCount {
            let difference = self.exactPlaces[row * self.axisCount + axis] - point[axis]
            let square = difference * difference
            sum += square.isNaN || (self.isChoice[axis] && square > 1) ? 1 : square
        }
        return sum
    }
}

extension RowTree: Hashable {
    /// Whether the same rows are left in the same order; boxes and places follow from the table, and NaN equals nothing.
    static func == (left: Self, right: Self) -> Bool { left.counts == right.counts && left.rows == right.rows }

    func hash(into hasher: inout Hasher) {
        hasher.combine(self.counts)
        hasher.combine(self.rows)
    }
}
