import TuningModel

/// Every configuration of a space whose ranges are cut into points, each exactly once.
///
/// Only active parameters count: what belongs to a branch that is not taken has no values and multiplies nothing.
/// Parameters that conditions link, directly or through others, form a ``GridTree``; trees are independent of one
/// another. The order is that of numbers with several digits: the last tree varies fastest, and in a tree the last
/// active parameter does; each parameter runs through its ``GridAxis`` in order.
///
/// - Complexity: Nothing is enumerated. A configuration takes one binary search for each active parameter.
struct Grid: Hashable, Sendable {
    /// More points on an axis are a mistake rather than a wish.
    static let pointsLimit = 10_000

    private let parameterCount: Int
    /// In the order of their first parameters.
    private let trees: [GridTree]
    /// For each tree the number of configurations of all trees after it.
    private let weights: [Int]
    /// How many configurations there are, at most `Int.max`.
    let count: Int

    /// - Parameters:
    ///   - space: A space that ``TuningModel/ParameterSpace/check()`` has let pass.
    ///   - points: Values of each float and int range without a step.
    /// - Throws: ``SearchError/invalidSetting(name:found:wanted:)`` for a number of points outside 1 to 10,000, and
    ///   for conditions of which too many combinations have to be told apart.
    init(_ space: ParameterSpace, points: Int) throws(SearchError) {
        guard (1...Self.pointsLimit).contains(points) else {
            throw .invalidSetting(name: "points", found: "\(points)", wanted: "1 to \(Self.pointsLimit)")
        }
        var trees: [GridTree] = []
        for parameters in space.linkedParameters() {
            trees.append(try GridTree(space, parameters: parameters, points: points))
        }
        var weights: [Int] = []
        var count = 1
        for tree in trees.reversed() {
            weights.append(count)
            count = saturatingProduct(count, tree.count)
        }
        self.parameterCount = space.count
        self.trees = trees
        self.weights = weights.reversed()
        self.count = count
    }

    /// The configuration with this number, from 0; `nil` where there is none.
    func configuration(at number: Int) -> Configuration? {
        guard number >= 0, number < self.count else { return nil }
        var values: [ParameterValue?] = Array(repeating: nil, count: self.parameterCount)
        var rest = number
        for (tree, weight) in zip(self.trees, self.weights) {
            tree.fill(&values, at: rest / weight)
            rest %= weight
        }
        return Configuration(values)
    }
}

extension ParameterSpace {
    /// The parameters in groups that no condition links to one another; groups in the order of their first
    /// parameters.
    fileprivate func linkedParameters() -> [[Int]] {
        var groups = Array(0..<self.count)
        func root(of parameter: Int) -> Int {
            var i = parameter
            while groups[i] != i {
                groups[i] = groups[groups[i]]
                i = groups[i]
            }
            return i
        }
        for (i, parameter) in self.parameters.enumerated() {
            for parent in parameter.conditions.compactMap(\.parameter) {
                let (first, second) = (root(of: parent), root(of: i))
                groups[max(first, second)] = min(first, second)
            }
        }
        var members: [[Int]] = Array(repeating: [], count: self.count)
        for i in groups.indices { members[root(of: i)].append(i) }
        return members.filter { !$0.isEmpty }
    }
}

/// The product of two numbers that are not negative, at most `Int.max`.
func saturatingProduct(_ left: Int, _ right: Int) -> Int {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? Int.max : product
}

/// The sum of two numbers that are not negative, at most `Int.max`.
func saturatingSum(_ left: Int, _ right: Int) -> Int {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? Int.max : sum
}
