import Testing
import TuningModel
import WorkerCore

@Suite("A worker's connection")
struct ConnectionTests {
    private static func connectingAgain(_ reason: String) -> WorkerEffect {
        .log(
            .notice, "connecting again",
            ["reason": reason, "leaving after seconds": "900"])
    }

    @Test("slots start before the connection, and the hello goes out with it")
    func start() {
        var worker = Material.worker(slots: 2)
        #expect(
            worker.handle(.started(checkpoints: []), at: .zero)
                == [.startSlot(0), .startSlot(1), .openControl, Material.hello(slots: 2)])
    }

    @Test("a heartbeat goes out when nothing else did for the time that welcome gave")
    func heartbeat() {
        var worker = Worker.joined()
        #expect(worker.handle(.tick, at: .milliseconds(1999)) == [])
        let heartbeat = WorkerEffect.send(
            .heartbeat(session: 5, capacity: 1, counter: 0, times: SlotTimes(busySeconds: 0, totalSeconds: 0)))
        #expect(worker.handle(.tick, at: .seconds(2)) == [heartbeat])
        #expect(worker.handle(.tick, at: .seconds(3)) == [])
        #expect(worker.nextDeadline == .seconds(4))
    }

    @Test("a silent coordinator is given up, and the next hello lists what is held")
    func silence() {
        var worker = Worker.joined()
        _ = worker.handle(.received(.assign(Material.assignment(1))), at: .seconds(1))
        _ = worker.handle(.slot(0, .reports(job: 2, [Material.report(1)], .none)), at: .seconds(2))
        for second in 3..<11 { _ = worker.handle(.tick, at: .seconds(second)) }
        #expect(
            worker.handle(.tick, at: .seconds(11)) == [
                .closeControl, Self.connectingAgain("nothing heard from the coordinator"),
            ])
        let time = worker.nextDeadline
        #expect(time > .seconds(11) && time <= .milliseconds(11_100))
        #expect(
            worker.handle(.tick, at: time) == [
                .openControl, Material.hello(held: [HeldAttempt(attempt: Material.attempt(1), epoch: 1)]),
            ])
    }

    @Test("it never stops trying, and never waits longer than five seconds")
    func backoff() {
        var worker = Material.worker()
        _ = worker.handle(.started(checkpoints: []), at: .zero)
        var now = Duration.zero
        var longest = Duration.zero
        var openings = 0
        while now < .seconds(800) {
            let next = worker.nextDeadline
            longest = max(longest, next - now)
            now = next
            openings += worker.handle(.tick, at: now).count { $0 == .openControl }
        }
        #expect(openings > 150)
        #expect(longest > .seconds(2) && longest <= .seconds(5))
    }

    @Test("a hello that is not answered over a connection is repeated on a new one after five seconds")
    func unanswered() {
        var worker = Material.worker()
        _ = worker.handle(.started(checkpoints: []), at: .zero)
        _ = worker.handle(.connected, at: .milliseconds(1))
        #expect(worker.nextDeadline == .seconds(5))
        #expect(worker.handle(.tick, at: .seconds(4)) == [])
        #expect(worker.handle(.tick, at: .seconds(5)).first == .closeControl)
    }

    @Test("a coordinator that does not know the session gets a hello on the same connection")
    func resync() {
        var worker = Worker.joined()
        #expect(worker.handle(.received(.resync), at: .seconds(1)) == [Material.hello()])
        #expect(worker.handle(.received(.resync), at: .seconds(1)) == [])
    }

    @Test("what cannot be read is told, ignored, and no sign of life")
    func garbage() {
        var worker = Worker.joined()
        let effects = worker.handle(.receivedGarbage("bad magic"), at: .milliseconds(9999))
        #expect(effects == [.log(.warning, "ignored a bad message", ["reason": "bad magic"])])
        #expect(worker.handle(.tick, at: .seconds(10)).first == .closeControl)
    }

    @Test(
        "a refusal ends the worker or lets it come back",
        arguments: [
            (RejectionCode.version, 1000, Int32?.some(78)), (.malformed, 0, 78), (.malformed, 500, nil),
            (.duplicateWorker, 500, nil), (.duplicateWorker, 0, 78), (.overloaded, 500, nil), (.overloaded, 0, 75),
            (.finished, 0, 0),
        ])
    func rejection(code: RejectionCode, retryAfterMillis: Int, exitCode: Int32?) {
        var worker = Material.worker()
        _ = worker.handle(.started(checkpoints: []), at: .zero)
        let effects = worker.handle(
            .received(.reject(code: code, retryAfterMillis: retryAfterMillis, text: "no")), at: .seconds(1))
        if let exitCode {
            #expect(effects.last == .leave(exitCode: exitCode, keepsCheckpoints: false))
            #expect(worker.hasLeft)
        } else {
            #expect(effects.last == .closeControl)
            #expect(worker.nextDeadline == .milliseconds(1500))
            #expect(worker.handle(.tick, at: .milliseconds(1500)) == [.openControl, Material.hello()])
        }
    }

    @Test("the end of the study ends the worker; after a goodbye for a while it comes back")
    func goodbye() {
        var worker = Worker.joined()
        #expect(
            worker.handle(.received(.goodbye(isFinal: true)), at: .seconds(1)) == [
                .log(.notice, "the study is over", [:]), .leave(exitCode: 0, keepsCheckpoints: false),
            ])
        worker = Worker.joined()
        let effects = worker.handle(.received(.goodbye(isFinal: false)), at: .seconds(1))
        #expect(
            effects == [
                .closeControl, Self.connectingAgain("the coordinator goes down for a while"),
            ])
        #expect(worker.nextDeadline <= .milliseconds(1100))
    }

    @Test("without a coordinator for too long the slots store their states and the worker leaves with code 69")
    func orphan() {
        var worker = Worker.joined()
        _ = worker.handle(.received(.assign(Material.assignment(1))), at: .seconds(1))
        _ = worker.handle(.disconnected, at: .seconds(1))
        let effects = worker.handle(.tick, at: .seconds(902))
        #expect(effects.contains(.slot(0, .drain)))
        _ = worker.handle(
            .slot(0, .ended(job: 2, AttemptEnd(outcome: .preempted, epoch: 0), .none)), at: .seconds(903))
        #expect(
            worker.handle(.tick, at: .seconds(903)).last
                == .leave(exitCode: 69, keepsCheckpoints: true))
        #expect(worker.handle(.tick, at: .seconds(904)) == [])
    }

    @Test("messages that come while there is no connection change nothing")
    func late() {
        var worker = Worker.joined()
        _ = worker.handle(.disconnected, at: .seconds(1))
        let before = worker
        #expect(worker.handle(.received(.assign(Material.assignment(1))), at: .seconds(1)) == [])
        #expect(worker == before)
    }
}
