import TuningModel
import WireCodec
import WorkerCore

/// What a slot needs to know before its first job.
struct SlotSetup: Hashable, Sendable {
    let datasetFolder: String
    let checkpointFolder: String
    /// The processor that the slot's training thread stays on; `nil` where it may move.
    let processor: Int?
}

/// What a worker's end of a channel sends.
enum SlotInstruction: Hashable, Sendable {
    case configure(SlotSetup)
    case command(SlotCommand)
}

/// A frame that cannot be read; one end of the channel is broken or of another version.
struct SlotCodecError: Error, Hashable, Sendable {}

/// Frames of the channel between a worker and its slots: a byte of kind, then fixed fields; assignments, reports and
/// ends
/// are bodies of ``WireCodec``, whose bounds they share.
enum SlotCodec {
    private enum InstructionKind: UInt8 { case configure = 1, run, stop, withdraw, drain }
    private enum EventKind: UInt8 {
        case ready = 1
        case reports, checkpointed, ended, withdrawn, resumeFailed, active, complained
    }

    static func encode(_ instruction: SlotInstruction) -> [UInt8] {
        var writer = SlotWriter()
        switch instruction {
        case .configure(let setup):
            writer.add(InstructionKind.configure.rawValue)
            writer.add(setup.datasetFolder)
            writer.add(setup.checkpointFolder)
            writer.add(UInt64(bitPattern: Int64(setup.processor ?? -1)))
        case .command(.run(let job)):
            writer.add(InstructionKind.run.rawValue)
            writer.add(job.number)
            writer.add(job.identity.high)
            writer.add(job.identity.low)
            writer.add(UInt64(bitPattern: Int64(job.resume?.epoch ?? -1)))
            writer.add(job.resume?.identity.high ?? 0)
            writer.add(job.resume?.identity.low ?? 0)
            writer.add(WireCodec.encode(.assign(job.assignment)))
        case .command(.stop(let job)):
            writer.add(InstructionKind.stop.rawValue)
            writer.add(job)
        case .command(.withdraw(let job)):
            writer.add(InstructionKind.withdraw.rawValue)
            writer.add(job)
        case .command(.drain):
            writer.add(InstructionKind.drain.rawValue)
        }
        return writer.bytes
    }

    static func decodeInstruction(_ frame: [UInt8]) throws -> SlotInstruction {
        var reader = SlotReader(frame)
        guard let kind = InstructionKind(rawValue: try reader.byte()) else { throw SlotCodecError() }
        switch kind {
        case .configure:
            let datasets = try reader.text()
            let checkpoints = try reader.text()
            let processor = Int(Int64(bitPattern: try reader.word()))
            return .configure(
                SlotSetup(
                    datasetFolder: datasets, checkpointFolder: checkpoints, processor: processor < 0 ? nil : processor))
        case .run:
            let number = try reader.word()
            let identity = TrainingIdentity(high: try reader.word(), low: try reader.word())
            let epoch = Int(Int64(bitPattern: try reader.word()))
            let origin = TrainingIdentity(high: try reader.word(), low: try reader.word())
            guard case .assign(let assignment) = try WireCodec.decodeCoordinatorMessage(reader.rest()) else {
                throw SlotCodecError()
            }
            return .command(
                .run(
                    SlotJob(
                        number: number, assignment: assignment, identity: identity,
                        resume: epoch < 0 ? nil : CheckpointName(identity: origin, epoch: epoch))))
        case .stop: return .command(.stop(job: try reader.word()))
        case .withdraw: return .command(.withdraw(job: try reader.word()))
        case .drain: return .command(.drain)
        }
    }

    static func encode(_ event: SlotEvent) -> [UInt8] {
        var writer = SlotWriter()
        switch event {
        case .ready: writer.add(EventKind.ready.rawValue)
        case .reports(let job, let reports, let activity):
            writer.add(EventKind.reports.rawValue)
            writer.add(job)
            writer.add(activity)
            writer.add(Self.progress(reports, nil))
        case .checkpointed(let job, let checkpoint):
            writer.add(EventKind.checkpointed.rawValue)
            writer.add(job)
            writer.add(checkpoint.name.identity.high)
            writer.add(checkpoint.name.identity.low)
            writer.add(UInt64(checkpoint.name.epoch))
            writer.add(UInt64(checkpoint.byteCount))
        case .ended(let job, let end, let activity):
            writer.add(EventKind.ended.rawValue)
            writer.add(job)
            writer.add(activity)
            writer.add(Self.progress([], end))
        case .withdrawn(let job):
            writer.add(EventKind.withdrawn.rawValue)
            writer.add(job)
        case .resumeFailed(let job, let reason):
            writer.add(EventKind.resumeFailed.rawValue)
            writer.add(job)
            writer.add(reason)
        case .active(let activity):
            writer.add(EventKind.active.rawValue)
            writer.add(activity)
        case .complained(let reason):
            writer.add(EventKind.complained.rawValue)
            writer.add(reason)
        }
        return writer.bytes
    }

    static func decodeEvent(_ frame: [UInt8]) throws -> SlotEvent {
        var reader = SlotReader(frame)
        guard let kind = EventKind(rawValue: try reader.byte()) else { throw SlotCodecError() }
        switch kind {
        case .ready: return .ready
        case .reports:
            let job = try reader.word()
            let activity = try reader.activity()
            return .reports(job: job, try Self.progress(reader.rest()).reports, activity)
        case .checkpointed:
            let job = try reader.word()
            let identity = TrainingIdentity(high: try reader.word(), low: try reader.word())
            let epoch = try reader.count()
            let byteCount = try reader.count()
            return .checkpointed(
                job: job,
                StoredCheckpoint(name: CheckpointName(identity: identity, epoch: epoch), byteCount: byteCount))
        case .ended:
            let job = try reader.word()
            let activity = try reader.activity()
            guard let end = try Self.progress(reader.rest()).end else { throw SlotCodecError() }
            return .ended(job: job, end, activity)
        case .withdrawn: return .withdrawn(job: try reader.word())
        case .resumeFailed: return .resumeFailed(job: try reader.word(), reason: try reader.text())
        case .active: return .active(try reader.activity())
        case .complained: return .complained(try reader.text())
        }
    }

    /// Reports and an end as a message of the wire; attempt, session and times stand there for its checks only.
    private static func progress(_ reports: [EpochReport], _ end: AttemptEnd?) -> [UInt8] {
        let attempt = AttemptID(trial: TrialID(0), number: 1)
        return WireCodec.encode(
            .progress(
                session: 1, capacity: 0, times: SlotTimes(busySeconds: 0, totalSeconds: 0),
                attempts: [AttemptProgress(attempt: attempt, reports: reports, end: end)]))
    }

    private static func progress(_ bytes: [UInt8]) throws -> AttemptProgress {
        guard case .progress(_, _, _, let attempts) = try WireCodec.decodeWorkerMessage(bytes), attempts.count == 1
        else { throw SlotCodecError() }
        return attempts[0]
    }
}

/// Fixed fields, least significant byte first.
private struct SlotWriter {
    var bytes: [UInt8] = []

    mutating func add(_ byte: UInt8) { self.bytes.append(byte) }

    mutating func add(_ word: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            self.bytes.append(UInt8(truncatingIfNeeded: word >> shift))
        }
    }

    /// Cut to what the reader takes.
    mutating func add(_ text: String) {
        let text = Array(text.utf8.prefix(SlotReader.textByteCountLimit))
        self.add(UInt64(text.count))
        self.bytes += text
    }

    mutating func add(_ bytes: [UInt8]) { self.bytes += bytes }

    mutating func add(_ activity: SlotActivity) {
        self.add(activity.busySeconds.bitPattern)
        self.add(activity.totalSeconds.bitPattern)
        self.add(activity.counter)
    }
}

private struct SlotReader {
    static let textByteCountLimit = 8192
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func byte() throws(SlotCodecError) -> UInt8 {
        guard self.offset < self.bytes.count else { throw SlotCodecError() }
        self.offset += 1
        return self.bytes[self.offset - 1]
    }

    mutating func word() throws(SlotCodecError) -> UInt64 {
        var word: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 8) { word |= UInt64(try self.byte()) << shift }
        return word
    }

    /// A number that is not negative and that sums of stay in range.
    mutating func count() throws(SlotCodecError) -> Int {
        let word = try self.word()
        guard word < 1 << 48 else { throw SlotCodecError() }
        return Int(word)
    }

    mutating func text() throws(SlotCodecError) -> String {
        let count = try self.count()
        guard count <= Self.textByteCountLimit, count <= self.bytes.count - self.offset else { throw SlotCodecError() }
        defer { self.offset += count }
        return String(decoding: self.bytes[self.offset..<self.offset + count], as: UTF8.self)
    }

    mutating func activity() throws(SlotCodecError) -> SlotActivity {
        let busy = Double(bitPattern: try self.word())
        let total = Double(bitPattern: try self.word())
        guard busy.isFinite, total.isFinite, busy >= 0, total >= 0 else { throw SlotCodecError() }
        return SlotActivity(busySeconds: busy, totalSeconds: total, counter: try self.word())
    }

    mutating func rest() -> [UInt8] {
        defer { self.offset = self.bytes.count }
        return Array(self.bytes[self.offset...])
    }
}
