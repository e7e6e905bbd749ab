internal import CLinux
internal import Glibc
import Messaging
import NumericKernels
import WorkerCore

/// A slot: a child process of a worker that trains one trial after the other, so that a trial that traps or takes too
/// much memory costs its slot and nothing else.
///
/// The main thread trains. A second one reads and writes the channel to the worker, so that training never waits for
/// anybody, and ends the process when the channel does.
package enum SlotProcess {
    /// Between two signs of life in the middle of a long epoch.
    private static let activeMilliseconds: Int32 = 500

    /// Runs until the channel, descriptor 3, ends; then the process ends at once.
    ///
    /// - Returns: An exit code, if it could not begin.
    package static func run() -> Int32 {
        var status = stat()
        guard unsafe fstat(SlotChild.channelDescriptor, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else {
            let line = Array("winnow slot: there is no worker behind it; use winnow worker\n".utf8)
            _ = unsafe write(2, line, line.count)
            return 2
        }
        // A terminal's signals and a supervisor's SIGTERM are the worker's business.
        for number in [SIGINT, SIGTERM, SIGHUP] { _ = signal(number, SIG_IGN) }
        linux_die_with_parent()
        do {
            let kernels = try KernelSet.best(named: Self.environment("WINNOW_ISA"))
            let mailbox = try SlotMailbox()
            try Self.startChannelThread(mailbox)
            var setup = mailbox.setup
            while setup == nil {
                Self.wait(for: mailbox.trainerWakeUp)
                setup = mailbox.setup
            }
            guard let setup else { return 1 }
            if let processor = setup.processor { linux_stay_on_processor(Int32(clamping: processor)) }
            var trainer = SlotTrainer(mailbox: mailbox, kernels: kernels, setup: setup)
            mailbox.post(.ready)
            while true {
                trainer.work()
                Self.wait(for: mailbox.trainerWakeUp)
            }
        } catch {
            let line = Array("winnow slot: \(error)\n".utf8)
            _ = unsafe write(2, line, line.count)
            return 1
        }
    }

    static func environment(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }

    private static func wait(for wakeUp: WakeUp) {
        var item = pollfd(fd: wakeUp.fileDescriptor, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&item, 1, -1)
        wakeUp.clear()
    }

    private static func startChannelThread(_ mailbox: SlotMailbox) throws(WorkerError) {
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(mailbox).toOpaque()
        let result = unsafe pthread_create(
            &thread, nil,
            { context in
                guard let context = unsafe context else { return nil }
                SlotProcess.serve(unsafe Unmanaged<SlotMailbox>.fromOpaque(context).takeRetainedValue())
            }, context)
        guard result == 0 else { throw WorkerError("cannot start a thread (error \(result))") }
    }

    /// Moves commands and events between the channel and the mailbox until the channel ends.
    private static func serve(_ mailbox: SlotMailbox) -> Never {
        var frames = SlotFrames(SlotChild.channelDescriptor)
        while true {
            let isBusy = mailbox.activity().isBusy
            var items = [
                pollfd(
                    fd: frames.descriptor, events: Int16(POLLIN) | (frames.isWriting ? Int16(POLLOUT) : 0), revents: 0),
                pollfd(fd: mailbox.channelWakeUp.fileDescriptor, events: Int16(POLLIN), revents: 0),
            ]
            let ready = unsafe poll(&items, 2, isBusy ? Self.activeMilliseconds : -1)
            if ready == 0, isBusy { mailbox.post(.active(mailbox.activity().activity)) }
            mailbox.channelWakeUp.clear()
            let (received, isOver) = frames.receive()
            for frame in received {
                switch try? SlotCodec.decodeInstruction(frame) {
                case .configure(let setup): mailbox.configure(setup)
                case .command(let command): mailbox.obey(command)
                case nil: _exit(2)
                }
            }
            if isOver { _exit(0) }
            for event in mailbox.takeEvents() { frames.send(SlotCodec.encode(event)) }
            frames.flush()
        }
    }
}
