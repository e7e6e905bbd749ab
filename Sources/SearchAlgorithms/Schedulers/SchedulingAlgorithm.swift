import TuningModel

/// A rule by which trials start, rest, go on and stop: what stands behind a ``Scheduler``, whose documentation says what
/// each call means.
protocol SchedulingAlgorithm: Hashable, Sendable {
    mutating func ask() -> Proposal
    mutating func close() -> [Decision]
    mutating func tell(_ trial: TrialID, epoch: Int, loss: Double) throws(SearchError) -> [Decision]
    mutating func retire(_ trial: TrialID, loss: Double) throws(SearchError) -> [Decision]
    func fate(of trial: TrialID) -> String
}

extension SchedulingAlgorithm {
    func equals(_ other: any SchedulingAlgorithm) -> Bool { (other as? Self) == self }
}
