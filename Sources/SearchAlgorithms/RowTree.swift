/// Points in boxes within boxes, to find the nearest of those that are left without a look at all of them.
///
/// A balanced k-d tree: each box is halved along the axis on which its points are spread the widest, until at most 64
/// points are in one. A box whose nearest corner is farther away than the best point so far is passed over. A distance is
/// summed axis after axis, and the distance of a box likewise from parts that are not larger; sums of rounded numbers keep
/// that order, so that no box with the nearest point is ever passed over.
///
/// Source: J. Friedman, J. Bentley, R. Finkel, "An algorithm for finding best matches in logarithmic expected time", ACM
/// Transactions on Mathematical Software 3(3), 1977.
///
/// Deviations, on purpose: boxes are the smallest around their points; points may be taken out, boxes stay as they are.
struct RowTree: Hashable, Sendable {
    private static let leafCapacity = 64
    /// Rows are compared sixteen at a time.
    private static let blockCount = RowTree.leafCapacity / 16

    private struct Bound: Hashable, Sendable {
        var lower = -Double.infinity
        var upper = Double.infinity
    }

    private let axisCount: Int
    /// Axes on which two points are 0 or 1 apart, and not by their difference.
    private let isChoice: [Bool]
    /// A power of two. Box i has the halves 2i + 1 and 2i + 2; the last `leafCount` boxes are the leaves.
    private let leafCount: Int
    /// The most that an axis adds to the distance of a box.
    private let limits: [Double]
    /// The bounds of box b on axis a at `b * axisCount + a`; infinite ones where a point has no place on the axis.
    private var bounds: [Bound]
    /// The lowest row of each box at the beginning; `Int.max` for empty ones.
    private var leastRow: [Int]
    /// How many points of each box are left.
    private var counts: [Int]
    /// Rows of leaf l from `l * leafCapacity` on, those that are left first, in blocks of sixteen.
    private var rows: [Int]
    /// For each block one axis after the other, the places of its rows.
    private var places: [SIMD16<Double>]
    /// For each block what is added to the distances: 0 for a row that is left, infinity for a gap.
    private var absent: [SIMD16<Double>]
    /// For each axis whether some row has no place on it.
    private let hasGaps: [Bool]

    /// - Parameters:
    ///   - columns: For each axis the place of each row; NaN for none.
    ///   - isChoice: For each axis whether its places are equal or not, and not near or far.
    ///   - rowCount: How many rows there are.
    /// - Complexity: O(n log^2 n).
    init(columns: [[Double]], isChoice: [Bool], rowCount: Int) {
        self.axisCount = columns.count
        self.isChoice = isChoice
        var leafCount = 1
        while leafCount * Self.leafCapacity < rowCount { leafCount *= 2 }
        self.leafCount = leafCount
        let boxCount = 2 * leafCount - 1
        let blockCount = leafCount * Self.blockCount
        self.limits = isChoice.map { $0 ? 1 : .infinity }
        self.bounds = Array(repeating: Bound(), count: boxCount * columns.count)
        self.absent = Array(repeating: SIMD16(repeating: .infinity), count: blockCount)
        self.leastRow = Array(repeating: .max, count: boxCount)
        self.counts = Array(repeating: 0, count: boxCount)
        self.rows = Array(repeating: 0, count: leafCount * Self.leafCapacity)
        self.places = Array(repeating: SIMD16(repeating: 0), count: blockCount * columns.count)
        self.hasGaps = columns.map { $0.contains { $0.isNaN } }
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
        guard box < self.leafCount - 1 else {
            let leaf = box - (self.leafCount - 1)
            for (slot, row) in rows.enumerated() {
                self.rows[leaf * Self.leafCapacity + slot] = row
                let block = leaf * Self.blockCount + slot / 16
                self.absent[block][slot % 16] = 0
                for axis in columns.indices {
                    self.places[block * self.axisCount + axis][slot % 16] = columns[axis][row]
                }
            }
            return
        }
        let sorted =
            width > 0
            ? rows.sorted { (columns[widest][$0], $0) < (columns[widest][$1], $1) } : Array(rows)
        self.fill(box: 2 * box + 1, with: sorted[..<(sorted.count / 2)], columns)
        self.fill(box: 2 * box + 2, with: sorted[(sorted.count / 2)...], columns)
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
        self.search(box: 0, point, &best)
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

    private func search(box: Int, _ point: [Double], _ best: inout Best) {
        guard box < self.leafCount - 1 else {
            self.look(at: box - (self.leafCount - 1), point, &best)
            return
        }
        var nearer = (box: 2 * box + 1, distance: self.distance(of: 2 * box + 1, from: point))
        var farther = (box: 2 * box + 2, distance: self.distance(of: 2 * box + 2, from: point))
        if farther.distance < nearer.distance { swap(&nearer, &farther) }
        if best.yields(to: nearer.distance, self.leastRow[nearer.box]) { self.search(box: nearer.box, point, &best) }
        if best.yields(to: farther.distance, self.leastRow[farther.box]) {
            self.search(box: farther.box, point, &best)
        }
    }

    /// The least squared distance that a point of a box can have; infinity for a box where none is left.
    private func distance(of box: Int, from point: [Double]) -> Double {
        guard self.counts[box] > 0 else { return .infinity }
        let bounds = self.bounds[(box * self.axisCount)..<((box + 1) * self.axisCount)]
        var sum = 0.0
        for (axis, bound) in zip(0..<self.axisCount, bounds) {
            let below = bound.lower - point[axis]
            let above = point[axis] - bound.upper
            // Written so that no processor has to guess which side it is; false for a place that is none.
            let larger = below > above ? below : above
            let outside = larger > 0 ? larger : 0
            let square = outside * outside
            sum += square < self.limits[axis] ? square : self.limits[axis]
        }
        return sum
    }

    /// Compares the rows of a leaf with the best one.
    private func look(at leaf: Int, _ point: [Double], _ best: inout Best) {
        let count = self.counts[self.leafCount - 1 + leaf]
        for block in 0..<((count + 15) / 16) {
            let index = leaf * Self.blockCount + block
            var distances = self.absent[index]
            for axis in 0..<self.axisCount {
                let difference = self.places[index * self.axisCount + axis] - point[axis]
                let squares = difference * difference
                if self.isChoice[axis] {
                    // Places are whole numbers, so that the squares are 0 or at least 1.
                    distances += pointwiseMin(squares, SIMD16(repeating: 1))
                } else if self.hasGaps[axis] || point[axis].isNaN {
                    distances += squares.replacing(with: 1, where: squares .!= squares)
                } else {
                    distances += squares
                }
            }
            guard distances.min() <= best.distance else { continue }
            for slot in 0..<min(16, count - 16 * block) {
                let row = self.rows[index * 16 + slot]
                if best.yields(to: distances[slot], row) {
                    best = Best(distance: distances[slot], row: row, leaf: leaf, slot: 16 * block + slot)
                }
            }
        }
    }
}
