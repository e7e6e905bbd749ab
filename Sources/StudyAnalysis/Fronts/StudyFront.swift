package import CoordinatorCore
import TuningModel

/// The front of a study with several objectives, and how much it covers.
///
/// The volume is that of all that some member beats, up to the reference point: the worst value of each objective among
/// the trials that have trained as far as the front's level, feasible or not. With the reference it grows with worse
/// trials, so that volumes of two studies compare only where both are taken up to one point.
package struct StudyFront: Hashable, Sendable {
    /// By the first objective.
    package let members: [Incumbent]
    /// Epochs of the rung at which all of them are.
    package let level: Int
    /// Trials that have trained so far, audits aside.
    package let comparedCount: Int
    /// As losses, one for each objective.
    package let reference: [Double]
    package let volume: Double

    /// - Returns: `nil` in a study with one objective, and where no trial has reached a rung.
    /// - Complexity: O(trials), and that of ``Hypervolume``.
    package init?(_ study: StudyState) {
        guard let first = study.front.first else { return nil }
        let objectives = study.definition.objectives
        self.members = study.front
        self.level = first.level
        let points = study.front.map { member in objectives.map { $0.loss(of: member.metrics) } }
        let compared = study.trials.filter { trial in
            trial.auditedFrom == nil
                && (trial.level >= first.level || study.front.contains { $0.trial == trial.id })
        }
        let others = compared.map { trial in objectives.map { $0.loss(of: trial.metrics) } }
            .filter { $0.allSatisfy(\.isFinite) }
        self.comparedCount = compared.count
        self.reference = objectives.indices.map { objective in
            (points + others).reduce(-Double.infinity) { max($0, $1[objective]) }
        }
        self.volume = Hypervolume.volume(points, reference: self.reference)
    }
}
