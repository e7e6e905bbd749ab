/// The partition that a tree's leaves are, and the variance of its marginals.
///
/// With `mu` the mean of the tree's predictions over the space, `a_U(x_U)` their mean over all parameters but those in U:
/// `V = Var(prediction)`, `V_U = Var(a_U)` less the variances of the proper subsets of U. The marginal of one feature is
/// constant between neighbouring thresholds; each leaf adds its value, times its share of the other features, to a run of
/// those cells, so that differences and one running sum give all of it.
///
/// Source: F. Hutter, H. Hoos, K. Leyton-Brown, "An efficient approach for assessing hyperparameter importance", ICML
/// 2014, algorithms 1 and 2, equations 3 to 7.
///
/// - Complexity: With L leaves and C cells of a feature: O(L * depth) to build, O(L * depth + C) for one feature,
///   O(L * depth + C * C') for two.
struct TreePartition: Sendable {
    /// What a leaf says of one feature.
    private struct Bound {
        let feature: Int
        /// Cells in which the leaf lies.
        let cells: [Range<Int>]
        let share: Double
    }

    private struct Leaf {
        let value: Double
        let bounds: [Bound]

        /// The product of the shares of all features but some.
        func share(without first: Int, _ second: Int = -1) -> Double {
            self.bounds.reduce(1) { $1.feature == first || $1.feature == second ? $0 : $0 * $1.share }
        }

        func cells(of feature: Int) -> [Range<Int>]? { self.bounds.first { $0.feature == feature }?.cells }
    }

    private var leaves: [Leaf] = []
    /// For each feature the shares of its cells.
    private let cells: [[Double]]
    private let mean: Double
    /// The variance of the predictions over the space.
    let variance: Double

    init(_ tree: RegressionTree, features: [Feature]) {
        let edges = Self.edges(tree, features: features)
        self.cells = features.indices.map { feature in
            switch features[feature] {
            case .category(let shares): shares
            case .number:
                zip(edges[feature], edges[feature].dropFirst()).map { features[feature].share(from: $0, to: $1) }
            }
        }
        var walk = Walk(features: features, edges: edges)
        walk.visit(tree)
        self.leaves = walk.leaves
        var mean = 0.0
        for leaf in self.leaves { mean += leaf.share(without: -1) * leaf.value }
        var variance = 0.0
        for leaf in self.leaves { variance += leaf.share(without: -1) * (leaf.value - mean) * (leaf.value - mean) }
        self.mean = mean
        self.variance = variance
    }

    /// The variance of one feature's marginal.
    func variance(of feature: Int) -> Double {
        let cells = self.cells[feature]
        var changes = [Double](repeating: 0, count: cells.count + 1)
        for leaf in self.leaves {
            let part = leaf.share(without: feature) * (leaf.value - self.mean)
            for run in leaf.cells(of: feature) ?? [0..<cells.count] {
                changes[run.lowerBound] += part
                changes[run.upperBound] -= part
            }
        }
        var marginal = 0.0
        var variance = 0.0
        for (cell, share) in cells.enumerated() {
            marginal += changes[cell]
            variance += share * marginal * marginal
        }
        return variance
    }

    /// The variance of the marginal of two features together, that of each alone included.
    func variance(of first: Int, _ second: Int) -> Double {
        let (rows, columns) = (self.cells[first], self.cells[second])
        let stride = columns.count + 1
        var changes = [Double](repeating: 0, count: (rows.count + 1) * stride)
        for leaf in self.leaves {
            let part = leaf.share(without: first, second) * (leaf.value - self.mean)
            for down in leaf.cells(of: first) ?? [0..<rows.count] {
                for along in leaf.cells(of: second) ?? [0..<columns.count] {
                    changes[down.lowerBound * stride + along.lowerBound] += part
                    changes[down.lowerBound * stride + along.upperBound] -= part
                    changes[down.upperBound * stride + along.lowerBound] -= part
                    changes[down.upperBound * stride + along.upperBound] += part
                }
            }
        }
        var above = [Double](repeating: 0, count: columns.count)
        var variance = 0.0
        for (row, rowShare) in rows.enumerated() {
            var sum = 0.0
            for (column, share) in columns.enumerated() {
                sum += changes[row * stride + column]
                above[column] += sum
                variance += rowShare * share * above[column] * above[column]
            }
        }
        return variance
    }

    /// For each feature of numbers -1, the thresholds in ascending order, and 1.
    private static func edges(_ tree: RegressionTree, features: [Feature]) -> [[Double]] {
        var edges: [[Double]] = features.map { _ in [-1, 1] }
        for node in tree.nodes {
            guard let feature = node.feature, case .number = features[feature] else { continue }
            edges[feature].append(node.threshold)
        }
        return edges.map { list in
            list.sorted().reduce(into: []) { unique, edge in if unique.last != edge { unique.append(edge) } }
        }
    }

    /// Goes through a tree and gathers the leaves with their bounds.
    private struct Walk {
        let features: [Feature]
        let edges: [[Double]]
        var leaves: [Leaf] = []
        /// The bounds on the way to a node.
        private var low: [Double]
        private var high: [Double]
        private var masks: [[Bool]]
        private var uses: [Int]

        init(features: [Feature], edges: [[Double]]) {
            self.features = features
            self.edges = edges
            self.low = Array(repeating: -1, count: features.count)
            self.high = Array(repeating: 1, count: features.count)
            self.masks = features.map { feature in
                if case .category(let shares) = feature { Array(repeating: true, count: shares.count) } else { [] }
            }
            self.uses = Array(repeating: 0, count: features.count)
        }

        mutating func visit(_ tree: RegressionTree, _ index: Int = 0) {
            let node = tree.nodes[index]
            guard let feature = node.feature else {
                self.leaves.append(Leaf(value: node.value, bounds: self.bounds()))
                return
            }
            let before = (self.low[feature], self.high[feature], self.masks[feature])
            self.uses[feature] += 1
            switch self.features[feature] {
            case .number:
                self.high[feature] = min(before.1, node.threshold)
                self.visit(tree, node.left)
                self.high[feature] = before.1
                self.low[feature] = max(before.0, node.threshold)
                self.visit(tree, node.right)
                self.low[feature] = before.0
            case .category(let shares):
                let left = tree.masks[node.maskStart..<node.maskStart + shares.count]
                self.masks[feature] = zip(before.2, left).map { $0 && $1 }
                self.visit(tree, node.left)
                self.masks[feature] = zip(before.2, left).map { $0 && !$1 }
                self.visit(tree, node.right)
                self.masks[feature] = before.2
            }
            self.uses[feature] -= 1
        }

        private func bounds() -> [Bound] {
            self.features.indices.compactMap { feature in
                guard self.uses[feature] > 0 else { return nil }
                switch self.features[feature] {
                case .number:
                    let (low, high) = (self.low[feature], self.high[feature])
                    return Bound(
                        feature: feature, cells: [self.cell(low, feature)..<self.cell(high, feature)],
                        share: self.features[feature].share(from: low, to: high))
                case .category(let shares):
                    let mask = self.masks[feature]
                    let share = zip(shares, mask).reduce(0) { $0 + ($1.1 ? $1.0 : 0) }
                    let cells = mask.indices.filter { mask[$0] }.map { $0..<$0 + 1 }
                    return Bound(feature: feature, cells: cells, share: share)
                }
            }
        }

        /// The cell that begins at an edge.
        private func cell(_ edge: Double, _ feature: Int) -> Int {
            let edges = self.edges[feature]
            var low = 0
            var high = edges.count - 1
            while low < high {
                let middle = (low + high) / 2
                if edges[middle] < edge { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }
}
