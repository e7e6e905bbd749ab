import Foundation
import Messaging
import TuningModel
import WireCodec

/// Workers that report without training, all on one thread, each on its own connection.
final class Flood: @unchecked Sendable {
    // Sendable by use: it is made on one thread and then handed over to the one that runs it.

    private struct Held {
        let assignment: Assignment
        /// The last epoch sent.
        var sent: Int
        /// When the frames in flight left, with their last epochs.
        var departures: [(epoch: Int, time: ContinuousClock.Instant)] = []
        var isEndSent = false
    }

    private struct Member {
        let socket: Socket
        var session: UInt64 = 0
        var held: [Held] = []
        var isGone = false
    }

    /// Frames of one attempt that are not acknowledged yet.
    private static let window = 4

    private let context: MessagingContext
    private let poller = Poller()
    private var members: [Member] = []
    private let epochsPerFrame: Int
    private let clock = ContinuousClock()
    private var latencies: [Double] = []

    init(endpoint: String, workers: Int, epochsPerFrame: Int) throws {
        self.context = try MessagingContext(sockets: workers)
        self.epochsPerFrame = epochsPerFrame
        for number in 0..<workers {
            let socket = try Socket(self.context, role: .dealer, plane: .control)
            try socket.connect(endpoint)
            self.poller.add(socket, token: number)
            self.members.append(Member(socket: socket))
            let hello = Hello(
                worker: WorkerID(Self.identifier(number)), name: "bench:\(number)", slots: 1, capacity: 2,
                instructionSet: "none", held: [])
            _ = try socket.send(WireCodec.encode(WorkerMessage.hello(hello)), to: nil)
        }
    }

    /// Serves until the coordinator says goodbye to all.
    ///
    /// - Returns: Milliseconds from each frame's departure to its acknowledgement.
    func run() throws -> [Double] {
        while self.members.contains(where: { !$0.isGone }) {
            for number in try self.poller.wait(milliseconds: 1000) {
                while let frame = try self.members[number].socket.receive() {
                    try self.receive(try WireCodec.decodeCoordinatorMessage(frame.payload), number)
                }
            }
        }
        return self.latencies
    }

    /// 32 hexadecimal digits, as the wire wants them.
    private static func identifier(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: max(0, 32 - digits.count)) + digits
    }

    /// A report with the five metrics of a classifier.
    static func report(_ trial: TrialID, _ epoch: Int) -> EpochReport {
        let loss = Double((trial.rawValue &* 7919) % 10_007) / 10_007 + 1 / Double(epoch)
        return EpochReport(
            epoch: epoch,
            metrics: [
                MetricValue(.trainLoss, loss), MetricValue(.validationLoss, loss),
                MetricValue(.validationAccuracy, 1 - loss), MetricValue(.validationPrecision, 0.5),
                MetricValue(.validationRecall, 0.5), MetricValue(.validationF1, 0.5),
            ], seconds: 0.001)
    }

    private func receive(_ message: CoordinatorMessage, _ number: Int) throws {
        switch message {
        case .welcome(let welcome): self.members[number].session = welcome.session
        case .assign(let assignment):
            self.members[number].held.append(Held(assignment: assignment, sent: assignment.ledgerEpoch))
            try self.fill(number)
        case .acknowledge(let items):
            for item in items { self.acknowledge(item, number) }
            try self.fill(number)
        case .goodbye: self.members[number].isGone = true
        case .reject, .resync, .heartbeatAcknowledged, .stop, .fenced, .upload, .forget: break
        }
    }

    private func acknowledge(_ item: Acknowledgement, _ number: Int) {
        guard let index = self.members[number].held.firstIndex(where: { $0.assignment.attempt == item.attempt }) else {
            return
        }
        let now = self.clock.now
        let done = self.members[number].held[index].departures.filter { $0.epoch <= item.epoch }
        for departure in done { self.latencies.append(1000 * Figures.seconds(departure.time.duration(to: now))) }
        self.members[number].held[index].departures.removeFirst(done.count)
        if item.isEndKnown { self.members[number].held.remove(at: index) }
    }

    /// Sends as much as the windows allow.
    private func fill(_ number: Int) throws {
        for index in self.members[number].held.indices {
            while true {
                let held = self.members[number].held[index]
                guard !held.isEndSent, held.departures.count < Self.window else { break }
                let last = min(held.sent + self.epochsPerFrame, held.assignment.targetEpoch)
                let isEnd = last == held.assignment.targetEpoch
                let progress = AttemptProgress(
                    attempt: held.assignment.attempt,
                    reports: (held.sent + 1..<last + 1).map { Self.report(held.assignment.attempt.trial, $0) },
                    end: isEnd ? AttemptEnd(outcome: .finished, epoch: last) : nil)
                let message = WorkerMessage.progress(
                    session: self.members[number].session, capacity: 2,
                    times: SlotTimes(busySeconds: 1, totalSeconds: 1), attempts: [progress])
                guard case .sent = try self.members[number].socket.send(WireCodec.encode(message), to: nil) else {
                    break
                }
                self.members[number].held[index].departures.append((last, self.clock.now))
                self.members[number].held[index].sent = last
                self.members[number].held[index].isEndSent = isEnd
            }
        }
    }
}
