import CoordinatorCore
import Testing
import TuningModel

@testable import WireCodec

@Suite("Round trips")
struct RoundTripTests {
    @Test("random messages come back as they went", arguments: [1, 2, 3])
    func random(_ seed: UInt64) throws {
        var random = TestRandom(seed)
        for i in 0..<400 {
            let sample = random.message()
            let back = try sample.decode(sample.encoded)
            #expect(back == sample.content, "seed \(seed), message \(i)")
        }
    }

    @Test("random rows of a journal come back as they went", arguments: [1, 2])
    func records(_ seed: UInt64) throws {
        var random = TestRandom(seed)
        for i in 0..<400 {
            let record = random.record()
            let back = try WireCodec.decodeJournalRecord(WireCodec.encode(record))
            #expect(back == record, "seed \(seed), row \(i)")
        }
    }

    @Test("every bit of a measured number arrives: NaNs with their payload, both zeros, both infinities")
    func bits() throws {
        let patterns: [UInt64] = [
            0, 1 << 63, 1, 0x7FF0_0000_0000_0000, 0xFFF0_0000_0000_0000, 0x7FF8_0000_0000_0000, 0x7FF8_0000_0000_1234,
            0xFFF8_0000_0000_0001, 0x7FF0_0000_0000_0001, 0x3FB9_9999_9999_999A,
        ]
        let reports = patterns.enumerated().map { i, bits in
            EpochReport(epoch: i + 1, metrics: [MetricValue(.trainLoss, Double(bitPattern: bits))], seconds: 0)
        }
        let attempts = [AttemptProgress(attempt: AttemptID(0, 1), reports: reports, end: nil)]
        let frame = WireCodec.encode(.progress(session: 1, capacity: 0, times: Sample.times, attempts: attempts))
        guard case .progress(_, _, _, let back) = try WireCodec.decodeWorkerMessage(frame) else {
            Issue.record("not the message that was sent")
            return
        }
        #expect(back.flatMap(\.reports).flatMap(\.metrics).map(\.value.bitPattern) == patterns)
        #expect(zip(reports, back[0].reports).allSatisfy { $0.agrees(with: $1) })
    }

    @Test("all settings of a trial arrive with their kinds, numbers with all their bits")
    func settings() throws {
        let settings = [
            Setting("a", .float(0.1)), Setting("b", .float(-0.0)), Setting("c", .float(.leastNonzeroMagnitude)),
            Setting("d", .int(.min)),
            Setting("e", .int(.max)), Setting("f", .bool(false)), Setting("g", .text("")), Setting("h", .float(3)),
        ]
        let assignment = Assignment(
            attempt: AttemptID(1, 1), seed: .max, settings: settings, dataset: .counting(from: 1), datasetByteCount: 1,
            ledgerEpoch: 0, targetEpoch: 1, checkpoint: nil)
        let message = CoordinatorMessage.assign(assignment)
        #expect(try WireCodec.decodeCoordinatorMessage(WireCodec.encode(message)) == message)
    }

    @Test("a journal's row may have epochs with a gap, which a frame may not")
    func gaps() throws {
        let reports = [EpochReport(epoch: 3, metrics: [], seconds: 0), EpochReport(epoch: 7, metrics: [], seconds: 0)]
        let record = JournalRecord(time: .zero, event: .reported(AttemptID(0, 1), reports), decisions: [])
        #expect(try WireCodec.decodeJournalRecord(WireCodec.encode(record)) == record)
    }

    @Test("an empty or oversized row of a journal is refused")
    func rows() {
        #expect(
            throws: WireError(.outOfRange, what: "record.event", found: "none of the known ones", wanted: "one event")
        ) {
            try WireCodec.decodeJournalRecord([])
        }
        let tooLong = [UInt8](repeating: 0, count: WireCodec.journalRecordByteCount + 1)
        let error = #expect(throws: WireError.self) { try WireCodec.decodeJournalRecord(tooLong) }
        #expect(error?.code == .tooLong)
    }
}
