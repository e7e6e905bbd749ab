import TuningModel

/// A searcher that learns from what trials gave.
///
/// Its suggestion is a function of its settings, the trial's number and the history alone. What it keeps between
/// calls is there for speed: a copy that never was asked before suggests the same.
protocol HistorySearcher: Hashable, Sendable {
    /// - Parameters:
    ///   - trial: The number of the trial that is to begin.
    ///   - target: The level at which it will be judged first.
    ///   - history: What was told so far.
    /// - Returns: A configuration whose active parameters all have values; `nil` where the space has none left.
    mutating func suggest(_ trial: Int, target: Int, history: SearchHistory) -> Configuration?

    /// Whether a suggestion has to wait for results of trials that run: a synchronous generation needs all of the one
    /// before.
    ///
    /// - Parameters:
    ///   - trial: The number of the trial that is to begin.
    ///   - target: The level at which it will be judged first; `nil` asks whether any trial had to wait.
    ///   - history: What was told so far.
    /// - Returns: False whenever nothing runs, so that no study waits for ever.
    func isWaiting(_ trial: Int, target: Int?, history: SearchHistory) -> Bool
}

extension HistorySearcher {
    func isWaiting(_ trial: Int, target: Int?, history: SearchHistory) -> Bool { false }
}
