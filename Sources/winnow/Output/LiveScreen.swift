import CoordinatorCore
import TuningModel

/// A region of at most ten lines at the end of a terminal, drawn anew in place.
final class LiveScreen {
    // A class: it is the one owner of the region on the screen.
    private var drawnLineCount = 0

    func draw(_ snapshot: StudySnapshot) {
        let width = max(20, Terminal.columnCount - 1)
        let lines = Self.lines(of: snapshot).map { String($0.prefix(width)) }
        Terminal.writeErrorRaw(self.eraser + lines.joined(separator: "\n") + "\n")
        self.drawnLineCount = lines.count
    }

    func clear() {
        Terminal.writeErrorRaw(self.eraser)
        self.drawnLineCount = 0
    }

    /// Moves to the first drawn line and clears from there on.
    private var eraser: String { self.drawnLineCount > 0 ? "\u{1B}[\(self.drawnLineCount)A\u{1B}[J" : "" }

    /// One line for logs.
    static func summary(of snapshot: StudySnapshot) -> String {
        let trials = snapshot.trialCounts
        var line =
            "\(snapshot.name) \(Figures.time(snapshot.seconds)): \(counted(snapshot.trialCount, "trial")), "
        line +=
            "\(snapshot.trainingCount) running, \(trials.complete) complete, \(counted(snapshot.epochCount, "epoch"))"
        if let best = snapshot.best {
            line +=
                ", best #\(best.trial) \(snapshot.metric.rawValue) \(Figures.short(best.loss)) (epoch \(best.epoch))"
        }
        return line
    }

    private static func lines(of snapshot: StudySnapshot) -> [String] {
        let counts = snapshot.trialCounts
        var head = "\(snapshot.name)   running \(Figures.time(snapshot.seconds))"
        if let share = snapshot.budgetShare { head += "   budget \(Figures.percent(share))" }
        var lines = [head]
        if let best = snapshot.best {
            lines.append(
                "best   #\(best.trial) \(snapshot.metric.rawValue) \(Figures.short(best.loss)) (epoch \(best.epoch))  "
                    + Figures.text(snapshot.bestConfiguration))
        }
        lines.append(
            "trials \(snapshot.trialCount): \(snapshot.trainingCount) running, "
                + "\(counts.waiting + counts.running - snapshot.trainingCount) waiting, \(counts.paused) paused, "
                + "\(counts.stopped) stopped, \(counts.complete) complete, \(counts.failed) failed")
        let most = max(1, snapshot.rungs.map(\.trials).max() ?? 1)
        let rungs = snapshot.rungs.map { rung in
            let bar = String(repeating: "#", count: min(10, (10 * rung.trials + most - 1) / most))
            let level = snapshot.resource == .epochs ? "\(rung.level) ep" : snapshot.resource.amount(rung.level)
            return "\(level) \(bar) \(rung.trials)"
        }
        lines.append("rung   " + rungs.joined(separator: "  "))
        var workers = "slots  \(snapshot.slotCount) on \(counted(snapshot.workerCount, "worker"))"
        if let busy = snapshot.busyFraction { workers += ", busy \(Figures.percent(busy))" }
        lines.append(workers + ", \(counted(snapshot.epochCount, "epoch"))")
        return lines
    }
}
