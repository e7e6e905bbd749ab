import TuningModel

/// The observations that a Parzen model is built from: points of the unit cube, the best one first, and those of trials
/// whose losses are awaited.
struct ParzenRows {
    /// Points of the unit cube, parameter by parameter; NaN where one is inactive.
    struct Points {
        private var coordinates: [Double]
        let count: Int
        private let parameterCount: Int

        /// - Parameters:
        ///   - rows: Rows of the history.
        ///   - history: What is known.
        ///   - places: At which place each of them stands.
        /// - Complexity: O(points · parameters).
        fileprivate init(_ rows: [Int], of history: SearchHistory, at places: [Int]) {
            let count = rows.count
            self.count = count
            self.parameterCount = history.space.count
            self.coordinates = Array(repeating: .nan, count: count * history.space.count)
            var coordinates = self.coordinates.mutableSpan
            for (row, place) in zip(rows, places) {
                let point = history.coordinates(of: row)
                for parameter in point.indices { coordinates[parameter * count + place] = point[parameter] }
            }
        }

        private init(_ coordinates: [Double], count: Int, parameterCount: Int) {
            self.coordinates = coordinates
            self.count = count
            self.parameterCount = parameterCount
        }

        /// The coordinates of all points in one parameter.
        subscript(parameter: Int) -> ArraySlice<Double> {
            self.coordinates[(parameter * self.count)..<((parameter + 1) * self.count)]
        }

        /// Those in which at least one of these parameters is active.
        ///
        /// - Complexity: O(points) where the first of the parameters is always active, else O(points · parameters).
        fileprivate func having(_ parameters: [Int]) -> Self {
            var isKept = Array(repeating: false, count: self.count)
            var keptCount = 0
            for parameter in parameters where keptCount < self.count {
                for (number, coordinate) in self[parameter].enumerated() where !coordinate.isNaN && !isKept[number] {
                    isKept[number] = true
                    keptCount += 1
                }
            }
            guard keptCount < self.count else { return self }
            let kept = isKept.indices.filter { isKept[$0] }
            var coordinates: [Double] = []
            coordinates.reserveCapacity(kept.count * self.parameterCount)
            for parameter in 0..<self.parameterCount {
                for number in kept { coordinates.append(self.coordinates[parameter * self.count + number]) }
            }
            return Self(coordinates, count: kept.count, parameterCount: self.parameterCount)
        }
    }

    /// The best first. Broken constraints are worse than any loss; of equals the older one is better.
    let ranked: Points
    /// Trials on their way to the level, taken for the worst that can be (the constant liar).
    let pending: Points

    /// The observations of the highest level that has at least `count` of them, one of them finite.
    ///
    /// Those of earlier studies count like the study's own, and stand before them.
    ///
    /// - Returns: `nil` where no level has so many.
    /// - Complexity: O(n · parameters) for n trials, and O(n log n) beside it where some were trained on other data.
    init?(_ history: SearchHistory, count: Int) {
        let entries = history.earlier.indices.map { ~$0 } + Array(history.trials.indices)
        let observedCounts = history.observedCounts
        for (number, level) in history.levels.enumerated().reversed() where observedCounts[number] >= max(1, count) {
            var rows: [Int] = []
            var measured: [Double] = []
            var violations: [Double] = []
            for row in entries {
                guard let judgement = history.judgement(of: row, at: level) else { continue }
                rows.append(row)
                measured.append(judgement.loss)
                violations.append(judgement.violation.isNaN ? .infinity : max(0, judgement.violation))
            }
            let losses = history.comparable(measured, of: rows)
            guard rows.count >= max(1, count), losses.contains(where: { $0 < .infinity }) else { continue }
            let pending = history.running.filter { history.judgement(of: $0, at: level) == nil }
            self.ranked = Points(rows, of: history, at: Self.ranks(losses: losses, violations: violations))
            self.pending = Points(pending, of: history, at: Array(pending.indices))
            return
        }
        return nil
    }

    /// The rank of each of the losses, from 0: by violation, by loss, by place.
    private static func ranks(losses: [Double], violations: [Double]) -> [Int] {
        var order = Array(losses.indices)
        RadixOrder.sort(&order, by: losses)
        RadixOrder.sort(&order, by: violations)
        var ranks = order
        for (rank, place) in order.enumerated() { ranks[place] = rank }
        return ranks
    }

    private init(ranked: Points, pending: Points) {
        self.ranked = ranked
        self.pending = pending
    }

    /// Those in which at least one of these parameters is active.
    func having(_ parameters: [Int]) -> Self {
        Self(ranked: self.ranked.having(parameters), pending: self.pending.having(parameters))
    }

    /// The coordinates of the best observations, so many, in one parameter.
    func good(_ count: Int, in parameter: Int) -> [Double] { Array(self.ranked[parameter].prefix(count)) }

    /// The coordinates of the worst observations, so many, and behind them of what is awaited, in one parameter.
    func bad(_ count: Int, in parameter: Int) -> [Double] {
        Array(self.ranked[parameter].suffix(count)) + Array(self.pending[parameter])
    }
}
