/// What searchers see of earlier studies beside their own trials.
///
/// A row is a trial: of this study where it is 0 or more, else of an earlier one, -1 being the first of these.
extension SearchHistory {
    /// The trial of a row.
    func entry(_ row: Int) -> Entry { row >= 0 ? self.trials[row] : self.earlier[~row] }

    /// The coordinates of a row's configuration.
    func coordinates(of row: Int) -> [Double] {
        row >= 0 ? self.trials[row].coordinates : self.earlier[~row].coordinates
    }

    /// What ranks a row at a level: the parts of its observation there, without a copy of the rest; `nil` without one.
    func judgement(of row: Int, at level: Int) -> (loss: Double, violation: Double)? {
        row >= 0 ? self.trials[row].judgement(at: level) : self.earlier[~row].judgement(at: level)
    }

    /// The rows that were observed at a level, by its number: those of earlier studies, then the own ones in the order in
    /// which they were told.
    func observed(at level: Int) -> [Int] {
        self.earlier.isEmpty ? self.arrivals[level] : self.earlierArrivals[level] + self.arrivals[level]
    }

    /// How many rows were observed at each level.
    var observedCounts: [Int] {
        self.earlier.isEmpty
            ? self.arrivals.map(\.count) : zip(self.earlierArrivals, self.arrivals).map { $0.count + $1.count }
    }

    /// The losses of rows at a level, comparable with each other.
    ///
    /// They are taken as they are where all come from the same data. Else each loss is replaced by the normal score of its
    /// rank among those of its own data, `Φ⁻¹((r - 1/2) / n)`: what is large or small depends on the data, which
    /// configurations are better than others depends on them less.
    ///
    /// Source: D. Salinas, H. Shen and V. Perrone, "A quantile-based approach for hyperparameter transfer learning", ICML 2020,
    /// section 4; before it D. Yogatama and G. Mann, "Efficient transfer learning method for automatic hyperparameter
    /// tuning", AISTATS 2014, who standardise the losses of each data set.
    ///
    /// - Parameters:
    ///   - rows: Each observed at the level.
    ///   - level: The level's number.
    /// - Returns: For each row its loss, infinite where it is.
    /// - Complexity: O(n), or O(n log n) with other data.
    func losses(of rows: [Int], at level: Int) -> [Double] {
        let judged = rows.map { self.judgement(of: $0, at: self.levels[level])?.loss ?? .infinity }
        return self.comparable(judged, of: rows)
    }

    /// The same for losses that were looked up: of as many rows at one level.
    func comparable(_ losses: [Double], of rows: [Int]) -> [Double] {
        guard self.hasOtherData else { return losses }
        let groups = rows.map { $0 >= 0 ? 0 : self.earlier[~$0].group }
        var scores = losses
        for group in Set(groups).sorted() {
            let members = groups.indices.filter { groups[$0] == group && losses[$0] < .infinity }
            let order = members.sorted { (losses[$0], $0) < (losses[$1], $1) }
            var start = 0
            while start < order.count {
                var end = start
                while end + 1 < order.count, losses[order[end + 1]] == losses[order[start]] { end += 1 }
                // Equal losses share their mean rank.
                let share = (Double(start + end) / 2 + 0.5) / Double(order.count)
                for place in start...end { scores[order[place]] = StandardNormal.quantile(share) }
                start = end + 1
            }
        }
        return scores
    }
}

extension SearchHistory.Entry {
    /// The parts of the observation at a level that rank it, without a copy of the rest.
    fileprivate func judgement(at level: Int) -> (loss: Double, violation: Double)? {
        for place in self.observations.indices.reversed() where self.observations[place].level == level {
            return (self.observations[place].loss, self.observations[place].violation)
        }
        return nil
    }
}
