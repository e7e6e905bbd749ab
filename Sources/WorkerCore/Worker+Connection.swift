import Randomness
import TuningModel

extension Worker {
    /// Opens a socket and says hello on it; the transport delivers it once it has reached the coordinator.
    mutating func open(at now: Duration, _ effects: inout [WorkerEffect]) {
        self.link.isConnected = false
        effects.append(.openControl)
        self.sayHello(at: now, &effects)
    }

    private mutating func sayHello(at now: Duration, _ effects: inout [WorkerEffect]) {
        self.link.state = .helloSent(at: now)
        self.link.sentAt = now
        self.flights = []
        let held = self.attempts.map { HeldAttempt(attempt: $0.attempt, epoch: $0.reportedEpoch) }
        effects.append(
            .send(
                .hello(
                    Hello(
                        worker: self.profile.worker, name: self.profile.name, slots: self.slots.count,
                        capacity: self.capacity, instructionSet: self.profile.instructionSet, held: held))))
    }

    /// Closes the sockets; a new one is opened after a random delay that grows with each failure.
    ///
    /// Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 ("full jitter").
    mutating func loseConnection(_ reason: String, at now: Duration, _ effects: inout [WorkerEffect]) {
        guard case .closed = self.link.state else {
            let doublings = min(self.link.failures, 16)
            let ceiling = min(self.limits.backoffMaximum, self.limits.backoffBase * (1 << doublings))
            self.close(until: now + ceiling * self.random.uniform(at: self.draws), &effects)
            self.draws += 1
            self.link.failures += 1
            effects.append(
                .log(
                    self.link.failures == 1 ? .notice : .debug, "connecting again",
                    ["reason": reason, "leaving after seconds": "\(self.link.orphan.components.seconds)"]))
            self.loseParent(at: now, &effects)
            return
        }
    }

    private mutating func close(until time: Duration, _ effects: inout [WorkerEffect]) {
        self.link.state = .closed(until: time)
        self.link.isConnected = false
        self.flights = []
        effects.append(.closeControl)
        self.closeBulk(&effects)
    }

    /// When the connection needs attention next.
    var linkDeadline: Duration {
        let orphan = self.leaving == nil ? self.link.heardAt + self.link.orphan : .seconds(1 << 40)
        switch self.link.state {
        case .closed(let until): return min(until, orphan)
        case .helloSent(let at): return min(at + self.helloTimeout, orphan)
        case .active:
            return min(self.link.sentAt + self.link.heartbeat, self.link.heardAt + self.link.silence, orphan)
        }
    }

    private var helloTimeout: Duration {
        self.link.isConnected ? self.limits.helloTimeout : self.limits.connectTimeout
    }

    /// Opens, opens anew, or gives up, as the clock says.
    mutating func watchLink(at now: Duration, _ effects: inout [WorkerEffect]) {
        if now >= self.link.heardAt + self.link.orphan { self.orphan(at: now, &effects) }
        switch self.link.state {
        case .closed(let until):
            if now >= until { self.open(at: now, &effects) }
        case .helloSent(let at):
            if now >= at + self.helloTimeout { self.loseConnection("no answer to the hello", at: now, &effects) }
        case .active:
            if now >= self.link.heardAt + self.link.silence {
                self.loseConnection("nothing heard from the coordinator", at: now, &effects)
            }
        }
    }

    mutating func sendHeartbeat(at now: Duration, _ effects: inout [WorkerEffect]) {
        guard self.link.isActive, now >= self.link.sentAt + self.link.heartbeat else { return }
        self.link.sentAt = now
        effects.append(
            .send(
                .heartbeat(
                    session: self.link.session, capacity: self.capacity, counter: self.counter,
                    times: self.times(at: now))))
    }

    mutating func hear(_ message: CoordinatorMessage, at now: Duration, _ effects: inout [WorkerEffect]) {
        if case .closed = self.link.state { return }
        self.link.heardAt = now
        switch message {
        case .welcome(let welcome): self.join(welcome, at: now, &effects)
        case .reject(let code, let retryAfterMillis, let text):
            self.bearRejection(code, retryAfterMillis: retryAfterMillis, text, at: now, &effects)
        case .resync:
            if self.link.isActive { self.sayHello(at: now, &effects) }
        case .heartbeatAcknowledged: break
        case .assign(let assignment): self.take(assignment, at: now, &effects)
        case .acknowledge(let acknowledgements): self.acknowledge(acknowledgements, at: now, &effects)
        case .stop(let attempt): self.stop(attempt, at: now, &effects)
        case .fenced(let attempt): self.drop(attempt, at: now, &effects)
        case .upload(let attempt, let epoch): self.uploadOnRequest(attempt, epoch: epoch, at: now, &effects)
        case .forget(let trials): self.forget(trials, &effects)
        case .goodbye(let isFinal):
            if isFinal {
                effects.append(.log(.notice, "the study is over", [:]))
                // The coordinator listens no more: last words would only hold up the end of this process.
                self.link.state = .closed(until: now)
                self.leave(exitCode: 0, &effects)
            } else {
                self.link.failures = 0
                self.loseConnection("the coordinator goes down for a while", at: now, &effects)
            }
        }
    }

    private mutating func join(_ welcome: Welcome, at now: Duration, _ effects: inout [WorkerEffect]) {
        guard !(self.link.isActive && self.link.session == welcome.session) else { return }
        self.link.state = .active
        self.link.isConnected = true
        self.link.failures = 0
        self.link.session = welcome.session
        self.link.coordinatorEpoch = welcome.coordinatorEpoch
        self.link.bulkPort = welcome.bulkPort
        self.link.heartbeat = Self.bounded(welcome.heartbeatMillis, 10...60_000)
        self.link.silence = max(Self.bounded(welcome.silenceMillis, 20...600_000), self.link.heartbeat * 2)
        self.link.orphan = max(Self.bounded(welcome.orphanMillis, 0...604_800_000), self.link.silence)
        self.closed = []
        self.flights = []
        for i in self.attempts.indices { self.attempts[i].rewind() }
        effects.append(
            .log(
                .notice, "joined the coordinator",
                ["session": "\(welcome.session)", "coordinator-epoch": "\(welcome.coordinatorEpoch)"]))
        for attempt in welcome.fenced { self.drop(attempt, at: now, &effects) }
        if self.leaving != nil { self.sendDrain(at: now, &effects) }
        self.closeBulk(&effects)
        self.advanceTransfers(at: now, &effects)
    }

    private static func bounded(_ millis: Int, _ range: ClosedRange<Int>) -> Duration {
        .milliseconds(min(max(millis, range.lowerBound), range.upperBound))
    }

    private mutating func bearRejection(
        _ code: RejectionCode, retryAfterMillis: Int, _ text: String, at now: Duration,
        _ effects: inout [WorkerEffect]
    ) {
        let metadata = ["code": code.rawValue, "reason": text]
        let exitCode: Int32?
        switch code {
        case .finished: exitCode = 0
        case .version: exitCode = WorkerExit.configuration
        case .malformed, .duplicateWorker: exitCode = retryAfterMillis > 0 ? nil : WorkerExit.configuration
        case .overloaded: exitCode = retryAfterMillis > 0 ? nil : WorkerExit.temporary
        }
        if let exitCode {
            effects.append(.log(exitCode == 0 ? .notice : .error, "the coordinator refused this worker", metadata))
            self.leave(exitCode: exitCode, &effects)
        } else {
            effects.append(.log(.warning, "the coordinator refused this worker for now", metadata))
            self.close(until: now + Self.bounded(retryAfterMillis, 1...60_000), &effects)
        }
    }
}
