/// A binary regression tree: each inner node splits on one feature, each leaf tells the mean of its rows.
///
/// Nodes lie in one list, the root first and children behind their parents.
package struct RegressionTree: Hashable, Sendable {
    struct Node: Hashable, Sendable {
        /// `nil` in a leaf.
        var feature: Int?
        /// Numbers below it go to the left.
        var threshold = 0.0
        /// Where the categories that go to the left are listed, one truth value for each; for splits on categories only.
        var maskStart = 0
        var left = 0
        var right = 0
        /// The mean of the rows that came here.
        var value: Double
    }

    var nodes: [Node] = []
    var masks: [Bool] = []

    /// The mean of the leaf that a row comes to.
    ///
    /// - Parameters:
    ///   - row: A value for each feature.
    ///   - features: Those the tree was grown on.
    /// - Returns: The prediction.
    /// - Complexity: O(depth).
    package func value(at row: [Double], features: [Feature]) -> Double {
        var node = 0
        while let feature = self.nodes[node].feature {
            let isLeft: Bool
            switch features[feature] {
            case .number: isLeft = row[feature] < self.nodes[node].threshold
            case .category: isLeft = self.masks[self.nodes[node].maskStart + Int(row[feature])]
            }
            node = isLeft ? self.nodes[node].left : self.nodes[node].right
        }
        return self.nodes[node].value
    }
}

/// Rows to learn from, a column for each feature.
struct FeatureTable: Sendable {
    let features: [Feature]
    /// Column after column; -1 for an inactive number, whole numbers for categories.
    let columns: [Double]
    let targets: [Double]

    var rowCount: Int { self.targets.count }

    init(features: [Feature], columns: [[Double]], targets: [Double]) {
        precondition(columns.count == features.count, "\(columns.count) columns for \(features.count) features")
        precondition(columns.allSatisfy { $0.count == targets.count }, "columns and targets of different lengths")
        self.features = features
        self.columns = columns.flatMap { $0 }
        self.targets = targets
    }

    func value(_ row: Int, _ feature: Int) -> Double { self.columns[feature * self.rowCount + row] }
}
