import FileStore
internal import Glibc
import Logging
import Messaging
import TuningModel
import WireCodec
import WorkerCore

/// Carries out what a ``Worker`` decides: the only owner of its sockets, its slots and its files, on one thread.
///
/// A class, since descriptors and tokens point back at it. Not `Sendable`.
final class WorkerAgent {
    /// What the poller's tokens stand for; slots begin at `slot`.
    private enum Token {
        static let control = 0
        static let monitor = 1
        static let bulk = 2
        static let signal = 3
        static let input = 4
        static let slot = 5
    }

    /// Chunks of a checkpoint that wait for room in the bulk socket.
    private struct OutgoingChunks {
        let file: MappedFile
        let digest: Digest
        var offset: Int
        var count: Int
    }

    /// Frames read from one socket before the others are looked at.
    private static let framesPerRound = 256
    /// How long the last words may still travel when the worker has left.
    private static let farewellMillis = 500

    private let settings: WorkerSettings
    private let endpoint: Endpoint
    private let folder: WorkerFolder
    private let logger: Logger
    private let context: MessagingContext
    private let poller = Poller()
    private let signals: SignalWatch
    private let began = MonotonicClock.nanoseconds()
    private var worker: Worker
    private var control: Socket?
    private var bulk: Socket?
    private var children: [SlotChild?]
    private let processors: [Int?]
    private var events: [WorkerEvent] = []
    private var chunks: [OutgoingChunks] = []
    private var exitCode: Int32?

    init(_ settings: WorkerSettings, endpoint: Endpoint, worker: Worker, folder: WorkerFolder, logger: Logger) throws {
        self.settings = settings
        self.endpoint = endpoint
        self.worker = worker
        self.folder = folder
        self.logger = logger
        self.signals = try SignalWatch(ignoresTerminal: settings.leavesWithInput)
        self.context = try MessagingContext()
        self.children = Array(repeating: nil, count: settings.slots)
        self.processors = SlotPlaces.processors(forSlots: settings.slots)
        self.poller.add(fileDescriptor: self.signals.wakeUp.fileDescriptor, token: Token.signal)
        if settings.leavesWithInput { self.poller.add(fileDescriptor: STDIN_FILENO, token: Token.input) }
    }

    /// Runs until the worker leaves.
    ///
    /// - Returns: The process's exit code.
    func run() throws -> Int32 {
        self.feed(.started(checkpoints: self.folder.adopt()))
        while true {
            self.feed(.tick)
            if let exitCode = self.exitCode { return exitCode }
            for token in try self.poller.wait(milliseconds: self.pause) { try self.attend(to: token) }
            try self.sendChunks()
            for child in self.children { child?.flush() }
        }
    }

    private var now: Duration { .nanoseconds(MonotonicClock.nanoseconds() - self.began) }

    /// Milliseconds until something is due; short where a queue that is full has to be tried again.
    private var pause: Int {
        let left = self.worker.nextDeadline - self.now
        let (seconds, attoseconds) = left.components
        let pause =
            seconds < 0
            ? 0 : seconds >= 60 ? 60_000 : Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000) + 1
        let isBlocked = !self.chunks.isEmpty || self.children.contains { $0?.isWriting == true }
        return isBlocked ? min(pause, 2) : pause
    }

    /// Hands an event to the core and carries out what follows from it, and from that.
    private func feed(_ event: WorkerEvent) {
        self.events.append(event)
        while !self.events.isEmpty {
            for effect in self.worker.handle(self.events.removeFirst(), at: self.now) { self.perform(effect) }
        }
    }

    private func attend(to token: Int) throws {
        switch token {
        case Token.control: _ = try self.readControl()
        case Token.monitor: try self.readMonitor()
        case Token.bulk: try self.readBulk()
        case Token.signal:
            let (count, hasHungUp) = self.signals.take()
            for _ in 0..<count { self.feed(.signal) }
            // Last: what ends a service says SIGTERM and SIGHUP at once.
            if hasHungUp { self.feed(.hangUp) }
        case Token.input: self.readInput()
        default: self.readSlot(token - Token.slot)
        }
    }

    /// Nothing is wanted from standard input but its end.
    private func readInput() {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(STDIN_FILENO, $0.baseAddress, $0.count) }
        if count > 0 || count < 0 && (errno == EINTR || errno == EAGAIN) { return }
        self.poller.remove(token: Token.input)
        self.feed(.parentEnded)
    }

    /// Hears of connections that began or ended.
    private func readMonitor() throws {
        while let event = self.control?.receiveMonitorEvent() {
            switch event {
            case .connected: self.feed(.connected)
            case .disconnected, .failed:
                // What was said before the connection ended lies in the socket still, a goodbye above all.
                while try self.readControl() {}
                self.feed(.disconnected)
            case .accepted: break
            }
        }
    }

    /// Hears a round of what the coordinator says.
    ///
    /// - Returns: Whether there may be more.
    private func readControl() throws -> Bool {
        for _ in 0..<Self.framesPerRound {
            guard let socket = self.control, let frame = try socket.receive() else { return false }
            do {
                self.feed(.received(try WireCodec.decodeCoordinatorMessage(frame.payload)))
            } catch {
                self.feed(.receivedGarbage("\(error)"))
            }
        }
        return true
    }

    private func readBulk() throws {
        for _ in 0..<Self.framesPerRound {
            guard let socket = self.bulk, let frame = try socket.receive() else { return }
            do {
                self.feed(.receivedBulk(try WireCodec.decodeBulkMessage(frame.payload)))
            } catch {
                self.feed(.receivedGarbage("\(error)"))
            }
        }
    }

    private func readSlot(_ slot: Int) {
        guard self.children.indices.contains(slot), let child = self.children[slot] else { return }
        let (events, exit) = child.receive()
        for event in events { self.feed(.slot(slot, event)) }
        guard let exit else { return }
        self.poller.remove(token: Token.slot + slot)
        self.children[slot] = nil
        self.feed(.slotExited(slot, exit))
    }

    private func perform(_ effect: WorkerEffect) {
        switch effect {
        case .openControl: self.openControl()
        case .closeControl: self.closeControl()
        case .send(let message): self.send(message)
        case .openBulk(let port): self.openBulk(port)
        case .closeBulk: self.closeBulk()
        case .sendBulk(let message): self.sendBulk(message)
        case .sendChunks(let name, let digest, let offset, let count):
            self.queueChunks(name, digest, offset: offset, count: count)
        case .startSlot(let slot): self.startSlot(slot)
        case .slot(let slot, let command): self.children[slot]?.send(.command(command))
        case .killSlot(let slot, let reason):
            self.logger.warning("killing a slot", metadata: ["slot": "\(slot)", "reason": "\(reason)"])
            self.children[slot]?.kill()
        case .findDataset(let digest, let byteCount):
            let isHere = self.folder.hasDataset(digest, byteCount: byteCount)
            self.events.append(isHere ? .datasetFound(digest) : .datasetMissing(digest))
        case .beginDownload(let digest, let byteCount):
            self.tryDownload(digest) { try self.folder.begin(digest, byteCount: byteCount) }
        case .storeChunk(let digest, let offset, let bytes):
            self.tryDownload(digest) { try self.folder.store(bytes, of: digest, at: offset) }
        case .finishDownload(let digest, let target):
            self.tryDownload(digest) {
                try self.folder.finish(digest, as: target)
                self.events.append(.downloadFinished(digest))
            }
        case .abandonDownload(let digest): self.folder.abandon(digest)
        case .digestCheckpoint(let name):
            self.events.append(.checkpointDigested(name, self.folder.reference(name)))
        case .removeCheckpoints(let names): self.folder.remove(names)
        case .log(let level, let text, let metadata): self.log(level, text, metadata)
        case .leave(let exitCode, let keepsCheckpoints): self.leave(exitCode, keepsCheckpoints: keepsCheckpoints)
        }
    }

    private func tryDownload(_ digest: Digest, _ body: () throws -> Void) {
        do {
            try body()
        } catch {
            self.events.append(.downloadFailed(digest, reason: "\(error)"))
        }
    }

    // Sockets.

    private func openControl() {
        self.closeControl()
        do {
            let socket = try Socket(self.context, role: .dealer, plane: .control)
            try socket.connect(self.endpoint.description)
            self.control = socket
            self.poller.add(monitorOf: socket, token: Token.monitor)
            self.poller.add(socket, token: Token.control)
        } catch {
            self.logger.warning("cannot open a socket", metadata: ["reason": "\(error)"])
            self.events.append(.disconnected)
        }
    }

    private func closeControl(lingerMillis: Int = 0) {
        self.poller.remove(token: Token.control)
        self.poller.remove(token: Token.monitor)
        self.control?.close(lingerMillis: lingerMillis)
        self.control = nil
    }

    private func openBulk(_ port: Int) {
        self.closeBulk()
        do {
            let socket = try Socket(self.context, role: .dealer, plane: .bulk)
            try socket.connect(self.endpoint.replacingPort(with: port).description)
            self.bulk = socket
            self.poller.add(socket, token: Token.bulk)
        } catch {
            // The transfer will be found to stall.
            self.logger.warning("cannot open a socket", metadata: ["reason": "\(error)"])
        }
    }

    private func closeBulk() {
        self.poller.remove(token: Token.bulk)
        self.bulk?.close()
        self.bulk = nil
        self.chunks = []
    }

    /// What a full queue refuses counts as sent: it is not acknowledged, and sent again.
    private func send(_ message: WorkerMessage) {
        let frames =
            if case .progress(let session, let capacity, let times, let attempts) = message {
                WireCodec.progressFrames(session: session, capacity: capacity, times: times, attempts: attempts)
            } else {
                [WireCodec.encode(message)]
            }
        for frame in frames {
            do {
                _ = try self.control?.send(frame, to: nil)
            } catch {
                self.logger.warning("cannot send a message", metadata: ["reason": "\(error)"])
            }
        }
    }

    private func sendBulk(_ message: BulkMessage) {
        do {
            _ = try self.bulk?.send(WireCodec.encode(message), to: nil)
        } catch {
            self.logger.warning("cannot send a message", metadata: ["reason": "\(error)"])
        }
    }

    private func queueChunks(_ name: CheckpointName, _ digest: Digest, offset: Int, count: Int) {
        do {
            let file = try MappedFile(self.folder.path(of: name))
            self.chunks.append(OutgoingChunks(file: file, digest: digest, offset: offset, count: count))
        } catch {
            // As if the coordinator had refused it: nothing can be sent.
            self.events.append(.receivedBulk(.failed(digest: digest, reason: "\(error)")))
        }
    }

    /// Sends waiting chunks as far as the bulk socket has room.
    private func sendChunks() throws {
        while let first = self.chunks.first, let socket = self.bulk {
            let end = min(first.file.byteCount, first.offset + BulkMessage.chunkByteCount)
            guard first.count > 0, first.offset < end else {
                self.chunks.removeFirst()
                continue
            }
            let bytes = unsafe Array(first.file.bytes[first.offset..<end])
            let chunk = BulkMessage.chunk(
                digest: first.digest, byteCount: first.file.byteCount, offset: first.offset, bytes: bytes)
            guard try socket.send(WireCodec.encode(chunk), to: nil) == .sent else { return }
            self.chunks[0].offset = end
            self.chunks[0].count -= 1
        }
    }

    // Slots.

    private func startSlot(_ slot: Int) {
        do {
            let setup = SlotSetup(
                datasetFolder: self.folder.datasets, checkpointFolder: self.folder.checkpoints,
                processor: self.processors[slot])
            let child = try SlotChild(
                executable: self.settings.slotExecutable, arguments: self.settings.slotArguments, setup: setup)
            self.children[slot] = child
            self.poller.add(fileDescriptor: child.descriptor, token: Token.slot + slot)
        } catch {
            self.events.append(.slotUnavailable(slot, reason: "\(error)"))
        }
    }

    // The end.

    private func leave(_ exitCode: Int32, keepsCheckpoints: Bool) {
        self.exitCode = exitCode
        for child in self.children { child?.hangUp() }
        self.closeBulk()
        self.closeControl(lingerMillis: Self.farewellMillis)
        for (slot, child) in self.children.enumerated() {
            self.poller.remove(token: Token.slot + slot)
            child?.end()
        }
        self.children = self.children.map { _ in nil }
        if !keepsCheckpoints { self.folder.removeAll() }
    }

    private func log(_ level: WorkerLogLevel, _ text: String, _ metadata: [String: String]) {
        let level: Logger.Level =
            switch level {
            case .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            }
        self.logger.log(level: level, "\(text)", metadata: metadata.mapValues { "\($0)" })
    }
}
