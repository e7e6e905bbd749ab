import TuningModel

/// A Gaussian process of what trials gave at one level, kept up to date with a history.
///
/// Its state is a function of the history alone. Kernel parameters are fitted again at fixed numbers of observations, each
/// time from the same starts and from what had been told by then; between two of them the factor grows by rows.
struct LevelModel: Sendable {
    /// How many observations there may be, and how many of them the kernel parameters are fitted to.
    struct Limits: Hashable, Sendable {
        let observations: Int
        let fit: Int
    }

    /// Up to so many rows kernel parameters are fitted with all evaluations.
    private static let fullFitRows = 256

    private let level: Int
    private let limits: Limits
    private let features: KernelFeatures
    private(set) var process: GaussianProcess?
    /// The history's rows that the process has, those of earlier studies among them.
    private(set) var rows: [Int] = []
    private(set) var targets: [Double] = []
    private var warp = OutputWarp([])
    /// How many observations had been told at the last fit, and by now.
    private var fittedCount = 0
    private var toldCount = 0
    /// Trials whose points follow the observed ones.
    private var pending: [Int] = []

    /// - Parameters:
    ///   - level: The level's number in the history.
    ///   - limits: How many observations are looked at.
    ///   - features: How configurations become points.
    init(level: Int, limits: Limits, features: KernelFeatures) {
        self.level = level
        self.limits = limits
        self.features = features
    }

    /// The largest number of observations up to this one at which kernel parameters are fitted: each one at first, then after
    /// a sixteenth more, at most 32.
    static func fitCount(_ count: Int) -> Int {
        var fit = min(count, 1)
        while fit + max(1, min(fit / 16, 32)) <= count { fit += max(1, min(fit / 16, 32)) }
        return fit
    }

    /// The places, ascending, of at most so many losses: half of them the best, a quarter the newest, the rest spread evenly.
    static func selection(_ losses: [Double], limit: Int) -> [Int] {
        guard losses.count > limit else { return Array(losses.indices) }
        var isChosen = [Bool](repeating: false, count: losses.count)
        let order = losses.indices.sorted { (losses[$0], $0) < (losses[$1], $1) }
        for place in order.prefix(limit / 2) { isChosen[place] = true }
        for place in losses.indices.suffix(limit / 4) { isChosen[place] = true }
        let rest = losses.indices.filter { !isChosen[$0] }
        let missing = limit - (losses.count - rest.count)
        for i in 0..<max(0, missing) { isChosen[rest[i * rest.count / missing]] = true }
        return losses.indices.filter { isChosen[$0] }
    }

    /// Takes in what was told since the last time.
    ///
    /// - Complexity: O(n²) for each observation and O(fit³) for each evaluation where kernel parameters are fitted.
    mutating func update(_ history: SearchHistory) {
        let arrivals = history.observed(at: self.level)
        guard arrivals.count != self.toldCount else { return }
        let fitCount = Self.fitCount(arrivals.count)
        if fitCount != self.fittedCount || arrivals.count < self.toldCount {
            self.fit(history, Array(arrivals.prefix(fitCount)))
            self.fittedCount = fitCount
            self.toldCount = fitCount
        }
        for trial in arrivals[self.toldCount...] {
            self.process?.append(self.features.point(history.entry(trial).coordinates))
            self.rows.append(trial)
        }
        self.toldCount = arrivals.count
        self.pending = []
        self.targets = self.warp(self.losses(history, arrivals))
        self.process?.observe(self.targets)
    }

    /// The losses of the process' rows, which stand among the arrivals in the same order.
    private func losses(_ history: SearchHistory, _ arrivals: [Int]) -> [Double] {
        let all = history.constrainedLosses(of: arrivals, at: self.level)
        var losses: [Double] = []
        for (row, loss) in zip(arrivals, all) where losses.count < self.rows.count && self.rows[losses.count] == row {
            losses.append(loss)
        }
        return losses
    }

    /// The trials with the lowest losses, best first.
    func best(_ count: Int) -> [Int] {
        let order = self.targets.indices.sorted { (self.targets[$0], $0) < (self.targets[$1], $1) }
        return order.prefix(count).map { self.rows[$0] }
    }

    private mutating func fit(_ history: SearchHistory, _ arrivals: [Int]) {
        let all = history.constrainedLosses(of: arrivals, at: self.level)
        let chosen = Self.selection(all, limit: self.limits.observations)
        self.rows = chosen.map { arrivals[$0] }
        let losses = chosen.map { all[$0] }
        self.warp = OutputWarp(losses)
        let points = self.rows.map { self.features.point(history.entry($0).coordinates) }
        let targets = self.warp(losses)
        let fitted = Self.selection(losses, limit: self.limits.fit)
        let likelihood = MarginalLikelihood(
            points: fitted.map { points[$0] }, targets: fitted.map { targets[$0] },
            isCategorical: self.features.isCategorical)
        // Where many rows make the factor expensive the fit is cut short, so that no suggestion takes much longer than others.
        let evaluations = self.rows.count > Self.fullFitRows ? 16 : 40
        let parameters = likelihood.fit(starts: fitted.count <= 64 ? 2 : 1, evaluations: evaluations)
        var process = GaussianProcess(parameters: parameters, isCategorical: self.features.isCategorical)
        for point in points { process.append(point) }
        self.process = process
    }

    /// Takes the trials that are running and were not observed here for points that are being tried.
    mutating func pend(_ history: SearchHistory) {
        let level = history.levels[self.level]
        let running = history.running.filter { history.trials[$0].observation(at: level) == nil }
        let common = zip(running, self.pending).prefix { $0 == $1 }.count
        self.process?.forgetPending(after: common)
        for trial in running[common...] { self.process?.pend(self.features.point(history.trials[trial].coordinates)) }
        self.pending = running
    }
}
