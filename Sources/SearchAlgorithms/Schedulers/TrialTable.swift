import TuningModel

/// How far each trial of a study is, as a scheduler sees it.
struct TrialTable: Hashable, Sendable {
    enum Phase: UInt8, Hashable, Sendable {
        case running
        /// It rests at a rung and may be resumed.
        case paused
        /// It is complete, stopped or retired.
        case over
    }

    struct Entry: Hashable, Sendable {
        /// The running number of its bracket in the order of creation.
        let bracket: Int
        /// The last level told or skipped.
        var level: Int32
        /// Running: the rung it is heading for. Else the rung at which it rests or ended.
        var rung: UInt16
        var phase: Phase
    }

    /// By trial number.
    private(set) var entries: [Entry] = []
    /// How many are running.
    private(set) var runningCount = 0

    var count: Int { self.entries.count }

    subscript(trial: Int) -> Entry { self.entries[trial] }

    /// Appends a trial that runs towards rung 0 of a bracket.
    mutating func start(bracket: Int) -> TrialID {
        self.entries.append(Entry(bracket: bracket, level: 0, rung: 0, phase: .running))
        self.runningCount += 1
        return TrialID(self.entries.count - 1)
    }

    /// A paused trial runs towards the next rung.
    mutating func resume(_ trial: Int) {
        assert(self.entries[trial].phase == .paused, "trial \(trial) resumed in \(self.entries[trial].phase)")
        self.entries[trial].phase = .running
        self.entries[trial].rung += 1
        self.runningCount += 1
    }

    mutating func advance(_ trial: Int) { self.entries[trial].level += 1 }

    /// A running trial has come further without anything to tell of.
    ///
    /// - Throws: unless the trial runs and `level` is not below what was told.
    mutating func skip(_ trial: TrialID, to level: Int) throws(SearchError) {
        try self.checkRunning(trial)
        let last = Int(self.entries[trial.rawValue].level)
        guard (last...RungLadder.maximumLimit).contains(level) else {
            throw .unexpectedLevel(trial, told: level, expected: last)
        }
        self.entries[trial.rawValue].level = Int32(level)
    }

    /// A trial goes on running towards the next rung.
    mutating func passRung(_ trial: Int) { self.entries[trial].rung += 1 }

    /// A trial leaves the running, or a paused one is over.
    mutating func rest(_ trial: Int, _ phase: Phase) {
        if self.entries[trial].phase == .running { self.runningCount -= 1 }
        self.entries[trial].phase = phase
    }

    /// - Throws: unless the trial runs and `level` is its next one.
    func check(_ trial: TrialID, level: Int) throws(SearchError) {
        let entry = try self.entry(trial)
        guard level == Int(entry.level) + 1 else {
            throw .unexpectedLevel(trial, told: level, expected: Int(entry.level) + 1)
        }
        guard entry.phase == .running else { throw .notRunning(trial, level: Int(entry.level)) }
    }

    /// - Throws: unless the trial runs.
    func checkRunning(_ trial: TrialID) throws(SearchError) {
        let entry = try self.entry(trial)
        guard entry.phase == .running else { throw .notRunning(trial, level: Int(entry.level)) }
    }

    /// - Throws: ``SearchError/unknownTrial(_:started:)``.
    func entry(_ trial: TrialID) throws(SearchError) -> Entry {
        guard self.entries.indices.contains(trial.rawValue) else {
            throw .unknownTrial(trial, started: self.entries.count)
        }
        return self.entries[trial.rawValue]
    }
}
