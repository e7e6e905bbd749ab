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
        let entries = history.earlier.indices.map { ~$0 } + Array(history.trials.indices)
        for (number, level) in history.levels.enumerated().reversed() {
            let rows = entries.filter { history.entry($0).observation(at: level) != nil }
            guard rows.count >= max(1, count) else { continue }
            let values = history.losses(of: rows, at: number)
            guard values.contains(where: { $0 < .infinity }) else { continue }
            var losses: [(loss: Double, violation: Double, row: Int)] = []
            for (place, row) in rows.enumerated() {
                guard let observation = history.entry(row).observation(at: level) else { continue }
                losses.append((values[place], Self.violation(observation), place))
            }
            losses.sort { left, right in
                if left.violation != right.violation { return left.violation < right.violation }
                if left.loss != right.loss { return left.loss < right.loss }
                return left.row < right.row
            }
            self.ranked = losses.map { history.entry(rows[$0.row]).coordinates }
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
