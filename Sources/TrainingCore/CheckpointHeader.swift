import TuningModel

/// The fields before the tensors.
struct CheckpointHeader {
    var status: EpochReport.Status
    var fingerprint: UInt64
    var seed: UInt64
    var epoch: Int
    var stepCount: Int
    var firstPower: Double
    var secondPower: Double
    var patience: PatienceState
    var tensorCount: Int
    var gaps: GapHistory
    /// ``OptimizerState/storedNumbers``.
    var schedule: [Double]

    func write(to writer: inout ByteWriter) {
        writer.append(Checkpoint.magic)
        writer.append(Checkpoint.version)
        writer.append(Checkpoint.code(self.status))
        writer.append(self.fingerprint)
        writer.append(self.seed)
        writer.append(self.epoch)
        writer.append(self.stepCount)
        writer.append(self.firstPower)
        writer.append(self.secondPower)
        writer.append(self.patience.bestLoss)
        writer.append(self.patience.bestEpoch)
        writer.append(self.tensorCount)
        let gaps = self.gaps.gaps
        for _ in gaps.count..<GapHistory.window - 1 { writer.append(0.0) }
        for gap in gaps { writer.append(gap) }
        for number in self.schedule { writer.append(number) }
    }
}

extension CheckpointHeader {
    /// Reads and checks the fields one by one.
    ///
    /// - Throws: ``TrainingError/checkpoint(what:found:wanted:)``.
    init(_ reader: inout ByteReader, scheduleCount: Int) throws(TrainingError) {
        let magic = try Self.field("magic", reader.longWord())
        guard magic == Checkpoint.magic else {
            throw .checkpoint(what: "magic", found: "\(magic)", wanted: "\(Checkpoint.magic)")
        }
        let version = try Self.field("version", reader.word())
        guard version == Checkpoint.version else {
            throw .checkpoint(what: "version", found: "\(version)", wanted: "\(Checkpoint.version)")
        }
        let code = try Self.field("status", reader.word())
        guard let status = EpochReport.Status.allCases.first(where: { Checkpoint.code($0) == code }) else {
            throw .checkpoint(what: "status", found: "\(code)", wanted: "0, 1 or 2")
        }
        self.status = status
        self.fingerprint = try Self.field("fingerprint", reader.longWord())
        self.seed = try Self.field("seed", reader.longWord())
        self.epoch = try Self.count("epoch", reader.longWord())
        self.stepCount = try Self.count("steps", reader.longWord())
        self.firstPower = try Self.power("first power", reader.double())
        self.secondPower = try Self.power("second power", reader.double())
        let bestLoss = try Self.field("lowest loss", reader.double())
        self.patience = PatienceState(bestLoss: bestLoss, bestEpoch: try Self.count("best epoch", reader.longWord()))
        guard self.patience.bestEpoch <= self.epoch else {
            throw .checkpoint(
                what: "best epoch", found: "\(self.patience.bestEpoch)", wanted: "at most \(self.epoch)")
        }
        self.tensorCount = try Self.count("tensors", reader.longWord())
        var gaps: [Double] = []
        for _ in 1..<GapHistory.window { gaps.append(try Self.field("gap", reader.double())) }
        self.gaps = GapHistory(gaps: gaps.suffix(self.epoch))
        self.schedule = []
        for _ in 0..<scheduleCount { self.schedule.append(try Self.field("schedule", reader.double())) }
    }

    private static func field<Value>(_ what: String, _ value: Value?) throws(TrainingError) -> Value {
        guard let value else { throw .checkpoint(what: what, found: "the end of the bytes", wanted: "a value") }
        return value
    }

    private static func count(_ what: String, _ value: UInt64?) throws(TrainingError) -> Int {
        let value = try Self.field(what, value)
        guard value <= Checkpoint.countLimit else {
            throw .checkpoint(what: what, found: "\(value)", wanted: "at most \(Checkpoint.countLimit)")
        }
        return Int(truncatingIfNeeded: value)
    }

    private static func power(_ what: String, _ value: Double?) throws(TrainingError) -> Double {
        let value = try Self.field(what, value)
        guard value >= 0, value <= 1 else {
            throw .checkpoint(what: what, found: "\(value)", wanted: "a number in [0, 1]")
        }
        return value
    }
}
