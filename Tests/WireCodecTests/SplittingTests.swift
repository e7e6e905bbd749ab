import Testing
import TuningModel

@testable import WireCodec

@Suite("Long lists in several frames")
struct SplittingTests {
    private func attempts(in frames: [[UInt8]]) throws -> [[AttemptProgress]] {
        try frames.map { frame in
            guard case .progress(_, _, _, let attempts) = try WireCodec.decodeWorkerMessage(frame) else { return [] }
            return attempts
        }
    }

    private func split(_ attempts: [AttemptProgress]) -> [[UInt8]] {
        WireCodec.progressFrames(session: 3, capacity: 2, times: Sample.times, attempts: attempts)
    }

    @Test("what fits into one frame is the plain message")
    func single() {
        let attempts = [AttemptProgress(attempt: AttemptID(1, 1), reports: Sample.reports, end: nil)]
        let plain = WireCodec.encode(.progress(session: 3, capacity: 2, times: Sample.times, attempts: attempts))
        #expect(self.split(attempts) == [plain])
    }

    @Test("no attempts are one frame, a sign of life")
    func empty() throws {
        #expect(try self.attempts(in: self.split([])) == [[]])
    }

    @Test("random progress arrives whole and in order, and each end comes with its last reports", arguments: [5, 6, 7])
    func random(_ seed: UInt64) throws {
        var random = TestRandom(seed)
        let attempts = (0..<random.int(1...60)).map { _ in random.progress(atMost: 900) }
        let frames = self.split(attempts)
        #expect(frames.allSatisfy { $0.count <= WireLimits.controlByteCount }, "seed \(seed)")
        #expect(frames.count > 1, "seed \(seed)")
        var joined: [AttemptProgress] = []
        for piece in try self.attempts(in: frames).flatMap({ $0 }) {
            if let last = joined.last, last.attempt == piece.attempt {
                #expect(last.end == nil, "seed \(seed)")
                joined[joined.count - 1] = AttemptProgress(
                    attempt: piece.attempt, reports: last.reports + piece.reports, end: piece.end)
            } else {
                joined.append(piece)
            }
        }
        #expect(joined == attempts, "seed \(seed)")
    }

    @Test("5,000 bare epochs of one attempt need two frames, since one holds 4,096")
    func manyEpochs() throws {
        let reports = (1...5_000).map { EpochReport(epoch: $0, metrics: [], seconds: 0) }
        let attempt = AttemptProgress(
            attempt: AttemptID(1, 1), reports: reports, end: AttemptEnd(outcome: .finished, epoch: 5_000))
        let pieces = try self.attempts(in: self.split([attempt])).flatMap { $0 }
        #expect(pieces.flatMap(\.reports) == reports)
        #expect(pieces.allSatisfy { $0.reports.count <= 4_096 })
        #expect(pieces.map(\.end) == pieces.dropLast().map { _ in nil } + [attempt.end])
    }

    @Test("5,000 ends with long reasons fill several frames")
    func manyEnds() throws {
        let end = AttemptEnd(outcome: .crashed(reason: String(repeating: "x", count: 5_000)), epoch: 0)
        let attempts = (0..<100).map { AttemptProgress(attempt: AttemptID($0, 1), reports: [], end: end) }
        let frames = self.split(attempts)
        #expect(frames.allSatisfy { $0.count <= WireLimits.controlByteCount })
        #expect(try self.attempts(in: frames).flatMap { $0.map(\.attempt) } == attempts.map(\.attempt))
    }

    @Test("acknowledgements and forgotten trials go 1,024 to a frame")
    func lists() throws {
        let acknowledgements = (0..<2_500).map {
            Acknowledgement(attempt: AttemptID($0, 1), epoch: $0, isEndKnown: true)
        }
        let trials = (0..<1_025).map { TrialID($0) }
        let messages = try (WireCodec.acknowledgementFrames(acknowledgements) + WireCodec.forgetFrames(trials))
            .map { frame in try WireCodec.decodeCoordinatorMessage(frame) }
        #expect(
            messages == [
                .acknowledge(Array(acknowledgements[..<1_024])), .acknowledge(Array(acknowledgements[1_024..<2_048])),
                .acknowledge(Array(acknowledgements[2_048...])), .forget(Array(trials[..<1_024])),
                .forget([TrialID(1_024)]),
            ])
        #expect(WireCodec.acknowledgementFrames([]).isEmpty)
        #expect(WireCodec.forgetFrames([]).isEmpty)
    }
}
