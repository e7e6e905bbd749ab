package import TuningModel

/// What a study's trials gave at its rungs: what all analyses begin with.
package struct RungTable: Hashable, Sendable {
    package struct Trial: Hashable, Sendable {
        package let id: TrialID
        package let configuration: Configuration
        /// Its point in the unit cube, NaN for inactive parameters.
        package let coordinates: [Double]
        /// For each level the loss there; infinity for a trial that diverged or failed on its way, `nil` where it never
        /// headed for the level.
        package let losses: [Double?]
        /// Where a rule stopped it, though it was trained to the end.
        package let auditedAt: Int?

        package init(
            id: TrialID, configuration: Configuration, coordinates: [Double], losses: [Double?], auditedAt: Int? = nil
        ) {
            self.id = id
            self.configuration = configuration
            self.coordinates = coordinates
            self.losses = losses.map { $0.map { $0.isFinite ? $0 : .infinity } }
            self.auditedAt = auditedAt
        }

        /// The highest level at which it has a finite loss.
        package var top: (level: Int, loss: Double)? {
            guard let level = self.losses.lastIndex(where: { $0?.isFinite == true }), let loss = self.losses[level]
            else { return nil }
            return (level, loss)
        }
    }

    package let space: ParameterSpace
    /// Where trials are compared, in units of the resource, ascending.
    package let levels: [Int]
    /// What levels are counted in.
    package let resource: Resource
    /// By number.
    package let trials: [Trial]

    package init(space: ParameterSpace, levels: [Int], resource: Resource = .epochs, trials: [Trial]) {
        self.space = space
        self.levels = levels
        self.resource = resource
        self.trials = trials
    }

    /// The trials that have a loss at a level, infinite ones included.
    package func trials(at level: Int) -> [Trial] { self.trials.filter { $0.losses[level] != nil } }

    /// The trials in the order of what is known of them: the higher rung first, then the lower loss, then the older one.
    /// Without those that never had a finite loss.
    package var ranking: [Trial] {
        self.trials.compactMap { trial in trial.top.map { (trial, $0) } }.sorted { left, right in
            if left.1.level != right.1.level { return left.1.level > right.1.level }
            if left.1.loss != right.1.loss { return left.1.loss < right.1.loss }
            return left.0.id < right.0.id
        }.map { $0.0 }
    }

    /// The agreement of each two rungs one above the other, and of each with the highest that trials have reached.
    package func agreements(eta: Int) -> [RungAgreement] {
        let reached = self.levels.indices.filter { level in self.trials.contains { $0.losses[level] != nil } }
        guard let top = reached.last else { return [] }
        var pairs = zip(reached, reached.dropFirst()).map { ($0, $1) }
        pairs += reached.dropLast(2).map { ($0, top) }
        return pairs.map { low, high in
            let both = self.trials.compactMap { trial in
                trial.losses[low].flatMap { low in trial.losses[high].map { (low, $0) } }
            }
            return RungAgreement(
                low: self.levels[low], high: self.levels[high], resource: self.resource, lower: both.map(\.0),
                higher: both.map(\.1), eta: eta)
        }
    }

    /// The audit of the stopped trials that were trained to the end all the same; `nil` where there are none.
    package func audit(eta: Int) -> FalseStopAudit? {
        guard let top = self.levels.indices.last else { return nil }
        let audited = self.trials.filter { $0.auditedAt != nil }.compactMap { $0.losses[top] }
        guard !audited.isEmpty else { return nil }
        let finished = self.trials.filter { $0.auditedAt == nil }.compactMap { $0.losses[top] }
        return FalseStopAudit(audited: audited, finished: finished, eta: eta)
    }
}
