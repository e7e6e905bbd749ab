/// Functional analysis of variance on a forest: which share of the variance of the loss over the space comes from which
/// parameter, and from which pair beyond what each does alone.
///
/// Each tree gives `F_U = V_U / V`; told are the mean over the trees and their standard deviation. Trees that predict one
/// and the same loss everywhere say nothing and are left out.
///
/// Source: F. Hutter, H. Hoos, K. Leyton-Brown, "An efficient approach for assessing hyperparameter importance", ICML
/// 2014.
package struct Fanova: Sendable {
    /// A share of the total variance over trees.
    package struct Share: Hashable, Sendable {
        package let mean: Double
        /// The standard deviation over trees.
        package let spread: Double

        package init(mean: Double, spread: Double) {
            self.mean = mean
            self.spread = spread
        }

        init(_ shares: [Double]) {
            let count = Double(max(1, shares.count))
            let mean = shares.reduce(0, +) / count
            self.mean = mean
            self.spread = (shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        }
    }

    private let trees: [TreePartition]
    /// For each tree the variance of each feature's marginal.
    private let variances: [[Double]]

    /// - Returns: `nil` where no tree has any variance: the losses are all equal, or no feature varies.
    package init?(_ forest: RegressionForest) {
        let trees = forest.trees.map { TreePartition($0, features: forest.features) }
            .filter { $0.variance > 0 && $0.variance.isFinite }
        guard !trees.isEmpty else { return nil }
        self.trees = trees
        self.variances = trees.map { tree in forest.features.indices.map { tree.variance(of: $0) } }
    }

    /// The main effect of a feature.
    package func share(of feature: Int) -> Share {
        Share(self.trees.indices.map { self.variances[$0][feature] / self.trees[$0].variance })
    }

    /// What two features do together beyond their main effects.
    package func interaction(of first: Int, _ second: Int) -> Share {
        Share(
            self.trees.indices.map { index in
                let both = self.trees[index].variance(of: first, second)
                let rest = both - self.variances[index][first] - self.variances[index][second]
                return max(0, rest) / self.trees[index].variance
            })
    }
}
