import NumericKernels
import TrainingData
import TuningModel

/// Networks that are trained one after the other.
extension TrainingGroup {
    /// Whether the last epoch was the last one of a network in turn, so that the next one, if there is any, begins another
    /// network. Always `false` for networks side by side.
    package var isBetweenNetworks: Bool {
        guard let turns = self.turns else { return false }
        return !turns.ended.isEmpty && self.members.count == 1
    }

    /// The first network of a trial that trains its networks in turn.
    static func begin(_ turns: NetworkTurns) throws(TrainingError) -> [Member] {
        let first = turns.begin(turns.places[0])
        try self.checkMemory(first, count: min(2, turns.places.count))
        return [first]
    }

    /// The first network and the one at work, as they were stored.
    ///
    /// - Throws: ``TrainingError`` where a network's checkpoint is refused, or is not at the epoch that its turn says.
    static func resume(_ turns: NetworkTurns, _ stored: TurnCheckpoint) throws(TrainingError) -> [Member] {
        var members: [Member] = []
        let places = [turns.places[0]] + (turns.ended.isEmpty ? [] : [turns.next].compactMap { $0 })
        for (place, bytes) in zip(places, [stored.first] + [stored.current].compactMap { $0 }) {
            let run = try TrainingRun(
                checkpoint: bytes, configuration: turns.configuration, data: place.data, seed: place.seed,
                kernels: turns.kernels)
            members.append(Member(run))
            if members.count == 1 { try self.checkMemory(members[0], count: min(2, turns.places.count)) }
        }
        let first = members[0].run.epoch
        if let ended = turns.ended.first {
            guard first == ended.epochs, members[0].run.status == ended.status else {
                throw .checkpoint(
                    what: "epoch of the first network", found: "\(first)", wanted: "\(ended.epochs), at its end")
            }
        } else {
            try self.checkAtWork(members[0], turns)
        }
        if members.count > 1 { try self.checkAtWork(members[1], turns) }
        return members
    }

    private static func checkAtWork(_ member: Member, _ turns: NetworkTurns) throws(TrainingError) {
        let epoch = member.run.epoch
        guard !turns.isEnd(of: member.run), epoch <= turns.epochs else {
            throw .checkpoint(
                what: "epoch of a network at work", found: "\(epoch)", wanted: "one before its end at \(turns.epochs)")
        }
    }

    /// Begins the next network where the last one has ended.
    mutating func beginTurn() {
        guard self.isBetweenNetworks, let turns = self.turns, let place = turns.next else { return }
        self.members.append(turns.begin(place))
    }

    /// Keeps what is to be kept of the network at work where it is at its end. All but the first leave the memory.
    mutating func endTurn() {
        guard let turns = self.turns, let member = self.members.last, !self.isBetweenNetworks,
            turns.isEnd(of: member.run)
        else { return }
        self.turns?.ended.append(
            NetworkTurns.Ended(
                epochs: member.run.epoch, status: member.run.status,
                fingerprint: Checkpoint.checksum(member.run.weightBytes()[...]),
                metrics: member.outcome?.metrics ?? []))
        if self.members.count > 1 { self.members.removeLast() }
    }

    /// The state of networks in turn; `nil` where they are trained side by side.
    borrowing func turnCheckpoint() -> [UInt8]? {
        guard let turns = self.turns else { return nil }
        return TurnCheckpoint(
            count: turns.places.count, epochs: turns.epochs, ended: turns.ended,
            first: self.members[0].run.checkpoint(),
            current: self.members.count > 1 ? self.members[1].run.checkpoint() : nil
        ).encoded()
    }
}
