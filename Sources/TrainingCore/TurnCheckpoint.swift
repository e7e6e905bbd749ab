import TuningModel

/// The stored networks of one trial that are trained in turn.
///
/// The first network is kept to be tested and saved, the one at work to go on; of the others that ended only figures are
/// left. A ``NetworksFrame`` with the magic "WNWTURNS":
///
///     u64       epochs of each network at most
///     u32       networks that ended
///     for each of them:
///       u64           its epochs
///       u32           its status, as a checkpoint has
///       u64           checksum of its weights
///       u32           figures of its last epoch
///       u32 f64 ...   each: its number on the wire, its value
///     u64       bytes of the first network's checkpoint
///     ...       its checkpoint
///     u64       bytes of the checkpoint of the network at work; 0 where that is the first one or has not begun
///     ...       its checkpoint
struct TurnCheckpoint {
    let count: Int
    let epochs: Int
    let ended: [NetworkTurns.Ended]
    let first: [UInt8]
    /// `nil` where it is the first one or has not begun.
    let current: [UInt8]?

    private static let frame = NetworksFrame(magic: 0x534E_5255_5457_4E57, content: "networks in turn")

    init(count: Int, epochs: Int, ended: [NetworkTurns.Ended], first: [UInt8], current: [UInt8]?) {
        self.count = count
        self.epochs = epochs
        self.ended = ended
        self.first = first
        self.current = current
    }

    /// - Throws: ``TrainingError/checkpoint(what:found:wanted:)``.
    init(_ bytes: [UInt8], count: Int, epochs: Int) throws(TrainingError) {
        var reader = try Self.frame.open(bytes, count: count)
        guard let foundEpochs = reader.longWord(), let endedCount = reader.word() else {
            throw NetworksFrame.tooShort(bytes.count)
        }
        guard foundEpochs == epochs else {
            throw .checkpoint(what: "epochs of each network", found: "\(foundEpochs)", wanted: "\(epochs)")
        }
        guard endedCount <= count else {
            throw .checkpoint(what: "networks that ended", found: "\(endedCount)", wanted: "at most \(count)")
        }
        var ended: [NetworkTurns.Ended] = []
        for _ in 0..<endedCount { ended.append(try Self.ended(&reader, epochs: epochs, byteCount: bytes.count)) }
        guard let firstSize = reader.longWord(), let first = reader.bytes(Int(truncatingIfNeeded: firstSize)),
            let size = reader.longWord(), let current = reader.bytes(Int(truncatingIfNeeded: size))
        else { throw NetworksFrame.tooShort(bytes.count) }
        try NetworksFrame.finish(reader, of: bytes.count)
        guard current.isEmpty || (1..<count).contains(ended.count) else {
            throw .checkpoint(
                what: "network at work", found: "one behind \(ended.count) of \(count)",
                wanted: "none before the first one's end or behind the last one")
        }
        self.init(
            count: count, epochs: epochs, ended: ended, first: first, current: current.isEmpty ? nil : current)
    }

    private static func ended(
        _ reader: inout ByteReader, epochs most: Int, byteCount: Int
    ) throws(TrainingError) -> NetworkTurns.Ended {
        guard let epochs = reader.longWord(), let code = reader.word(), let fingerprint = reader.longWord(),
            let metrics = reader.metrics()
        else { throw NetworksFrame.tooShort(byteCount) }
        guard epochs >= 1, epochs <= most else {
            throw .checkpoint(what: "epochs of a network", found: "\(epochs)", wanted: "1 to \(most)")
        }
        let possible: [EpochReport.Status] = epochs == most ? [.normal, .finishedEarly] : [.finishedEarly]
        guard let status = possible.first(where: { Checkpoint.code($0) == code }) else {
            throw .checkpoint(
                what: "status of a network", found: "\(code)",
                wanted: possible.map { "\(Checkpoint.code($0))" }.joined(separator: " or "))
        }
        return NetworkTurns.Ended(
            epochs: Int(truncatingIfNeeded: epochs), status: status, fingerprint: fingerprint, metrics: metrics)
    }

    func encoded() -> [UInt8] {
        let size = self.first.count + (self.current?.count ?? 0) + 1_024 * self.ended.count
        return Self.frame.encoded(count: self.count, capacity: size + 64) { writer in
            writer.append(self.epochs)
            writer.append(UInt32(truncatingIfNeeded: self.ended.count))
            for network in self.ended {
                writer.append(network.epochs)
                writer.append(Checkpoint.code(network.status))
                writer.append(network.fingerprint)
                writer.append(network.metrics)
            }
            for bytes in [self.first, self.current ?? []] {
                writer.append(bytes.count)
                writer.append(bytes)
            }
        }
    }
}
