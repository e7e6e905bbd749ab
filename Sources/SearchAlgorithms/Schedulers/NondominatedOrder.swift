/// An order of points by several losses, each the lower the better: by fronts, and inside a front so that every beginning
/// of it is spread out.
///
/// One point dominates another where none of its losses is higher and one is lower. The first front are the points that
/// nobody dominates, the next those that only members of earlier fronts do. In a front the point with the lowest first loss
/// comes first, then always the one whose nearest predecessor is farthest away, each loss scaled to the range it has over
/// all points: the first k are an epsilon-net of the front.
///
/// Source: N. Srinivas, K. Deb, "Multiobjective function optimization using nondominated sorting in genetic algorithms", Evolutionary
/// Computation 2(3), 1994 (fronts); X. Zhang et al., "An efficient approach to nondominated sorting for evolutionary
/// multiobjective optimization", IEEE Transactions on Evolutionary Computation 19(2), 2015 (ENS-BS); R. Schmucker et al.,
/// "Multi-objective asynchronous successive halving", arXiv 2106.12639, 2021, section 4 (epsilon-net).
///
/// Deviations, on purpose: a point with a loss that is not finite stands in a front of its own kind, after all others; equal
/// points and equal distances go by number; the paper scales nothing, so that its net follows the loss with the widest range.
package enum NondominatedOrder {
    /// Whether no loss of the left point is higher, and one is lower.
    ///
    /// - Precondition: as many losses in both, none of them NaN.
    package static func dominates(_ left: [Double], _ right: [Double]) -> Bool {
        var isLower = false
        for (l, r) in zip(left, right) {
            if l > r { return false }
            if l < r { isLower = true }
        }
        return isLower
    }

    /// The fronts, best first, of indices of points in ascending order; points with losses that are not finite in the last.
    ///
    /// - Parameter points: As many losses in each.
    /// - Returns: Each index once, no empty front.
    /// - Complexity: O(n log n) for two losses; at worst O(n^2) comparisons for more.
    package static func fronts(_ points: [[Double]]) -> [[Int]] {
        let isLost = points.map { $0.contains { !$0.isFinite } }
        let sorted = points.indices.filter { !isLost[$0] }.sorted {
            if points[$0] == points[$1] { return $0 < $1 }
            return points[$0].lexicographicallyPrecedes(points[$1])
        }
        var fronts: [[Int]] = []
        for point in sorted {
            // Whoever is dominated by a member of a front is dominated by one of every front before it.
            var low = 0
            var high = fronts.count
            while low < high {
                let middle = (low + high) / 2
                if Self.isDominated(points[point], by: fronts[middle], points) {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            if low == fronts.count { fronts.append([point]) } else { fronts[low].append(point) }
        }
        let lost = points.indices.filter { isLost[$0] }
        return fronts.map { $0.sorted() } + (lost.isEmpty ? [] : [lost])
    }

    /// Members are in lexicographic order, in which of two losses the last member has the lowest second one.
    private static func isDominated(_ point: [Double], by front: [Int], _ points: [[Double]]) -> Bool {
        if point.count == 2, let last = front.last { return Self.dominates(points[last], point) }
        return front.reversed().contains { Self.dominates(points[$0], point) }
    }

    /// The first `count` indices of the order.
    ///
    /// - Parameters:
    ///   - count: How many are wanted.
    ///   - points: As many losses in each.
    /// - Returns: At most `count` indices, the best first.
    /// - Complexity: That of ``fronts(_:)`` and O(f k) for the k that are taken of each front of f.
    package static func first(_ count: Int, of points: [[Double]]) -> [Int] {
        var order: [Int] = []
        let scales = Self.scales(points)
        for front in Self.fronts(points) {
            guard order.count < count else { break }
            order += Self.net(front, points, scales: scales, count: count - order.count)
        }
        return order
    }

    /// For each loss its range over the points whose losses are finite and of feasible trials; 1 where that is 0 or too wide for a number.
    private static func scales(_ points: [[Double]]) -> [Double] {
        let finite = points.filter { $0.allSatisfy { $0.isFinite && ConstrainedLoss.violation(of: $0) == nil } }
        return (finite.first ?? []).indices.map { loss in
            let values = finite.map { $0[loss] }
            let range = (values.max() ?? 0) - (values.min() ?? 0)
            return range > 0 && range.isFinite ? range : 1
        }
    }

    private static func net(_ front: [Int], _ points: [[Double]], scales: [Double], count: Int) -> [Int] {
        guard front.allSatisfy({ points[$0].allSatisfy(\.isFinite) }), !scales.isEmpty,
            let first = front.min(by: { (points[$0][0], $0) < (points[$1][0], $1) })
        else { return Array(front.prefix(count)) }
        var order: [Int] = []
        var nearest = [Double](repeating: .infinity, count: front.count)
        var next = first
        while order.count < min(count, front.count) {
            order.append(next)
            var farthest: Int?
            for (place, point) in front.enumerated() {
                if point == next { nearest[place] = -1 }
                guard nearest[place] >= 0 else { continue }
                var square = 0.0
                for loss in scales.indices {
                    let distance = (points[point][loss] - points[next][loss]) / scales[loss]
                    square += distance * distance
                }
                nearest[place] = min(nearest[place], square)
                if farthest.map({ nearest[place] > nearest[$0] }) ?? true { farthest = place }
            }
            if let farthest { next = front[farthest] }
        }
        return order
    }
}
