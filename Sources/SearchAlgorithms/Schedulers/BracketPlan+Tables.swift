package import TuningModel

extension BracketPlan {
    /// The bracket of synchronous successive halving: as many trials as leave exactly one at the top.
    ///
    /// `eta^(rungs - 1)` trials start, and one of eta goes on from each rung.
    static func successiveHalving(_ ladder: RungLadder) -> BracketPlan {
        let trials = power(ladder.eta, ladder.top)
        return BracketPlan(
            bracket: 0,
            rungs: ladder.levels.enumerated().map { rung, level in
                RungPlan(level: level, trials: trials / power(ladder.eta, rung))
            })
    }

    /// Hyperband's brackets `s_max, ..., 1, 0`, the one with the most trials first.
    ///
    /// With `s_max` the largest s for which `r * eta^s <= R`, where `r` is the minimum, bracket s starts `n` trials, and its rung i has
    /// `floor(n / eta^i)` trials at `floor(R / eta^(s - i))` epochs. There are two published formulas for `n`:
    ///
    ///     jmlr    ceil((s_max + 1) * eta^s / (s + 1))       R = 81, eta = 3:  81, 34, 15, 8, 5
    ///     blog    floor((s_max + 1) / (s + 1)) * eta^s                        81, 27,  9, 6, 5
    ///
    /// All of it is integer arithmetic: `log(243) / log(3)` is 4.999... in floating point and loses a bracket.
    ///
    /// Source: L. Li et al., "Hyperband: a novel bandit-based approach to hyperparameter optimization", JMLR 18(185),
    /// 2018, algorithm 1 (`jmlr`); the authors' earlier snippet in their blog, which many libraries use (`blog`).
    ///
    /// Deviations, on purpose: the papers' least resource is 1, a unit that is chosen to fit; seconds and samples have units already.
    ///
    /// - Throws: ``SearchError/invalidSetting(name:found:wanted:)`` as ``RungLadder`` does.
    package static func hyperband(
        minimum: Int = 1, maximum: Int, eta: Int, formula: HyperbandFormula
    ) throws(SearchError) -> [BracketPlan] {
        try RungLadder.check(maximum: maximum, eta: eta)
        guard (1...maximum).contains(minimum) else {
            throw .invalidSetting(name: "min", found: "\(minimum)", wanted: "1 to max, which is \(maximum)")
        }
        var last = 0
        while power(eta, last + 1) <= maximum / minimum { last += 1 }
        return (0...last).reversed().map { bracket in
            let factor = power(eta, bracket)
            let trials =
                switch formula {
                case .jmlr: ((last + 1) * factor + bracket) / (bracket + 1)
                case .blog: (last + 1) / (bracket + 1) * factor
                }
            return BracketPlan(
                bracket: bracket,
                rungs: (0...bracket).map { rung in
                    RungPlan(level: maximum / power(eta, bracket - rung), trials: trials / power(eta, rung))
                })
        }
    }

    /// The rungs of a scheduler that does not fix how many trials reach them.
    /// `bracket` is the number of the ladder's lowest rungs that it leaves out.
    static func open(_ ladder: RungLadder, bracket: Int = 0) -> BracketPlan {
        BracketPlan(bracket: bracket, rungs: ladder.levels[bracket...].map { RungPlan(level: $0, trials: 0) })
    }
}

/// `base^exponent`; the limits of ``RungLadder`` keep every power that is asked for below 10^12.
private func power(_ base: Int, _ exponent: Int) -> Int { (0..<exponent).reduce(1) { product, _ in product * base } }
