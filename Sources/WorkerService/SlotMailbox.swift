internal import Messaging
internal import Synchronization
import TuningModel
import WorkerCore

/// What the two threads of a slot share: jobs that wait, events that wait to be sent, and the word to stop.
///
/// A class, since two threads hold it. The lock is never held while anything waits; training only ever appends here.
final class SlotMailbox: Sendable {
    private struct State {
        var setup: SlotSetup?
        var jobs: [SlotJob] = []
        var current: UInt64?
        var isDraining = false
        var events: [SlotEvent] = []
        var busyNanoseconds: Int64 = 0
        var busySince: Int64?
        var firstJobAt: Int64?
    }

    /// Reports in one event at most: an event is one frame of the channel.
    private static let reportsPerEvent = 256
    /// Nanoseconds that an epoch at work may go on after the word to drain.
    private static let drainNanoseconds: Int64 = 1_500_000_000

    private let state = Mutex(State())
    /// The job that is to be cancelled.
    private let stopped = Atomic<UInt64>(0)
    /// When the job at work is to be given up for a drain, in nanoseconds of the monotonic clock.
    private let drainDeadline = Atomic<Int64>(.max)
    private let groups = Atomic<UInt64>(0)
    /// Wakes the training thread when a job or the setup came, and the channel's thread when an event came.
    let trainerWakeUp: WakeUp
    let channelWakeUp: WakeUp

    init() throws(MessagingError) {
        self.trainerWakeUp = try WakeUp()
        self.channelWakeUp = try WakeUp()
    }

    // What the channel's thread calls.

    func configure(_ setup: SlotSetup) {
        self.state.withLock { $0.setup = setup }
        self.trainerWakeUp.signal()
    }

    func obey(_ command: SlotCommand) {
        switch command {
        case .run(let job):
            self.state.withLock { state in
                if state.firstJobAt == nil { state.firstJobAt = MonotonicClock.nanoseconds() }
                if state.isDraining {
                    self.end(job, .preempted, &state)
                } else {
                    state.jobs.append(job)
                }
            }
            self.trainerWakeUp.signal()
        case .stop(let number):
            self.state.withLock { state in
                if state.current == number {
                    self.stopped.store(number, ordering: .relaxed)
                } else if let job = Self.take(number, &state) {
                    self.end(job, .stopped, &state)
                }
            }
        case .withdraw(let number):
            self.state.withLock { state in
                if Self.take(number, &state) != nil { state.events.append(.withdrawn(job: number)) }
            }
        case .drain:
            self.state.withLock { state in
                state.isDraining = true
                for job in state.jobs { self.end(job, .preempted, &state) }
                state.jobs = []
            }
            self.drainDeadline.store(MonotonicClock.nanoseconds() + Self.drainNanoseconds, ordering: .relaxed)
        }
        self.channelWakeUp.signal()
    }

    /// Takes all events that wait.
    func takeEvents() -> [SlotEvent] {
        self.state.withLock { state in
            defer { state.events = [] }
            return state.events
        }
    }

    /// Whether a job is at work, and what has been done so far.
    func activity() -> (isBusy: Bool, activity: SlotActivity) {
        self.state.withLock { ($0.current != nil, self.activity($0)) }
    }

    private static func take(_ number: UInt64, _ state: inout State) -> SlotJob? {
        state.jobs.firstIndex { $0.number == number }.map { state.jobs.remove(at: $0) }
    }

    /// Ends a job that has not begun.
    private func end(_ job: SlotJob, _ outcome: AttemptOutcome, _ state: inout State) {
        let end = AttemptEnd(outcome: outcome, epoch: job.assignment.ledgerEpoch)
        state.events.append(.ended(job: job.number, end, self.activity(state)))
    }

    private func activity(_ state: State) -> SlotActivity {
        let now = MonotonicClock.nanoseconds()
        let busy = state.busyNanoseconds + (state.busySince.map { now - $0 } ?? 0)
        let total = state.firstJobAt.map { now - $0 } ?? 0
        return SlotActivity(
            busySeconds: Double(busy) * 1e-9, totalSeconds: Double(total) * 1e-9,
            counter: self.groups.load(ordering: .relaxed))
    }

    // What the training thread calls.

    /// The setup, or `nil` before it came.
    var setup: SlotSetup? { self.state.withLock { $0.setup } }

    /// The next job, from now on at work, or `nil` where none waits.
    func begin() -> SlotJob? {
        self.state.withLock { state in
            guard !state.jobs.isEmpty else { return nil }
            let job = state.jobs.removeFirst()
            state.current = job.number
            state.busySince = MonotonicClock.nanoseconds()
            return job
        }
    }

    /// The job at work is over: its last event.
    func finish(_ event: (SlotActivity) -> SlotEvent) {
        self.state.withLock { state in
            if let since = state.busySince { state.busyNanoseconds += MonotonicClock.nanoseconds() - since }
            state.busySince = nil
            state.current = nil
            state.events.append(event(self.activity(state)))
        }
        self.channelWakeUp.signal()
    }

    /// Queues an event; a report joins those of the same job that wait.
    func post(_ report: EpochReport, of job: UInt64) {
        self.state.withLock { state in
            let activity = self.activity(state)
            if case .reports(job, var reports, _)? = state.events.last, reports.count < Self.reportsPerEvent {
                state.events.removeLast()
                reports.append(report)
                state.events.append(.reports(job: job, reports, activity))
            } else {
                state.events.append(.reports(job: job, [report], activity))
            }
        }
        self.channelWakeUp.signal()
    }

    func post(_ event: SlotEvent) {
        self.state.withLock { $0.events.append(event) }
        self.channelWakeUp.signal()
    }

    /// Asked before each minibatch group, which it counts.
    func isCancelled(_ job: UInt64) -> Bool {
        self.groups.wrappingAdd(1, ordering: .relaxed)
        if self.stopped.load(ordering: .relaxed) == job { return true }
        let deadline = self.drainDeadline.load(ordering: .relaxed)
        return deadline != .max && MonotonicClock.nanoseconds() >= deadline
    }

    func isStopped(_ job: UInt64) -> Bool { self.stopped.load(ordering: .relaxed) == job }

    var isDraining: Bool { self.drainDeadline.load(ordering: .relaxed) != .max }
}
