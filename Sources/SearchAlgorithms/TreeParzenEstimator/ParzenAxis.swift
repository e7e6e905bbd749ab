import TuningModel

/// One parameter as the estimator sees it: which kernels it has, and where a coordinate of the unit cube lies for them.
struct ParzenAxis: Hashable, Sendable {
    enum Shape: Hashable, Sendable {
        /// A range of so many values that it is taken for an interval.
        case interval
        /// Values in order, each with its share of the interval.
        case ordered(middles: [Double], shares: [Double])
        /// Values without an order.
        case unordered(count: Int)
    }

    /// More ordered values than this are taken for an interval.
    static let orderedLimit = 64

    let shape: Shape
    /// The share of a special value beside the range under the prior; 0 where there is none.
    let alternativeShare: Double

    /// - Parameter domain: With valid bounds, and values where it lists some.
    init(_ domain: ParameterDomain) {
        var hasAlternative = false
        switch domain {
        case .choice(let values): self.shape = .unordered(count: values.count)
        case .ordinal(let values): self.shape = Self.evenly(UInt64(values.count - 1))
        case .float(let range):
            hasAlternative = range.alternative != nil
            self.shape = range.stepCount.map(Self.evenly) ?? .interval
        case .int(let range):
            hasAlternative = range.alternative != nil
            self.shape = range.isLogarithmic ? Self.logarithmically(range) : Self.evenly(range.stepCount)
        }
        self.alternativeShare = hasAlternative ? ParameterDomain.alternativeShare : 0
    }

    private static func evenly(_ last: UInt64) -> Shape {
        guard last < UInt64(self.orderedLimit) else { return .interval }
        let count = Double(last) + 1
        return .ordered(
            middles: (0...last).map { (Double($0) + 0.5) / count },
            shares: Array(repeating: 1 / count, count: Int(last) + 1))
    }

    private static func logarithmically(_ range: IntRange) -> Shape {
        guard range.stepCount < UInt64(self.orderedLimit) else { return .interval }
        let bottom = LogarithmicScale.logarithm(Double(range.low) - 0.5)
        let height = LogarithmicScale.logarithm(Double(range.high) + 0.5) - bottom
        let edges = (0...(range.stepCount + 1)).map { step in
            (LogarithmicScale.logarithm(Double(range.low) + Double(step) - 0.5) - bottom) / height
        }
        let pairs = zip(edges, edges.dropFirst())
        return .ordered(middles: pairs.map { ($0 + $1) / 2 }, shares: pairs.map { $1 - $0 })
    }

    /// Where a coordinate lies for the kernels: a place in [0, 1), or the number of a value.
    enum Place: Hashable, Sendable {
        case inactive
        case alternative
        case point(Double)
        case value(Int)
    }

    /// The place of a coordinate of the unit cube, NaN for an inactive parameter.
    ///
    /// - Complexity: O(log values).
    func place(of coordinate: Double) -> Place {
        guard coordinate >= 0 else { return .inactive }
        if coordinate < self.alternativeShare { return .alternative }
        let rest = min((coordinate - self.alternativeShare) / (1 - self.alternativeShare), 1 - 0x1p-53)
        switch self.shape {
        case .interval: return .point(rest)
        case .unordered, .ordered: return .value(self.columns(of: [coordinate])[0])
        }
    }

    /// For each coordinate the number of its value, `count` for the special value beside a range, and `count + 1` for an
    /// inactive parameter. Nothing for an interval.
    ///
    /// - Complexity: O(coordinates · log values).
    func columns(of coordinates: [Double]) -> [Int] {
        let count = self.count
        let alternative = self.alternativeShare
        let scale = 1 / (1 - alternative)
        var columns: [Int] = []
        columns.reserveCapacity(coordinates.count + 1)
        switch self.shape {
        case .interval: break
        case .unordered:
            for coordinate in coordinates {
                columns.append(coordinate >= 0 ? min(Int(coordinate * Double(count)), count - 1) : count + 1)
            }
        case .ordered(let middles, let shares):
            // One edge less than a power of two, so that each search takes the same steps. The bits of numbers that are not
            // below 0 are in their order: no branch depends on a comparison, for half of those would be mispredicted.
            var edges = zip(middles, shares).dropLast().map { Int(truncatingIfNeeded: ($0 + $1 / 2).bitPattern) }
            var width = 1
            while width < count { width *= 2 }
            edges += Array(repeating: .max, count: width - 1 - edges.count)
            for coordinate in coordinates {
                guard coordinate >= alternative else {
                    columns.append(coordinate >= 0 ? count : count + 1)
                    continue
                }
                let rest = Int(truncatingIfNeeded: ((coordinate - alternative) * scale + 0).bitPattern)
                var low = 0
                var step = width / 2
                while step > 0 {
                    let isBelow = (rest &- edges[low &+ step &- 1]) >> 63
                    low &+= step & ~isBelow
                    step /= 2
                }
                columns.append(low)
            }
        }
        return columns
    }

    /// A coordinate of the unit cube at a place: the middle of those that stand for it.
    func coordinate(at place: Place) -> Double {
        let rest: Double
        switch (place, self.shape) {
        case (.inactive, _): return .nan
        case (.alternative, _): return self.alternativeShare / 2
        case (.point(let point), _): rest = point
        case (.value(let value), .ordered(let middles, _)): rest = middles[value]
        case (.value(let value), .unordered(let count)): rest = (Double(value) + 0.5) / Double(count)
        case (.value, .interval): return .nan
        }
        return min(self.alternativeShare + rest * (1 - self.alternativeShare), 1 - 0x1p-53)
    }

    /// How many values there are; 0 for an interval.
    var count: Int {
        switch self.shape {
        case .interval: 0
        case .ordered(let middles, _): middles.count
        case .unordered(let count): count
        }
    }

    /// The standard deviation of the observations on a range or in a list in order; 0 for less than two.
    func deviation(of coordinates: [Double]) -> Double {
        if case .unordered = self.shape { return 0 }
        let points = coordinates.filter { $0 >= self.alternativeShare }
            .map { ($0 - self.alternativeShare) / (1 - self.alternativeShare) }
        guard points.count > 1 else { return 0 }
        let mean = points.reduce(0, +) / Double(points.count)
        let squares = points.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(points.count - 1)).squareRoot()
    }
}
