extension SearchHistory {
    /// The losses of rows as a Gaussian process is to learn them: of those that break outcome constraints the highest loss of
    /// a feasible one, and by how much they are broken beside it.
    ///
    /// Source: K. Deb, "An efficient constraint handling method for genetic algorithms", Computer Methods in Applied
    /// Mechanics and Engineering 186, 2000, equation 4.
    ///
    /// - Parameters:
    ///   - rows: Trials, also earlier ones (``entry(_:)``), each observed at the level.
    ///   - level: The level's number.
    /// - Returns: A loss for each row; one that is not finite stays.
    /// - Complexity: O(n log n) where rows of other data are among them, else O(n).
    func constrainedLosses(of rows: [Int], at level: Int) -> [Double] {
        let violations = rows.map { self.entry($0).observation(at: self.levels[level])?.violation ?? 0 }
        return Self.constrained(self.losses(of: rows, at: level), violations: violations)
    }

    /// The same of losses whose violations are given; those of feasible trials stay.
    ///
    /// - Complexity: O(n).
    static func constrained(_ losses: [Double], violations: [Double]) -> [Double] {
        guard violations.contains(where: { $0 > 0 }) else { return losses }
        var losses = losses
        var highest: Double?
        for (loss, violation) in zip(losses, violations) where violation == 0 && loss.isFinite {
            highest = max(highest ?? loss, loss)
        }
        for (row, violation) in violations.enumerated() where violation > 0 && losses[row].isFinite {
            losses[row] = (highest ?? 0) + violation
        }
        return losses
    }
}
