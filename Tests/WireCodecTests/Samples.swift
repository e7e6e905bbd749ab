import CoordinatorCore
import SearchAlgorithms
import Testing
import TuningModel

@testable import WireCodec

/// A message of one of the three kinds, by a name that a file of golden bytes has too.
struct Sample: Sendable, CustomTestStringConvertible {
    enum Content: Hashable, Sendable {
        case worker(WorkerMessage)
        case coordinator(CoordinatorMessage)
        case bulk(BulkMessage)
        case record(JournalRecord)
    }
    let name: String
    let content: Content
    var testDescription: String { self.name }

    init(_ name: String, _ message: WorkerMessage) { (self.name, self.content) = (name, .worker(message)) }
    init(_ name: String, _ message: CoordinatorMessage) { (self.name, self.content) = (name, .coordinator(message)) }
    init(_ name: String, _ message: BulkMessage) { (self.name, self.content) = (name, .bulk(message)) }
    init(_ name: String, _ record: JournalRecord) { (self.name, self.content) = (name, .record(record)) }

    var encoded: [UInt8] {
        switch self.content {
        case .worker(let message): WireCodec.encode(message)
        case .coordinator(let message): WireCodec.encode(message)
        case .bulk(let message): WireCodec.encode(message)
        case .record(let record): WireCodec.encode(record)
        }
    }

    /// Reads bytes as the kind of message that this sample is.
    func decode(_ bytes: [UInt8]) throws(WireError) -> Content {
        switch self.content {
        case .worker: .worker(try WireCodec.decodeWorkerMessage(bytes))
        case .coordinator: .coordinator(try WireCodec.decodeCoordinatorMessage(bytes))
        case .bulk: .bulk(try WireCodec.decodeBulkMessage(bytes))
        case .record: .record(try WireCodec.decodeJournalRecord(bytes))
        }
    }
}

extension Digest {
    /// 32 bytes that count up from `first`.
    static func counting(from first: UInt8) -> Digest {
        Digest(bytes: (0..<32).map { first &+ $0 }) ?? Digest.counting(from: 0)
    }
}

extension AttemptID {
    init(_ trial: Int, _ number: Int) { self.init(trial: TrialID(trial), number: number) }
}

extension Sample {
    static let worker = WorkerID("00112233445566778899aabbccddeeff")
    static let times = SlotTimes(busySeconds: 12.5, totalSeconds: 13.25)
    static let checkpoint = CheckpointReference(epoch: 9, digest: .counting(from: 0x40), byteCount: 300_000)
    static let reports = [
        EpochReport(
            epoch: 4, metrics: [MetricValue(.trainLoss, 0.75), MetricValue(.validationLoss, 0.5)], seconds: 0.125),
        EpochReport(
            epoch: 5, status: .finishedEarly,
            metrics: [MetricValue(.trainLoss, 0.5), MetricValue(.validationLoss, 0.625)],
            seconds: 0.25),
    ]

    static let fromWorkers: [Sample] = [
        Sample(
            "hello",
            .hello(
                Hello(
                    worker: Self.worker, name: "node-7:4711", slots: 2, capacity: 8, instructionSet: "avx512",
                    held: [
                        HeldAttempt(attempt: AttemptID(0, 1), epoch: 0),
                        HeldAttempt(attempt: AttemptID(17, 3), epoch: 27),
                    ]))),
        Sample("heartbeat", .heartbeat(session: 7, capacity: 3, counter: 1_234_567, times: Self.times)),
        Sample(
            "progress",
            .progress(
                session: .max, capacity: 1, times: Self.times,
                attempts: [
                    AttemptProgress(attempt: AttemptID(17, 3), reports: Self.reports, end: nil),
                    AttemptProgress(
                        attempt: AttemptID(18, 1),
                        reports: [
                            EpochReport(
                                epoch: 1, status: .diverged, metrics: [MetricValue(.trainLoss, .infinity)], seconds: 0)
                        ], end: AttemptEnd(outcome: .finished, epoch: 1)),
                    AttemptProgress(
                        attempt: AttemptID(19, 2), reports: [],
                        end: AttemptEnd(outcome: .crashed(reason: "signal 11"), epoch: 0)),
                ])),
        Sample("drain", .drain(session: 7)),
        Sample("bye", .bye(session: 7)),
    ]

    private static func assignment(timeLimit: Double?) -> Assignment {
        Assignment(
            attempt: AttemptID(17, 3), seed: 0xDEAD_BEEF_0BAD_CAFE,
            settings: [
                Setting("training.learning_rate", .float(0.01)), Setting("training.batch_size", .int(32)),
                Setting("training.optimizer.sgd.nesterov", .bool(true)), Setting("model.activation", .text("gelu")),
            ], dataset: .counting(from: 0), datasetByteCount: 1_000_000, ledgerEpoch: 9, targetEpoch: 27,
            checkpoint: Self.checkpoint, timeLimit: timeLimit)
    }

    static let fromCoordinators: [Sample] = [
        Sample(
            "welcome",
            .welcome(
                Welcome(
                    session: 7, coordinatorEpoch: 2, heartbeatMillis: 2000, silenceMillis: 6000, orphanMillis: 900_000,
                    bulkPort: 5571, fenced: [AttemptID(17, 2)]))),
        Sample("reject", .reject(code: .duplicateWorker, retryAfterMillis: 5000, text: "worker 0011… is here already")),
        Sample("resync", .resync),
        Sample("heartbeat-acknowledged", .heartbeatAcknowledged),
        Sample("assign", .assign(Self.assignment(timeLimit: nil))),
        Sample("assign-timed", .assign(Self.assignment(timeLimit: 12.5))),
        Sample(
            "assign-copy",
            .assign(
                Assignment(
                    attempt: AttemptID(31, 1), seed: 7,
                    settings: [
                        Setting("training.learning_rate", .float(0.012)), Setting("training.batch_size", .int(32)),
                    ], dataset: .counting(from: 0), datasetByteCount: 1_000_000, ledgerEpoch: 9, targetEpoch: 12,
                    checkpoint: Self.checkpoint,
                    ancestors: [
                        Ancestor(
                            seed: 5,
                            settings: [
                                Setting("training.learning_rate", .float(0.01)),
                                Setting("training.batch_size", .int(16)),
                            ], epoch: 3),
                        Ancestor(
                            seed: 6,
                            settings: [
                                Setting("training.learning_rate", .float(0.01)),
                                Setting("training.batch_size", .int(32)),
                            ], epoch: 9),
                    ]))),
        Sample(
            "acknowledge",
            .acknowledge([
                Acknowledgement(attempt: AttemptID(17, 3), epoch: 12, isEndKnown: false),
                Acknowledgement(attempt: AttemptID(18, 1), epoch: 1, isEndKnown: true),
            ])),
        Sample("stop", .stop(AttemptID(17, 3))),
        Sample("fenced", .fenced(AttemptID(999_999_999_999, 4_294_967_295))),
        Sample("upload", .upload(AttemptID(17, 3), epoch: 9)),
        Sample("forget", .forget([TrialID(0), TrialID(1), TrialID(300)])),
        Sample("goodbye", .goodbye(isFinal: true)),
    ]

    static let ofBulk: [Sample] = [
        Sample("get", .get(digest: .counting(from: 0), offset: 524_288, count: 8)),
        Sample(
            "chunk", .chunk(digest: .counting(from: 0), byteCount: 262_154, offset: 262_144, bytes: Array(0..<10))),
        Sample("put", .put(attempt: AttemptID(17, 3), checkpoint: Self.checkpoint)),
        Sample("credit", .credit(digest: .counting(from: 0x40), offset: 0, count: 2)),
        Sample("stored", .stored(digest: .counting(from: 0x40))),
        Sample("failed", .failed(digest: .counting(from: 0x40), reason: "no space")),
    ]

    static let ofJournals: [Sample] = {
        let placement = TrialPlacement(bracket: 1, rung: 2, level: 9)
        let values: [ParameterValue?] = [.float(0.1), nil, .int(-3), .bool(false), .text("relu")]
        let events: [(String, StudyEvent, [StudyDecision])] = [
            ("coordinator-started", .coordinatorStarted(epoch: 1), []),
            ("worker-joined", .workerJoined(Self.worker, name: "node-7:4711", slots: 2), []),
            ("worker-left", .workerLeft(Self.worker, reason: "it drained"), []),
            (
                "work-requested", .workRequested(Self.worker),
                [
                    .started(
                        TrialID(0), worker: Self.worker, configuration: Configuration(values), placement: placement),
                    .promoted(AttemptID(3, 2), worker: Self.worker, placement: placement, reason: "2nd of 9"),
                    .retried(AttemptID(4, 5), worker: Self.worker, placement: placement),
                ]
            ),
            (
                "copy-started", .workRequested(Self.worker),
                [
                    .started(
                        TrialID(31), worker: Self.worker, configuration: Configuration([.float(0.012)]),
                        placement: TrialPlacement(
                            bracket: 0, rung: 3, level: 12, origin: TrialOrigin(parent: TrialID(4), epoch: 9)))
                ]
            ),
            (
                "reported", .reported(AttemptID(17, 3), Self.reports),
                [
                    .paused(TrialID(17), epoch: 9, reason: "a rung"),
                    .stopped(TrialID(1), epoch: 3, reason: "7th of 9"),
                    .completed(TrialID(2), epoch: 81, reason: "all epochs"),
                    .failed(TrialID(5), epoch: 0, reason: "refused"),
                    .newBest(TrialID(17), epoch: 5, loss: 0.5),
                ]
            ),
            (
                "attempt-ended",
                .attemptEnded(AttemptID(17, 3), AttemptEnd(outcome: .refused(reason: "no such setting"), epoch: 0)), []
            ),
            ("attempt-lost", .attemptLost(AttemptID(17, 3), reason: "silent for 20 s"), []),
            ("checkpoint-stored", .checkpointStored(TrialID(17), Self.checkpoint), []),
            ("ended", .ended(reason: "interrupted"), [.finished(reason: "interrupted")]),
            (
                "confirmed",
                .confirmed(TrialID(17), [MetricValue(.testLoss, 0.25), MetricValue(.testAccuracy, 0.975)]), []
            ),
            (
                "recalled",
                .recalled(
                    Recollection(
                        study: "digits", number: 1, isSameData: true,
                        trials: [
                            .init(
                                configuration: Configuration(values),
                                observations: [
                                    .init(
                                        level: 3, loss: 0.5, furtherLosses: [2, .infinity], violation: 1, seconds: 1.5),
                                    .init(level: 9, loss: .infinity),
                                ])
                        ])), []
            ),
        ]
        return events.map { name, event, decisions in
            let time = Duration(secondsComponent: 61, attosecondsComponent: 1_000_000_000)
            return Sample("journal-\(name)", JournalRecord(time: time, event: event, decisions: decisions))
        }
    }()

    static let messages = Self.fromWorkers + Self.fromCoordinators + Self.ofBulk
    static let all = Self.messages + Self.ofJournals
}
