package import NumericKernels
package import TrainingData
internal import Randomness
package import TuningModel

/// The networks of one trial, trained epoch by epoch side by side and reported as one: a network for each fold of the data
/// and for each repeat with a seed of its own.
///
/// A figure of the trial is the mean over its networks, so that a scheduler stops or promotes them together. A network that
/// ran out of patience rests, and its last figures stay in the mean; one that diverges ends the trial. With one network
/// everything, checkpoints included, is as that network alone has it.
///
/// The first network, that of the first fold and the trial's own seed, is the one that is kept and tested in the end.
///
/// Source: M. Stone, "Cross-validatory choice and assessment of statistical predictions", Journal of the Royal Statistical
/// Society B 36(2), 1974, for the mean over folds.
///
/// Complexity: that of ``TrainingRun`` times the number of networks, in time and in memory.
package struct TrainingGroup: ~Copyable {
    /// A network with what its last epoch gave; a class, since arrays hold nothing that can't be copied.
    final class Member {
        var run: TrainingRun
        var outcome: EpochOutcome?

        init(_ run: consuming TrainingRun, outcome: EpochOutcome? = nil) {
            self.run = run
            self.outcome = outcome
        }
    }

    /// Repeat by repeat, in each fold by fold; never empty.
    let members: [Member]

    init(_ members: [Member]) { self.members = members }

    /// Networks with their first weights.
    ///
    /// - Parameters:
    ///   - configuration: The trial's; `repeats` of it counts here alone.
    ///   - data: A view for each fold; one where there are no folds.
    ///   - seed: The trial's.
    ///   - kernels: What to compute with.
    /// - Throws: ``TrainingError`` as ``TrainingRun`` does, where there is no view, and where all networks together need more
    ///   memory than a trial may have.
    package init(
        _ configuration: TrainingConfiguration, data: [DatasetView], seed: UInt64, kernels: KernelSet
    ) throws(TrainingError) {
        var members: [Member] = []
        for place in try Self.places(configuration, data: data, seed: seed) {
            members.append(Member(try TrainingRun(configuration, data: place.data, seed: place.seed, kernels: kernels)))
            if members.count == 1 { try Self.checkMemory(members[0], count: configuration.repeats * data.count) }
        }
        self.members = members
    }

    /// Networks taken up where a checkpoint was written.
    ///
    /// - Parameters:
    ///   - bytes: The checkpoint.
    ///   - configuration: As when it was written, as are the data and the seed.
    ///   - data: A view for each fold.
    ///   - seed: The trial's.
    ///   - kernels: What to compute with.
    ///   - isFirstOnly: Takes up the first network alone: the one that is tested and saved.
    /// - Throws: ``TrainingError`` as ``TrainingRun`` does, and where the checkpoint holds another number of networks.
    package init(
        checkpoint bytes: [UInt8], configuration: TrainingConfiguration, data: [DatasetView], seed: UInt64,
        kernels: KernelSet, isFirstOnly: Bool = false
    ) throws(TrainingError) {
        let places = try Self.places(configuration, data: data, seed: seed)
        let stored = try GroupCheckpoint(bytes, count: places.count)
        var members: [Member] = []
        for (place, member) in zip(places, stored.members).prefix(isFirstOnly ? 1 : places.count) {
            let run = try TrainingRun(
                checkpoint: member.bytes, configuration: configuration, data: place.data, seed: place.seed,
                kernels: kernels)
            let outcome = member.metrics.map { EpochOutcome(status: run.status, metrics: $0) }
            members.append(Member(run, outcome: outcome))
            if members.count == 1, !isFirstOnly { try Self.checkMemory(members[0], count: places.count) }
        }
        self.members = members
    }

    private static func checkMemory(_ member: Member, count: Int) throws(TrainingError) {
        let (bytes, isOverflow) = member.run.plan.layout.byteCount.multipliedReportingOverflow(by: count)
        guard !isOverflow, bytes <= ArenaLayout.byteLimit else {
            throw .tooLarge(bytes: isOverflow ? .max : bytes, limit: ArenaLayout.byteLimit)
        }
    }

    private static func places(
        _ configuration: TrainingConfiguration, data: [DatasetView], seed: UInt64
    ) throws(TrainingError) -> [(data: DatasetView, seed: UInt64)] {
        guard !data.isEmpty else { throw .data(what: "folds", found: "0", wanted: "at least 1") }
        return (0..<configuration.repeats).flatMap { number in
            data.map { ($0, Self.seed(seed, repeat: number)) }
        }
    }

    /// The seed of a repeat; the first one has the trial's own.
    static func seed(_ seed: UInt64, repeat number: Int) -> UInt64 {
        guard number > 0 else { return seed }
        return RandomStream(seed: seed, purpose: .repeatSeed, stream: UInt32(truncatingIfNeeded: number)).bits(at: 0)
    }

    /// How many networks there are.
    package var count: Int { self.members.count }

    /// Epochs finished.
    package var epoch: Int { self.members.reduce(0) { max($0, $1.run.epoch) } }

    /// Whether the trial goes on, and if not, why.
    package var status: EpochReport.Status {
        if self.members.contains(where: { $0.run.status == .diverged }) { return .diverged }
        return self.members.allSatisfy { $0.run.isOver } ? .finishedEarly : .normal
    }

    /// Whether no further epoch is to be trained.
    package var isOver: Bool { self.status != .normal }

    /// Training rows that the networks that go on see together in their next epoch.
    package var rowsPerEpoch: Int {
        self.members.reduce(0) { $0 + ($1.run.isOver ? 0 : $1.run.trainedRowCount) }
    }

    /// Trained numbers of one network.
    package var parameterCount: Int { self.members[0].run.parameterCount }

    /// Trains one epoch of each network that goes on; see ``TrainingRun/trainEpoch(isCancelled:)``.
    ///
    /// - Returns: `false` where it was cancelled; the group is of no use then.
    package mutating func trainEpoch(isCancelled: () -> Bool) -> Bool {
        for member in self.members where !member.run.isOver {
            guard member.run.trainEpoch(isCancelled: isCancelled) else { return false }
        }
        return true
    }

    /// Evaluates the networks that were trained and answers the mean of all.
    ///
    /// NaN where a figure of any network is. With a network that diverged it is that one's outcome.
    package mutating func finishEpoch() -> EpochOutcome {
        for member in self.members where !member.run.isOver { member.outcome = member.run.finishEpoch() }
        let outcomes = self.members.compactMap(\.outcome)
        if let diverged = outcomes.first(where: { $0.status == .diverged }) { return diverged }
        return EpochOutcome(status: self.status, metrics: Self.mean(outcomes.map(\.metrics)))
    }

    /// The mean of each figure; all lists have the same figures in the same order.
    static func mean(_ lists: [[MetricValue]]) -> [MetricValue] {
        guard let first = lists.first, lists.count > 1 else { return lists.first ?? [] }
        return first.indices.map { place in
            let sum = lists.reduce(0) { $0 + ($1.indices.contains(place) ? $1[place].value : .nan) }
            return MetricValue(first[place].metric, sum / Double(lists.count))
        }
    }

    /// Everything needed to go on with the same bits.
    package borrowing func checkpoint() -> [UInt8] {
        GroupCheckpoint(
            members: self.members.map {
                GroupCheckpoint.Member(bytes: $0.run.checkpoint(), metrics: $0.outcome?.metrics)
            }
        ).encoded()
    }

    /// Figures of the first network on some rows.
    package borrowing func evaluate(_ part: DatasetPart, as kind: EvaluationKind) -> [MetricValue] {
        self.members[0].run.evaluate(part, as: kind)
    }

    /// Figures of the first network class by class.
    package borrowing func evaluateByClass(_ part: DatasetPart) -> [ClassFigures] {
        self.members[0].run.evaluateByClass(part)
    }

    /// The first network's tensors.
    package borrowing func tensors() -> [NamedTensor] { self.members[0].run.tensors() }

    /// All networks' weights as ``TrainingRun/weightBytes()`` has them, one after the other.
    package borrowing func weightBytes() -> [UInt8] { self.members.flatMap { $0.run.weightBytes() } }
}
