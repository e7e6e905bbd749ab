/// Minibatches that grow during training: times `factor` every so many epochs, up to a largest size.
///
/// Source: S. Smith et al., "Don't decay the learning rate, increase the batch size", ICLR 2018.
package struct BatchGrowth: Hashable, Sendable {
    /// At least 2.
    package let factor: Int
    /// Epochs between two growths, at least 1.
    package let every: Int
    /// Rows of the largest minibatch. A minibatch that begins larger stays as it is.
    package let maximum: Int

    package init(factor: Int, every: Int, maximum: Int) {
        self.factor = factor
        self.every = every
        self.maximum = maximum
    }

    /// The sizes in their order, `every` epochs each and the last one from then on: 32 grows by 2 up to 100 as 32, 64, 100.
    ///
    /// - Complexity: O(log maximum).
    package func sizes(from start: Int) -> [Int] {
        var sizes = [start]
        var size = start
        while size < self.maximum, self.factor > 1 {
            let (next, isBeyond) = size.multipliedReportingOverflow(by: self.factor)
            size = isBeyond ? self.maximum : min(next, self.maximum)
            sizes.append(size)
        }
        return sizes
    }
}
