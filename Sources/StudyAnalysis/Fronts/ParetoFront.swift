/// The points that no other point beats: at least as good in every objective and better in one.
///
/// Objectives are losses, the lower the better. A point with a value that is not finite is never on the front. Equal points
/// do not beat each other: all of them are on it.
package enum ParetoFront {
    /// The points on the front.
    ///
    /// One objective: the best. Two: sorted by the first, a point is on the front when its second is below all before it
    /// (H. Kung, F. Luccio, F. Preparata, "On finding the maxima of a set of vectors", JACM 22, 1975). More: sorted
    /// lexicographically a point can only be beaten by one before it, and then also by one of the front so far.
    ///
    /// - Parameter points: Each with the same number of objectives.
    /// - Returns: Their indices, ascending.
    /// - Complexity: O(n log n) for two objectives; O(n log n + n f d) for d of them and a front of f.
    package static func indices(_ points: [[Double]]) -> [Int] {
        guard let dimensions = points.first?.count, dimensions > 0 else { return [] }
        precondition(points.allSatisfy { $0.count == dimensions }, "points of different numbers of objectives")
        let order = points.indices.filter { points[$0].allSatisfy(\.isFinite) }.sorted { left, right in
            for (a, b) in zip(points[left], points[right]) where a != b { return a < b }
            return left < right
        }
        return (dimensions <= 2 ? self.sweep(points, order) : self.filter(points, order)).sorted()
    }

    private static func sweep(_ points: [[Double]], _ order: [Int]) -> [Int] {
        var front: [Int] = []
        for index in order {
            guard let last = front.last else {
                front.append(index)
                continue
            }
            let isEqual = points[index] == points[last]
            let isBelow = points[index].count == 2 && points[index][1] < points[last][1]
            if isEqual || isBelow { front.append(index) }
        }
        return front
    }

    private static func filter(_ points: [[Double]], _ order: [Int]) -> [Int] {
        var front: [Int] = []
        for index in order {
            let isBeaten = front.contains { self.dominates(points[$0], points[index]) }
            if !isBeaten { front.append(index) }
        }
        return front
    }

    /// Whether one point is at least as good in every objective and better in one.
    package static func dominates(_ one: [Double], _ other: [Double]) -> Bool {
        var isBetter = false
        for (a, b) in zip(one, other) {
            guard a <= b else { return false }
            isBetter = isBetter || a < b
        }
        return isBetter
    }

    /// How lonely each point of a front is: the sum over objectives of the distance between its neighbours, over the
    /// objective's range; infinite at both ends.
    ///
    /// Source: K. Deb, A. Pratap, S. Agarwal, T. Meyarivan, "A fast and elitist multiobjective genetic algorithm: NSGA-II",
    /// IEEE TEC 6, 2002, section III-B.
    ///
    /// Deviations, on purpose: an objective in which all points are equal adds nothing, not even infinities.
    ///
    /// - Parameter points: Finite.
    /// - Returns: A distance for each point.
    /// - Complexity: O(d n log n).
    package static func crowding(_ points: [[Double]]) -> [Double] {
        var distances = [Double](repeating: 0, count: points.count)
        guard let dimensions = points.first?.count else { return [] }
        for objective in 0..<dimensions {
            let order = points.indices.sorted {
                let (a, b) = (points[$0][objective], points[$1][objective])
                return a != b ? a < b : $0 < $1
            }
            guard let first = order.first, let last = order.last else { continue }
            let range = points[last][objective] - points[first][objective]
            guard range > 0 else { continue }
            distances[first] = .infinity
            distances[last] = .infinity
            for place in order.indices.dropFirst().dropLast() {
                let gap = points[order[place + 1]][objective] - points[order[place - 1]][objective]
                distances[order[place]] += gap / range
            }
        }
        return distances
    }
}
