/// How a searcher with a Gaussian process works.
package struct GaussianProcessSettings: Hashable, Sendable {
    /// How many of the first trials are evenly spread.
    package var startupTrials: Int
    /// How many points are looked at for a suggestion; fewer where there are many observations.
    package var candidates: Int

    package init(startupTrials: Int = 10, candidates: Int = 1024) {
        self.startupTrials = startupTrials
        self.candidates = candidates
    }
}
