/// Generations by trial number: trial t is offspring `t mod P` of generation `t / P`.
///
/// Trials that were given by hand are members of the generations into which their numbers fall.
///
/// Synchronous: a generation sees the results of all earlier generations and of nothing else, each at the level where
/// its trial was judged first. It is therefore the same for every number of workers and every order of arrival. Until
/// the last of those results is there, the searcher waits.
///
/// Asynchronous: whoever asks sees what is known by then, each trial at the highest level that it has reached.
struct Generations: Hashable, Sendable {
    /// P.
    let population: Int
    let isSynchronous: Bool

    /// The generation of a trial.
    func generation(of trial: Int) -> Int { max(0, trial) / self.population }

    /// Whether a result is missing without which the trial cannot begin.
    ///
    /// - Complexity: O(running trials).
    func isWaiting(_ trial: Int, _ history: SearchHistory) -> Bool {
        guard self.isSynchronous else { return false }
        let first = self.generation(of: trial) * self.population
        for other in history.running where other < first && !history.trials[other].isSettled { return true }
        return false
    }

    /// What a trial may know, in the order of trials where synchronous, else in the order in which trials were judged
    /// first.
    ///
    /// - Complexity: O(trials).
    func known(to trial: Int, _ history: SearchHistory) -> [Fitness] {
        guard self.isSynchronous else {
            return history.settled.map { Fitness(history.trials[$0].observations.last, trial: $0) }
        }
        let first = min(self.generation(of: trial) * self.population, history.trials.count)
        var known: [Fitness] = []
        known.reserveCapacity(first)
        for other in 0..<first where history.trials[other].isSettled {
            known.append(Fitness(history.trials[other].firstObservation, trial: other))
        }
        return known
    }
}
