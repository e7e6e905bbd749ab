import CoordinatorCore
import SearchAlgorithms
import TuningModel

/// SplitMix64 (G. Steele et al., "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014): equal seeds give
/// equal tests.
struct TestRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var z = self.state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    mutating func bool() -> Bool { Bool.random(using: &self) }

    mutating func list<Element>(atMost count: Int, _ element: (inout TestRandom) -> Element) -> [Element] {
        (0..<self.int(0...count)).map { _ in element(&self) }
    }

    mutating func text() -> String { String(self.list(atMost: 12) { $0.bool() ? "ü" : "x" }) }

    mutating func attempt() -> AttemptID { AttemptID(self.int(0...999_999_999_999), self.int(1...4_294_967_295)) }

    mutating func digest() -> Digest { .counting(from: UInt8(self.int(0...255))) }

    mutating func worker() -> WorkerID {
        let digits = Array("0123456789abcdef")
        return WorkerID(String((0..<32).map { _ in digits[self.int(0...15)] }))
    }

    mutating func times() -> SlotTimes {
        SlotTimes(busySeconds: Double.random(in: 0...1e6, using: &self), totalSeconds: 0)
    }

    mutating func reference() -> CheckpointReference {
        CheckpointReference(epoch: self.int(1...1_000_000_000), digest: self.digest(), byteCount: self.int(1...1 << 40))
    }

    /// Reports without gaps, with metrics that change now and then.
    mutating func reports(atMost count: Int) -> [EpochReport] {
        let first = self.int(1...1_000_000)
        var metrics = Metric.allCases.filter { _ in self.bool() }
        return (0..<self.int(0...count)).map { i in
            if self.int(0...9) == 0 { metrics = Metric.allCases.filter { _ in self.bool() } }
            let status = self.int(0...9) == 0 ? EpochReport.Status.diverged : .normal
            let values = metrics.map { MetricValue($0, Double.random(in: -1e3...1e3, using: &self)) }
            return EpochReport(epoch: first + i, status: status, metrics: values, seconds: Double(self.int(0...9)) / 8)
        }
    }

    mutating func end() -> AttemptEnd {
        let outcomes: [AttemptOutcome] = [
            .finished, .stopped, .preempted, .refused(reason: self.text()), .crashed(reason: self.text()),
        ]
        return AttemptEnd(outcome: outcomes[self.int(0...4)], epoch: self.int(0...1_000_000_000))
    }

    mutating func progress(atMost count: Int) -> AttemptProgress {
        AttemptProgress(
            attempt: self.attempt(), reports: self.reports(atMost: count), end: self.bool() ? self.end() : nil)
    }

    mutating func value() -> ParameterValue {
        switch self.int(0...3) {
        case 0: .float(Double.random(in: -1...1, using: &self))
        case 1: .int(Int(truncatingIfNeeded: self.next()))
        case 2: .bool(self.bool())
        default: .text(self.text())
        }
    }

    mutating func message() -> Sample {
        switch self.int(0...2) {
        case 0: Sample("worker", self.workerMessage())
        case 1: Sample("coordinator", self.coordinatorMessage())
        default: Sample("bulk", self.bulkMessage())
        }
    }

    private mutating func workerMessage() -> WorkerMessage {
        switch self.int(0...3) {
        case 0:
            return .hello(
                Hello(
                    worker: self.worker(), name: self.text(), slots: self.int(1...4_096),
                    capacity: self.int(0...65_536),
                    instructionSet: self.text(),
                    held: self.list(atMost: 9) { HeldAttempt(attempt: $0.attempt(), epoch: $0.int(0...1_000_000_000)) })
            )
        case 1:
            return .heartbeat(
                session: self.next() | 1, capacity: self.int(0...65_536), counter: self.next(), times: self.times())
        case 2:
            return .progress(
                session: self.next() | 1, capacity: self.int(0...65_536), times: self.times(),
                attempts: self.list(atMost: 5) { $0.progress(atMost: 40) })
        default: return self.bool() ? .drain(session: self.next() | 1) : .bye(session: self.next() | 1)
        }
    }

    private mutating func coordinatorMessage() -> CoordinatorMessage {
        switch self.int(0...7) {
        case 0:
            return .welcome(
                Welcome(
                    session: self.next() | 1, coordinatorEpoch: self.next() | 1,
                    heartbeatMillis: self.int(1...86_400_000),
                    silenceMillis: self.int(1...86_400_000), orphanMillis: self.int(1...86_400_000),
                    bulkPort: self.int(1...65_535), fenced: self.list(atMost: 9) { $0.attempt() }))
        case 1:
            let code = RejectionCode.allCases[self.int(0...4)]
            return .reject(code: code, retryAfterMillis: self.int(0...86_400_000), text: self.text())
        case 2:
            return .assign(
                Assignment(
                    attempt: self.attempt(), seed: self.next(),
                    settings: self.list(atMost: 9) { Setting("s" + $0.text(), $0.value()) }, dataset: self.digest(),
                    datasetByteCount: self.int(1...1 << 40), ledgerEpoch: self.int(0...1_000_000_000),
                    targetEpoch: self.int(1...1_000_000_000), checkpoint: self.bool() ? self.reference() : nil,
                    timeLimit: self.bool() ? Double(self.int(0...1_000_000)) / 64 : nil))
        case 3:
            return .acknowledge(
                self.list(atMost: 30) {
                    Acknowledgement(attempt: $0.attempt(), epoch: $0.int(0...1_000_000_000), isEndKnown: $0.bool())
                })
        case 4: return .upload(self.attempt(), epoch: self.int(1...1_000_000_000))
        case 5: return .forget(self.list(atMost: 30) { TrialID($0.int(0...999_999_999_999)) })
        case 6: return self.bool() ? .stop(self.attempt()) : .fenced(self.attempt())
        default: return self.bool() ? .resync : .goodbye(isFinal: self.bool())
        }
    }

    private mutating func bulkMessage() -> BulkMessage {
        let chunk = BulkMessage.chunkByteCount
        switch self.int(0...4) {
        case 0: return .get(digest: self.digest(), offset: chunk * self.int(0...1_000), count: self.int(1...1_024))
        case 1:
            let last = self.list(atMost: 50) { UInt8($0.int(0...255)) } + [0]
            return .chunk(digest: self.digest(), byteCount: 3 * chunk + last.count, offset: 3 * chunk, bytes: last)
        case 2: return .put(attempt: self.attempt(), checkpoint: self.reference())
        case 3: return .credit(digest: self.digest(), offset: chunk * self.int(0...1_000), count: self.int(1...1_024))
        default:
            return self.bool() ? .stored(digest: self.digest()) : .failed(digest: self.digest(), reason: self.text())
        }
    }
}

extension TestRandom {
    mutating func record() -> JournalRecord {
        JournalRecord(
            time: Duration(
                secondsComponent: Int64(self.int(0...1_000_000)), attosecondsComponent: Int64(self.int(0...999))),
            event: self.event(), decisions: self.list(atMost: 4) { $0.decision() })
    }

    private mutating func event() -> StudyEvent {
        switch self.int(0...10) {
        case 0: .coordinatorStarted(epoch: self.next())
        case 1: .workerJoined(self.worker(), name: self.text(), slots: self.int(1...4_096))
        case 2: .workerLeft(self.worker(), reason: self.text())
        case 3: .workRequested(self.worker())
        case 4: .attemptEnded(self.attempt(), self.end())
        case 5: .attemptLost(self.attempt(), reason: self.text())
        case 6: .checkpointStored(TrialID(self.int(0...999_999_999_999)), self.reference())
        case 7: .ended(reason: self.text())
        case 8: .confirmed(TrialID(self.int(0...9)), [MetricValue(.testLoss, 1), MetricValue(.modelParameters, 2)])
        case 9: .recalled(self.recollection())
        default: .reported(self.attempt(), self.reports(atMost: 20))
        }
    }

    private mutating func recollection() -> Recollection {
        Recollection(
            study: self.text(), number: self.int(0...9), isSameData: self.bool(),
            trials: self.list(atMost: 3) { random in
                let values = random.list(atMost: 4) { $0.bool() ? $0.value() : nil }
                return WarmStart.Match(
                    configuration: Configuration(values),
                    observations: random.list(atMost: 3) {
                        SearchHistory.Observation(level: $0.int(1...99), loss: Double($0.int(0...99)) / 8)
                    })
            })
    }

    private mutating func decision() -> StudyDecision {
        let placement = TrialPlacement(bracket: self.int(0...9), rung: self.int(0...9), level: self.int(0...1_000))
        let trial = TrialID(self.int(0...999_999_999_999))
        switch self.int(0...8) {
        case 0:
            let values = self.list(atMost: 9) { $0.bool() ? $0.value() : nil }
            return .started(trial, worker: self.worker(), configuration: Configuration(values), placement: placement)
        case 1:
            return .promoted(self.attempt(), worker: self.worker(), placement: placement, reason: Reason(self.text()))
        case 2: return .retried(self.attempt(), worker: self.worker(), placement: placement)
        case 3: return .paused(trial, epoch: self.int(0...99), reason: Reason(self.text()))
        case 4: return .stopped(trial, epoch: self.int(0...99), reason: Reason(self.text()))
        case 5: return .completed(trial, epoch: self.int(0...99), reason: Reason(self.text()))
        case 6: return .failed(trial, epoch: self.int(0...99), reason: Reason(self.text()))
        case 7: return .newBest(trial, epoch: self.int(0...99), loss: Double.random(in: 0...1, using: &self))
        default: return .finished(reason: self.text())
        }
    }
}
