/// What suggests configurations.
package enum SearcherSettings: Hashable, Sendable {
    case random
    /// `points` values of each float and int range that has no step.
    case grid(points: Int)
    case sobol
    case gaussianProcess(GaussianProcessSettings)
    /// A Gaussian process for each level.
    case hyperTune(GaussianProcessSettings)
}
