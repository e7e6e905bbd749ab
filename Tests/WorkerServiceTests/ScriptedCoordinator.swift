import FileStore
import Foundation
import Messaging
import TuningModel
import WireCodec

/// The coordinator's side of the two sockets, driven by a test on its own thread: answers hellos, acknowledges
/// progress, serves and takes blobs.
final class ScriptedCoordinator {
    enum ScriptError: Error { case noWorker }

    private let context: MessagingContext
    private var control: Socket
    private let bulk: Socket
    private let poller = Poller()
    private(set) var endpoint: String
    private let bulkPort: Int
    private var peer: RoutingID?
    private var session: UInt64 = 0
    var blobs: [Digest: [UInt8]] = [:]
    /// Checkpoints that were offered, and what has come of the last one.
    var offers: [CheckpointReference] = []
    private var incoming: [UInt8] = []
    var hellos: [Hello] = []
    var reports: [AttemptID: [EpochReport]] = [:]
    var ends: [AttemptID: AttemptEnd] = [:]
    var messages: [WorkerMessage] = []
    var silenceMillis = 10_000
    var answersHello = true
    var acknowledges = true

    init() throws {
        self.context = try MessagingContext()
        self.control = try Socket(self.context, role: .router, plane: .control)
        self.bulk = try Socket(self.context, role: .router, plane: .bulk)
        self.endpoint = try self.control.bind("tcp://127.0.0.1:0")
        self.bulkPort = try Endpoint(self.bulk.bind("tcp://127.0.0.1:0")).port ?? 0
        self.poller.add(self.control, token: 0)
        self.poller.add(self.bulk, token: 1)
    }

    /// Loses everything that a killed coordinator loses, and listens again on the same port.
    ///
    /// - Parameter lingerMillis: For how long the last words before that may still travel.
    /// - Throws: ``MessagingError`` where the port stays taken.
    func restart(lingerMillis: Int = 0) throws {
        self.poller.remove(token: 0)
        self.control.close(lingerMillis: lingerMillis)
        self.peer = nil
        let socket = try Socket(self.context, role: .router, plane: .control)
        let end = ContinuousClock.now + .seconds(5)
        while true {
            do {
                _ = try socket.bind(self.endpoint)
                break
            } catch {
                // The library closes the old listener on its own thread.
                guard ContinuousClock.now < end else { throw error }
                _ = try self.poller.wait(milliseconds: 1)
            }
        }
        self.control = socket
        self.poller.add(socket, token: 0)
    }

    /// Whether a worker has said hello since the last restart: only then can anything be sent.
    var hasWorker: Bool { self.peer != nil }

    func send(_ message: CoordinatorMessage) throws {
        guard let peer = self.peer else { throw ScriptError.noWorker }
        _ = try self.control.send(WireCodec.encode(message), to: peer)
    }

    func sendRaw(_ bytes: [UInt8]) throws {
        guard let peer = self.peer else { throw ScriptError.noWorker }
        _ = try self.control.send(bytes, to: peer)
    }

    /// Serves until the condition holds.
    ///
    /// - Returns: Whether it did before the time was over.
    func serve(seconds: Double = 20, until isDone: () -> Bool) throws -> Bool {
        let end = ContinuousClock.now + .seconds(seconds)
        while !isDone() {
            guard ContinuousClock.now < end else { return false }
            _ = try self.poller.wait(milliseconds: 20)
            while let frame = try self.control.receive() {
                try self.hear(try WireCodec.decodeWorkerMessage(frame.payload), from: frame.sender)
            }
            while let frame = try self.bulk.receive() {
                try self.hearBulk(try WireCodec.decodeBulkMessage(frame.payload), from: frame.sender)
            }
        }
        return true
    }

    private func hear(_ message: WorkerMessage, from sender: RoutingID?) throws {
        self.messages.append(message)
        switch message {
        case .hello(let hello):
            self.hellos.append(hello)
            guard self.answersHello else { return }
            self.peer = sender
            self.session += 1
            try self.send(
                .welcome(
                    Welcome(
                        session: self.session, coordinatorEpoch: 1, heartbeatMillis: 200,
                        silenceMillis: self.silenceMillis, orphanMillis: 900_000, bulkPort: self.bulkPort, fenced: [])))
        case .heartbeat(let session, _, _, _):
            guard let sender else { return }
            let isKnown = session == self.session && self.peer == sender
            _ = try self.control.send(WireCodec.encode(isKnown ? .heartbeatAcknowledged : .resync), to: sender)
        case .progress(_, _, _, let attempts):
            guard self.peer == sender else { return }
            var acknowledgements: [Acknowledgement] = []
            for item in attempts {
                let known = self.reports[item.attempt]?.last?.epoch ?? 0
                self.reports[item.attempt, default: []] += item.reports.filter { $0.epoch > known }
                if let end = item.end { self.ends[item.attempt] = end }
                acknowledgements.append(
                    Acknowledgement(
                        attempt: item.attempt, epoch: self.reports[item.attempt]?.last?.epoch ?? 0,
                        isEndKnown: item.end != nil))
            }
            if self.acknowledges { try self.send(.acknowledge(acknowledgements)) }
        case .drain, .bye: break
        }
    }

    private func hearBulk(_ message: BulkMessage, from sender: RoutingID?) throws {
        guard let sender else { return }
        func answer(_ message: BulkMessage) throws { _ = try self.bulk.send(WireCodec.encode(message), to: sender) }
        switch message {
        case .get(let digest, let offset, let count):
            guard let blob = self.blobs[digest] else {
                try answer(.failed(digest: digest, reason: "not here"))
                return
            }
            for i in 0..<count {
                let start = offset + i * BulkMessage.chunkByteCount
                let end = min(blob.count, start + BulkMessage.chunkByteCount)
                guard start < end else { return }
                try answer(
                    .chunk(digest: digest, byteCount: blob.count, offset: start, bytes: Array(blob[start..<end])))
            }
        case .put(_, let checkpoint):
            self.offers.append(checkpoint)
            self.incoming = []
            try answer(.credit(digest: checkpoint.digest, offset: 0, count: 4))
        case .chunk(let digest, let byteCount, _, let bytes):
            self.incoming += bytes
            guard self.incoming.count == byteCount else { return }
            self.blobs[Digest(of: self.incoming)] = self.incoming
            try answer(.stored(digest: digest))
        case .credit, .stored, .failed: break
        }
    }
}
