import TuningModel

/// A rule by which trials start, rest, go on and stop: what stands behind a ``Scheduler``, whose documentation says what
/// each call means.
protocol SchedulingAlgorithm: Hashable, Sendable {
    mutating func ask() -> Proposal
    /// What ``ask()`` would answer now.
    func outlook() -> Outlook
    mutating func close() -> [Decision]
    mutating func tell(_ trial: TrialID, level: Int, loss: Double) throws(SearchError) -> [Decision]
    mutating func retire(_ trial: TrialID, loss: Double) throws(SearchError) -> [Decision]
    /// A running trial has come further, short of a rung; does nothing unless an algorithm looks at losses at rungs alone.
    mutating func skip(_ trial: TrialID, to level: Int) throws(SearchError)
    func fate(of trial: TrialID) -> Reason
    /// The same for many trials, where what they share is found once.
    func fates(of trials: [TrialID]) -> [Reason]
    /// What an algorithm that chooses for itself has chosen by now, for people; `nil` for others.
    var choice: Reason? { get }

    /// The same, knowing whether no configuration is left; makes no difference unless an algorithm says so.
    mutating func close(isExhausted: Bool) -> [Decision]

    /// The same with a loss for each of several objectives; by the first alone unless an algorithm knows better.
    mutating func tell(_ trial: TrialID, level: Int, losses: [Double]) throws(SearchError) -> [Decision]
    mutating func retire(_ trial: TrialID, losses: [Double]) throws(SearchError) -> [Decision]
}

extension SchedulingAlgorithm {
    mutating func close(isExhausted: Bool) -> [Decision] { self.close() }

    func fates(of trials: [TrialID]) -> [Reason] { trials.map { self.fate(of: $0) } }

    var choice: Reason? { nil }

    mutating func skip(_ trial: TrialID, to level: Int) throws(SearchError) {}

    mutating func tell(_ trial: TrialID, level: Int, losses: [Double]) throws(SearchError) -> [Decision] {
        try self.tell(trial, level: level, loss: losses.first ?? .nan)
    }

    mutating func retire(_ trial: TrialID, losses: [Double]) throws(SearchError) -> [Decision] {
        try self.retire(trial, loss: losses.first ?? .nan)
    }

    func equals(_ other: any SchedulingAlgorithm) -> Bool { (other as? Self) == self }
}
