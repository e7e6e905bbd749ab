import TuningModel

/// The observations that a Parzen model is built from: points of the unit cube, the best one first, and those of trials
/// whose losses are awaited.
struct ParzenRows {
    /// The best first. Broken constraints are worse than any loss; of equals the older one is better.
    private(set) var ranked: [[Double]]
    /// Trials on their way to the level, taken for the worst that can be (the constant liar).
    private(set) var pending: [[Double]]

    /// The observations of the highest level that has at least `count` of them, one of them finite.
    ///
    /// Those of earlier studies count like the study's own, and stand before them.
    ///
    /// - Returns: `nil` where no level has so many.
    /// - Complexity: O(n log n) for n trials.
    init?(_ history: SearchHistory, count: Int) {
        let entries = history.earlier.isEmpty ? history.trials : history.earlier + history.trials
        for level in history.levels.reversed() {
            var losses: [(loss: Double, violation: Double, row: Int)] = []
            for (row, entry) in entries.enumerated() {
                guard let observation = entry.observation(at: level) else { continue }
                losses.append((observation.loss, Self.violation(observation), row))
            }
            guard losses.count >= max(1, count), losses.contains(where: { $0.loss < .infinity }) else { continue }
            losses.sort { left, right in
                if left.violation != right.violation { return left.violation < right.violation }
                if left.loss != right.loss { return left.loss < right.loss }
                return left.row < right.row
            }
            self.ranked = losses.map { loss in
                let own = loss.row - history.earlier.count
                return own < 0 ? history.earlier[loss.row].coordinates : history.trials[own].coordinates
            }
            self.pending = history.running.compactMap { trial in
                let entry = history.trials[trial]
                return entry.observation(at: level) == nil ? entry.coordinates : nil
            }
            return
        }
        return nil
    }

    private static func violation(_ observation: SearchHistory.Observation) -> Double {
        guard !observation.violation.isNaN else { return .infinity }
        return max(0, observation.violation)
    }

    /// Those in which at least one of these parameters is active.
    func having(_ parameters: [Int]) -> (ranked: [[Double]], pending: [[Double]]) {
        func isOneActive(_ row: [Double]) -> Bool { parameters.contains { !row[$0].isNaN } }
        return (self.ranked.filter(isOneActive), self.pending.filter(isOneActive))
    }
}
