import ArgumentParser
import CoordinatorCore
import StudyAnalysis
import TuningModel

/// `winnow analyze`: which parameters matter, what the ranks at a rung are worth, which trials no other beats.
struct AnalyzeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "analyze",
        abstract: "Tells which parameters matter, how far early ranks can be trusted, and which trials no other beats.",
        discussion: "Reads the study's folder, also while its coordinator runs. Figures of a rung need 16 trials there."
    )

    @Argument(help: "The study's folder.") var directory: String
    @Option(help: ArgumentHelp("A metric beside the objective for the front; may be given again.", valueName: "metric"))
    var front: [String] = []
    @Option(help: "How many parameters and pairs of each rung are told.") var count = 10
    @Flag(help: "JSON lines on standard output.") var json = false

    func validate() throws {
        guard (1...10_000).contains(self.count) else {
            throw ValidationError("--count = \(self.count), want 1 to 10000")
        }
        for name in self.front where Metric(rawValue: name) == nil {
            let guess =
                NearestName.of(name, among: Metric.allCases.map(\.rawValue)).map { ", did you mean \($0)?" } ?? ""
            throw ValidationError("--front: no metric is called \(name)\(guess)")
        }
    }

    func run() throws {
        let stored = try StoredStudy.read(self.directory, gathersLosses: { _ in true })
        guard let table = stored.table else { return }
        let study = stored.state
        let eta = study.definition.scheduler.reductionFactor
        let reports = AnalysisLines(study: study, table: table, count: self.count)
        var lines = reports.importance()
        lines += reports.agreement(eta: eta)
        lines += reports.front(self.front.compactMap { Metric(rawValue: $0) })
        lines += reports.audit(eta: eta)
        for line in lines {
            if self.json {
                if let json = line.json { Terminal.writeLine(json.text) }
            } else {
                Terminal.writeLine(line.text)
            }
        }
    }
}

extension SchedulerSettings {
    /// One of so many goes on from a rung; 3 where there are no rungs to go on from.
    var reductionFactor: Int {
        switch self {
        case .none, .median, .curve, .population: 3
        case .successiveHalving(_, _, let eta), .hyperband(_, _, let eta, _), .asha(_, _, let eta, _),
            .ashaStopping(_, _, let eta), .asynchronousHyperband(_, _, let eta, _, _, _), .pasha(_, _, let eta, _),
            .automatic(_, _, let eta):
            eta
        }
    }
}
