import Testing
import TuningModel
import WorkerCore

@Suite("A worker's attempts")
struct AttemptTests {
    @Test("an assignment goes to the slot with the least to do, up to three for each")
    func dispatch() {
        var worker = Worker.joined(slots: 2)
        let effects = worker.handle(
            all: (1...7).map { .received(.assign(Material.assignment($0))) }, at: .seconds(1))
        let slots = [0, 1, 0, 1, 0, 1]
        #expect(
            effects == (1...6).map { .slot(slots[$0 - 1], .run(Material.job(UInt64($0) + 1, Material.assignment($0)))) }
        )
        #expect(
            worker.handle(.slot(1, .ended(job: 3, AttemptEnd(outcome: .finished, epoch: 3), .none)), at: .seconds(2))
                == [.slot(1, .run(Material.job(8, Material.assignment(7))))])
    }

    @Test("an assignment that is held or over is a duplicate; a newer attempt of its trial takes its place")
    func duplicates() {
        var worker = Worker.joined()
        _ = worker.handle(.received(.assign(Material.assignment(1, 2))), at: .seconds(1))
        let before = worker
        #expect(worker.handle(.received(.assign(Material.assignment(1, 2))), at: .seconds(1)) == [])
        #expect(worker.handle(.received(.assign(Material.assignment(1, 1))), at: .seconds(1)) == [])
        #expect(worker == before)
        #expect(
            worker.handle(.received(.assign(Material.assignment(1, 3))), at: .seconds(1)) == [
                .slot(0, .stop(job: 2)), .slot(0, .run(Material.job(3, Material.assignment(1, 3)))),
            ])
        #expect(worker.handle(.received(.assign(Material.assignment(1, 2))), at: .seconds(1)) == [])
        let ended = WorkerEvent.slot(0, .ended(job: 2, AttemptEnd(outcome: .stopped, epoch: 0), .none))
        #expect(worker.handle(ended, at: .seconds(1)) == [])
        #expect(worker.handle(.tick, at: .seconds(1)) == [])
    }

    @Test("a stop reaches the slot at once, and an assignment that is not in a slot ends by itself")
    func stop() {
        var worker = Worker.joined()
        _ = worker.handle(all: (1...4).map { .received(.assign(Material.assignment($0))) }, at: .seconds(1))
        #expect(
            worker.handle(.received(.stop(Material.attempt(1))), at: .seconds(1)) == [.slot(0, .stop(job: 2))])
        #expect(worker.handle(.received(.stop(Material.attempt(1))), at: .seconds(1)) == [])
        #expect(worker.handle(.received(.stop(Material.attempt(4))), at: .seconds(1)) == [])
        let end = AttemptEnd(outcome: .stopped, epoch: 0)
        #expect(
            worker.handle(.tick, at: .seconds(1)) == [
                Material.progress([AttemptProgress(attempt: Material.attempt(4), reports: [], end: end)])
            ])
    }

    @Test("a fenced attempt is stopped and forgotten with its reports")
    func fenced() {
        var worker = Worker.joined()
        _ = worker.handle(.received(.assign(Material.assignment(1))), at: .seconds(1))
        _ = worker.handle(.slot(0, .reports(job: 2, [Material.report(1)], .none)), at: .seconds(1))
        #expect(
            worker.handle(.received(.fenced(Material.attempt(1))), at: .seconds(1)) == [.slot(0, .stop(job: 2))])
        _ = worker.handle(.slot(0, .reports(job: 2, [Material.report(2)], .none)), at: .seconds(1))
        #expect(worker.handle(.tick, at: .seconds(1)) == [])
    }

    @Test("when a slot dies its assignment has crashed, and those behind it go to another slot")
    func crash() {
        var worker = Worker.joined(slots: 2)
        _ = worker.handle(all: (1...4).map { .received(.assign(Material.assignment($0))) }, at: .seconds(1))
        let effects = worker.handle(.slotExited(0, .signalled(11)), at: .seconds(2))
        let reason = "the slot process was ended by signal 11"
        #expect(
            effects == [
                .log(.warning, "lost a slot", ["slot": "0", "reason": reason]),
                .slot(1, .run(Material.job(6, Material.assignment(3)))),
            ])
        let end = AttemptEnd(outcome: .crashed(reason: reason), epoch: 0)
        #expect(
            worker.handle(.tick, at: .seconds(2)) == [
                .startSlot(0),
                Material.progress([AttemptProgress(attempt: Material.attempt(1), reports: [], end: end)], capacity: 2),
            ])
    }

    @Test("a slot that dies again and again is started after growing delays, and does not count as capacity meanwhile")
    func crashLoop() {
        var worker = Material.worker()
        _ = worker.handle(.started(checkpoints: []), at: .zero)
        var now = Duration.zero
        var delays: [Duration] = []
        for _ in 0..<9 {
            _ = worker.handle(.slotUnavailable(0, reason: "no such file"), at: now)
            let began = now
            while !worker.handle(.tick, at: now).contains(.startSlot(0)) { now = worker.nextDeadline }
            delays.append(now - began)
        }
        #expect(delays == [.zero] + [200, 400, 800, 1600, 3200, 5000, 5000, 5000].map { Duration.milliseconds($0) })
    }

    @Test("when no slot comes up in three starts, what waits goes back at once, until one is up again")
    func hopeless() {
        var worker = Worker.joined()
        _ = worker.handle(.slotExited(0, .signalled(11)), at: .seconds(1))
        _ = worker.handle(.received(.assign(Material.assignment(1, ledger: 2))), at: .seconds(1))
        var now = Duration.seconds(1)
        for start in 1...3 {
            while !worker.handle(.tick, at: now).contains(.startSlot(0)) {
                now = worker.nextDeadline
                _ = worker.handle(.received(.heartbeatAcknowledged), at: now)
            }
            let lost = WorkerEffect.log(.warning, "lost a slot", ["slot": "0", "reason": "no such file"])
            let given = WorkerEffect.log(
                .error, "no slot process comes up; nothing is trained here until one does",
                ["given back": "1", "reason": "no such file"])
            #expect(
                worker.handle(.slotUnavailable(0, reason: "no such file"), at: now)
                    == (start < 3 ? [lost] : [lost, given]))
        }
        let end = AttemptEnd(outcome: .preempted, epoch: 2)
        #expect(
            worker.handle(.tick, at: now) == [
                Material.progress([AttemptProgress(attempt: Material.attempt(1), reports: [], end: end)], capacity: 0)
            ])
        now += .seconds(1)
        #expect(worker.handle(.received(.assign(Material.assignment(2, ledger: 2))), at: now) == [])
        #expect(
            worker.handle(.tick, at: now) == [
                .startSlot(0),
                Material.progress([AttemptProgress(attempt: Material.attempt(2), reports: [], end: end)], capacity: 0),
            ])
        #expect(worker.handle(.slot(0, .ready), at: now) == [])
        #expect(
            worker.handle(.received(.assign(Material.assignment(3))), at: now)
                == [.slot(0, .run(Material.job(2, Material.assignment(3))))])
    }

    @Test("no worker asks for more attempts than its hello may name, however many slots it has")
    func mostHeld() {
        var worker = Material.worker(slots: 1200)
        let effects =
            worker.handle(.started(checkpoints: []), at: .zero) + worker.handle(.tick, at: .zero)
        #expect(effects.contains(Material.hello(slots: 1200, capacity: 1000)))
    }

    @Test("a slot with nothing to do gets what waits behind another's work")
    func withdrawal() {
        var worker = Worker.joined(slots: 2)
        _ = worker.handle(all: (1...4).map { .received(.assign(Material.assignment($0))) }, at: .seconds(1))
        let finished = AttemptEnd(outcome: .finished, epoch: 3)
        #expect(worker.handle(.slot(1, .ended(job: 3, finished, .none)), at: .seconds(1)) == [])
        #expect(
            worker.handle(.slot(1, .ended(job: 5, finished, .none)), at: .seconds(1)) == [.slot(0, .withdraw(job: 4))])
        #expect(
            worker.handle(.slot(0, .withdrawn(job: 4)), at: .seconds(1))
                == [.slot(1, .run(Material.job(6, Material.assignment(3))))])
    }

    @Test(
        "short assignments are fetched ahead, long ones are not",
        arguments: [
            (0.001, 8), (0.003, 8), (0.0045, 7), (0.011, 4), (0.019, 3), (0.026, 2), (0.4, 2), (0.6, 1),
        ])
    func capacity(seconds: Double, capacity: Int) {
        var worker = Worker.joined(limits: WorkerLimits())
        _ = worker.handle(.received(.assign(Material.assignment(1, target: 1))), at: .seconds(1))
        let reports = [Material.report(1, seconds: seconds)]
        let end = AttemptEnd(outcome: .finished, epoch: 1)
        _ = worker.handle(.slot(0, .reports(job: 2, reports, .none)), at: .seconds(1))
        _ = worker.handle(.slot(0, .ended(job: 2, end, .none)), at: .seconds(1))
        #expect(
            worker.handle(.tick, at: .seconds(1)) == [
                Material.progress(
                    [AttemptProgress(attempt: Material.attempt(1), reports: reports, end: end)], capacity: capacity)
            ])
    }

    @Test("assignments beyond the bound, and those that come while leaving, go back untouched")
    func handedBack() {
        var limits = Material.shortQueues
        limits.heldPerSlot = 2
        var worker = Worker.joined(limits: limits)
        _ = worker.handle(all: (1...3).map { .received(.assign(Material.assignment($0, ledger: 2))) }, at: .seconds(1))
        let end = AttemptEnd(outcome: .preempted, epoch: 2)
        #expect(
            worker.handle(.tick, at: .seconds(1)) == [
                Material.progress([AttemptProgress(attempt: Material.attempt(3), reports: [], end: end)])
            ])
    }

    @Test("a slot with work of which nothing is heard, or whose training stands still, is killed")
    func hang() {
        for (isSilent, seconds, reason) in [
            (true, 30, "nothing was heard of it"), (false, 300, "its training does not go on"),
        ] {
            var worker = Worker.joined()
            _ = worker.handle(.received(.assign(Material.assignment(1))), at: .seconds(1))
            var killed: [Int: String] = [:]
            for second in 2...(seconds + 10) {
                let now = Duration.seconds(second)
                _ = worker.handle(.received(.heartbeatAcknowledged), at: now)
                if !isSilent { _ = worker.handle(.slot(0, .active(.none)), at: now) }
                for case .killSlot(0, let reason) in worker.handle(.tick, at: now) { killed[second] = reason }
            }
            #expect(killed == [seconds + 1: reason])
        }
    }

    @Test("a pause of the worker itself is no slot's fault, and a slot without work may be silent")
    func pause() {
        var worker = Worker.joined(slots: 2)
        _ = worker.handle(.received(.assign(Material.assignment(1))), at: .seconds(1))
        var effects = worker.handle(.tick, at: .seconds(100))
        for second in 101...128 { effects += worker.handle(.tick, at: .seconds(second)) }
        #expect(!effects.contains { if case .killSlot = $0 { true } else { false } })
    }

    @Test("a slot that does not obey a stop is killed")
    func disobedience() {
        var worker = Worker.joined()
        _ = worker.handle(.received(.assign(Material.assignment(1))), at: .seconds(1))
        _ = worker.handle(.received(.stop(Material.attempt(1))), at: .seconds(1))
        var effects: [WorkerEffect] = []
        for second in 2...61 {
            _ = worker.handle(.received(.heartbeatAcknowledged), at: .seconds(second))
            _ = worker.handle(
                .slot(0, .active(SlotActivity(busySeconds: 1, totalSeconds: 1, counter: UInt64(second)))),
                at: .seconds(second))
            effects = worker.handle(.tick, at: .seconds(second))
        }
        #expect(effects.first == .killSlot(0, reason: "an assignment was stopped and did not end"))
        _ = worker.handle(.slotExited(0, .signalled(9)), at: .seconds(61))
        let end = AttemptEnd(outcome: .stopped, epoch: 0)
        #expect(
            worker.handle(.tick, at: .seconds(61)).last
                == Material.progress(
                    [AttemptProgress(attempt: Material.attempt(1), reports: [], end: end)], busy: 1, total: 1))
    }
}
