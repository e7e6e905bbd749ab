import TuningModel

/// The stored networks of one trial.
///
/// One network is stored as a ``Checkpoint`` and nothing else. Several in a ``NetworksFrame`` with the magic "WNWGROUP", for
/// each network:
///
///     u32           figures of its last epoch
///     u32 f64 ...   each: its number on the wire, its value
///     u64           bytes of its checkpoint
///     ...           its checkpoint
struct GroupCheckpoint {
    struct Member {
        let bytes: [UInt8]
        /// Of its last epoch; `nil` before the first.
        let metrics: [MetricValue]?
    }

    let members: [Member]

    private static let frame = NetworksFrame(magic: 0x5055_4F52_4757_4E57, content: "a group of networks")

    init(members: [Member]) { self.members = members }

    /// - Throws: ``TrainingError/checkpoint(what:found:wanted:)``.
    init(_ bytes: [UInt8], count: Int) throws(TrainingError) {
        guard count > 1 else {
            self.members = [Member(bytes: bytes, metrics: nil)]
            return
        }
        var reader = try Self.frame.open(bytes, count: count)
        var members: [Member] = []
        for _ in 0..<count {
            guard let metrics = reader.metrics(), let size = reader.longWord(),
                let content = reader.bytes(Int(truncatingIfNeeded: size))
            else { throw NetworksFrame.tooShort(bytes.count) }
            members.append(Member(bytes: content, metrics: metrics.isEmpty ? nil : metrics))
        }
        try NetworksFrame.finish(reader, of: bytes.count)
        self.members = members
    }

    func encoded() -> [UInt8] {
        guard self.members.count > 1 else { return self.members.first?.bytes ?? [] }
        let size = self.members.reduce(0) { $0 + $1.bytes.count + 1_024 }
        return Self.frame.encoded(count: self.members.count, capacity: size) { writer in
            for member in self.members {
                writer.append(member.metrics ?? [])
                writer.append(member.bytes.count)
                writer.append(member.bytes)
            }
        }
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
