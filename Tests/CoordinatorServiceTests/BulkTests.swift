import CoordinatorCore
import FileStore
import Foundation
import Messaging
import Testing
import TuningModel

@testable import CoordinatorService

@Suite("Bulk transfers of a coordinator")
struct BulkTests {
    private let worker = RoutingID([0, 0, 0, 1])
    private let other = RoutingID([0, 0, 0, 2])

    @Test("chunks wait for a worker that does not read, in order, and are given up after ten seconds")
    func outbox() {
        var outbox = BulkOutbox()
        var sent: [[UInt8]] = []
        for byte in UInt8(1)...3 { outbox.add([byte], to: self.worker, at: .seconds(Int(byte))) }
        outbox.add([9], to: self.other, at: .seconds(3))
        func flush(at seconds: Int, room: Int) {
            var room = room
            outbox.flush(at: .seconds(seconds)) { frame, receiver in
                if receiver == self.worker {
                    guard room > 0 else { return .full }
                    room -= 1
                }
                sent.append(frame)
                return .sent
            }
        }
        flush(at: 3, room: 0)
        #expect(sent == [[9]])
        flush(at: 4, room: 1)
        #expect(sent == [[9], [1]])
        flush(at: 11, room: 0)
        #expect(!outbox.isEmpty)
        // The second chunk has waited for ten seconds, the third for nine.
        flush(at: 12, room: 0)
        #expect(!outbox.isEmpty)
        flush(at: 12, room: 1)
        #expect(sent == [[9], [1], [3]])
        #expect(outbox.isEmpty)
    }

    @Test("what is unreachable does not wait, and 64 chunks are as many as may")
    func fullOutbox() {
        var outbox = BulkOutbox()
        for _ in 0..<63 { outbox.add([1], to: self.worker, at: .zero) }
        #expect(!outbox.isFull)
        outbox.add([1], to: self.worker, at: .zero)
        #expect(outbox.isFull)
        outbox.flush(at: .zero) { _, _ in .unreachable }
        #expect(outbox.isEmpty)
    }

    @Test("an upload of which nothing is heard for 30 s makes room for another")
    func patience() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("winnow-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let blobs = try BlobStore(folder: folder)
        let image: [UInt8] = [1, 2, 3]
        let digest = try blobs.put(image)
        var server = BulkServer(blobs: blobs, dataset: digest, image: try blobs.map(digest))
        let study = try Self.studyWithOneEpoch()
        let attempt = AttemptID(trial: TrialID(0), number: 1)
        func offer(_ number: Int, at seconds: Int) -> [BulkMessage] {
            let bytes = Digest(of: Array("\(number)".utf8))
            let reference = CheckpointReference(epoch: 1, digest: bytes, byteCount: 1000)
            return server.handle(
                .put(attempt: attempt, checkpoint: reference), from: self.worker, study: study, at: .seconds(seconds)
            ).answers
        }
        func isRefused(_ answers: [BulkMessage]) -> Bool {
            if case .failed(_, "too many uploads at once") = answers.first { return answers.count == 1 }
            return false
        }
        for number in 0..<64 { #expect(!isRefused(offer(number, at: number / 32))) }
        #expect(isRefused(offer(64, at: 30)))
        // Those of the first second have now been silent for more than 30 s.
        #expect(!isRefused(offer(64, at: 31)))
        for number in 65..<96 { #expect(!isRefused(offer(number, at: 31))) }
        #expect(isRefused(offer(96, at: 31)))
    }

    @Test("a checkpoint may be ahead of the reports that are read, not of its attempt, and is never the data set")
    func offers() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("winnow-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let blobs = try BlobStore(folder: folder)
        let dataset = try blobs.put([1, 2, 3])
        var server = BulkServer(blobs: blobs, dataset: dataset, image: try blobs.map(dataset))
        let study = try Self.studyWithOneEpoch()
        func answers(_ digest: Digest, epoch: Int) -> [BulkMessage] {
            let reference = CheckpointReference(epoch: epoch, digest: digest, byteCount: 1000)
            let put = BulkMessage.put(attempt: AttemptID(trial: TrialID(0), number: 1), checkpoint: reference)
            return server.handle(put, from: self.worker, study: study, at: .zero).answers
        }
        let other = Digest(of: [7])
        for epoch in [1, 2, 5] {
            #expect(answers(other, epoch: epoch) == [.credit(digest: other, offset: 0, count: 8)], "epoch \(epoch)")
        }
        for epoch in [0, 6] {
            #expect(
                answers(other, epoch: epoch) == [.failed(digest: other, reason: "trial 0 has no epoch \(epoch) here")])
        }
        #expect(
            answers(dataset, epoch: 1)
                == [.failed(digest: dataset, reason: "these are the bytes of the data set")])
    }

    /// A study whose first trial has had one of its five epochs.
    private static func studyWithOneEpoch() throws -> StudyState {
        var study = try StudyState(ServedStudy.definition())
        let worker = WorkerID("a")
        _ = study.apply(.workerJoined(worker, name: "host:a", slots: 1), at: .zero)
        _ = study.apply(.workRequested(worker), at: .zero)
        let report = EpochReport(epoch: 1, metrics: [MetricValue(.validationLoss, 1)], seconds: 0.1)
        _ = study.apply(.reported(AttemptID(trial: TrialID(0), number: 1), [report]), at: .zero)
        return study
    }
}

@Suite("The directory of a coordinator's connections")
struct PeerDirectoryTests {
    @Test("a connection that has closed keeps its number for a minute, and is then forgotten")
    func forget() {
        var peers = PeerDirectory()
        let first = RoutingID([1])
        let second = RoutingID([2])
        let number = peers.number(of: first, connection: 7)
        #expect(peers.number(of: first, connection: 7) == number)
        #expect(peers.closed(connection: 7, at: .seconds(10)) == number)
        #expect(peers.closed(connection: 7, at: .seconds(10)) == nil)
        // The descriptor is used again.
        let next = peers.number(of: second, connection: 7)
        #expect(next != number)
        peers.forgetGone(at: .seconds(70))
        #expect(peers.routingID(of: number) == first)
        peers.forgetGone(at: .seconds(71))
        #expect(peers.routingID(of: number) == nil)
        #expect(!peers.isKnown(first))
        #expect(peers.count == 1)
        #expect(peers.closed(connection: 7, at: .seconds(71)) == next)
    }
}
