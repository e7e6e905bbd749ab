import TuningModel

/// The stored networks of one trial.
///
/// One network is stored as a ``Checkpoint`` and nothing else. Several, all numbers little-endian:
///
///     u64       magic, the text "WNWGROUP"
///     u32       version, 1
///     u32       number of networks
///     for each network:
///       u32           figures of its last epoch
///       u32 f64 ...   each: its number on the wire, its value
///       u64           bytes of its checkpoint
///       ...           its checkpoint
///     u64       checksum as a checkpoint has
struct GroupCheckpoint {
    struct Member {
        let bytes: [UInt8]
        /// Of its last epoch; `nil` before the first.
        let metrics: [MetricValue]?
    }

    let members: [Member]

    private static let magic: UInt64 = 0x5055_4F52_4757_4E57
    private static let version: UInt32 = 1

    init(members: [Member]) { self.members = members }

    /// - Throws: ``TrainingError/checkpoint(what:found:wanted:)``.
    init(_ bytes: [UInt8], count: Int) throws(TrainingError) {
        guard count > 1 else {
            self.members = [Member(bytes: bytes, metrics: nil)]
            return
        }
        guard bytes.count > Checkpoint.checksumByteCount else { throw Self.tooShort(bytes.count) }
        let end = bytes.count - Checkpoint.checksumByteCount
        var tail = ByteReader(bytes[end...])
        var reader = ByteReader(bytes[..<end])
        guard let magic = reader.longWord(), let version = reader.word(), let found = reader.word() else {
            throw Self.tooShort(bytes.count)
        }
        guard magic == Self.magic, version == Self.version else {
            throw .checkpoint(
                what: "beginning", found: "\(magic), version \(version)",
                wanted: "\(Self.magic), version \(Self.version): a group of networks")
        }
        guard found == count else {
            throw .checkpoint(what: "number of networks", found: "\(found)", wanted: "\(count)")
        }
        guard tail.longWord() == Checkpoint.checksum(bytes[..<end]) else {
            throw .checkpoint(what: "checksum", found: "another one", wanted: "that of the bytes before it")
        }
        var members: [Member] = []
        for _ in 0..<count {
            guard let metrics = reader.metrics(), let size = reader.longWord(),
                let content = reader.bytes(Int(truncatingIfNeeded: size))
            else { throw Self.tooShort(bytes.count) }
            members.append(Member(bytes: content, metrics: metrics.isEmpty ? nil : metrics))
        }
        guard reader.remaining == 0 else {
            throw .checkpoint(what: "length", found: "\(bytes.count) bytes", wanted: "\(reader.remaining) bytes less")
        }
        self.members = members
    }

    private static func tooShort(_ count: Int) -> TrainingError {
        .checkpoint(what: "length", found: "\(count) bytes", wanted: "more: it ends before its content does")
    }

    func encoded() -> [UInt8] {
        guard self.members.count > 1 else { return self.members.first?.bytes ?? [] }
        var writer = ByteWriter(capacity: self.members.reduce(64) { $0 + $1.bytes.count + 1_024 })
        writer.append(Self.magic)
        writer.append(Self.version)
        writer.append(UInt32(truncatingIfNeeded: self.members.count))
        for member in self.members {
            writer.append(member.metrics ?? [])
            writer.append(member.bytes.count)
            writer.append(member.bytes)
        }
        writer.append(Checkpoint.checksum(writer.bytes[...]))
        return writer.bytes
    }
}

extension ByteReader {
    /// Figures as ``ByteWriter`` wrote them; `nil` where there are none such.
    mutating func metrics() -> [MetricValue]? {
        guard let count = self.word(), count <= Metric.allCases.count else { return nil }
        var metrics: [MetricValue] = []
        for _ in 0..<count {
            guard let number = self.word(), let value = self.double(), let metric = Metric(wireNumber: Int(number))
            else { return nil }
            metrics.append(MetricValue(metric, value))
        }
        return metrics
    }
}

extension ByteWriter {
    /// Their number, then each by its number on the wire and its value.
    mutating func append(_ metrics: [MetricValue]) {
        self.append(UInt32(truncatingIfNeeded: metrics.count))
        for value in metrics {
            self.append(UInt32(truncatingIfNeeded: value.metric.wireNumber))
            self.append(value.value)
        }
    }
}
