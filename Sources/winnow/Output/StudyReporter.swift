import CoordinatorCore
import CoordinatorService
import TuningModel

/// Tells what happens in a study as it becomes durable: as JSON lines, or as a live region and plain lines.
final class StudyReporter: StudyObserver {
    // A class, since the service calls it back while the command keeps it.
    private let writesJSON: Bool
    private let screen: LiveScreen?
    private var lastPlainLine: Double = 0

    /// - Parameter writesJSON: JSON lines on standard output, and progress for people on standard error.
    init(writesJSON: Bool) {
        self.writesJSON = writesJSON
        self.screen = Terminal.isInteractive ? LiveScreen() : nil
    }

    func committed(_ records: [JournalRecord], of study: StudyState) {
        guard self.writesJSON else { return }
        for record in records {
            if case .reported(let attempt, let reports) = record.event { self.tell(attempt, reports, of: study) }
            self.tell(record.event, of: study)
            for decision in record.decisions { self.tell(decision, of: study) }
        }
    }

    func progressed(_ snapshot: StudySnapshot) {
        if let screen = self.screen {
            screen.draw(snapshot)
        } else if snapshot.seconds - self.lastPlainLine >= 5 || snapshot.seconds < self.lastPlainLine {
            self.lastPlainLine = snapshot.seconds
            Terminal.writeError(LiveScreen.summary(of: snapshot))
        }
    }

    func ended() { self.screen?.clear() }

    /// Tells the epochs that are in the ledger: those behind a stop are not.
    private func tell(_ attempt: AttemptID, _ reports: [EpochReport], of study: StudyState) {
        let trial = attempt.trial
        let counted = study.record(of: trial)?.epochs ?? 0
        for report in reports where report.epoch <= counted {
            self.write(
                JSONLine(event: "epoch").adding("trial", .int(trial.rawValue)).adding("epoch", .int(report.epoch))
                    .adding(report.metrics).adding("seconds", .double(report.seconds)))
        }
    }

    private func tell(_ event: StudyEvent, of study: StudyState) {
        switch event {
        case .workerJoined(_, let name, let slots):
            self.write(JSONLine(event: "worker_joined").adding("worker", .text(name)).adding("slots", .int(slots)))
        case .workerLeft(let worker, let reason):
            self.write(
                JSONLine(event: "worker_lost").adding("worker", .text(study.name(of: worker)))
                    .adding("reason", .text(reason)))
        case .coordinatorStarted, .workRequested, .reported, .attemptEnded, .attemptLost, .checkpointStored, .ended,
            .confirmed, .recalled:
            break
        }
    }

    private func tell(_ decision: StudyDecision, of study: StudyState) {
        switch decision {
        case .started(let trial, let worker, let configuration, let placement):
            var line = JSONLine(event: "trial_started").adding("trial", .int(trial.rawValue))
                .adding("configuration", JSONLine.Value(configuration, in: study.definition.space))
                .adding("bracket", .int(placement.bracket)).adding("worker", .text(study.name(of: worker)))
            if let origin = placement.origin {
                line.add("parent", .int(origin.parent.rawValue))
                line.add("parent_epoch", .int(origin.epoch))
            }
            self.write(line)
        case .promoted(let attempt, _, let placement, let reason):
            let trial = attempt.trial.rawValue
            let isEpoch = study.definition.resource == .epochs
            let epoch = isEpoch ? study.level(below: placement) : study.record(of: attempt.trial)?.epochs ?? 0
            self.write(
                JSONLine(event: "promoted").adding("trial", .int(trial)).adding("epoch", .int(epoch))
                    .adding("to", .int(placement.level))
                    // What "to" counts: "epoch" counts epochs whatever is handed out.
                    .adding("resource", .text(study.definition.resource.rawValue))
                    .adding("reason", .text(reason.text)))
        case .retried(let attempt, let worker, _):
            // What is not counted in epochs is handed out in several parts.
            let record = study.record(of: attempt.trial)
            let isPart = study.definition.resource != .epochs && record?.losses == 0 && record?.crashes == 0
            self.write(
                JSONLine(event: isPart ? "continued" : "retried").adding("trial", .int(attempt.trial.rawValue))
                    .adding("attempt", .int(attempt.number)).adding("worker", .text(study.name(of: worker))))
        case .paused(let trial, let epoch, let reason): self.tell("paused", trial, epoch, reason)
        case .stopped(let trial, let epoch, let reason): self.tell("stopped", trial, epoch, reason)
        case .completed(let trial, let epoch, let reason): self.tell("completed", trial, epoch, reason)
        case .failed(let trial, let epoch, let reason): self.tell("failed", trial, epoch, reason)
        case .newBest, .finished: break
        }
    }

    private func tell(_ event: String, _ trial: TrialID, _ epoch: Int, _ reason: Reason) {
        self.write(
            JSONLine(event: event).adding("trial", .int(trial.rawValue)).adding("epoch", .int(epoch))
                .adding("reason", .text(reason.text)))
    }

    private func write(_ line: JSONLine) { Terminal.writeLine(line.text) }
}
