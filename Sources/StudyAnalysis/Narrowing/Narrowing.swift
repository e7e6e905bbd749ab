package import TuningModel

/// The next study's space: smaller where the best trials agree, wider where they stand at an edge.
///
/// The best are a share of the trials that have a loss, the higher rung first and then the lower loss, as the incumbent is
/// chosen. Parameters that come from one setting of the file (a layer that is repeated) are judged together. For each:
///
/// - A range becomes the box of the values of the best, a twentieth of them left out at either side, wider by a tenth of
///   itself and a fiftieth of the old range, in the range's own scale. Where a third of the best lie in the outermost tenth,
///   and twice as many as even draws would, it goes on beyond that edge by a quarter of the old range, as far as the setting allows.
/// - A value of a choice, an ordinal's outer value or the special value beside a range is dropped where none of the best
///   has it, although so many trials have it that this is no accident: with s its share of all trials and k of the best,
///   `(1 - s)^k <= 0.05`. Values that conditions of other settings name are kept.
/// - A parameter that explains less than 2 % of the variance, pairs and spread over trees included, and no more of what
///   makes the best tenth is fixed at the best trial's value, unless others exist by it.
///
/// A function of the table alone; `seed` is that of the forest.
package struct Narrowing: Hashable, Sendable {
    package struct Settings: Hashable, Sendable {
        /// The share of the trials that are the best.
        package var share = 0.1
        /// At least so many are the best.
        package var leastBest = 5
        /// Fewer trials with a loss are no reason to narrow anything.
        package var leastTrials = 20
        /// Fewer trials at a rung are no reason to fix anything.
        package var leastForFixing = 40
        /// What an unimportant parameter explains at most.
        package var unimportant = 0.02

        package init() {}
    }

    /// What becomes of a setting.
    package enum Change: Hashable, Sendable {
        /// A float or int range; `keepsAlternative` says whether its special value stays.
        case range(low: ParameterValue, high: ParameterValue, keepsAlternative: Bool)
        /// The values of a choice or an ordinal that stay, in their order.
        case values([ParameterValue])
        case fixed(ParameterValue)
    }

    package struct Step: Hashable, Sendable {
        /// Numbers in the space of the parameters that come from the setting.
        package let parameters: [Int]
        package let change: Change
        /// In a few words, without a line end.
        package let reason: String
    }

    /// Settings that change, in the order of the space.
    package let steps: [Step]
    /// The best trials, best first.
    package let best: [TrialID]
    /// Trials with a loss.
    package let trials: Int

    /// `nil` for fewer than `leastTrials` trials with a finite loss.
    ///
    /// - Parameters:
    ///   - table: The study's losses.
    ///   - groups: The parameters of each setting of the file, each parameter once.
    ///   - seed: The study's seed of the search.
    ///   - settings: What is evidence enough.
    ///   - isNamed: Whether a condition of the file names this value of a parameter.
    package init?(
        _ table: RungTable, groups: [[Int]], seed: UInt64, settings: Settings = Settings(),
        isNamed: @escaping (Int, ParameterValue) -> Bool
    ) {
        let ranking = table.ranking
        guard ranking.count >= max(1, settings.leastTrials) else { return nil }
        let share = Int((settings.share * Double(ranking.count)).rounded(.up))
        let count = min(max(share, settings.leastBest, 1), max(1, ranking.count / 2))
        let evidence = Evidence(
            space: table.space, best: Array(ranking.prefix(count)), all: table.trials, isNamed: isNamed)
        let unimportant = Unimportant(table, seed: seed, settings: settings)
        self.best = evidence.best.map(\.id)
        self.trials = ranking.count
        self.steps = groups.compactMap { group in
            if let fixed = unimportant?.step(group, evidence) { return fixed }
            return evidence.step(group)
        }
    }
}

/// The parameters that explain next to nothing.
private struct Unimportant {
    let space: ParameterSpace
    let report: ImportanceReport
    let limit: Double

    init?(_ table: RungTable, seed: UInt64, settings: Narrowing.Settings) {
        let level = table.levels.indices.last { level in
            table.trials.count { $0.losses[level]?.isFinite == true } >= settings.leastForFixing
        }
        var weighing = ImportanceReport.Settings()
        weighing.leastTrials = settings.leastForFixing
        weighing.pairParameters = 16
        guard let level, let report = ImportanceReport(table, level: level, seed: seed, settings: weighing) else {
            return nil
        }
        self.space = table.space
        self.report = report
        self.limit = settings.unimportant
    }

    func step(_ group: [Int], _ evidence: Evidence) -> Narrowing.Step? {
        guard group.count == 1, let parameter = group.first, !self.isParent(parameter),
            let entry = self.report.entries.first(where: { $0.parameter == parameter }), let main = entry.main,
            self.report.entries.prefix(16).contains(where: { $0.parameter == parameter }),
            let value = evidence.best.first?.configuration.values[parameter], let trial = evidence.best.first?.id
        else { return nil }
        let pairs = self.report.pairs.reduce(0) {
            $1.first == parameter || $1.second == parameter ? $0 + $1.share.mean : $0
        }
        let total = main.mean + main.spread + pairs
        guard total < self.limit, entry.top < self.limit else { return nil }
        return Narrowing.Step(
            parameters: group, change: .fixed(value),
            reason: "was \(evidence.text(parameter)): explains less than \(Wording.percent(self.limit)) of the loss of "
                + "\(entry.trials) trials at \(self.report.resource.place(self.report.level)), fixed at the value of the best, trial \(trial)"
        )
    }

    private func isParent(_ parameter: Int) -> Bool {
        self.space.parameters.contains { child in
            child.conditions.contains { condition in
                switch condition {
                case .isOneOf(let parent, _), .exceeds(let parent, _): parent == parameter
                case .never: false
                }
            }
        }
    }
}

/// Numbers in the reasons.
enum Wording {
    static func percent(_ share: Double) -> String {
        let tenths = (share * 1000).rounded()
        guard tenths.isFinite, abs(tenths) < 1e6 else { return "\(share)" }
        return tenths.truncatingRemainder(dividingBy: 10) == 0 ? "\(Int(tenths / 10)) %" : "\(tenths / 10) %"
    }
}
