import Testing
import TuningModel
import WorkerCore

@Suite("A worker's reports")
struct ProgressTests {
    private func reports(_ epochs: ClosedRange<Int>) -> [EpochReport] { epochs.map { Material.report($0) } }

    private func progress(_ epochs: ClosedRange<Int>, trial: Int = 1, end: AttemptEnd? = nil) -> WorkerEffect {
        Material.progress([AttemptProgress(attempt: Material.attempt(trial), reports: self.reports(epochs), end: end)])
    }

    private func working(target: Int = 100_000, limits: WorkerLimits = Material.shortQueues) -> Worker {
        var worker = Worker.joined(limits: limits)
        _ = worker.handle(.received(.assign(Material.assignment(1, target: target))), at: .seconds(1))
        return worker
    }

    @Test("epochs of all attempts that are there go out in one message")
    func coalescing() {
        var worker = Worker.joined(slots: 2)
        _ = worker.handle(all: (1...2).map { .received(.assign(Material.assignment($0))) }, at: .seconds(1))
        let effects = worker.handle(
            all: [
                .slot(0, .reports(job: 2, self.reports(1...2), .none)),
                .slot(1, .reports(job: 3, self.reports(1...1), .none)),
                .slot(0, .reports(job: 2, self.reports(3...3), .none)), .tick,
            ], at: .seconds(1))
        #expect(
            effects == [
                Material.progress(
                    [
                        AttemptProgress(attempt: Material.attempt(1), reports: self.reports(1...3), end: nil),
                        AttemptProgress(attempt: Material.attempt(2), reports: self.reports(1...1), end: nil),
                    ], capacity: 2)
            ])
    }

    @Test("while every slot has work, messages keep their distance; for a slot without work they do not")
    func spacing() {
        var worker = self.working()
        _ = worker.handle(.slot(0, .reports(job: 2, self.reports(1...1), .none)), at: .seconds(1))
        #expect(worker.handle(.tick, at: .seconds(1)) == [self.progress(1...1)])
        _ = worker.handle(.slot(0, .reports(job: 2, self.reports(2...2), .none)), at: .milliseconds(1001))
        #expect(worker.handle(.tick, at: .milliseconds(1001)) == [])
        #expect(worker.nextDeadline == .milliseconds(1004))
        #expect(worker.handle(.tick, at: .milliseconds(1004)) == [self.progress(2...2)])
        let end = AttemptEnd(outcome: .stopped, epoch: 3)
        _ = worker.handle(.slot(0, .reports(job: 2, self.reports(3...3), .none)), at: .milliseconds(1005))
        _ = worker.handle(.slot(0, .ended(job: 2, end, .none)), at: .milliseconds(1005))
        let effects = worker.handle(.tick, at: .milliseconds(1005))
        let last = AttemptProgress(attempt: Material.attempt(1), reports: self.reports(3...3), end: end)
        #expect(effects == [Material.progress([last], capacity: 3)])
    }

    @Test("a message carries at most 64 epochs of an attempt, and its end goes with the last")
    func splitting() {
        var worker = self.working(target: 100)
        let end = AttemptEnd(outcome: .finished, epoch: 100)
        _ = worker.handle(.slot(0, .reports(job: 2, self.reports(1...100), .none)), at: .seconds(1))
        _ = worker.handle(.slot(0, .ended(job: 2, end, .none)), at: .seconds(1))
        let parts = [
            AttemptProgress(attempt: Material.attempt(1), reports: self.reports(1...64), end: nil),
            AttemptProgress(attempt: Material.attempt(1), reports: self.reports(65...100), end: end),
        ]
        #expect(worker.handle(.tick, at: .seconds(1)) == parts.map { Material.progress([$0], capacity: 2) })
    }

    @Test("no more than 32 messages are under way; an acknowledgement makes room")
    func credit() {
        var worker = self.working()
        var sent = 0
        for epoch in 1...40 {
            let now = Duration.milliseconds(1000 + 10 * epoch)
            _ = worker.handle(.slot(0, .reports(job: 2, self.reports(epoch...epoch), .none)), at: now)
            sent += worker.handle(.tick, at: now).count
        }
        #expect(sent == 32)
        let acknowledgement = Acknowledgement(attempt: Material.attempt(1), epoch: 1, isEndKnown: false)
        _ = worker.handle(.received(.acknowledge([acknowledgement])), at: .milliseconds(1500))
        #expect(worker.handle(.tick, at: .milliseconds(1500)) == [self.progress(33...40)])
    }

    @Test("after a reconnection everything from the acknowledged epoch on goes out again, and nothing before it")
    func resend() {
        var worker = self.working()
        _ = worker.handle(.slot(0, .reports(job: 2, self.reports(1...5), .none)), at: .seconds(1))
        _ = worker.handle(.tick, at: .seconds(1))
        let acknowledgement = Acknowledgement(attempt: Material.attempt(1), epoch: 2, isEndKnown: false)
        _ = worker.handle(.received(.acknowledge([acknowledgement])), at: .seconds(1))
        _ = worker.handle(.disconnected, at: .seconds(2))
        _ = worker.handle(.slot(0, .reports(job: 2, self.reports(6...6), .none)), at: .seconds(2))
        _ = worker.handle(.tick, at: .seconds(3))
        let effects = worker.handle(all: [.received(Material.welcome(session: 6)), .tick], at: .seconds(3))
        #expect(
            effects == [
                .log(.notice, "joined the coordinator", ["session": "6", "coordinator-epoch": "1"]),
                Material.progress(
                    [AttemptProgress(attempt: Material.attempt(1), reports: self.reports(3...6), end: nil)],
                    session: 6),
            ])
    }

    @Test("what is not acknowledged for five seconds goes out again")
    func timeOut() {
        var worker = self.working()
        _ = worker.handle(.slot(0, .reports(job: 2, self.reports(1...2), .none)), at: .seconds(1))
        #expect(worker.handle(.tick, at: .seconds(1)) == [self.progress(1...2)])
        _ = worker.handle(.received(.heartbeatAcknowledged), at: .seconds(5))
        #expect(worker.handle(.tick, at: .milliseconds(5999)).contains(self.progress(1...2)) == false)
        #expect(worker.handle(.tick, at: .seconds(6)).first == self.progress(1...2))
    }

    @Test("epochs that the coordinator has are trained again in silence")
    func trainedAgain() {
        var worker = Worker.joined()
        _ = worker.handle(.received(.assign(Material.assignment(1, ledger: 3, target: 9))), at: .seconds(1))
        _ = worker.handle(.slot(0, .reports(job: 2, self.reports(1...4), .none)), at: .seconds(1))
        #expect(worker.handle(.tick, at: .seconds(1)) == [self.progress(4...4)])
    }

    @Test("an attempt whose end is known is forgotten; until then the end is repeated")
    func end() {
        var worker = self.working(target: 1)
        let end = AttemptEnd(outcome: .refused(reason: "no such activation"), epoch: 0)
        _ = worker.handle(.slot(0, .ended(job: 2, end, .none)), at: .seconds(1))
        let told = Material.progress([AttemptProgress(attempt: Material.attempt(1), reports: [], end: end)])
        #expect(worker.handle(.tick, at: .seconds(1)) == [told])
        _ = worker.handle(.received(.heartbeatAcknowledged), at: .seconds(6))
        #expect(worker.handle(.tick, at: .seconds(6)) == [told])
        let acknowledgement = Acknowledgement(attempt: Material.attempt(1), epoch: 0, isEndKnown: true)
        _ = worker.handle(.received(.acknowledge([acknowledgement])), at: .seconds(7))
        _ = worker.handle(.disconnected, at: .seconds(7))
        #expect(worker.handle(.tick, at: .seconds(8)) == [.openControl, Material.hello()])
    }

    @Test("a long reason is cut to what a message holds")
    func longReason() {
        var worker = self.working()
        let end = AttemptEnd(outcome: .crashed(reason: String(repeating: "ä", count: 500)), epoch: 0)
        _ = worker.handle(.slot(0, .ended(job: 2, end, .none)), at: .seconds(1))
        let cut = AttemptEnd(outcome: .crashed(reason: String(repeating: "ä", count: 120)), epoch: 0)
        #expect(
            worker.handle(.tick, at: .seconds(1)) == [
                Material.progress([AttemptProgress(attempt: Material.attempt(1), reports: [], end: cut)])
            ])
    }

    @Test("when the spool is full the attempt goes back after its last stored epoch")
    func fullSpool() {
        var limits = Material.shortQueues
        limits.spooledReports = 10
        var worker = self.working(limits: limits)
        _ = worker.handle(.disconnected, at: .seconds(1))
        #expect(
            worker.handle(.slot(0, .reports(job: 2, self.reports(1...12), .none)), at: .seconds(1)) == [
                .slot(0, .stop(job: 2)),
                .log(.warning, "handed back an attempt: too many reports wait", ["attempt": "1#1"]),
            ])
        _ = worker.handle(.tick, at: .seconds(2))
        let effects = worker.handle(all: [.received(Material.welcome(session: 6)), .tick], at: .seconds(2))
        let progress = AttemptProgress(
            attempt: Material.attempt(1), reports: self.reports(1...10), end: AttemptEnd(outcome: .preempted, epoch: 10)
        )
        #expect(effects.last == Material.progress([progress], session: 6))
    }

    @Test("busy and total time are summed over slots, and a slot without work goes on counting as idle")
    func times() {
        var worker = Worker.joined(slots: 2)
        _ = worker.handle(all: (1...2).map { .received(.assign(Material.assignment($0))) }, at: .zero)
        let end = AttemptEnd(outcome: .stopped, epoch: 0)
        _ = worker.handle(.slot(0, .ended(job: 2, end, Material.activity(0.5))), at: .milliseconds(500))
        _ = worker.handle(.slot(1, .active(Material.activity(1.5))), at: .milliseconds(1500))
        let effects = worker.handle(.tick, at: .milliseconds(1500))
        let progress = AttemptProgress(attempt: Material.attempt(1), reports: [], end: end)
        #expect(effects == [Material.progress([progress], capacity: 2, busy: 2, total: 3)])
    }
}
