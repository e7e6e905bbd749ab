import TuningModel

extension StudyBuilder {
    private static let mostTrials = 10_000

    /// What may stand beside the name of a searcher with Parzen densities; nothing for others.
    static func parzenKeys(_ searcher: String) -> [String] {
        switch searcher {
        case "tpe": ["startup_trials", "candidates", "gamma", "random_fraction", "prior_weight"]
        case "bohb": ["min_points", "candidates", "gamma", "random_fraction", "bandwidth_factor"]
        default: []
        }
    }

    /// `{name: tpe, startup_trials: 20, candidates: 24, ...}` and `{name: bohb, ...}`: a preset and what is changed in it.
    mutating func parzen(_ section: Section, preset: TPESettings) -> TPESettings? {
        let before = self.mistakes.count
        var settings = preset
        let trials = 1...Self.mostTrials
        if let node = section["startup_trials"],
            let count = self.int(node, path: section.path(of: "startup_trials"), in: trials)
        {
            settings.startupTrials = count
        }
        if let node = section["min_points"],
            let count = self.int(node, path: section.path(of: "min_points"), in: 1...(Self.mostTrials - 2))
        {
            settings.startupTrials = count + 2
        }
        if let node = section["candidates"],
            let count = self.int(node, path: section.path(of: "candidates"), in: trials)
        {
            settings.candidates = count
        }
        if let node = section["gamma"] {
            let value = node.value?.number
            if let value, value > 0, value < 1 {
                settings.gamma = value
            } else {
                self.report(
                    node.place,
                    "\(section.path(of: "gamma")): found \(node.found), want a share of the trials in (0, 1)")
            }
        }
        if let value = self.number("random_fraction", in: section, 0...1) { settings.randomFraction = value }
        if let value = self.number("bandwidth_factor", in: section, 1...100) { settings.bandwidthFactor = value }
        if let value = self.number("prior_weight", in: section, 1e-3...1e3) { settings.priorWeight = value }
        return self.mistakes.count == before ? settings : nil
    }

    private mutating func number(_ key: String, in section: Section, _ range: ClosedRange<Double>) -> Double? {
        guard let node = section[key] else { return nil }
        if let value = node.value?.number, range.contains(value) { return value }
        self.report(
            node.place,
            "\(section.path(of: key)): found \(node.found), want a number in [\(range.lowerBound), \(range.upperBound)]"
        )
        return nil
    }
}
