import Randomness
import Testing
import TuningModel
import WorkerCore

@testable import WorkerService

@Suite("The channel between a worker and its slots")
struct SlotCodecTests {
    private static let identity = TrainingIdentity(high: .max, low: 7)
    private static let activity = SlotActivity(busySeconds: 1.5, totalSeconds: 2.25, counter: .max)

    private static func instructions() throws -> [SlotInstruction] {
        let assignment = TestStudy.assignment(3, 2, image: try TestStudy.image(), ledger: 4, target: 9)
        let resume = CheckpointName(identity: self.identity, epoch: 4)
        return [
            .configure(SlotSetup(datasetFolder: "/a/ä", checkpointFolder: "", processor: nil)),
            .configure(SlotSetup(datasetFolder: "a", checkpointFolder: "b", processor: 63)),
            .command(.run(SlotJob(number: 9, assignment: assignment, identity: self.identity, resume: resume))),
            .command(.run(SlotJob(number: 0, assignment: assignment, identity: self.identity, resume: nil))),
            .command(.stop(job: .max)), .command(.withdraw(job: 1)), .command(.drain),
        ]
    }

    private static let events: [SlotEvent] = [
        .ready,
        .reports(
            job: 5,
            [
                EpochReport(
                    epoch: 1, metrics: [MetricValue(.trainLoss, 0.5), MetricValue(.validationLoss, -0.0)], seconds: 0.1),
                EpochReport(epoch: 2, status: .finishedEarly, metrics: [], seconds: 0),
            ], Self.activity),
        .checkpointed(
            job: 5, StoredCheckpoint(name: CheckpointName(identity: Self.identity, epoch: 2), byteCount: 1 << 40)),
        .ended(job: 5, AttemptEnd(outcome: .crashed(reason: "no memory"), epoch: 2), Self.activity),
        .ended(job: 6, AttemptEnd(outcome: .finished, epoch: 81), .none),
        .withdrawn(job: 8), .resumeFailed(job: 1, reason: "cut short"), .active(Self.activity),
        .complained("disk full"),
    ]

    @Test("everything that either end says comes out as it went in")
    func roundTrip() throws {
        for instruction in try Self.instructions() {
            #expect(try SlotCodec.decodeInstruction(SlotCodec.encode(instruction)) == instruction)
        }
        for event in Self.events { #expect(try SlotCodec.decodeEvent(SlotCodec.encode(event)) == event) }
    }

    @Test("frames that are cut short or changed anywhere are refused or read, and never trap", arguments: [1, 2, 3])
    func damage(seed: UInt64) throws {
        let frames = try Self.instructions().map(SlotCodec.encode) + Self.events.map(SlotCodec.encode)
        let random = RandomStream(seed: seed, purpose: .trialSeed)
        var index: UInt64 = 0
        func draw(below bound: Int) -> Int {
            index += 1
            return Int(random.integer(below: UInt64(bound), at: index))
        }
        var refused = 0
        var count = 0
        for frame in frames {
            for length in 0..<frame.count {
                // A report's end may be missing: the wire's messages have optional parts.
                _ = Self.decodings(Array(frame[..<length]))
            }
            for _ in 0..<200 {
                var changed = frame
                for _ in 0...draw(below: 3) { changed[draw(below: changed.count)] = UInt8(draw(below: 256)) }
                for decoded in Self.decodings(changed) where !decoded { refused += 1 }
                count += 2
            }
        }
        #expect(refused > count / 2, "seed \(seed)")
    }

    /// Whether a frame is an instruction, and whether it is an event.
    private static func decodings(_ frame: [UInt8]) -> [Bool] {
        [(try? SlotCodec.decodeInstruction(frame)) != nil, (try? SlotCodec.decodeEvent(frame)) != nil]
    }
}
