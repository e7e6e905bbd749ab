internal import FoundationEssentials
internal import SwiftProtobuf
internal import TuningModel

/// Messages from the coordinator, to and from their bodies.

extension CoordinatorMessage {
    var frame: [UInt8] {
        switch self {
        case .welcome(let welcome): welcome.wire.frame(.welcome)
        case .reject(let code, let retryAfterMillis, let text):
            WireReject.with {
                $0.code = code.wire
                $0.retryAfterMillis = Int64(retryAfterMillis)
                $0.text = clipped(text)
            }.frame(.reject)
        case .resync: WireResync().frame(.resync)
        case .heartbeatAcknowledged: WireHeartbeatAcknowledged().frame(.heartbeatAcknowledged)
        case .assign(let assignment): assignment.wire.frame(.assign)
        case .acknowledge(let acknowledgements):
            WireAcknowledge.with { $0.attempts = acknowledgements.map(\.wire) }.frame(.acknowledge)
        case .stop(let attempt): WireStop.with { $0.attempt = attempt.wire }.frame(.stop)
        case .fenced(let attempt): WireFenced.with { $0.attempt = attempt.wire }.frame(.fenced)
        case .upload(let attempt, let epoch):
            WireUpload.with {
                $0.attempt = attempt.wire
                $0.epoch = Int64(epoch)
            }.frame(.upload)
        case .forget(let trials): WireForget.with { $0.trials = trials.map { Int64($0.rawValue) } }.frame(.forget)
        case .goodbye(let isFinal): WireGoodbye.with { $0.isFinal = isFinal }.frame(.goodbye)
        }
    }

    /// - Returns: `nil` where the type is not one that a coordinator sends on the control socket.
    init?(type: MessageType, frame: [UInt8]) throws(WireError) {
        let start = WireHeader.byteCount
        switch type {
        case .welcome:
            self = .welcome(try Welcome(WireWelcome(body: frame, from: start, name: "welcome")))
        case .reject:
            self = try Self.reject(WireReject(body: frame, from: start, name: "reject"))
        case .resync:
            _ = try WireResync(body: frame, from: start, name: "resync")
            self = .resync
        case .heartbeatAcknowledged:
            _ = try WireHeartbeatAcknowledged(body: frame, from: start, name: "heartbeat_acknowledged")
            self = .heartbeatAcknowledged
        case .assign:
            self = .assign(try Assignment(WireAssign(body: frame, from: start, name: "assign")))
        case .acknowledge:
            self = try Self.acknowledge(WireAcknowledge(body: frame, from: start, name: "acknowledge"))
        case .stop:
            let body = try WireStop(body: frame, from: start, name: "stop")
            self = .stop(try AttemptID(body.attempt, "stop.attempt"))
        case .fenced:
            let body = try WireFenced(body: frame, from: start, name: "fenced")
            self = .fenced(try AttemptID(body.attempt, "fenced.attempt"))
        case .upload:
            let body = try WireUpload(body: frame, from: start, name: "upload")
            self = .upload(
                try AttemptID(body.attempt, "upload.attempt"),
                epoch: try Check.number(body.epoch, in: WireLimits.epochs, "upload.epoch"))
        case .forget:
            self = try Self.forget(WireForget(body: frame, from: start, name: "forget"))
        case .goodbye:
            self = .goodbye(isFinal: try WireGoodbye(body: frame, from: start, name: "goodbye").isFinal)
        case .hello, .heartbeat, .progress, .put, .credit, .chunk, .stored, .get, .failed, .drain, .bye:
            return nil
        }
    }

    private static func reject(_ body: WireReject) throws(WireError) -> CoordinatorMessage {
        do throws(WireError) {
            return .reject(
                code: try RejectionCode(body.code),
                retryAfterMillis: try Check.number(body.retryAfterMillis, in: WireLimits.delays, "retry_after_millis"),
                text: try Check.text(body.text, "text"))
        } catch { throw error.inside("reject") }
    }

    private static func acknowledge(_ body: WireAcknowledge) throws(WireError) -> CoordinatorMessage {
        try Check.count(body.attempts.count, atMost: WireLimits.attemptCount, "acknowledge.attempts")
        var acknowledgements: [Acknowledgement] = []
        acknowledgements.reserveCapacity(body.attempts.count)
        for (i, part) in body.attempts.enumerated() {
            do throws(WireError) {
                acknowledgements.append(
                    Acknowledgement(
                        attempt: try AttemptID(part.attempt, "attempt"),
                        epoch: try Check.number(part.epoch, in: WireLimits.epochCounts, "epoch"),
                        isEndKnown: part.isEndKnown))
            } catch { throw error.inside("acknowledge.attempts[\(i)]") }
        }
        return .acknowledge(acknowledgements)
    }

    private static func forget(_ body: WireForget) throws(WireError) -> CoordinatorMessage {
        try Check.count(body.trials.count, atMost: WireLimits.trialCount, "forget.trials")
        var trials: [TrialID] = []
        trials.reserveCapacity(body.trials.count)
        for trial in body.trials { trials.append(try TrialID(wire: trial, "forget.trials[\(trials.count)]")) }
        return .forget(trials)
    }
}

extension RejectionCode {
    fileprivate var wire: WireRejectionCode {
        switch self {
        case .version: .version
        case .duplicateWorker: .duplicateWorker
        case .overloaded: .overloaded
        case .malformed: .malformed
        case .finished: .finished
        }
    }

    fileprivate init(_ body: WireRejectionCode) throws(WireError) {
        let code: Self? =
            switch body {
            case .version: .version
            case .duplicateWorker: .duplicateWorker
            case .overloaded: .overloaded
            case .malformed: .malformed
            case .finished: .finished
            case .unspecified, .UNRECOGNIZED: nil
            }
        self = try Check.known(body, code, "code")
    }
}

extension Acknowledgement {
    fileprivate var wire: WireAcknowledgement {
        .with {
            $0.attempt = self.attempt.wire
            $0.epoch = Int64(self.epoch)
            $0.isEndKnown = self.isEndKnown
        }
    }
}

extension Welcome {
    fileprivate var wire: WireWelcome {
        .with {
            $0.session = self.session
            $0.coordinatorEpoch = self.coordinatorEpoch
            $0.heartbeatMillis = Int64(self.heartbeatMillis)
            $0.silenceMillis = Int64(self.silenceMillis)
            $0.orphanMillis = Int64(self.orphanMillis)
            $0.bulkPort = Int64(self.bulkPort)
            $0.fenced = self.fenced.map(\.wire)
        }
    }

    fileprivate init(_ body: WireWelcome) throws(WireError) {
        do throws(WireError) {
            try Check.count(body.fenced.count, atMost: WireLimits.attemptCount, "fenced")
            var fenced: [AttemptID] = []
            for (i, part) in body.fenced.enumerated() { fenced.append(try AttemptID(part, "fenced[\(i)]")) }
            self.init(
                session: try Check.notZero(body.session, "session"),
                coordinatorEpoch: try Check.notZero(body.coordinatorEpoch, "coordinator_epoch"),
                heartbeatMillis: try Check.number(body.heartbeatMillis, in: WireLimits.durations, "heartbeat_millis"),
                silenceMillis: try Check.number(body.silenceMillis, in: WireLimits.durations, "silence_millis"),
                orphanMillis: try Check.number(body.orphanMillis, in: WireLimits.durations, "orphan_millis"),
                bulkPort: try Check.number(body.bulkPort, in: WireLimits.ports, "bulk_port"), fenced: fenced)
        } catch { throw error.inside("welcome") }
    }
}
