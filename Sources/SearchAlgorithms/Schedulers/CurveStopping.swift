import TuningModel

/// Stops a trial whose learning curve promises nothing: its loss after the last epoch is better than the best one so far
/// with a probability below a threshold, by ``CurveForecast``.
///
/// A trial is looked at when the grace period ends, and again whenever it has trained a quarter more than the last time.
/// Before a trial is complete there is nothing to be beaten, and nobody is stopped.
///
/// Source: T. Domhan, J. Springenberg, F. Hutter, "Speeding up automatic hyperparameter optimization of deep neural networks
/// by extrapolation of learning curves", IJCAI 2015, section 3.3.
///
/// Deviations, on purpose:
/// - What is to be beaten is the best loss after the last epoch of a complete trial, not the best at any epoch.
/// - The paper looks every 30 epochs; growing steps spend the same effort on every part of a curve.
/// - A loss that is not finite stops the trial from the grace period on.
///
/// - Complexity: `tell` O(1), but O(log(maximum / grace)) times a trial the cost of a forecast, some 2,700 powers or about
///   0.1 ms. 8 bytes for each epoch of the trials that run.
struct CurveStopping: SchedulingAlgorithm {
    private let maximum: Int
    private let grace: Int
    private let threshold: Double
    private let wording: LossWording
    private var trials = TrialTable()
    /// Losses of running trials by epoch; given up when they are over.
    private var curves: [[Double]] = []
    /// By trial number, the epoch after which it is looked at again.
    private var nextLook: [Int] = []
    /// Of complete trials, after the last epoch.
    private var best: RankedLoss?
    private var isClosed = false

    /// - Throws: ``SearchError/invalidSetting(name:found:wanted:)`` unless `1 <= grace <= maximum <= 10^9` and the
    ///   threshold lies in (0, 1).
    init(maximum: Int, grace: Int, threshold: Double, wording: LossWording) throws(SearchError) {
        _ = try RungLadder(minimum: grace, maximum: maximum, eta: 2)
        guard threshold > 0, threshold < 1 else {
            throw .invalidSetting(name: "threshold", found: "\(threshold)", wanted: "more than 0 and less than 1")
        }
        self.maximum = maximum
        self.grace = grace
        self.threshold = threshold
        self.wording = wording
    }

    mutating func ask() -> Proposal {
        if self.isClosed { return self.trials.runningCount > 0 ? .wait : .finished }
        self.curves.append([])
        self.nextLook.append(max(self.grace, CurveForecast.fewestPoints))
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
        self.curves[index].append(loss.isFinite ? loss : .infinity)
        if epoch == self.maximum {
            let ranked = RankedLoss(loss, trial: index)
            if ranked.isFinite { self.best = min(self.best ?? ranked, ranked) }
            self.end(index)
            return [.complete(trial, rung: 0, level: epoch)]
        }
        guard epoch >= self.grace else { return [] }
        guard loss.isFinite else {
            self.end(index)
            return [.notFinite(trial, rung: 0, level: epoch)]
        }
        guard epoch >= self.nextLook[index], let best = self.best else { return [] }
        self.nextLook[index] = max(epoch + 1, epoch + epoch / 4)
        let probability = CurveForecast.probability(of: self.curves[index], at: self.maximum, below: best.loss)
        guard probability < self.threshold else { return [] }
        self.end(index)
        let comparison = self.wording.comparison(loss, cutOff: best.loss)
        let reason: Reason =
            "its curve of \(epochs: epoch) beats the best complete trial with probability"
            + " \(figure: probability), below \(figure: self.threshold)\(comparison)"
        return [Decision(trial: trial, kind: .stop, rung: 0, level: epoch, reason: reason)]
    }

    mutating func retire(_ trial: TrialID, loss: Double) throws(SearchError) -> [Decision] {
        try self.trials.checkRunning(trial)
        self.end(trial.rawValue)
        return []
    }

    func fate(of trial: TrialID) -> Reason {
        guard let entry = try? self.trials.entry(trial) else { return "never started" }
        return entry.phase.description(at: Int(entry.level))
    }

    private mutating func end(_ trial: Int) {
        self.trials.rest(trial, .over)
        self.curves[trial] = []
    }
}
