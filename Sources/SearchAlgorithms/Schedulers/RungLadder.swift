/// The numbers of epochs, or of other units of a study's resource, at which the trials of one bracket are compared.
///
/// The ladder is `minimum, minimum * eta, minimum * eta^2, ...` while that does not pass `maximum`, and `maximum`
/// itself as the last rung where the powers miss it: 1, 3, 9, 27, 50. It is computed by integer multiplication only:
/// `floor(log(R / r) / log(eta))` in floating point loses a rung for R = 243 with eta = 3, for R = 1000 with
/// eta = 10, and more.
///
/// Source: L. Li et al., "A system for massively parallel hyperparameter tuning", MLSys 2020, algorithm 2, where
/// `minimum` is _r_ and `maximum` is _R_.
///
/// Deviations, on purpose: the paper takes R / r to be a power of eta and says nothing of other values.
package struct RungLadder: Hashable, Sendable {
    /// Strictly increasing, never empty.
    package let levels: [Int]
    /// The reduction factor: one of `eta` trials goes on from a rung.
    package let eta: Int

    /// No study trains a network longer; products of two such numbers stay far from overflow.
    package static let maximumLimit = 1_000_000_000
    /// The widest reduction that is still a comparison.
    package static let etaLimit = 1_000

    /// - Throws: ``SearchError/invalidSetting(name:found:wanted:)`` unless `1 <= minimum <= maximum <= 10^9` and
    ///   `2 <= eta <= 1000`.
    package init(minimum: Int, maximum: Int, eta: Int) throws(SearchError) {
        try Self.check(maximum: maximum, eta: eta)
        guard (1...maximum).contains(minimum) else {
            throw .invalidSetting(name: "min", found: "\(minimum)", wanted: "1 to max, which is \(maximum)")
        }
        var levels = [minimum]
        while levels[levels.count - 1] <= maximum / eta { levels.append(levels[levels.count - 1] * eta) }
        if levels[levels.count - 1] < maximum { levels.append(maximum) }
        self.levels = levels
        self.eta = eta
    }

    /// The ladder of trials that are never compared: its only rung is the end.
    ///
    /// - Throws: ``SearchError/invalidSetting(name:found:wanted:)`` unless `1 <= maximum <= 10^9`.
    package init(onlyRung maximum: Int) throws(SearchError) {
        try Self.check(maximum: maximum, eta: 2)
        self.levels = [maximum]
        self.eta = 2
    }

    /// The number of the rung at the top.
    package var top: Int { self.levels.count - 1 }

    static func check(maximum: Int, eta: Int) throws(SearchError) {
        guard (1...Self.maximumLimit).contains(maximum) else {
            throw .invalidSetting(name: "max", found: "\(maximum)", wanted: "1 to \(Self.maximumLimit)")
        }
        guard (2...Self.etaLimit).contains(eta) else {
            throw .invalidSetting(name: "eta", found: "\(eta)", wanted: "2 to \(Self.etaLimit)")
        }
    }
}
