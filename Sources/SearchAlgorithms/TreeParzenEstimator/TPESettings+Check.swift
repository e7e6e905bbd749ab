import TuningModel

extension TPESettings {
    /// - Throws: ``SearchError/invalidSetting(name:found:wanted:)`` for the first setting that is out of its range.
    func check() throws(SearchError) {
        func refuse(_ name: String, _ found: String, _ wanted: String) -> SearchError {
            .invalidSetting(name: "tpe \(name)", found: found, wanted: wanted)
        }
        if let count = self.startupTrials, !(1...10_000).contains(count) {
            throw refuse("startup_trials", "\(count)", "1 to 10000")
        }
        guard (1...10_000).contains(self.candidates) else {
            throw refuse("candidates", "\(self.candidates)", "1 to 10000")
        }
        guard self.gamma > 0, self.gamma < 1 else { throw refuse("gamma", "\(self.gamma)", "a number in (0, 1)") }
        guard self.goodLimit >= 1 else { throw refuse("good limit", "\(self.goodLimit)", "at least 1") }
        guard (0...1).contains(self.randomFraction) else {
            throw refuse("random_fraction", "\(self.randomFraction)", "a number in [0, 1]")
        }
        guard (1...100).contains(self.bandwidthFactor) else {
            throw refuse("bandwidth_factor", "\(self.bandwidthFactor)", "a number in [1, 100]")
        }
        guard (1e-4...1).contains(self.bandwidthMin) else {
            throw refuse("bandwidth min", "\(self.bandwidthMin)", "a number in [0.0001, 1]")
        }
        guard (1e-9...1e9).contains(self.priorWeight) else {
            throw refuse("prior_weight", "\(self.priorWeight)", "a number in [1e-9, 1e9]")
        }
        guard (0...1e6).contains(self.priorDecay) else {
            throw refuse("prior decay", "\(self.priorDecay)", "a number in [0, 1000000]")
        }
        if case .constant(let spread) = self.bandwidth, !(spread > 0 && spread <= 10) {
            throw refuse("bandwidth", "\(spread)", "a number in (0, 10]")
        }
    }
}
