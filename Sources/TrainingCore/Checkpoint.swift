import TuningModel

/// A stored run: what a training run needs to go on with the same bits.
///
/// As bytes, all numbers little-endian:
///
///     u64       magic, the text "WNWCKPT" and a zero byte
///     u32       version, 2
///     u32       status: 0 normal, 1 diverged, 2 finished early
///     u64       fingerprint of configuration, task, features and training rows
///     u64       seed of the run
///     u64       epochs finished
///     u64       steps of the optimiser
///     f64 f64   powers of Adam's decay rates
///     f64 u64   patience: the lowest validation loss and its epoch
///     u64       number of tensors
///     f64 x 4   the gaps of the last four epochs between validation and training loss, oldest first, behind zeros for
///               epochs that there were not
///     f64 ...   what the schedule follows: for plateaus the lowest validation loss, the epochs since, the share of the
///               learning rate; for a learned rate the rate; nothing for others
///     for each tensor in declaration order:
///       u32 u32 u32   rows, columns, number of further arrays
///       f32 ...       values, then each moment, the average and the values of the best epoch where the run has them;
///                     row-major, without padding
///     u64       checksum: a `Fingerprint` of all bytes before it, in words of eight, the last one filled with zeros
struct Checkpoint {
    let header: CheckpointHeader
    /// For each tensor its values, then its further arrays, without padding.
    let numbers: [[Float]]

    static let magic: UInt64 = 0x0054_504B_4357_4E57
    static let version: UInt32 = 2
    /// Bytes of the header without what the schedule follows.
    static let headerByteCount = 120
    /// Bytes before each tensor's numbers.
    static let tensorHeaderByteCount = 12
    static let checksumByteCount = 8
    /// No run has more epochs or steps: what is beyond was not written by one.
    static let countLimit: UInt64 = 1 << 40

    /// Bytes of a checkpoint of a network with these tensors.
    static func byteCount(_ tensors: [TensorPlace], scheduleCount: Int) -> Int {
        tensors.reduce(Self.headerByteCount + 8 * scheduleCount + Self.checksumByteCount) {
            $0 + Self.tensorHeaderByteCount + 4 * $1.count * (1 + $1.others.count)
        }
    }

    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var sum = Fingerprint()
        var reader = ByteReader(bytes)
        while let word = reader.longWord() { sum.add(word) }
        var rest: UInt64 = 0
        for byte in bytes.suffix(reader.remaining).reversed() { rest = rest << 8 | UInt64(byte) }
        sum.add(rest)
        return sum.value
    }

    static func code(_ status: EpochReport.Status) -> UInt32 {
        switch status {
        case .normal: 0
        case .diverged: 1
        case .finishedEarly: 2
        }
    }
}

extension Checkpoint {
    /// Reads and checks a checkpoint of a network with these tensors.
    ///
    /// - Throws: ``TrainingError/checkpoint(what:found:wanted:)``.
    init(
        _ bytes: [UInt8], fingerprint: UInt64, seed: UInt64, tensors: [TensorPlace], scheduleCount: Int
    ) throws(TrainingError) {
        var reader = ByteReader(bytes[...])
        let header = try CheckpointHeader(&reader, scheduleCount: scheduleCount)
        guard header.fingerprint == fingerprint else {
            throw .checkpoint(
                what: "fingerprint of the configuration", found: "\(header.fingerprint)", wanted: "\(fingerprint)")
        }
        guard header.seed == seed else {
            throw .checkpoint(what: "seed", found: "\(header.seed)", wanted: "\(seed)")
        }
        guard header.tensorCount == tensors.count else {
            throw .checkpoint(what: "tensors", found: "\(header.tensorCount)", wanted: "\(tensors.count)")
        }
        let byteCount = Self.byteCount(tensors, scheduleCount: scheduleCount)
        guard bytes.count == byteCount else {
            throw .checkpoint(what: "length in bytes", found: "\(bytes.count)", wanted: "\(byteCount)")
        }
        let end = bytes.count - Self.checksumByteCount
        var tail = ByteReader(bytes[end...])
        let checksum = Self.checksum(bytes[..<end])
        let found = tail.longWord() ?? 0
        guard found == checksum else {
            throw .checkpoint(what: "checksum", found: "\(found)", wanted: "\(checksum)")
        }
        var numbers: [[Float]] = []
        for place in tensors { numbers += try Self.read(place, &reader) }
        self.init(header: header, numbers: numbers)
    }

    private static func read(_ place: TensorPlace, _ reader: inout ByteReader) throws(TrainingError) -> [[Float]] {
        let found = [reader.word(), reader.word(), reader.word()].map { $0.map(Int.init) ?? -1 }
        let wanted = [place.rows, place.columns, place.others.count]
        guard found == wanted else {
            throw .checkpoint(
                what: "\(place.name): rows, columns, further arrays", found: "\(found)", wanted: "\(wanted)")
        }
        var numbers: [[Float]] = []
        for _ in place.numbers {
            guard let values = reader.floats(place.count) else {
                throw .checkpoint(
                    what: "\(place.name): numbers", found: "\(reader.remaining / 4)", wanted: "\(place.count)")
            }
            numbers.append(values)
        }
        return numbers
    }

    /// The bytes of the checkpoint of a network with these tensors.
    func encoded(_ tensors: [TensorPlace]) -> [UInt8] {
        var writer = ByteWriter(capacity: Self.byteCount(tensors, scheduleCount: self.header.schedule.count))
        self.header.write(to: &writer)
        var numbers = self.numbers[...]
        for place in tensors {
            writer.append(UInt32(truncatingIfNeeded: place.rows))
            writer.append(UInt32(truncatingIfNeeded: place.columns))
            writer.append(UInt32(truncatingIfNeeded: place.others.count))
            for values in numbers.prefix(place.numbers.count) { writer.append(values) }
            numbers = numbers.dropFirst(place.numbers.count)
        }
        writer.append(Self.checksum(writer.bytes[...]))
        return writer.bytes
    }
}
