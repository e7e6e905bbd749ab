import TuningModel

/// Progressive asynchronous successive halving (PASHA): ASHA by promotion whose highest rung grows only while the order of
/// trials at the two highest rungs disagrees.
///
/// It begins with the two lowest rungs, and so lets nobody beyond the second. Each trial that completes the highest rung
/// _K_ in use puts the order there to the test: the trial with place _i_ at rung K must be, at rung K - 1, one of those
/// whose loss is within epsilon of the loss with place i there. Where one is not, the next rung is opened.
///
/// Epsilon is the noise of the order: among pairs of trials at rung K whose curves crossed there and back again (trial a
/// ahead, then b, then a), the 90th percentile of the distance of their losses at rung K; 0 while there are none.
///
/// Source: O. Bohdal et al., "PASHA: efficient HPO and NAS with progressive resource allocation", ICLR 2023,
/// arXiv 2207.06940, algorithm 1 and section 4.2 (epsilon).
///
/// Deviations, on purpose:
/// - Orders are compared and the noise is measured over the last 64 trials that completed rung K, where the paper takes
///   all of them: it keeps the cost of a report bounded, while the paper's studies have no more trials there than that.
/// - Each pair's curves are compared once, when its second trial completes rung K; nothing is rescanned.
/// - Percentiles interpolate linearly between order statistics.
/// - The guard of D-ASHA holds unless told otherwise.
///
/// - Complexity: Beyond that of ASHA, a trial that completes rung K costs at most 64 comparisons an epoch it has trained
///   and a sort of at most 2016 distances; all other calls O(1). 8 bytes for each epoch of trials that are not over.
struct ProgressiveHalving: SchedulingAlgorithm {
    private static let sampleSize = 64

    /// Two trials of the sample whose curves cross there and back.
    private struct Crossing: Hashable, Sendable {
        let first: Int
        let second: Int
        /// Of their losses at the highest rung in use.
        let distance: Double
    }

    private let ladder: RungLadder
    private var asha: AshaPromotion
    /// Losses of each trial by epoch; given up when it is over.
    private var curves: [[Double]] = []
    /// The last trials that completed the highest rung in use, oldest first.
    private var sample: [Int] = []
    /// At most one for each pair of the sample.
    private var crossings: [Crossing] = []

    init(ladder: RungLadder, isGuarded: Bool, wording: LossWording) {
        self.ladder = ladder
        self.asha = AshaPromotion(ladder: ladder, isGuarded: isGuarded, ceiling: 1, wording: wording)
    }

    mutating func ask() -> Proposal {
        let proposal = self.asha.ask()
        if case .start = proposal { self.curves.append([]) }
        return proposal
    }

    func outlook() -> Outlook { self.asha.outlook() }

    mutating func close() -> [Decision] { self.asha.close() }

    mutating func tell(_ trial: TrialID, level epoch: Int, loss: Double) throws(SearchError) -> [Decision] {
        try self.asha.check(trial, level: epoch)
        self.curves[trial.rawValue].append(loss.isFinite ? loss : .infinity)
        let rung = self.asha.ceiling
        if loss.isFinite, rung > 0, rung < self.ladder.top, epoch == self.ladder.levels[rung] {
            self.add(trial.rawValue)
            if !self.agrees(at: rung) {
                self.asha.raiseCeiling()
                self.sample = []
                self.crossings = []
            }
        }
        let decisions = try self.asha.tell(trial, level: epoch, loss: loss)
        if decisions.contains(where: { $0.trial == trial && $0.kind != .pause }) { self.curves[trial.rawValue] = [] }
        return decisions
    }

    mutating func retire(_ trial: TrialID, loss: Double) throws(SearchError) -> [Decision] {
        let decisions = try self.asha.retire(trial, loss: loss)
        self.curves[trial.rawValue] = []
        return decisions
    }

    func fate(of trial: TrialID) -> Reason { self.asha.fate(of: trial) }

    /// Takes a trial that completed the highest rung into the sample.
    private mutating func add(_ trial: Int) {
        if self.sample.count == Self.sampleSize {
            let oldest = self.sample.removeFirst()
            self.crossings.removeAll { $0.first == oldest }
        }
        for other in self.sample {
            guard let distance = Self.distanceOfCrossed(self.curves[other], self.curves[trial]) else { continue }
            self.crossings.append(Crossing(first: other, second: trial, distance: distance))
        }
        self.sample.append(trial)
    }

    /// The distance of two curves at their last common epoch where their order changes there and back; else `nil`.
    static func distanceOfCrossed(_ left: [Double], _ right: [Double]) -> Double? {
        let count = min(left.count, right.count)
        var changes = 0
        var isLeftAhead: Bool?
        for epoch in 0..<count where left[epoch] != right[epoch] {
            let isAhead = left[epoch] < right[epoch]
            if let before = isLeftAhead, before != isAhead { changes += 1 }
            isLeftAhead = isAhead
        }
        guard changes >= 2 else { return nil }
        let distance = abs(left[count - 1] - right[count - 1])
        // Whether a trial keeps its constraints is no noise of its loss.
        return distance.isFinite && distance < ConstrainedLoss.floor / 2 ? distance : nil
    }

    /// The noise of the order: the 90th percentile of the crossings' distances, 0 where there are none.
    private var epsilon: Double {
        guard !self.crossings.isEmpty else { return 0 }
        let distances = self.crossings.map(\.distance).sorted()
        let place = 0.9 * Double(distances.count - 1)
        let lower = Int(place)
        let upper = min(lower + 1, distances.count - 1)
        return distances[lower] + (place - Double(lower)) * (distances[upper] - distances[lower])
    }

    /// Whether each trial's place at a rung is one that it may have at the rung below, give or take epsilon.
    private func agrees(at rung: Int) -> Bool {
        let epsilon = self.epsilon
        let below = self.ladder.levels[rung - 1]
        let upper = self.order(at: self.ladder.levels[rung])
        let lower = self.order(at: below)
        return zip(upper, lower).allSatisfy { trial, soft in
            trial == soft || abs(self.curves[trial][below - 1] - self.curves[soft][below - 1]) <= epsilon
        }
    }

    private func order(at epoch: Int) -> [Int] {
        self.sample.map { RankedLoss(self.curves[$0][epoch - 1], trial: $0) }.sorted().map(\.trial)
    }
}
