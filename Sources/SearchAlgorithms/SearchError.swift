package import TuningModel

/// Why a search algorithm refuses its settings or what it is told. Nothing has changed when one is thrown.
package enum SearchError: Error, Hashable, Sendable {
    /// A setting of the searcher or the scheduler is out of its range.
    case invalidSetting(name: String, found: String, wanted: String)
    /// A parameter of the space cannot be drawn from.
    case invalidParameter(name: String, found: String, wanted: String)
    /// The space has more parameters than the Sobol sequence has dimensions.
    case tooManyDimensions(found: Int, limit: Int)
    /// The trial was never started; trials below `started` were.
    case unknownTrial(TrialID, started: Int)
    /// A level came twice, or one before it is missing.
    case unexpectedLevel(TrialID, told: Int, expected: Int)
    /// The trial is paused or over: nobody was asked to train it.
    case notRunning(TrialID, level: Int)
}

extension SearchError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidSetting(let name, let found, let wanted):
            "search: \(name) = \(found), want \(wanted)"
        case .invalidParameter(let name, let found, let wanted):
            "parameter \(name): \(found), want \(wanted)"
        case .tooManyDimensions(let found, let limit):
            "searcher sobol: \(found) parameters, want at most \(limit); use the searcher random"
        case .unknownTrial(let trial, let started):
            "trial \(trial) was never started, want one of the first \(started)"
        case .unexpectedLevel(let trial, let told, let expected):
            "trial \(trial) tells level \(told), want level \(expected)"
        case .notRunning(let trial, let level):
            "trial \(trial) rests at level \(level), want a trial that was started or resumed"
        }
    }
}
