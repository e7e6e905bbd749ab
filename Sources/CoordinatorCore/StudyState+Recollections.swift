import SearchAlgorithms
import TuningModel

/// What a study keeps of earlier ones.
extension StudyState {
    /// Takes in what an earlier study found; ignored once a trial has begun, because its configuration may depend on it.
    ///
    /// Trials whose configurations are not of this space are left out: nothing that a file says is believed.
    mutating func recall(_ recollection: Recollection) {
        guard self.trials.isEmpty else { return }
        let space = self.definition.space
        let trials = recollection.trials.filter { Recollection.isMember($0.configuration, of: space) }
        let known = Recollection(
            study: recollection.study, number: recollection.number, isSameData: recollection.isSameData, trials: trials)
        let tried = self.definition.warmStart?.tryBest ?? 0
        let all = self.recollections + [known]
        let given = self.definition.tryFirst
        let rule = (try? Self.rule(self.definition, self.networks)) ?? nil
        let first = given + Recollection.best(all, count: tried, rule: rule).filter { !given.contains($0) }
        // The searcher has not been asked yet: a new one knows the number of its first trial.
        guard
            var searcher = try? Self.searcher(
                self.definition, levels: self.levels, offset: first.count, pool: self.searcher.pool,
                networks: self.networks)
        else { return }
        searcher.recall(all, tried: tried)
        self.searcher = searcher
        self.firstTrials = first
        self.recollections = all
    }
}
