import TuningModel

/// The median stopping rule: a trial is stopped when it never was as good as others were on average.
///
/// After each epoch _s_ from the grace period on, the trial's best loss so far is compared with the median of
/// `(1/s) * sum of losses in epochs 1 to s` over the other trials that have come as far. It is stopped where its best loss
/// is strictly above the median, and at least `minimumTrials` others are there.
///
/// Source: D. Golovin et al., "Google Vizier: a service for black-box optimization", KDD 2017, section 3.2.2.
///
/// Deviations, on purpose:
/// - All other trials that have reached epoch s count, those that are stopped or still run included. With complete ones
///   alone the first trials of many workers would all run to the end, and later ones be compared with survivors only.
/// - The paper knows no grace period and no least number of trials; both are usual elsewhere.
/// - A loss that is not finite makes the running average the worst one, and stops the trial from the grace period on.
///
/// - Complexity: `tell` O(log n). 16 to 32 bytes for each epoch told from the grace period on.
struct MedianStopping: SchedulingAlgorithm {
    private let maximum: Int
    private let grace: Int
    private let minimumTrials: Int
    private let wording: LossWording
    /// The running averages after epoch `grace + i`.
    private var averages: [RankedList] = []
    private var trials = TrialTable()
    /// By trial number.
    private var sums: [Double] = []
    private var bestLosses: [Double] = []
    private var isClosed = false

    /// - Throws: ``SearchError/invalidSetting(name:found:wanted:)`` unless `1 <= grace <= maximum <= 10^9` and
    ///   `minimumTrials >= 1`.
    init(maximum: Int, grace: Int, minimumTrials: Int, wording: LossWording) throws(SearchError) {
        _ = try RungLadder(minimum: grace, maximum: maximum, eta: 2)
        guard minimumTrials >= 1 else {
            throw .invalidSetting(name: "min_trials", found: "\(minimumTrials)", wanted: "1 or more")
        }
        self.maximum = maximum
        self.grace = grace
        self.minimumTrials = minimumTrials
        self.wording = wording
    }

    mutating func ask() -> Proposal {
        if self.isClosed { return self.trials.runningCount > 0 ? .wait : .finished }
        self.sums.append(0)
        self.bestLosses.append(.infinity)
        return .start(self.trials.start(bracket: 0), Placement(bracket: 0, rung: 0, level: self.maximum))
    }

    func outlook() -> Outlook {
        if self.isClosed { return self.trials.runningCount > 0 ? .wait : .finished }
        return .start(Placement(bracket: 0, rung: 0, level: self.maximum))
    }

    mutating func close() -> [Decision] {
        self.isClosed = true
        return []
    }

    mutating func tell(_ trial: TrialID, level epoch: Int, loss: Double) throws(SearchError) -> [Decision] {
        try self.trials.check(trial, level: epoch)
        let index = trial.rawValue
        self.trials.advance(index)
        let sum = self.sums[index] + loss
        self.sums[index] = sum.isFinite ? sum : .infinity
        if loss.isFinite { self.bestLosses[index] = min(self.bestLosses[index], loss) }
        if epoch == self.maximum {
            self.trials.rest(index, .over)
            return [.complete(trial, rung: 0, level: epoch)]
        }
        guard epoch >= self.grace else { return [] }
        while self.averages.count <= epoch - self.grace { self.averages.append(RankedList()) }
        let median = self.median(after: epoch)
        _ = self.averages[epoch - self.grace].insert(RankedLoss(self.sums[index] / Double(epoch), trial: index))
        guard loss.isFinite else {
            self.trials.rest(index, .over)
            return [.notFinite(trial, rung: 0, level: epoch)]
        }
        guard let median, self.bestLosses[index] > median else { return [] }
        self.trials.rest(index, .over)
        let others = self.averages[epoch - self.grace].count - 1
        let comparison = self.wording.comparison(self.bestLosses[index], cutOff: median)
        let reason: Reason =
            "the best loss in \(epochs: epoch) is worse than the median of \(others) running averages"
            + "\(comparison)"
        return [Decision(trial: trial, kind: .stop, rung: 0, level: epoch, reason: reason)]
    }

    mutating func retire(_ trial: TrialID, loss: Double) throws(SearchError) -> [Decision] {
        try self.trials.checkRunning(trial)
        self.trials.rest(trial.rawValue, .over)
        return []
    }

    func fate(of trial: TrialID) -> Reason {
        guard let entry = try? self.trials.entry(trial) else { return "never started" }
        return entry.phase.description(at: Int(entry.level))
    }

    /// The median of the running averages after an epoch; the mean of the middle two of an even number. `nil` where too
    /// few trials have come as far.
    private func median(after epoch: Int) -> Double? {
        let list = self.averages[epoch - self.grace]
        guard list.count >= self.minimumTrials else { return nil }
        let upper = list[list.count / 2].loss
        if list.count % 2 == 1 { return upper }
        // Halves first, so that two large losses do not overflow.
        return list[list.count / 2 - 1].loss / 2 + upper / 2
    }
}
