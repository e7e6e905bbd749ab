package import NumericKernels
package import TrainingData
internal import Randomness
package import TuningModel

/// The networks of one trial, reported as one: a network for each fold of the data and for each repeat with a seed of its own.
///
/// A figure of the trial is the mean over its networks; one that diverges ends the trial.
///
/// - Side by side, epoch by epoch: a scheduler stops or promotes all together. A network that ran out of patience rests, and
///   its last figures stay in the mean. With one network everything, checkpoints included, is as that network alone has it.
/// - In turn, where the configuration has `networkEpochs`: an epoch of the trial is one of the network whose turn it is, and a
///   scheduler can hand out networks. A network ends after so many epochs of its own, or out of patience; the next epoch
///   begins the next one. The mean is over those that have begun. Epochs of the trial count on over all networks.
///
/// The first network, that of the first fold and the trial's own seed, is the one that is kept and tested in the end.
///
/// Source: M. Stone, "Cross-validatory choice and assessment of statistical predictions", Journal of the Royal Statistical
/// Society B 36(2), 1974, for the mean over folds.
///
/// Complexity: that of ``TrainingRun`` times the number of networks in time, and in memory too, but for networks in turn, of
/// which two are there at a time: the first one and the one at work.
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

    /// Side by side all networks, repeat by repeat, in each fold by fold. In turn the first one, and behind it the one at work
    /// where that is another. Never empty.
    var members: [Member]
    /// `nil` where networks are trained side by side.
    var turns: NetworkTurns?

    init(_ members: [Member]) { self.members = members }

    /// Networks with their first weights.
    ///
    /// - Parameters:
    ///   - configuration: The trial's; `repeats` and `networkEpochs` of it count here alone.
    ///   - data: A view for each fold; one where there are no folds.
    ///   - seed: The trial's.
    ///   - kernels: What to compute with.
    /// - Throws: ``TrainingError`` as ``TrainingRun`` does, where there is no view, and where all networks together need more
    ///   memory than a trial may have.
    package init(
        _ configuration: TrainingConfiguration, data: [DatasetView], seed: UInt64, kernels: KernelSet
    ) throws(TrainingError) {
        let places = try Self.places(configuration, data: data, seed: seed)
        if let epochs = configuration.networkEpochs {
            let turns = try NetworkTurns(configuration, places: places, epochs: epochs, kernels: kernels)
            self.members = try Self.begin(turns)
            self.turns = turns
            return
        }
        var members: [Member] = []
        for place in places {
            members.append(Member(try TrainingRun(configuration, data: place.data, seed: place.seed, kernels: kernels)))
            if members.count == 1 { try Self.checkMemory(members[0], count: places.count) }
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
        if let epochs = configuration.networkEpochs {
            let stored = try TurnCheckpoint(bytes, count: places.count, epochs: epochs)
            let turns = try NetworkTurns(
                configuration, places: Array(places.prefix(isFirstOnly ? 1 : places.count)), epochs: epochs,
                kernels: kernels, ended: Array(stored.ended.prefix(isFirstOnly ? 1 : places.count)))
            self.members = try Self.resume(turns, stored)
            self.turns = turns
            return
        }
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

    static func checkMemory(_ member: Member, count: Int) throws(TrainingError) {
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

    /// How many networks there are, begun or not.
    package var count: Int { self.turns?.places.count ?? self.members.count }

    /// Networks that a further epoch would train, or trains; none of those in turn between two of them.
    private var atWork: [Member] {
        let members = self.isBetweenNetworks ? [] : self.turns == nil ? self.members : self.members.suffix(1)
        return members.filter { !$0.run.isOver }
    }

    /// Epochs finished; of networks in turn over all of them.
    package var epoch: Int {
        guard let turns = self.turns else { return self.members.reduce(0) { max($0, $1.run.epoch) } }
        let ended = turns.ended.reduce(0) { $0 + $1.epochs }
        return self.isBetweenNetworks ? ended : ended + (self.members.last?.run.epoch ?? 0)
    }

    /// Whether the trial goes on, and if not, why.
    ///
    /// Networks in turn are finished early where the last one of them ended so, and normal where it came to its last epoch:
    /// the trial is over all the same, see ``isOver``.
    package var status: EpochReport.Status {
        if self.members.contains(where: { $0.run.status == .diverged }) { return .diverged }
        if let turns = self.turns { return turns.next == nil ? turns.ended.last?.status ?? .normal : .normal }
        return self.members.allSatisfy { $0.run.isOver } ? .finishedEarly : .normal
    }

    /// Whether no further epoch is to be trained.
    package var isOver: Bool {
        if let turns = self.turns, turns.next == nil { return true }
        return self.status != .normal
    }

    /// Training rows that the networks that go on see together in their next epoch.
    package var rowsPerEpoch: Int {
        if self.isBetweenNetworks { return self.turns?.next.map { $0.plan.trainedRowCount(of: $0.data) } ?? 0 }
        return self.atWork.reduce(0) { $0 + $1.run.trainedRowCount }
    }

    /// Trained numbers of one network.
    package var parameterCount: Int { self.members[0].run.parameterCount }

    /// Trains one epoch of each network that goes on, or of the one whose turn it is; see ``TrainingRun/trainEpoch(isCancelled:)``.
    ///
    /// - Returns: `false` where it was cancelled; the group is of no use then.
    package mutating func trainEpoch(isCancelled: () -> Bool) -> Bool {
        self.beginTurn()
        for member in self.atWork {
            guard member.run.trainEpoch(isCancelled: isCancelled) else { return false }
        }
        return true
    }

    /// Evaluates the networks that were trained and answers the mean of all that have begun.
    ///
    /// NaN where a figure of any network is. With a network that diverged it is that one's outcome. Where they are asked for
    /// there are `train.samples`, the rows that the epoch trained on, of all networks together; in turn `train.networks`,
    /// those that are at their end.
    package mutating func finishEpoch() -> EpochOutcome {
        let rows = self.rowsPerEpoch
        for member in self.atWork { member.outcome = member.run.finishEpoch() }
        self.endTurn()
        var outcomes = (self.turns?.ended ?? []).map { EpochOutcome(status: $0.status, metrics: $0.metrics) }
        if self.turns == nil {
            outcomes = self.members.compactMap(\.outcome)
        } else if !self.isBetweenNetworks {
            outcomes += [self.members.last?.outcome].compactMap { $0 }
        }
        if let diverged = outcomes.first(where: { $0.status == .diverged }) {
            return EpochOutcome(status: .diverged, metrics: diverged.metrics + self.counts(rows: rows))
        }
        return EpochOutcome(status: self.status, metrics: Self.mean(outcomes.map(\.metrics)) + self.counts(rows: rows))
    }

    /// What is counted and no mean; they are the last ones in the order of metrics.
    private func counts(rows: Int) -> [MetricValue] {
        var counts: [MetricValue] = []
        if self.members[0].run.configuration.metrics.contains(.trainSamples) {
            counts.append(MetricValue(.trainSamples, Double(rows)))
        }
        if let turns = self.turns { counts.append(MetricValue(.trainNetworks, Double(turns.ended.count))) }
        return counts
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
        if let bytes = self.turnCheckpoint() { return bytes }
        return GroupCheckpoint(
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

    /// What a digest of all networks is taken of: their weights as ``TrainingRun/weightBytes()`` has them, one after the other;
    /// of networks in turn those of the first one, a checksum of each further one that ended, and those of the one at work.
    package borrowing func weightBytes() -> [UInt8] {
        var writer = ByteWriter(capacity: 0)
        for (place, member) in self.members.enumerated() {
            writer.append(member.run.weightBytes())
            guard place == 0, let turns = self.turns else { continue }
            for network in turns.ended.dropFirst() { writer.append(network.fingerprint) }
        }
        return writer.bytes
    }
}
