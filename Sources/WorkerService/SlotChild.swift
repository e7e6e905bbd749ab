internal import Glibc
import WorkerCore

/// A slot process as its worker sees it: the process and the worker's end of its channel.
///
/// A class, since it owns a process and a descriptor and the poller's tokens point at it. Not `Sendable`: the worker's
/// thread owns it.
final class SlotChild {
    /// The channel's descriptor in the slot.
    static let channelDescriptor: Int32 = 3

    let processIdentifier: pid_t
    private var frames: SlotFrames
    private var isReaped = false

    var descriptor: Int32 { self.frames.descriptor }
    var isWriting: Bool { self.frames.isWriting }

    /// Starts a slot: in a process group of its own, so that a terminal's interrupt reaches the worker only; with its
    /// standard output on standard error, since a worker's standard output may be read by programs; and with no
    /// descriptor of the worker but its channel.
    init(executable: String, arguments: [String], setup: SlotSetup) throws(WorkerError) {
        var pair: [Int32] = [-1, -1]
        guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &pair) == 0 else {
            throw WorkerError("cannot make a channel for a slot: \(Self.text(errno))")
        }
        defer { close(pair[1]) }
        self.frames = SlotFrames(pair[0])
        self.processIdentifier = try Self.spawn(executable, arguments, channel: pair[1])
        self.send(.configure(setup))
    }

    /// Kills what is left.
    deinit { self.end() }

    func send(_ instruction: SlotInstruction) { self.frames.send(SlotCodec.encode(instruction)) }

    func flush() { self.frames.flush() }

    /// What has come, and how the channel ended if it has.
    func receive() -> (events: [SlotEvent], exit: SlotExit?) {
        let (frames, isOver) = self.frames.receive()
        var events: [SlotEvent] = []
        for frame in frames {
            guard let event = try? SlotCodec.decodeEvent(frame) else {
                _ = self.end()
                return (events, .misbehaved("it sent a frame that cannot be read"))
            }
            events.append(event)
        }
        return (events, isOver ? self.end() : nil)
    }

    /// Ends the process, if it lives, and waits for it: a killed process is gone within milliseconds.
    @discardableResult
    func end() -> SlotExit {
        guard !self.isReaped else { return .exited(code: 0) }
        self.isReaped = true
        var status: Int32 = 0
        // A process that closed its channel is about to end; a short grace tells its own code from our signal.
        for _ in 0..<20 {
            if unsafe waitpid(self.processIdentifier, &status, WNOHANG) == self.processIdentifier {
                return Self.exit(status)
            }
            _ = poll(nil, 0, 1)
        }
        _ = Glibc.kill(self.processIdentifier, SIGKILL)
        while unsafe waitpid(self.processIdentifier, &status, 0) < 0, errno == EINTR {}
        return Self.exit(status)
    }

    /// Kills the process at once; the end of its channel will tell.
    func kill() { _ = Glibc.kill(self.processIdentifier, SIGKILL) }

    /// Ends the channel, on which the slot ends itself.
    func hangUp() { _ = shutdown(self.descriptor, Int32(SHUT_RDWR)) }

    private static func exit(_ status: Int32) -> SlotExit {
        let signal = status & 0x7F
        return signal == 0 ? .exited(code: status >> 8 & 0xFF) : .signalled(signal)
    }

    private static func text(_ number: Int32) -> String {
        unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    }

    private static func spawn(_ executable: String, _ arguments: [String], channel: Int32) throws(WorkerError) -> pid_t
    {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawn_file_actions_adddup2(&actions, channel, Self.channelDescriptor)
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, 2, 1)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        var words: [UnsafeMutablePointer<CChar>?] = unsafe ([executable] + arguments).map { unsafe strdup($0) }
        unsafe words.append(nil)
        defer { unsafe words.forEach { unsafe free($0) } }
        var identifier: pid_t = 0
        let result = unsafe posix_spawn(&identifier, executable, &actions, &attributes, words, environ)
        guard result == 0 else {
            throw WorkerError(
                "cannot start a slot, \(executable): \(Self.text(result)); want a program that may be run")
        }
        return identifier
    }
}
