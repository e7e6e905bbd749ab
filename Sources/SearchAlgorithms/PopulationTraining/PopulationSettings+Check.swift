package import TuningModel

extension PopulationSettings {
    /// - Throws: ``SearchError/invalidSetting(name:found:wanted:)`` for the first setting that is out of its range.
    func check() throws(SearchError) {
        guard Self.counts.contains(self.count) else {
            throw .invalidSetting(
                name: "population", found: "\(self.count)",
                wanted: "\(Self.counts.lowerBound) to \(Self.counts.upperBound)")
        }
        try RungLadder.check(maximum: self.maximum, eta: 2)
        guard (1...self.maximum).contains(self.interval) else {
            throw .invalidSetting(
                name: "interval", found: "\(self.interval)", wanted: "1 to max, which is \(self.maximum)")
        }
        guard (self.maximum - 1) / self.interval < Self.mostIntervals else {
            throw .invalidSetting(
                name: "interval", found: "\(self.interval)",
                wanted: "at most \(Self.mostIntervals) intervals in \(self.maximum) epochs")
        }
        guard self.quantile > 0, self.quantile <= 0.5 else {
            throw .invalidSetting(name: "quantile", found: "\(self.quantile)", wanted: "above 0, at most 0.5")
        }
        guard self.resample >= 0, self.resample <= 1 else {
            throw .invalidSetting(name: "resample", found: "\(self.resample)", wanted: "0 to 1")
        }
    }

    /// How many of `count` members are replaced at most, and how many may be copied: `floor(quantile * count)`, at least one
    /// and at most half of them; none of fewer than two.
    package func quantileCount(of count: Int) -> Int {
        guard count >= 2 else { return 0 }
        // A product such as 0.29 * 100 lies a little below the whole number that is meant.
        let share = Int((self.quantile * Double(count) + 1e-9).rounded(.down))
        return min(max(share, 1), count / 2)
    }
}

extension BracketPlan {
    /// Every member is compared at every level.
    static func population(_ settings: PopulationSettings) -> BracketPlan {
        BracketPlan(
            bracket: 0,
            rungs: settings.levels.map {
                RungPlan(level: $0, trials: settings.isSynchronous ? settings.count : 0)
            })
    }
}
