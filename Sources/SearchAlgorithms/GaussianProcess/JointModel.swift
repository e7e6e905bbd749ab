import TuningModel

/// One Gaussian process of what trials gave at all levels: a point is a configuration and, as one column more, a level.
///
/// Levels lie in [0, 1] by the logarithm of their epochs. Losses are told as if all were seen at the lowest level: from
/// level to level they move by the mean difference that trials show which were seen at both, so that a level to which only
/// good trials came is not taken for one of average trials. Then ``OutputWarp`` scales all of them together.
///
/// Its state is a function of the history alone. Kernel parameters are fitted anew when a level has got enough new
/// observations (``LevelModel/fitCount(_:)``), to what each level had by then.
struct JointModel: Sendable {
    private struct Row: Sendable {
        /// A row of the history.
        let row: Int
        /// The level's number.
        let level: Int
        let loss: Double
    }

    /// Observations in the process, and those that kernel parameters are fitted to.
    private static let rowLimit = 256
    private static let fitLimit = 96
    private static let evaluations = 24

    private let features: KernelFeatures
    private(set) var process: GaussianProcess?
    private var parameters: KernelParameters?
    private var rows: [Row] = []
    private var targets: [Double] = []
    /// For each level how many observations are in the process, and how many were there at the last fit.
    private var toldCounts: [Int] = []
    private var fittedCounts: [Int] = []

    init(_ features: KernelFeatures) { self.features = features }

    /// Where a level lies.
    static func place(_ level: Int, in levels: [Int]) -> Double {
        guard let first = levels.first, let last = levels.last, first > 0, first < last else { return 0 }
        let bottom = LogarithmicScale.logarithm(Double(first))
        let top = LogarithmicScale.logarithm(Double(last))
        return (LogarithmicScale.logarithm(Double(levels[level])) - bottom) / (top - bottom)
    }

    /// Takes in what was told, and forgets the points that were being tried.
    ///
    /// - Complexity: O(n³) for what is new, with n rows of at most 256; O(fit³) for each evaluation of a fit.
    mutating func update(_ history: SearchHistory) {
        let counts = history.observedCounts
        guard counts != self.toldCounts else {
            self.process?.forgetPending(after: 0)
            return
        }
        let fits = counts.map(LevelModel.fitCount)
        let isCategorical = self.features.isCategorical + [false]
        if fits != self.fittedCounts || self.parameters == nil {
            let rows = Self.rows(history, counts: fits, limit: Self.fitLimit)
            let losses = rows.map(\.loss)
            let likelihood = MarginalLikelihood(
                points: rows.map { self.point($0, history) }, targets: OutputWarp(losses)(losses),
                isCategorical: isCategorical)
            self.parameters = likelihood.fit(starts: 1, evaluations: Self.evaluations)
            self.fittedCounts = fits
        }
        self.toldCounts = counts
        self.rows = Self.rows(history, counts: counts, limit: Self.rowLimit)
        let losses = self.rows.map(\.loss)
        self.targets = OutputWarp(losses)(losses)
        guard let parameters = self.parameters else { return }
        var process = GaussianProcess(parameters: parameters, isCategorical: isCategorical)
        for row in self.rows { process.append(self.point(row, history)) }
        process.observe(self.targets)
        self.process = process
    }

    /// Takes the trials that are running for points that are being tried, each at the level it is heading for.
    mutating func pend(_ history: SearchHistory) {
        for trial in history.running {
            let entry = history.trials[trial]
            guard let target = entry.target, entry.observation(at: target) == nil else { continue }
            let level = history.levels.firstIndex { $0 >= target } ?? history.levels.count - 1
            guard history.levels.indices.contains(level) else { continue }
            self.process?.pend(
                self.features.point(entry.coordinates) + [Self.place(level, in: history.levels)])
        }
    }

    /// The rows of the history with the lowest losses: those at a level first, then the others; each once.
    func best(_ count: Int, at level: Int) -> [Int] {
        let order = self.rows.indices.sorted { left, right in
            let isLeft = self.rows[left].level == level
            guard isLeft == (self.rows[right].level == level) else { return isLeft }
            return (self.targets[left], left) < (self.targets[right], right)
        }
        var best: [Int] = []
        for index in order where best.count < count && !best.contains(self.rows[index].row) {
            best.append(self.rows[index].row)
        }
        return best
    }

    private func point(_ row: Row, _ history: SearchHistory) -> [Double] {
        self.features.point(history.entry(row.row).coordinates) + [Self.place(row.level, in: history.levels)]
    }

    /// The first so many observations of each level, moved to the lowest one; of more than `limit` some stand for all.
    private static func rows(_ history: SearchHistory, counts: [Int], limit: Int) -> [Row] {
        var rows: [Row] = []
        var offset = 0.0
        var below: [Int: Double] = [:]
        for (level, count) in counts.enumerated() {
            let observed = Array(history.observed(at: level).prefix(count))
            let losses = history.constrainedLosses(of: observed, at: level)
            // Levels lie apart by what was measured: a broken constraint says nothing of that.
            let measured = history.losses(of: observed, at: level)
            let differences = zip(observed, measured).compactMap { row, loss in
                below[row].flatMap { (loss - $0).isFinite ? loss - $0 : nil }
            }
            if !differences.isEmpty {
                let mean = differences.reduce(0) { $0 + $1 / Double(differences.count) }
                if mean.isFinite, (offset + mean).isFinite { offset += mean }
            }
            for (row, loss) in zip(observed, losses) { rows.append(Row(row: row, level: level, loss: loss - offset)) }
            if !observed.isEmpty { below = Dictionary(zip(observed, measured)) { first, _ in first } }
        }
        return LevelModel.selection(rows.map(\.loss), limit: limit).map { rows[$0] }
    }
}
