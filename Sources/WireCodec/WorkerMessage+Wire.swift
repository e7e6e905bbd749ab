internal import FoundationEssentials
internal import SwiftProtobuf
internal import TuningModel

/// Messages from a worker, to and from their bodies.

extension WorkerMessage {
    var frame: [UInt8] {
        switch self {
        case .hello(let hello): hello.wire.frame(.hello)
        case .heartbeat(let session, let capacity, let counter, let times):
            WireHeartbeat.with {
                $0.session = session
                $0.capacity = Int64(capacity)
                $0.counter = counter
                $0.times = times.wire
            }.frame(.heartbeat)
        case .progress(let session, let capacity, let times, let attempts):
            WireProgress.with {
                $0.session = session
                $0.capacity = Int64(capacity)
                $0.times = times.wire
                $0.attempts = attempts.map(\.wire)
            }.frame(.progress)
        case .drain(let session): WireDrain.with { $0.session = session }.frame(.drain)
        case .bye(let session): WireBye.with { $0.session = session }.frame(.bye)
        }
    }

    /// - Returns: `nil` where the type is not one that a worker sends on the control socket.
    init?(type: MessageType, frame: [UInt8]) throws(WireError) {
        let start = WireHeader.byteCount
        switch type {
        case .hello:
            self = .hello(try Hello(WireHello(body: frame, from: start, name: "hello")))
        case .heartbeat:
            self = try Self.heartbeat(WireHeartbeat(body: frame, from: start, name: "heartbeat"))
        case .progress:
            self = try Self.progress(WireProgress(body: frame, from: start, name: "progress"))
        case .drain:
            let body = try WireDrain(body: frame, from: start, name: "drain")
            self = .drain(session: try Check.notZero(body.session, "drain.session"))
        case .bye:
            let body = try WireBye(body: frame, from: start, name: "bye")
            self = .bye(session: try Check.notZero(body.session, "bye.session"))
        case .welcome, .reject, .resync, .heartbeatAcknowledged, .assign, .acknowledge, .fenced, .stop, .upload,
            .forget,
            .put, .credit, .chunk, .stored, .get, .failed, .goodbye:
            return nil
        }
    }

    private static func heartbeat(_ body: WireHeartbeat) throws(WireError) -> WorkerMessage {
        do throws(WireError) {
            return .heartbeat(
                session: try Check.notZero(body.session, "session"),
                capacity: try Check.number(body.capacity, in: WireLimits.capacities, "capacity"), counter: body.counter,
                times: try SlotTimes(body.times))
        } catch { throw error.inside("heartbeat") }
    }

    private static func progress(_ body: WireProgress) throws(WireError) -> WorkerMessage {
        do throws(WireError) {
            try Check.count(body.attempts.count, atMost: WireLimits.attemptCount, "attempts")
            var attempts: [AttemptProgress] = []
            attempts.reserveCapacity(body.attempts.count)
            var left = WireLimits.reportCount
            for (i, part) in body.attempts.enumerated() {
                do throws(WireError) {
                    let attempt = try AttemptProgress(part, atMost: left)
                    left -= attempt.reports.count
                    attempts.append(attempt)
                } catch { throw error.inside("attempts[\(i)]") }
            }
            return .progress(
                session: try Check.notZero(body.session, "session"),
                capacity: try Check.number(body.capacity, in: WireLimits.capacities, "capacity"),
                times: try SlotTimes(body.times), attempts: attempts)
        } catch { throw error.inside("progress") }
    }
}

extension Hello {
    fileprivate var wire: WireHello {
        .with {
            $0.worker = self.worker.wire
            $0.name = clipped(self.name, to: WireLimits.nameByteCount)
            $0.slots = Int64(self.slots)
            $0.capacity = Int64(self.capacity)
            $0.instructionSet = clipped(self.instructionSet, to: WireLimits.instructionSetByteCount)
            $0.held = self.held.map { held in
                .with {
                    $0.attempt = held.attempt.wire
                    $0.epoch = Int64(held.epoch)
                }
            }
        }
    }

    fileprivate init(_ body: WireHello) throws(WireError) {
        do throws(WireError) {
            try Check.count(body.held.count, atMost: WireLimits.attemptCount, "held")
            var held: [HeldAttempt] = []
            for (i, part) in body.held.enumerated() {
                held.append(
                    HeldAttempt(
                        attempt: try AttemptID(part.attempt, "held[\(i)].attempt"),
                        epoch: try Check.number(part.epoch, in: WireLimits.epochCounts, "held[\(i)].epoch")))
            }
            self.init(
                worker: try WorkerID(wire: body.worker, "worker"),
                name: try Check.text(body.name, atMost: WireLimits.nameByteCount, "name"),
                slots: try Check.number(body.slots, in: WireLimits.slots, "slots"),
                capacity: try Check.number(body.capacity, in: WireLimits.capacities, "capacity"),
                instructionSet: try Check.text(
                    body.instructionSet, atMost: WireLimits.instructionSetByteCount, "instruction_set"),
                held: held)
        } catch { throw error.inside("hello") }
    }
}

extension AttemptProgress {
    var wire: WireAttemptProgress {
        .with {
            $0.attempt = self.attempt.wire
            $0.series = WireEpochSeries.series(of: self.reports)
            if let end = self.end { $0.end = end.wire }
        }
    }

    fileprivate init(_ body: WireAttemptProgress, atMost limit: Int) throws(WireError) {
        self.init(
            attempt: try AttemptID(body.attempt, "attempt"),
            reports: try WireCodec.reports(of: body.series, atMost: limit),
            end: body.hasEnd ? try AttemptEnd(body.end) : nil)
    }
}

extension WorkerID {
    /// Its 16 bytes; none where the text is not 32 hexadecimal digits, which a receiver refuses.
    fileprivate var wire: Data {
        let digits = self.rawValue.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 32 else { return Data() }
        var bytes: [UInt8] = []
        for i in stride(from: 0, to: 32, by: 2) {
            guard let high = digits[i], let low = digits[i + 1] else { return Data() }
            bytes.append(UInt8(truncatingIfNeeded: high << 4 | low))
        }
        return Data(bytes)
    }

    fileprivate init(wire data: Data, _ what: String) throws(WireError) {
        guard data.count == 16 else {
            throw WireError(.outOfRange, what: what, found: "\(data.count) bytes", wanted: "16 bytes")
        }
        let digits = Array("0123456789abcdef".utf8)
        self.init(String(decoding: data.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self))
    }
}
