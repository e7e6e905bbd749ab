import TuningModel

/// All combinations of parameters that conditions link, counted without listing them.
///
/// Parameters are decided in order. A node stands for "the parameters before this one are decided, and of those from
/// here on these are ruled out"; decisions that rule out the same share a node, so that the nodes of a layer are far
/// fewer than the combinations before it: for `repeat` and `each` one for each number of repetitions.
struct GridTree: Hashable, Sendable {
    /// Consecutive values of an axis that lead to the same node.
    private struct Run: Hashable, Sendable {
        let firstIndex: Int
        let length: Int
        /// In the next layer.
        let successor: Int
        /// Combinations of the node's runs before this one, at most `Int.max`.
        var countBefore = 0
    }

    private struct Node: Hashable, Sendable {
        /// Whether the parameter is inactive; then there is one run of length 1.
        let isRuledOut: Bool
        /// Never empty.
        var runs: [Run]
        /// Combinations of this parameter and those after it, at most `Int.max`.
        var count = 0
    }

    /// Values of parameters with children that are looked at in building, over all nodes.
    private static let workLimit = 4_000_000

    /// Indices in the space, ascending.
    private let parameters: [Int]
    private let axes: [GridAxis]
    /// A layer for each parameter; the first one has one node.
    private var layers: [[Node]] = []

    /// How many combinations there are, at most `Int.max`.
    var count: Int { self.layers[0][0].count }

    /// - Parameters:
    ///   - space: The space with all its parameters.
    ///   - parameters: Indices in the space, ascending, not empty; conditions name no others.
    ///   - points: Values of each float and int range without a step.
    /// - Throws: ``SearchError/invalidSetting(name:found:wanted:)`` where too many combinations of conditions have to
    ///   be told apart.
    init(_ space: ParameterSpace, parameters: [Int], points: Int) throws(SearchError) {
        self.parameters = parameters
        self.axes = parameters.map { GridAxis(space.parameters[$0].domain, points: points) }
        // For each member of the group the later ones that depend on it, and what they ask of it.
        var children: [[(member: Int, condition: Condition)]] = Array(repeating: [], count: parameters.count)
        var initial = Array(repeating: false, count: parameters.count)
        for (member, parameter) in parameters.enumerated() {
            for condition in space.parameters[parameter].conditions {
                if let parent = condition.parameter.flatMap({ parameters.firstIndex(of: $0) }) {
                    children[parent].append((member, condition))
                } else {
                    initial[member] = true
                }
            }
        }
        try self.grow(from: initial, children: children)
        self.countCombinations()
    }

    /// Writes the values of a combination; those of inactive parameters stay as they are.
    ///
    /// - Precondition: `0 <= number < count`.
    func fill(_ values: inout [ParameterValue?], at number: Int) {
        var rest = number
        var place = 0
        for (member, layer) in self.layers.enumerated() {
            let node = layer[place]
            let run = node.runs[Self.run(holding: rest, in: node.runs)]
            rest -= run.countBefore
            place = run.successor
            guard !node.isRuledOut else { continue }
            let weight = self.countAfter(member, place)
            values[self.parameters[member]] = self.axes[member][run.firstIndex + rest / weight]
            rest %= weight
        }
    }

    /// Builds the layers from the first parameter on. What is ruled out is told by a flag for each member of the
    /// group from the current one on.
    private mutating func grow(
        from initial: [Bool], children: [[(member: Int, condition: Condition)]]
    ) throws(SearchError) {
        var states = [initial]
        var work = 0
        for member in self.parameters.indices {
            let axis = self.axes[member]
            var nextStates: [[Bool]] = []
            // Looked up by key only: the order of nodes is that in which they are found.
            var places: [[Bool]: Int] = [:]
            var layer: [Node] = []
            for state in states {
                let isRuledOut = state[0]
                let hasOneRun = isRuledOut || children[member].isEmpty
                work = saturatingSum(work, saturatingProduct(hasOneRun ? 1 : axis.count, 1 + children[member].count))
                guard work <= Self.workLimit else {
                    throw .invalidSetting(
                        name: "searcher", found: "grid, with too many combinations of conditions",
                        wanted: "conditions on fewer values, or the searcher random")
                }
                var runs: [Run] = []
                for index in 0..<(hasOneRun ? 1 : axis.count) {
                    var next = Array(state.dropFirst())
                    let value = isRuledOut || hasOneRun ? nil : axis[index]
                    for (child, condition) in children[member] where !condition.holds(for: value) {
                        next[child - member - 1] = true
                    }
                    let place = places[next] ?? nextStates.count
                    if place == nextStates.count {
                        places[next] = place
                        nextStates.append(next)
                    }
                    let length = hasOneRun && !isRuledOut ? axis.count : 1
                    if let last = runs.last, last.successor == place {
                        runs[runs.count - 1] = Run(
                            firstIndex: last.firstIndex, length: last.length + length, successor: place)
                    } else {
                        runs.append(Run(firstIndex: index, length: length, successor: place))
                    }
                }
                layer.append(Node(isRuledOut: isRuledOut, runs: runs))
            }
            self.layers.append(layer)
            states = nextStates
        }
    }

    /// Fills in the counts from the last layer to the first.
    private mutating func countCombinations() {
        for member in self.layers.indices.reversed() {
            for place in self.layers[member].indices {
                var count = 0
                for i in self.layers[member][place].runs.indices {
                    self.layers[member][place].runs[i].countBefore = count
                    let run = self.layers[member][place].runs[i]
                    count = saturatingSum(count, saturatingProduct(run.length, self.countAfter(member, run.successor)))
                }
                self.layers[member][place].count = count
            }
        }
    }

    /// Combinations of the parameters after a member, from a node of the next layer on.
    private func countAfter(_ member: Int, _ successor: Int) -> Int {
        member + 1 < self.layers.count ? self.layers[member + 1][successor].count : 1
    }

    /// The last run that does not begin after a number.
    private static func run(holding number: Int, in runs: [Run]) -> Int {
        var low = 0
        var high = runs.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if runs[middle].countBefore <= number { low = middle } else { high = middle }
        }
        return low
    }
}
