package import CoordinatorCore
internal import SearchAlgorithms
internal import SwiftProtobuf
internal import TuningModel

/// The rows of a study's journal, to and from their bytes; `Protocols/journal.proto` describes them.
extension WireCodec {
    /// The longest row that is read.
    package static let journalRecordByteCount = 16_777_216

    package static func encode(_ record: JournalRecord) -> [UInt8] {
        let bytes: [UInt8]? = try? record.stored.serializedBytes()
        // A row of 2 GiB or more, which nothing makes, is empty, and an empty row is refused when it is read.
        return bytes ?? []
    }

    package static func decodeJournalRecord(_ bytes: [UInt8]) throws(WireError) -> JournalRecord {
        guard bytes.count <= Self.journalRecordByteCount else {
            throw WireError(
                .tooLong, what: "record", found: "\(bytes.count) bytes",
                wanted: "at most \(Self.journalRecordByteCount)")
        }
        do throws(WireError) {
            return try JournalRecord(StoredRecord(body: bytes, from: 0, name: "body"))
        } catch { throw error.inside("record") }
    }
}

extension JournalRecord {
    fileprivate var stored: StoredRecord {
        .with {
            let (seconds, attoseconds) = self.time.components
            $0.seconds = seconds
            $0.attoseconds = attoseconds
            $0.event = self.event.stored
            $0.decisions = self.decisions.map(\.stored)
        }
    }

    fileprivate init(_ body: StoredRecord) throws(WireError) {
        let seconds = try Check.number(body.seconds, in: 0...1_000_000_000_000, "seconds")
        let attoseconds = try Check.number(body.attoseconds, in: 0...999_999_999_999_999_999, "attoseconds")
        guard let event = body.event else {
            throw WireError(.outOfRange, what: "event", found: "none of the known ones", wanted: "one event")
        }
        var decisions: [StudyDecision] = []
        decisions.reserveCapacity(body.decisions.count)
        for (i, decision) in body.decisions.enumerated() {
            do throws(WireError) {
                decisions.append(try StudyDecision(decision))
            } catch { throw error.inside("decisions[\(i)]") }
        }
        self.init(
            time: Duration(secondsComponent: Int64(seconds), attosecondsComponent: Int64(attoseconds)),
            event: try StudyEvent(event), decisions: decisions)
    }
}

extension StudyEvent {
    fileprivate var stored: StoredRecord.OneOf_Event {
        switch self {
        case .coordinatorStarted(let epoch): return .coordinatorStarted(.with { $0.epoch = epoch })
        case .workerJoined(let worker, let name, let slots):
            return .workerJoined(
                .with {
                    $0.worker = worker.rawValue
                    $0.name = name
                    $0.slots = Int64(slots)
                })
        case .workerLeft(let worker, let reason):
            return .workerLeft(
                .with {
                    $0.worker = worker.rawValue
                    $0.reason = reason
                })
        case .workRequested(let worker): return .workRequested(.with { $0.worker = worker.rawValue })
        case .reported(let attempt, let reports):
            return .reported(
                .with {
                    $0.attempt = attempt.wire
                    $0.series = WireEpochSeries.series(of: reports)
                })
        case .attemptEnded(let attempt, let end):
            return .attemptEnded(
                .with {
                    $0.attempt = attempt.wire
                    $0.end = end.wire
                })
        case .attemptLost(let attempt, let reason):
            return .attemptLost(
                .with {
                    $0.attempt = attempt.wire
                    $0.reason = reason
                })
        case .checkpointStored(let trial, let checkpoint):
            return .checkpointStored(
                .with {
                    $0.trial = Int64(trial.rawValue)
                    $0.checkpoint = checkpoint.wire
                })
        case .ended(let reason): return .ended(.with { $0.reason = reason })
        case .confirmed(let trial, let metrics):
            return .confirmed(
                .with {
                    $0.trial = Int64(trial.rawValue)
                    $0.metrics = WireEpochSeries.numbers(of: metrics)
                    $0.values = metrics.map(\.value)
                })
        case .recalled(let recollection): return .recalled(recollection.stored)
        }
    }

    fileprivate init(_ body: StoredRecord.OneOf_Event) throws(WireError) {
        switch body {
        case .coordinatorStarted(let event): self = .coordinatorStarted(epoch: event.epoch)
        case .workerJoined(let event):
            self = .workerJoined(
                WorkerID(event.worker), name: event.name,
                slots: try Check.number(event.slots, in: WireLimits.slots, "worker_joined.slots"))
        case .workerLeft(let event): self = .workerLeft(WorkerID(event.worker), reason: event.reason)
        case .workRequested(let event): self = .workRequested(WorkerID(event.worker))
        case .reported(let event):
            do throws(WireError) {
                self = .reported(
                    try AttemptID(event.attempt, "attempt"),
                    try WireCodec.reports(of: event.series, atMost: .max, isGapless: false))
            } catch { throw error.inside("reported") }
        case .attemptEnded(let event):
            self = .attemptEnded(try AttemptID(event.attempt, "attempt_ended.attempt"), try AttemptEnd(event.end))
        case .attemptLost(let event):
            self = .attemptLost(try AttemptID(event.attempt, "attempt_lost.attempt"), reason: event.reason)
        case .checkpointStored(let event):
            self = .checkpointStored(
                try TrialID(wire: event.trial, "checkpoint_stored.trial"),
                try CheckpointReference(event.checkpoint, "checkpoint_stored.checkpoint"))
        case .ended(let event): self = .ended(reason: event.reason)
        case .confirmed(let event): self = try Self.confirmed(event)
        case .recalled(let event): self = .recalled(try Recollection(event))
        }
    }

    private static func confirmed(_ event: StoredConfirmed) throws(WireError) -> StudyEvent {
        guard event.metrics.count == event.values.count else {
            throw WireError(
                .outOfRange, what: "confirmed.values", found: "\(event.values.count)", wanted: "\(event.metrics.count)")
        }
        var values: [MetricValue] = []
        for (number, value) in zip(event.metrics, event.values) {
            guard let metric = Metric(wireNumber: Int(number)) else {
                throw WireError(.outOfRange, what: "confirmed.metrics", found: "\(number)", wanted: "a known metric")
            }
            values.append(MetricValue(metric, value))
        }
        return .confirmed(try TrialID(wire: event.trial, "confirmed.trial"), values)
    }
}
