import Randomness
package import TuningModel

/// Suggests configurations: one face for all searchers.
///
/// A pure value: suggestion i depends on the settings, the space, the seed and on i alone, so that any trial can be
/// suggested again, in any order, on any host.
package struct Searcher: Hashable, Sendable {
    private enum Algorithm: Hashable, Sendable {
        case random(seed: UInt64)
        case grid(Grid)
        case sobol(SobolSequence)
    }

    private let algorithm: Algorithm
    private let space: ParameterSpace

    /// - Throws: ``SearchError`` for a parameter that cannot be drawn from, more parameters than Sobol's sequence has
    ///   dimensions, or a grid of less than one point an axis.
    package init(_ settings: SearcherSettings, space: ParameterSpace, seed: UInt64) throws(SearchError) {
        try space.check()
        self.space = space
        self.algorithm =
            switch settings {
            case .random: .random(seed: seed)
            case .grid(let points): .grid(try Grid(space, points: points))
            case .sobol: .sobol(try SobolSequence(dimensionCount: space.count, scramble: seed))
            }
    }

    /// The configuration of a trial by its number.
    ///
    /// - Returns: `nil` where the grid is used up; never from the other searchers.
    /// - Complexity: O(parameters + conditions) for `random`; 53 times that for `sobol`; a logarithm for each axis of
    ///   a `grid`.
    package func suggest(_ trial: TrialID) -> Configuration? {
        let number = UInt64(bitPattern: Int64(trial.rawValue))
        switch self.algorithm {
        case .random(let seed):
            let random = RandomStream(seed: seed, purpose: .searchSpace, stream: UInt32(truncatingIfNeeded: number))
            return self.space.configuration { random.uniform(at: (number >> 32) << 32 | UInt64($0)) }
        case .grid(let grid):
            return grid.configuration(at: trial.rawValue)
        case .sobol(let sequence):
            return self.space.configuration { sequence.coordinate(dimension: $0, point: number) }
        }
    }

    /// How many configurations there are in all, at most `Int.max`; `nil` for searchers without an end.
    package var configurationCount: Int? {
        switch self.algorithm {
        case .random, .sobol: nil
        case .grid(let grid): grid.count
        }
    }
}
