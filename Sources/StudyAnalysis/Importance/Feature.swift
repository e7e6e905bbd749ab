/// What a regression tree may split on, with the measure over which its predictions are averaged.
package enum Feature: Hashable, Sendable {
    /// Numbers in [0, 1), evenly spread, or -1 where the parameter is inactive, which has this share of the space.
    case number(inactiveShare: Double = 0)
    /// Whole numbers from 0 on without an order; their shares of the space add up to 1.
    case category(shares: [Double])

    /// The share of the space in which a number lies in [low, high), for bounds in [-1, 1].
    ///
    /// The interval [-1, 0) stands for the inactive parameter.
    func share(from low: Double, to high: Double) -> Double {
        guard case .number(let inactive) = self else { return 0 }
        let below = max(0, min(high, 0) - max(low, -1))
        let above = max(0, min(high, 1) - max(low, 0))
        return inactive * below + (1 - inactive) * above
    }
}
