import Randomness
import TuningModel

/// Particle swarm optimisation with Clerc and Kennedy's constriction.
///
/// `v ← χ (v + φ1 u1 (p - x) + φ2 u2 (g - x))`, `x ← x + v`, for each number with draws u1, u2 of its own; p is the
/// particle's best place, g the swarm's. Trial t is particle `t mod P`; its velocity is the way between its last two
/// trials, so that the swarm follows from the history alone. A particle that would leave the range stops at its
/// bound.
///
/// Source: J. Kennedy and R. Eberhart, "Particle swarm optimization", ICNN 1995; M. Clerc and J. Kennedy, "The
/// particle swarm: explosion, stability, and convergence in a multidimensional complex space", IEEE TEC 6(1), 2002,
/// section VI: `χ = 2 / |2 - φ - √(φ² - 4φ)|` with `φ = φ1 + φ2 > 4` and κ = 1.
///
/// Deviations, on purpose:
/// - Discrete numbers: the place is rounded to one of the two nearest values at random, the nearer the likelier, so
///   that small velocities are not lost.
/// - Categories, and ranges of which a place has the special value beside: the particle's own value, that of its best
///   place or that of the swarm's, each as likely as the others. With the probability 1 / n such a parameter takes
///   another category, or goes from the range to the special value or back.
/// - A parameter that is inactive for the particle takes its value from its best place, else from the swarm's, else a
///   new one.
/// - Asynchronous, p and g are the best known places.
struct ParticleSwarmSearcher: HistorySearcher {
    private let settings: ParticleSwarmSettings
    private let generations: Generations
    private let genes: [Gene]
    private let seed: UInt64
    var population: Int { self.settings.population }
    /// χ.
    let constriction: Double

    init(_ settings: ParticleSwarmSettings, space: ParameterSpace, seed: UInt64) throws(SearchError) {
        try SearchError.check("population", settings.population, in: 2...100_000)
        try SearchError.check("cognitive", settings.cognitive, in: 0...100)
        try SearchError.check("social", settings.social, in: 0...100)
        let pull = settings.cognitive + settings.social
        guard pull > 4 else {
            throw .invalidSetting(
                name: "searcher.cognitive + social", found: "\(pull)", wanted: "more than 4, such as 2.05 each")
        }
        self.settings = settings
        self.generations = Generations(population: settings.population, isSynchronous: settings.isSynchronous)
        self.genes = space.genes
        self.seed = seed
        self.constriction = 2 / abs(2 - pull - (pull * pull - 4 * pull).squareRoot())
    }

    func isWaiting(_ trial: Int, target: Int?, history: SearchHistory) -> Bool {
        self.generations.isWaiting(trial, history)
    }

    /// - Complexity: O(trials + parameters).
    func suggest(_ trial: Int, target: Int, history: SearchHistory) -> Configuration? {
        let count = self.settings.population
        let known = self.generations.known(to: trial, history)
        guard trial >= count, trial - count < history.trials.count, let best = known.min() else {
            return history.space.randomConfiguration(seed: self.seed, number: trial)
        }
        let place = history.trials[trial - count].coordinates
        let former = trial >= 2 * count ? history.trials[trial - 2 * count].coordinates : place
        let own = known.filter { $0.trial % count == trial % count }.min()
        let ownBest = own.map { history.trials[$0.trial].coordinates } ?? place
        let swarmBest = history.trials[best.trial].coordinates
        var random = RandomSequence(trial: trial, seed: self.seed)
        func next() -> Configuration {
            let genome = self.genes.indices.map { index in
                self.moved(
                    self.genes[index], place[index], former: former[index], own: ownBest[index],
                    swarm: swarmBest[index], &random)
            }
            return history.space.configuration(genome: genome, random: &random)
        }
        var configuration = next()
        var attempts = 0
        while attempts < GeneticSearcher.mostAttempts, !history.admits(configuration) {
            configuration = next()
            attempts += 1
        }
        return configuration
    }

    private func moved(
        _ gene: Gene, _ place: Double, former: Double, own: Double, swarm: Double, _ random: inout RandomSequence
    ) -> Double {
        guard !place.isNaN else { return own.isNaN ? swarm : own }
        if gene.isOpen, random.integer(below: self.genes.count) == 0 { return gene.switched(place, random: &random) }
        let own = own.isNaN ? place : own
        let swarm = swarm.isNaN ? place : swarm
        guard gene.isNumber(place), gene.isNumber(own), gene.isNumber(swarm) else {
            return [place, own, swarm][random.integer(below: 3)]
        }
        let inertia = gene.isNumber(former) ? place - former : 0
        let pull =
            self.settings.cognitive * random.uniform() * (own - place) + self.settings.social * random.uniform()
            * (swarm - place)
        let next = gene.clamped(place + self.constriction * (inertia + pull))
        guard let cell = gene.cell(at: next) else { return next }
        let middle = (cell.low + cell.high) / 2
        let neighbour = gene.neighbour(of: next, upwards: next > middle)
        guard neighbour != next, abs(neighbour - middle) > 0 else { return middle }
        return random.uniform() < (next - middle) / (neighbour - middle) ? neighbour : middle
    }
}
