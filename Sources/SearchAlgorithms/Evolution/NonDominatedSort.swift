/// A trial with what it is judged by where there are several objectives.
struct Candidate: Hashable, Sendable {
    let trial: Int
    /// Losses, the lower the better; infinity for those of a trial that failed.
    let losses: [Double]
    /// By how much constraints are broken; infinity for a trial that failed.
    let violation: Double
    let level: Int

    init(_ observation: SearchHistory.Observation?, trial: Int) {
        let fitness = Fitness(observation, trial: trial)
        self.trial = trial
        self.losses = ([fitness.loss] + (observation?.furtherLosses ?? [])).map { $0.isFinite ? $0 : .infinity }
        self.violation = fitness.violation
        self.level = fitness.level
    }

    /// Deb's constrained domination: the smaller violation dominates, and among equal ones, at the same level,
    /// whoever is nowhere worse and somewhere better. A higher level dominates a lower one, as in ``Fitness``.
    func dominates(_ other: Self) -> Bool {
        if self.violation != other.violation { return self.violation < other.violation }
        if self.violation == .infinity { return false }
        if self.level != other.level { return self.level > other.level }
        var isBetter = false
        for (loss, otherLoss) in zip(self.losses, other.losses) {
            if loss > otherLoss { return false }
            if loss < otherLoss { isBetter = true }
        }
        return isBetter
    }
}

/// A candidate with its place in a population: the lower the rank the better, then the more room the better.
struct RankedCandidate: Hashable, Sendable {
    let candidate: Candidate
    /// The front it belongs to, from 0.
    let rank: Int
    /// The crowding distance.
    let distance: Double

    /// Deb's crowded comparison.
    func precedes(_ other: Self) -> Bool {
        if self.rank != other.rank { return self.rank < other.rank }
        return self.distance > other.distance
    }
}

/// Source: K. Deb, A. Pratap, S. Agarwal, T. Meyarivan, "A fast and elitist multiobjective genetic algorithm:
/// NSGA-II", IEEE TEC 6(2), 2002, sections III-A to III-C.
enum NonDominatedSort {
    /// The fronts of a population, as indices: the first is dominated by nobody, the next one by the first alone, and
    /// so on.
    ///
    /// - Complexity: O(objectives · n²).
    static func fronts(_ population: [Candidate]) -> [[Int]] {
        var dominated = [[Int]](repeating: [], count: population.count)
        var dominators = [Int](repeating: 0, count: population.count)
        for i in population.indices {
            for j in 0..<i {
                if population[i].dominates(population[j]) {
                    dominated[i].append(j)
                    dominators[j] += 1
                } else if population[j].dominates(population[i]) {
                    dominated[j].append(i)
                    dominators[i] += 1
                }
            }
        }
        var fronts: [[Int]] = []
        var front = population.indices.filter { dominators[$0] == 0 }
        while !front.isEmpty {
            fronts.append(front)
            var next: [Int] = []
            for i in front {
                for j in dominated[i] {
                    dominators[j] -= 1
                    if dominators[j] == 0 { next.append(j) }
                }
            }
            front = next.sorted()
        }
        return fronts
    }

    /// For each member of a front the mean side of the box around it up to its neighbours; infinite at the ends of an
    /// objective.
    ///
    /// - Complexity: O(objectives · n log n).
    static func crowding(_ front: [Candidate]) -> [Double] {
        var distances = [Double](repeating: 0, count: front.count)
        for objective in 0..<(front.map(\.losses.count).min() ?? 0) {
            let order = front.indices.sorted { left, right in
                let (a, b) = (front[left].losses[objective], front[right].losses[objective])
                return a < b || (a == b && front[left].trial < front[right].trial)
            }
            guard let first = order.first, let last = order.last else { continue }
            distances[first] = .infinity
            distances[last] = .infinity
            let width = front[last].losses[objective] - front[first].losses[objective]
            guard width > 0, width.isFinite else { continue }
            for place in 1..<max(1, order.count - 1) {
                let above = front[order[place + 1]].losses[objective]
                distances[order[place]] += (above - front[order[place - 1]].losses[objective]) / width
            }
        }
        return distances
    }

    /// The best of a population by front and room, with their ranks.
    static func survivors(_ population: [Candidate], count: Int) -> [RankedCandidate] {
        var survivors: [RankedCandidate] = []
        for (rank, indices) in self.fronts(population).enumerated() where survivors.count < count {
            let front = indices.map { population[$0] }
            let distances = self.crowding(front)
            let ranked = zip(front, distances).map { RankedCandidate(candidate: $0, rank: rank, distance: $1) }
            let room = count - survivors.count
            guard ranked.count > room else {
                survivors += ranked
                continue
            }
            let order = ranked.sorted { left, right in
                left.distance > right.distance
                    || (left.distance == right.distance && left.candidate.trial < right.candidate.trial)
            }
            survivors += order.prefix(room)
        }
        return survivors
    }
}
