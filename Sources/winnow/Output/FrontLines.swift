import CoordinatorCore
import StudyAnalysis
import TuningModel

/// The front of a study as lines for people and for programs.
struct FrontLines {
    private let study: StudyState
    private let front: StudyFront

    /// - Returns: `nil` in a study with one objective, and where no trial has reached a rung.
    init?(_ study: StudyState) {
        guard let front = StudyFront(study) else { return nil }
        self.study = study
        self.front = front
    }

    private var names: String { self.study.definition.objectives.map(\.metric.rawValue).joined(separator: ", ") }

    /// The reference point in the objectives' own numbers.
    private var reference: [MetricValue] {
        zip(self.study.definition.objectives, self.front.reference).map { objective, loss in
            MetricValue(objective.metric, objective.direction == .minimize ? loss : -loss)
        }
    }

    private func values(_ member: Incumbent) -> [MetricValue] {
        self.study.definition.objectives.compactMap { objective in
            member.metrics[objective.metric].map { MetricValue(objective.metric, $0) }
        }
    }

    private func configuration(_ member: Incumbent) -> Configuration? {
        self.study.record(of: member.trial)?.configuration
    }

    var text: [String] {
        let point = self.reference.map { "\($0.metric.rawValue) \(Figures.short($0.value))" }.joined(separator: ", ")
        let heading =
            "front of \(self.names) at \(self.study.definition.resource.place(self.front.level)): \(self.front.members.count) of "
            + "\(self.front.comparedCount) trials; hypervolume \(Figures.short(self.front.volume)) up to the worst of "
            + "each, \(point)"
        return [heading]
            + self.front.members.map { member in
                let values = self.values(member).map { "\($0.metric.rawValue) \(Figures.short($0.value))" }
                let settings = self.configuration(member).map { Figures.text(self.study.searched($0)) } ?? ""
                return "  trial \(member.trial)  \(values.joined(separator: "  "))  \(settings)"
            }
    }

    var json: [JSONLine] {
        let reference = JSONLine.Value.object(self.reference.map { ($0.metric.rawValue, .double($0.value)) })
        let heading = JSONLine(event: "front")
            .adding(self.study.definition.resource.levelName, .int(self.front.level))
            .adding("trials", .int(self.front.comparedCount)).adding("on_front", .int(self.front.members.count))
            .adding("hypervolume", .double(self.front.volume)).adding("reference", reference)
        return [heading]
            + self.front.members.map { member in
                let space = self.study.definition.space
                let configuration = self.configuration(member).map { JSONLine.Value($0, in: space) } ?? .null
                return JSONLine(event: "front_trial").adding("trial", .int(member.trial.rawValue))
                    .adding("configuration", configuration).adding("epoch", .int(member.epoch))
                    .adding(member.metrics).addingFeasibility(member.violation, of: self.study)
                    .adding("seed", .text("\(self.study.seed(of: member.trial))"))
            }
    }

    /// Whether a trial is on the front, in a sentence.
    func place(of trial: TrialRecord) -> String {
        guard !self.isMember(trial) else { return "on the front of \(self.names)" }
        let objectives = self.study.definition.objectives
        let losses = objectives.map { $0.loss(of: trial.metrics) }
        let beater = self.front.members.first { member in
            ParetoFront.dominates(objectives.map { $0.loss(of: member.metrics) }, losses)
        }
        let reason =
            trial.level < self.front.level
            ? "its trials are at \(self.study.definition.resource.place(self.front.level))"
            : beater.map { "trial \($0.trial) is nowhere worse" } ?? "it keeps constraints worse, or is an audit"
        return "not on the front of \(self.names): \(reason)"
    }

    func isMember(_ trial: TrialRecord) -> Bool { self.front.members.contains { $0.trial == trial.id } }
}

extension JSONLine {
    /// This line with whether outcome constraints are kept, in a study that has some.
    func addingFeasibility(_ violation: Double, of study: StudyState) -> JSONLine {
        guard !study.definition.outcomeConstraints.isEmpty else { return self }
        return self.adding("feasible", .bool(violation == 0)).adding("violation", .double(violation))
    }
}

extension StudyState {
    /// Which outcome constraints a trial's last epoch breaks, each in a line.
    func brokenConstraints(of metrics: [MetricValue]) -> [String] {
        self.definition.outcomeConstraints.compactMap { constraint in
            let violation = constraint.violation(of: metrics[constraint.metric])
            guard violation > 0 else { return nil }
            return "breaks \(constraint), by \(Figures.percent(violation)) of the bound"
        }
    }
}
