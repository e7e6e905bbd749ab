import Randomness
import TuningModel

/// Population based training, the part that decides who is copied: members train in intervals, and at the end of each the
/// worst ones are replaced by copies of the best ones (truncation selection), whose configurations
/// ``PopulationExplorer`` changes.
///
/// With N members of which n were compared, the worst `k = max(1, floor(quantile * n))` are stopped, and in the place of each a
/// new trial begins with the networks of one of the best k, drawn at random. A member whose loss is not finite, or that failed,
/// is replaced whatever k is. A trial is one configuration from its beginning to its end, so that a copy is a trial of its
/// own, with an origin; its epochs go on from its parent's.
///
/// Source: M. Jaderberg et al., "Population based training of neural networks", arXiv 1711.09846, 2017, algorithm 1 with
/// truncation selection (section 4.1.1); the same selection in J. Parker-Holder et al., "Provably efficient online
/// hyperparameter optimization with population-based bandits", NeurIPS 2020, algorithm 1.
///
/// Deviations, on purpose:
/// - By default members wait for each other at the end of an interval, so that each decision depends on the losses of one
///   epoch alone, and a study is the same for any number of workers. The paper's members do not wait.
/// - Without waiting a member is compared with the latest losses of all others once each of them has one. A copy of a member
///   that is behind trains epochs again; each place does so once at most at each level, else two of them could send each other
///   back for ever.
/// - The paper leaves to chance whether a member at the edge of a quantile belongs to it; here counts are rounded down.
/// - A member that ran out of patience takes its place in the interval's order, and neither goes on nor is copied.
///
/// - Complexity: O(N log N) at the end of an interval, else O(1). About 40 bytes a trial.
struct PopulationTraining: SchedulingAlgorithm {
    private enum Phase: UInt8, Hashable, Sendable {
        case running
        /// At the end of an interval.
        case waiting
        case over
    }

    private struct Entry: Hashable, Sendable {
        var epoch: Int
        /// The level it is heading for, or at which it waits.
        var rung: Int
        var phase = Phase.running
        /// The level it headed for first.
        let firstRung: Int
        /// The last level at which its place was given to a copy that had not come as far; -1 for none.
        var backStep = -1
        /// Of the last level it was compared at, its parent's at first; `nil` before.
        var loss: Double?

        /// The level at the end of its last interval, whose state may be copied; `nil` for one that has not come to one, and
        /// for one that is done.
        var comparedRung: Int? {
            switch self.phase {
            case .over: nil
            case .waiting: self.rung
            case .running: self.rung > self.firstRung ? self.rung - 1 : nil
            }
        }
    }

    /// What is to be trained as soon as somebody asks.
    private enum Step: Hashable, Sendable {
        case copy(TrialOrigin, rung: Int, backStep: Int)
        case goOn(Int, reason: Reason)
    }

    private let settings: PopulationSettings
    private let levels: [Int]
    private let seed: UInt64
    private let wording: LossWording
    /// By trial number.
    private var trials: [Entry] = []
    /// The trials that are the population now, in the order of its places; those that gave up their place are gone.
    private var members: [Int] = []
    /// Members that failed since the last comparison, and have no place in ``members`` any more.
    private var failed: [Int] = []
    /// Members that ran out of patience since the last comparison, likewise.
    private var retired: [RankedLoss] = []
    private var steps: [Step] = []
    private var startCount = 0
    private var runningCount = 0
    /// Whether no member begins anew any more, and whether no copy does.
    private var isComplete = false
    private var isClosed = false

    /// - Throws: ``SearchError/invalidSetting(name:found:wanted:)``.
    init(_ settings: PopulationSettings, seed: UInt64, wording: LossWording) throws(SearchError) {
        try settings.check()
        self.settings = settings
        self.levels = settings.levels
        self.seed = seed
        self.wording = wording
    }

    mutating func ask() -> Proposal {
        if !self.isComplete {
            self.startCount += 1
            self.isComplete = self.startCount == self.settings.count
            return .start(self.begin(rung: 0, epoch: 0), Placement(bracket: 0, rung: 0, level: self.levels[0]))
        }
        guard !self.steps.isEmpty else { return self.runningCount > 0 ? .wait : .finished }
        switch self.steps.removeFirst() {
        case .copy(let origin, let rung, let backStep):
            let trial = self.begin(rung: rung, epoch: origin.epoch, loss: self.trials[origin.parent.rawValue].loss)
            self.trials[trial.rawValue].backStep = backStep
            return .start(trial, Placement(bracket: 0, rung: rung, level: self.levels[rung], origin: origin))
        case .goOn(let trial, let reason):
            self.trials[trial].phase = .running
            self.trials[trial].rung += 1
            self.runningCount += 1
            let rung = self.trials[trial].rung
            return .resume(
                TrialID(trial), Placement(bracket: 0, rung: rung, level: self.levels[rung]), reason: reason)
        }
    }

    func outlook() -> Outlook {
        if !self.isComplete { return .start(Placement(bracket: 0, rung: 0, level: self.levels[0])) }
        switch self.steps.first {
        case .copy(let origin, let rung, _):
            return .start(Placement(bracket: 0, rung: rung, level: self.levels[rung], origin: origin))
        case .goOn: return .resume
        case nil: return self.runningCount > 0 ? .wait : .finished
        }
    }

    private mutating func begin(rung: Int, epoch: Int, loss: Double? = nil) -> TrialID {
        let trial = self.trials.count
        self.trials.append(Entry(epoch: epoch, rung: rung, firstRung: rung, loss: loss))
        self.members.append(trial)
        self.runningCount += 1
        return TrialID(trial)
    }

    mutating func close() -> [Decision] { self.close(isExhausted: false) }

    mutating func close(isExhausted: Bool) -> [Decision] {
        self.isComplete = true
        // A searcher without further configurations makes the population smaller, no more.
        guard !isExhausted else { return [] }
        self.isClosed = true
        self.steps.removeAll { if case .copy = $0 { true } else { false } }
        return []
    }

    mutating func tell(_ trial: TrialID, level epoch: Int, loss: Double) throws(SearchError) -> [Decision] {
        let entry = try self.entry(trial)
        guard epoch == entry.epoch + 1 else {
            throw .unexpectedLevel(trial, told: epoch, expected: entry.epoch + 1)
        }
        guard entry.phase == .running else { throw .notRunning(trial, level: entry.epoch) }
        let index = trial.rawValue
        self.trials[index].epoch = epoch
        guard epoch == self.levels[entry.rung] else { return [] }
        self.runningCount -= 1
        self.trials[index].loss = loss.isFinite ? loss : .infinity
        if entry.rung == self.levels.count - 1 {
            self.trials[index].phase = .over
            return [.complete(trial, rung: entry.rung, level: epoch)] + self.compareIfAllWait()
        }
        self.trials[index].phase = .waiting
        guard self.settings.isSynchronous else { return self.compare(index) }
        let decisions = self.compareIfAllWait()
        let own = Decision(
            trial: trial, kind: .pause, rung: entry.rung, level: epoch,
            reason: "waits for the population at \(epochs: epoch)")
        return [decisions.first { $0.trial == trial } ?? own] + decisions.filter { $0.trial != trial }
    }

    mutating func retire(_ trial: TrialID, loss: Double) throws(SearchError) -> [Decision] {
        let entry = try self.entry(trial)
        guard entry.phase == .running else { throw .notRunning(trial, level: entry.epoch) }
        self.trials[trial.rawValue].phase = .over
        self.runningCount -= 1
        self.members.removeAll { $0 == trial.rawValue }
        guard self.settings.isSynchronous else {
            if !loss.isFinite { self.replaceFailed(trial.rawValue) }
            return []
        }
        if loss.isFinite {
            self.retired.append(RankedLoss(loss, trial: trial.rawValue))
        } else {
            self.failed.append(trial.rawValue)
        }
        return self.compareIfAllWait()
    }

    func fate(of trial: TrialID) -> Reason {
        guard let entry = try? self.entry(trial) else { return "never started" }
        switch entry.phase {
        case .running: return "running after \(epochs: entry.epoch)"
        case .waiting: return "waits for the population at \(epochs: entry.epoch)"
        case .over: return "over after \(epochs: entry.epoch)"
        }
    }

    private func entry(_ trial: TrialID) throws(SearchError) -> Entry {
        guard self.trials.indices.contains(trial.rawValue) else {
            throw .unknownTrial(trial, started: self.trials.count)
        }
        return self.trials[trial.rawValue]
    }
}

/// With waiting: all members at one level are compared at once.
extension PopulationTraining {
    /// Compares the members once none of them runs and none is to begin.
    ///
    /// - Returns: `.stop` for those that are replaced.
    private mutating func compareIfAllWait() -> [Decision] {
        guard self.settings.isSynchronous, self.isComplete, self.runningCount == 0, self.steps.isEmpty else {
            return []
        }
        let waiting = self.members.filter { self.trials[$0].phase == .waiting }
        guard let rung = waiting.first.map({ self.trials[$0].rung }) else { return [] }
        let order = waiting.map { RankedLoss(self.trials[$0].loss ?? .infinity, trial: $0) }.sorted()
        let all = (order + self.retired + self.failed.map { RankedLoss(.infinity, trial: $0) }).sorted()
        let count = self.settings.quantileCount(of: all.count)
        let donors = order.prefix(count).filter(\.isFinite).map(\.trial)
        let failed = self.failed
        self.failed = []
        self.retired = []
        var decisions: [Decision] = []
        var replaced: [(trial: Int, donor: Int)] = []
        for (rank, loss) in all.enumerated() where !donors.isEmpty && !self.isClosed {
            let isBad = !loss.isFinite || rank >= all.count - count
            guard isBad, !donors.contains(loss.trial) else { continue }
            let donor = self.donor(for: loss.trial, among: donors)
            if failed.contains(loss.trial) {
                replaced.append((loss.trial, donor))
            } else if self.trials[loss.trial].phase == .waiting {
                let cutOff = all[all.count - count - 1].loss
                decisions.append(self.replace(loss, rank: rank + 1, of: all.count, cutOff: cutOff, by: donor))
                replaced.append((loss.trial, donor))
            }
        }
        // Copies first: their parents have not trained further then, and their newest states are those to begin with.
        for (_, donor) in replaced.sorted(by: { $0.trial < $1.trial }) {
            let origin = TrialOrigin(parent: TrialID(donor), epoch: self.levels[rung])
            self.steps.append(.copy(origin, rung: rung + 1, backStep: -1))
        }
        for loss in order where self.trials[loss.trial].phase == .waiting {
            let rank = (all.firstIndex(of: loss) ?? 0) + 1
            self.steps.append(
                .goOn(loss.trial, reason: "rank \(rank) of \(all.count) at \(epochs: self.levels[rung])"))
        }
        return decisions
    }

    /// Stops a member that waits; its place is free.
    private mutating func replace(
        _ loss: RankedLoss, rank: Int, of count: Int, cutOff: Double, by donor: Int
    ) -> Decision {
        let entry = self.trials[loss.trial]
        self.trials[loss.trial].phase = .over
        self.members.removeAll { $0 == loss.trial }
        let reason: Reason
        if loss.isFinite {
            reason =
                "rank \(rank) of \(count) at \(epochs: entry.epoch)\(self.wording.comparison(loss.loss, cutOff: cutOff))"
        } else {
            reason = "the loss at \(epochs: entry.epoch) is not finite and ranks last"
        }
        return Decision(
            trial: TrialID(loss.trial), kind: .stop, rung: entry.rung, level: entry.epoch,
            reason: "\(reason); a copy of trial \(donor) takes its place")
    }

    /// Who is copied in a member's place.
    private func donor(for trial: Int, among donors: [Int]) -> Int {
        let random = RandomStream(
            seed: self.seed, purpose: .populationTraining, stream: UInt32(truncatingIfNeeded: trial))
        // Far behind the numbers that an explorer draws for the trial of this number.
        return donors[Int(random.integer(below: UInt64(donors.count), at: 1 << 40))]
    }
}

/// Without waiting: a member is compared with what is known of the others.
extension PopulationTraining {
    /// Decides on a member that has come to the end of an interval.
    private mutating func compare(_ trial: Int) -> [Decision] {
        let entry = self.trials[trial]
        let order = self.latest
        // Until every member has a loss none is compared.
        let isKnown = self.isComplete && order.count == self.members.count
        let count = isKnown ? self.settings.quantileCount(of: order.count) : 0
        let loss = RankedLoss(entry.loss ?? .infinity, trial: trial)
        let rank = order.firstIndex(of: loss) ?? 0
        let isBad = !loss.isFinite || rank >= order.count - count
        let donors = self.donors(order, count: count).filter { donor in
            donor != trial
                && (entry.rung > entry.backStep || (self.trials[donor].comparedRung ?? -1) >= entry.rung)
        }
        if isBad, count > 0, !donors.isEmpty, !self.isClosed {
            let donor = self.donor(for: trial, among: donors)
            self.append(copyOf: donor, inPlaceOf: entry)
            return [
                self.replace(
                    loss, rank: rank + 1, of: order.count, cutOff: order[order.count - count - 1].loss, by: donor)
            ]
        }
        let place: Reason = "rank \(rank + 1) of \(order.count) at \(epochs: entry.epoch)"
        guard loss.isFinite else {
            self.trials[trial].phase = .over
            self.members.removeAll { $0 == trial }
            return [.notFinite(TrialID(trial), rung: entry.rung, level: entry.epoch)]
        }
        self.steps.append(.goOn(trial, reason: place))
        return [Decision(trial: TrialID(trial), kind: .pause, rung: entry.rung, level: entry.epoch, reason: place)]
    }

    /// The latest loss of each member that has one.
    private var latest: [RankedLoss] {
        self.members.compactMap { member in self.trials[member].loss.map { RankedLoss($0, trial: member) } }.sorted()
    }

    /// Members among the best that have a state to begin with, below the last level.
    private func donors(_ order: [RankedLoss], count: Int) -> [Int] {
        order.prefix(count).filter { $0.isFinite && self.trials[$0.trial].comparedRung != nil }.map(\.trial)
    }

    private mutating func append(copyOf donor: Int, inPlaceOf entry: Entry) {
        guard let rung = self.trials[donor].comparedRung else { return }
        let backStep = rung < entry.rung ? max(entry.rung, entry.backStep) : entry.backStep
        let origin = TrialOrigin(parent: TrialID(donor), epoch: self.levels[rung])
        self.steps.append(.copy(origin, rung: rung + 1, backStep: backStep))
    }

    /// A copy takes the place of a member that failed, where there is one to copy.
    private mutating func replaceFailed(_ trial: Int) {
        let order = self.latest
        let donors = self.donors(order, count: max(1, self.settings.quantileCount(of: order.count)))
        guard !donors.isEmpty, !self.isClosed else { return }
        self.append(copyOf: self.donor(for: trial, among: donors), inPlaceOf: self.trials[trial])
    }
}
