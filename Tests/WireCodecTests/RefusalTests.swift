import Testing
import TuningModel

@testable import WireCodec

@Suite("What is refused")
struct RefusalTests {
    struct HeaderCase: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let error: WireError
        var testDescription: String { self.name }
    }

    static let headers: [HeaderCase] = [
        HeaderCase(
            name: "nothing", bytes: [], error: WireError(.badMagic, what: "magic", found: "nothing", wanted: "57 4e")),
        HeaderCase(
            name: "text", bytes: Array("GET / HTTP/1.1".utf8),
            error: WireError(.badMagic, what: "magic", found: "47 45", wanted: "57 4e")),
        HeaderCase(
            name: "half a header", bytes: [0x57, 0x4E, 1, 1],
            error: WireError(.tooShort, what: "frame", found: "4 bytes", wanted: "at least 8")),
        HeaderCase(
            name: "another version", bytes: [0x57, 0x4E, 2, 1, 0, 0, 0, 0],
            error: WireError(.wrongVersion, what: "major version", found: "2", wanted: "1")),
        HeaderCase(
            name: "an unknown type", bytes: [0x57, 0x4E, 1, 200, 0, 0, 0, 0],
            error: WireError(.unknownType, what: "message type", found: "200", wanted: "a type of version 1")),
        HeaderCase(
            name: "a flag", bytes: [0x57, 0x4E, 1, 1, 1, 0, 0, 0],
            error: WireError(
                .reservedBits, what: "flags and reserved bits", found: "01 00 00 00", wanted: "00 00 00 00")),
        HeaderCase(
            name: "a reserved bit", bytes: [0x57, 0x4E, 1, 1, 0, 0, 0, 128],
            error: WireError(
                .reservedBits, what: "flags and reserved bits", found: "00 00 00 80", wanted: "00 00 00 00")),
        HeaderCase(
            name: "a frame of the control socket that is too long",
            bytes: [0x57, 0x4E, 1, 1, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 65_529),
            error: WireError(.tooLong, what: "frame", found: "65537 bytes", wanted: "at most 65536")),
        HeaderCase(
            name: "a frame of the bulk socket that is too long",
            bytes: [0x57, 0x4E, 1, 22, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 270_329),
            error: WireError(.tooLong, what: "frame", found: "270337 bytes", wanted: "at most 270336")),
    ]

    @Test("a wrong header is named", arguments: Self.headers)
    func header(_ wrong: HeaderCase) {
        #expect(throws: wrong.error) { try WireCodec.decodeWorkerMessage(wrong.bytes) }
        #expect(throws: wrong.error) { try WireCodec.decodeCoordinatorMessage(wrong.bytes) }
        #expect(throws: wrong.error) { try WireCodec.decodeBulkMessage(wrong.bytes) }
    }

    @Test("a worker that gets a worker's message says so")
    func direction() {
        let frame = WireCodec.encode(WorkerMessage.drain(session: 1))
        #expect(
            throws: WireError(
                .wrongDirection, what: "message type", found: "30 (drain)",
                wanted: "a message that coordinators send on the control socket")
        ) { try WireCodec.decodeCoordinatorMessage(frame) }
    }

    /// Messages with one field out of its range, and the place that the error names.
    static let fields: [(Sample, String)] = {
        let times = Sample.times
        let attempt = AttemptID(1, 1)
        func hello(slots: Int = 1, capacity: Int = 1, worker: WorkerID = Sample.worker, held: [HeldAttempt] = [])
            -> Sample
        {
            let hello = Hello(
                worker: worker, name: "n", slots: slots, capacity: capacity, instructionSet: "avx2", held: held)
            return Sample("hello", .hello(hello))
        }
        func progress(_ reports: [EpochReport], attempt: AttemptID = attempt, end: AttemptEnd? = nil) -> Sample {
            let progress = AttemptProgress(attempt: attempt, reports: reports, end: end)
            return Sample("progress", .progress(session: 1, capacity: 1, times: times, attempts: [progress]))
        }
        func report(_ epoch: Int, seconds: Double = 1, _ metrics: [Metric] = [.trainLoss]) -> EpochReport {
            EpochReport(epoch: epoch, metrics: metrics.map { MetricValue($0, 1) }, seconds: seconds)
        }
        let busy = Sample(
            "heartbeat",
            .heartbeat(session: 1, capacity: 1, counter: 0, times: SlotTimes(busySeconds: -1, totalSeconds: 1)))
        let total = Sample(
            "heartbeat",
            .heartbeat(session: 1, capacity: 1, counter: 0, times: SlotTimes(busySeconds: 1, totalSeconds: .nan)))
        return [
            (hello(slots: 0), "hello.slots"), (hello(slots: 4_097), "hello.slots"),
            (hello(capacity: -1), "hello.capacity"),
            (hello(capacity: .max), "hello.capacity"), (hello(worker: WorkerID("w1")), "hello.worker"),
            (hello(held: [HeldAttempt(attempt: attempt, epoch: -1)]), "hello.held[0].epoch"),
            (hello(held: [HeldAttempt(attempt: AttemptID(1, 0), epoch: 0)]), "hello.held[0].attempt.number"),
            (hello(held: Array(repeating: HeldAttempt(attempt: attempt, epoch: 0), count: 1_025)), "hello.held"),
            (Sample("drain", .drain(session: 0)), "drain.session"), (Sample("bye", .bye(session: 0)), "bye.session"),
            (busy, "heartbeat.times.busy_seconds"), (total, "heartbeat.times.total_seconds"),
            (progress([report(0)]), "progress.attempts[0].series[0].first_epoch"),
            (progress([report(1_000_000_001)]), "progress.attempts[0].series[0].first_epoch"),
            (
                progress([report(1_000_000_000), report(1_000_000_001)]),
                "progress.attempts[0].series[0].last epoch"
            ),
            (progress([report(1), report(3)]), "progress.attempts[0].series[1].first_epoch"),
            (progress([report(2), report(1)]), "progress.attempts[0].series[1].first_epoch"),
            (progress([report(1), report(1)]), "progress.attempts[0].series[1].first_epoch"),
            (progress([report(1), report(2, seconds: -1)]), "progress.attempts[0].series[0].seconds[1]"),
            (progress([report(1, seconds: .infinity)]), "progress.attempts[0].series[0].seconds[0]"),
            (progress([report(1, [.trainLoss, .trainLoss])]), "progress.attempts[0].series[0].metrics"),
            (progress([report(1, [.validationLoss, .trainLoss])]), "progress.attempts[0].series[0].metrics"),
            (progress([], attempt: AttemptID(-1, 1)), "progress.attempts[0].attempt.trial"),
            (progress([], attempt: AttemptID(1, 4_294_967_296)), "progress.attempts[0].attempt.number"),
            (progress([], end: AttemptEnd(outcome: .finished, epoch: .min)), "progress.attempts[0].end.epoch"),
            (Sample("stop", .stop(AttemptID(1_000_000_000_000, 1))), "stop.attempt.trial"),
            (Sample("upload", .upload(attempt, epoch: 0)), "upload.epoch"),
            (Sample("forget", .forget([TrialID(0), TrialID(-1)])), "forget.trials[1]"),
            (Sample("reject", .reject(code: .version, retryAfterMillis: -1, text: "")), "reject.retry_after_millis"),
            (Sample("get", .get(digest: .counting(from: 0), offset: 1, count: 1)), "get.offset"),
            (Sample("get", .get(digest: .counting(from: 0), offset: 0, count: 1_025)), "get.count"),
            (Sample("chunk", .chunk(digest: .counting(from: 0), byteCount: 9, offset: 0, bytes: [1])), "chunk.data"),
            (
                Sample("chunk", .chunk(digest: .counting(from: 0), byteCount: 0, offset: 0, bytes: [])),
                "chunk.byte_count"
            ),
            (
                Sample("chunk", .chunk(digest: .counting(from: 0), byteCount: 262_144, offset: 262_144, bytes: [])),
                "chunk.offset"
            ),
        ]
    }()

    @Test("a field out of its range is named", arguments: Self.fields)
    func field(_ sample: Sample, _ place: String) throws {
        let error = #expect(throws: WireError.self) { try sample.decode(sample.encoded) }
        #expect(error?.code == .outOfRange)
        #expect(error?.what == place)
    }

    struct BodyCase: Sendable, CustomTestStringConvertible {
        let type: MessageType
        let body: [UInt8]
        let code: WireError.Code
        let place: String
        var testDescription: String { "\(self.type), \(self.body.count) bytes, \(self.place)" }
    }

    /// Bodies that no encoder of ours writes.
    static let bodies: [BodyCase] = {
        let depth = 64
        var bomb: [UInt8] = []
        for _ in 0..<depth { bomb = [0x22, UInt8(bomb.count)] + bomb }
        let cases: [(MessageType, [UInt8], WireError.Code, String)] = [
            (.hello, [], .outOfRange, "hello.worker"), (.progress, [], .outOfRange, "progress.session"),
            (.welcome, [], .outOfRange, "welcome.session"), (.assign, [], .outOfRange, "assign.attempt.number"),
            (.stop, [], .outOfRange, "stop.attempt.number"), (.reject, [], .outOfRange, "reject.code"),
            (.get, [], .outOfRange, "get.digest"), (.chunk, [], .outOfRange, "chunk.byte_count"),
            (.reject, [0x08, 99], .outOfRange, "reject.code"),
            (.stored, [0x0A, 3, 1, 2, 3], .outOfRange, "stored.digest"),
            // A length that reaches beyond the frame, a text that is not UTF-8, half a number, a group that never ends.
            (.stored, [0x0A, 32, 1], .malformed, "stored"), (.reject, [0x1A, 2, 0xC3, 0x28], .malformed, "reject"),
            (.drain, [0x08, 0xFF], .malformed, "drain"), (.drain, [0x0B], .malformed, "drain"),
            (.hello, [0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], .malformed, "hello"),
            // 30,000 empty parts.
            (
                .progress, Array([[UInt8]](repeating: [0x22, 0], count: 30_000).joined()), .outOfRange,
                "progress.attempts"
            ),
            (.assign, Array([[UInt8]](repeating: [0x1A, 0], count: 30_000).joined()), .outOfRange, "assign.settings"),
            // 8,000 epochs with nothing but their seconds.
            (
                .progress,
                [0x22, 0xCC, 0xF4, 0x03, 0x0A, 2, 0x10, 1, 0x12, 0xC4, 0xF4, 0x03, 0x22, 0xC0, 0xF4, 0x03]
                    + [UInt8](repeating: 0, count: 64_064),
                .outOfRange, "progress.attempts[0].epochs of all attempts"
            ),
            (.progress, bomb, .outOfRange, "progress.attempts[0].attempt.number"),
        ]
        return cases.map { BodyCase(type: $0, body: $1, code: $2, place: $3) }
    }()

    @Test("a body that nobody of ours would send is refused", arguments: Self.bodies)
    func body(_ wrong: BodyCase) {
        let frame = WireHeader.bytes(wrong.type) + wrong.body
        let decoders: [([UInt8]) throws -> Void] = [
            { _ = try WireCodec.decodeWorkerMessage($0) }, { _ = try WireCodec.decodeCoordinatorMessage($0) },
            { _ = try WireCodec.decodeBulkMessage($0) },
        ]
        let errors = decoders.compactMap { decode -> WireError? in
            do {
                try decode(frame)
                return nil
            } catch { return error as? WireError }
        }
        #expect(errors.count == 3)
        #expect(errors.filter { $0.code != .wrongDirection }.map(\.code) == [wrong.code])
        #expect(errors.first { $0.code != .wrongDirection }?.what == wrong.place)
    }

    @Test("parts within parts beyond the limit of eight are refused, wherever they hide")
    func depth() {
        // Unknown groups within each other: the only recursion that the schema does not bound by itself.
        let frame = WireHeader.bytes(.drain) + [UInt8](repeating: 0x7B, count: 30_000)
        let error = #expect(throws: WireError.self) { try WireCodec.decodeWorkerMessage(frame) }
        #expect(error?.code == .malformed)
    }

    @Test("an unknown field is passed over, as a newer peer may send it")
    func unknownField() throws {
        let frame = WireCodec.encode(WorkerMessage.drain(session: 5)) + [0xFA, 0x01, 3, 1, 2, 3]
        #expect(try WireCodec.decodeWorkerMessage(frame) == .drain(session: 5))
    }

    @Test("texts for people are cut at their limit, between characters")
    func clippedTexts() throws {
        let reason = String(repeating: "é", count: 2_047) + "a😀b"
        let message = BulkMessage.failed(digest: .counting(from: 0), reason: reason)
        guard case .failed(_, let cut) = try WireCodec.decodeBulkMessage(WireCodec.encode(message)) else {
            Issue.record("not the message that was sent")
            return
        }
        #expect(cut == String(repeating: "é", count: 2_047) + "a")
    }
}
