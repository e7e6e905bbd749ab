/// The volume of what some points beat, up to a reference point that is worse than all of them.
///
/// Exact for any number of objectives. Two: a sweep. Three: slices along the third, each the area of the staircase so far.
/// More: the exclusive volumes of the points one after the other, each its box less the volume of the others limited to it.
///
/// Source: L. While, L. Bradstreet, L. Barone, "A fast way of calculating exact hypervolumes", IEEE TEC 16, 2012 (WFG).
///
/// Points that are not better than the reference in every objective, and those with NaN, add nothing.
///
/// - Complexity: O(n log n) for two objectives, O(n^2) at worst for three; exponential in the number of objectives at worst.
package enum Hypervolume {
    /// The volume of all points that some of these beat.
    ///
    /// - Parameters:
    ///   - points: Losses; the lower the better.
    ///   - reference: Finite, as many numbers as a point has.
    /// - Returns: The volume; 0 where no point is better than the reference.
    package static func volume(_ points: [[Double]], reference: [Double]) -> Double {
        precondition(points.allSatisfy { $0.count == reference.count }, "points and reference of different lengths")
        guard !reference.isEmpty else { return 0 }
        let inside = points.filter { point in zip(point, reference).allSatisfy { $0 < $1 && $0.isFinite } }
        return self.volume(ofFront: self.front(inside), reference)
    }

    /// The points that no other beats, each once.
    private static func front(_ points: [[Double]]) -> [[Double]] {
        let front = ParetoFront.indices(points).map { points[$0] }.sorted { $0.lexicographicallyPrecedes($1) }
        return front.indices.compactMap { $0 > 0 && front[$0 - 1] == front[$0] ? nil : front[$0] }
    }

    private static func volume(ofFront points: [[Double]], _ reference: [Double]) -> Double {
        guard !points.isEmpty else { return 0 }
        switch reference.count {
        case 1: return reference[0] - (points.map { $0[0] }.min() ?? reference[0])
        case 2: return self.area(points, reference)
        case 3: return self.slices(points, reference)
        default: return self.exclusive(points, reference)
        }
    }

    private static func area(_ points: [[Double]], _ reference: [Double]) -> Double {
        var area = 0.0
        var height = reference[1]
        for point in points.sorted(by: { ($0[0], $0[1]) < ($1[0], $1[1]) }) where point[1] < height {
            area += (reference[0] - point[0]) * (height - point[1])
            height = point[1]
        }
        return area
    }

    private static func slices(_ points: [[Double]], _ reference: [Double]) -> Double {
        let order = points.sorted { $0[2] < $1[2] }
        // By the first objective ascending, and so by the second descending.
        var stairs: [(x: Double, y: Double)] = []
        var area = 0.0
        var volume = 0.0
        for (place, point) in order.enumerated() {
            area += self.insert((point[0], point[1]), into: &stairs, reference)
            let next = place + 1 < order.count ? order[place + 1][2] : reference[2]
            volume += area * (next - point[2])
        }
        return volume
    }

    /// Puts a point into a staircase, takes out those that it beats.
    ///
    /// - Returns: By how much the area grows.
    private static func insert(
        _ point: (x: Double, y: Double), into stairs: inout [(x: Double, y: Double)], _ reference: [Double]
    ) -> Double {
        var start = 0
        var end = stairs.count
        while start < end {
            let middle = (start + end) / 2
            if stairs[middle].x < point.x { start = middle + 1 } else { end = middle }
        }
        var height = start > 0 ? stairs[start - 1].y : reference[1]
        if height <= point.y || (start < stairs.count && stairs[start].x == point.x && stairs[start].y <= point.y) {
            return 0
        }
        var growth = 0.0
        var x = point.x
        var last = start
        while last < stairs.count, stairs[last].y >= point.y {
            growth += (stairs[last].x - x) * (height - point.y)
            x = stairs[last].x
            height = stairs[last].y
            last += 1
        }
        let right = last < stairs.count ? stairs[last].x : reference[0]
        growth += (right - x) * (height - point.y)
        stairs.replaceSubrange(start..<last, with: [point])
        return growth
    }

    private static func exclusive(_ points: [[Double]], _ reference: [Double]) -> Double {
        let last = reference.count - 1
        // The worst in the last objective first: what is left of the others after limiting them is then small.
        let order = points.sorted { $0[last] > $1[last] }
        var volume = 0.0
        for (place, point) in order.enumerated() {
            let box = zip(reference, point).reduce(1) { $0 * ($1.0 - $1.1) }
            let limited = order[(place + 1)...].map { other in zip(other, point).map { max($0, $1) } }
            volume += box - self.volume(ofFront: self.front(limited), reference)
        }
        return volume
    }
}
