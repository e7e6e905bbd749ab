import Randomness

/// A random forest for regression over mixed and conditional spaces.
///
/// Each tree is grown on a bootstrap sample of the rows. The forest is a function of rows, settings, seed and stream.
///
/// Source: L. Breiman, "Random forests", Machine Learning 45, 2001.
///
/// Deviations, on purpose: every split considers all features, as scikit-learn's regressor does; what differs between trees
/// is their sample and how ties fall.
///
/// - Complexity: O(trees * features * rows * depth).
package struct RegressionForest: Hashable, Sendable {
    package struct Settings: Hashable, Sendable {
        package var trees = 64
        package var depthLimit = 64
        /// The least rows of a leaf, repeated ones counted.
        package var leafWeight = 1.0

        package init(trees: Int = 64, depthLimit: Int = 64, leafWeight: Double = 1) {
            self.trees = max(1, trees)
            self.depthLimit = max(1, depthLimit)
            self.leafWeight = max(1, leafWeight)
        }
    }

    package let features: [Feature]
    package let trees: [RegressionTree]

    /// - Parameters:
    ///   - features: What each column holds.
    ///   - columns: For each feature a value for each row: in [0, 1) or -1 for numbers, a whole number below the number
    ///     of shares for categories.
    ///   - targets: Finite.
    ///   - settings: How many trees, and how large.
    ///   - seed: The study's seed of the search.
    ///   - stream: Which of the forests of this seed.
    package init(
        features: [Feature], columns: [[Double]], targets: [Double], settings: Settings = Settings(), seed: UInt64,
        stream: UInt32 = 0
    ) {
        let table = FeatureTable(features: features, columns: columns, targets: targets)
        let sortedRows = columns.map { column in
            column.indices.sorted { column[$0] != column[$1] ? column[$0] < column[$1] : $0 < $1 }.map { Int32($0) }
        }
        self.features = features
        self.trees = (0..<settings.trees).map { tree in
            var random = RandomSequence(
                RandomStream(seed: seed, purpose: .forest, stream: stream &* 4096 &+ UInt32(truncatingIfNeeded: tree)))
            var weights = [Double](repeating: 0, count: targets.count)
            for _ in targets.indices { weights[random.integer(below: targets.count)] += 1 }
            var grower = TreeGrower(
                table, weights: weights, sortedRows: sortedRows, settings: settings, random: random)
            return grower.grow()
        }
    }

    /// The mean of the trees' answers.
    package func value(at row: [Double]) -> Double {
        self.trees.reduce(0) { $0 + $1.value(at: row, features: self.features) } / Double(self.trees.count)
    }
}
