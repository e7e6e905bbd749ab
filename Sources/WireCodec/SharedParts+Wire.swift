internal import FoundationEssentials
internal import SwiftProtobuf
internal import TuningModel

/// The nouns that several messages share, to and from their fields.

extension AttemptID {
    var wire: WireAttempt {
        var body = WireAttempt()
        body.trial = Int64(self.trial.rawValue)
        body.number = Int64(self.number)
        return body
    }

    init(_ body: WireAttempt, _ what: String) throws(WireError) {
        do throws(WireError) {
            self.init(
                trial: try TrialID(wire: body.trial, "trial"),
                number: try Check.number(body.number, in: WireLimits.attemptNumbers, "number"))
        } catch { throw error.inside(what) }
    }
}

extension TrialID {
    init(wire number: Int64, _ what: String) throws(WireError) {
        self.init(try Check.number(number, in: WireLimits.trials, what))
    }
}

extension Digest {
    init(wire data: Data, _ what: String) throws(WireError) {
        guard let digest = Digest(bytes: [UInt8](data)) else {
            throw WireError(.outOfRange, what: what, found: "\(data.count) bytes", wanted: "32 bytes")
        }
        self = digest
    }

    var wire: Data { Data(self.bytes) }
}

extension CheckpointReference {
    var wire: WireCheckpoint {
        var body = WireCheckpoint()
        body.epoch = Int64(self.epoch)
        body.digest = self.digest.wire
        body.byteCount = Int64(self.byteCount)
        return body
    }

    init(_ body: WireCheckpoint, _ what: String) throws(WireError) {
        do throws(WireError) {
            self.init(
                epoch: try Check.number(body.epoch, in: WireLimits.epochs, "epoch"),
                digest: try Digest(wire: body.digest, "digest"),
                byteCount: try Check.number(body.byteCount, in: WireLimits.byteCounts, "byte_count"))
        } catch { throw error.inside(what) }
    }
}

extension Setting {
    var wire: WireSetting {
        var body = WireSetting()
        body.name = self.name
        switch self.value {
        case .float(let number): body.value = .number(number)
        case .int(let integer): body.value = .integer(Int64(integer))
        case .bool(let flag): body.value = .flag(flag)
        case .text(let text): body.value = .text(text)
        }
        return body
    }

    init(_ body: WireSetting) throws(WireError) {
        let name = try Check.text(body.name, "name")
        guard !name.isEmpty else { throw WireError(.outOfRange, what: "name", found: "\"\"", wanted: "a name") }
        switch body.value {
        case .number(let number): self.init(name, .float(try Check.finite(number, name)))
        case .integer(let integer): self.init(name, .int(Int(truncatingIfNeeded: integer)))
        case .flag(let flag): self.init(name, .bool(flag))
        case .text(let text): self.init(name, .text(try Check.text(text, name)))
        case nil: throw WireError(.outOfRange, what: name, found: "no value", wanted: "a number, flag or text")
        }
    }
}

extension SlotTimes {
    var wire: WireSlotTimes {
        var body = WireSlotTimes()
        body.busySeconds = self.busySeconds
        body.totalSeconds = self.totalSeconds
        return body
    }

    init(_ body: WireSlotTimes) throws(WireError) {
        self.init(
            busySeconds: try Check.seconds(body.busySeconds, "times.busy_seconds"),
            totalSeconds: try Check.seconds(body.totalSeconds, "times.total_seconds"))
    }
}

extension AttemptEnd {
    var wire: WireAttemptEnd {
        var body = WireAttemptEnd()
        body.epoch = Int64(self.epoch)
        switch self.outcome {
        case .finished: body.outcome = .finished
        case .stopped: body.outcome = .stopped
        case .preempted: body.outcome = .preempted
        case .refused(let reason):
            body.outcome = .refused
            body.reason = clipped(reason)
        case .crashed(let reason):
            body.outcome = .crashed
            body.reason = clipped(reason)
        }
        return body
    }

    init(_ body: WireAttemptEnd) throws(WireError) {
        let epoch = try Check.number(body.epoch, in: WireLimits.epochCounts, "end.epoch")
        let reason = try Check.text(body.reason, "end.reason")
        let outcome: AttemptOutcome? =
            switch body.outcome {
            case .finished: .finished
            case .stopped: .stopped
            case .preempted: .preempted
            case .refused: .refused(reason: reason)
            case .crashed: .crashed(reason: reason)
            case .unspecified, .UNRECOGNIZED: nil
            }
        self.init(outcome: try Check.known(body.outcome, outcome, "end.outcome"), epoch: epoch)
    }
}
