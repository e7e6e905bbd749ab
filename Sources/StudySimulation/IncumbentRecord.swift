/// Who was the best when, by both rules.
///
/// A trial's steps become known together, when it reaches a rung, though each has a time of its own; so the best after
/// any step is found at the end, from each trial's own improvements.
struct IncumbentRecord {
    /// Improvements on the trial's own earlier steps.
    private var improvements: [SimulatedIncumbent] = []
    private var leaders: [SimulatedIncumbent] = []
    /// The lowest loss of each trial.
    private var lowest: [Double] = []

    /// Takes in a step of a trial.
    mutating func see(_ trial: Int, _ row: Int, _ epoch: Int, _ loss: Double, _ time: Double) {
        while self.lowest.count <= trial { self.lowest.append(.infinity) }
        guard loss < self.lowest[trial] else { return }
        self.lowest[trial] = loss
        // What no earlier event beats may still be beaten by a step that is told later.
        self.improvements.append(
            SimulatedIncumbent(rule: .any, time: time, row: row, trial: trial, epoch: epoch, value: loss))
    }

    /// Takes in the study's own best.
    mutating func lead(_ incumbent: SimulatedIncumbent) { self.leaders.append(incumbent) }

    /// All changes in the order of time.
    var sorted: [SimulatedIncumbent] {
        var best = Double.infinity
        let any = self.improvements.sorted { ($0.time, $0.trial, $0.epoch) < ($1.time, $1.trial, $1.epoch) }
            .filter { item in
                defer { best = min(best, item.value) }
                return item.value < best
            }
        return (any + self.leaders).enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
            .map(\.element)
    }
}
