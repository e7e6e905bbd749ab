internal import CoordinatorCore
internal import SwiftProtobuf
internal import TuningModel

/// Decisions in the journal, to and from their fields.
extension StudyDecision {
    var stored: StoredDecision {
        var body = StoredDecision()
        switch self {
        case .started(let trial, let worker, let configuration, let placement):
            body.started = .with {
                $0.trial = Int64(trial.rawValue)
                $0.worker = worker.rawValue
                $0.configuration = configuration.values.map(StoredValue.init)
                $0.placement = placement.stored
            }
        case .promoted(let attempt, let worker, let placement, let reason):
            body.promoted = .with {
                $0.attempt = attempt.wire
                $0.worker = worker.rawValue
                $0.placement = placement.stored
                $0.reason = reason.text
            }
        case .retried(let attempt, let worker, let placement):
            body.retried = .with {
                $0.attempt = attempt.wire
                $0.worker = worker.rawValue
                $0.placement = placement.stored
            }
        case .paused(let trial, let epoch, let reason): body.paused = StoredVerdict(trial, epoch, reason)
        case .stopped(let trial, let epoch, let reason): body.stopped = StoredVerdict(trial, epoch, reason)
        case .completed(let trial, let epoch, let reason): body.completed = StoredVerdict(trial, epoch, reason)
        case .failed(let trial, let epoch, let reason): body.failed = StoredVerdict(trial, epoch, reason)
        case .newBest(let trial, let epoch, let loss):
            body.newBest = .with {
                $0.trial = Int64(trial.rawValue)
                $0.epoch = Int64(epoch)
                $0.loss = loss
            }
        case .finished(let reason): body.finished = .with { $0.reason = reason }
        }
        return body
    }

    init(_ body: StoredDecision) throws(WireError) {
        switch body.kind {
        case .started(let decision):
            self = .started(
                try TrialID(wire: decision.trial, "started.trial"), worker: WorkerID(decision.worker),
                configuration: Configuration(decision.configuration.map(\.noun)),
                placement: try TrialPlacement(decision.placement))
        case .promoted(let decision):
            self = .promoted(
                try AttemptID(decision.attempt, "promoted.attempt"), worker: WorkerID(decision.worker),
                placement: try TrialPlacement(decision.placement), reason: Reason(decision.reason))
        case .retried(let decision):
            self = .retried(
                try AttemptID(decision.attempt, "retried.attempt"), worker: WorkerID(decision.worker),
                placement: try TrialPlacement(decision.placement))
        case .paused(let verdict):
            self = .paused(try verdict.trialID, epoch: try verdict.epochCount, reason: Reason(verdict.reason))
        case .stopped(let verdict):
            self = .stopped(try verdict.trialID, epoch: try verdict.epochCount, reason: Reason(verdict.reason))
        case .completed(let verdict):
            self = .completed(try verdict.trialID, epoch: try verdict.epochCount, reason: Reason(verdict.reason))
        case .failed(let verdict):
            self = .failed(try verdict.trialID, epoch: try verdict.epochCount, reason: Reason(verdict.reason))
        case .newBest(let decision):
            self = .newBest(
                try TrialID(wire: decision.trial, "new_best.trial"),
                epoch: try Check.number(decision.epoch, in: WireLimits.epochCounts, "new_best.epoch"),
                loss: decision.loss)
        case .finished(let decision): self = .finished(reason: decision.reason)
        case nil:
            throw WireError(.outOfRange, what: "kind", found: "none of the known ones", wanted: "one decision")
        }
    }
}

extension StoredVerdict {
    fileprivate init(_ trial: TrialID, _ epoch: Int, _ reason: Reason) {
        self.init()
        self.trial = Int64(trial.rawValue)
        self.epoch = Int64(epoch)
        self.reason = reason.text
    }

    fileprivate var trialID: TrialID {
        get throws(WireError) { try TrialID(wire: self.trial, "verdict.trial") }
    }

    fileprivate var epochCount: Int {
        get throws(WireError) { try Check.number(self.epoch, in: WireLimits.epochCounts, "verdict.epoch") }
    }
}

extension StoredValue {
    init(_ value: ParameterValue?) {
        self.init()
        switch value {
        case .float(let number): self.kind = .number(number)
        case .int(let integer): self.kind = .integer(Int64(integer))
        case .bool(let flag): self.kind = .flag(flag)
        case .text(let text): self.kind = .text(text)
        case nil: break
        }
    }

    var noun: ParameterValue? {
        switch self.kind {
        case .number(let number): .float(number)
        case .integer(let integer): .int(Int(truncatingIfNeeded: integer))
        case .flag(let flag): .bool(flag)
        case .text(let text): .text(text)
        case nil: nil
        }
    }
}

extension TrialPlacement {
    fileprivate var stored: StoredPlacement {
        .with {
            $0.bracket = Int64(self.bracket)
            $0.rung = Int64(self.rung)
            $0.epochs = Int64(self.level)
            if let origin = self.origin {
                $0.origin = .with {
                    $0.parent = Int64(origin.parent.rawValue)
                    $0.epoch = Int64(origin.epoch)
                }
            }
        }
    }

    fileprivate init(_ body: StoredPlacement) throws(WireError) {
        self.init(
            bracket: try Check.number(body.bracket, in: WireLimits.epochCounts, "placement.bracket"),
            rung: try Check.number(body.rung, in: WireLimits.epochCounts, "placement.rung"),
            level: try Check.number(body.epochs, in: WireLimits.epochCounts, "placement.epochs"),
            origin: body.hasOrigin ? try TrialOrigin(body.origin) : nil)
    }
}

extension TrialOrigin {
    fileprivate init(_ body: StoredOrigin) throws(WireError) {
        self.init(
            parent: try TrialID(wire: body.parent, "placement.origin.parent"),
            epoch: try Check.number(body.epoch, in: WireLimits.epochs, "placement.origin.epoch"))
    }
}
