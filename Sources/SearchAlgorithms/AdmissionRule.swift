package import TuningModel

/// Which configurations may become trials: those that keep all constraints that are known before training.
///
/// A configuration whose network cannot be counted is admitted: whoever trains it says why it cannot be.
package struct AdmissionRule: Sendable {
    package let constraints: [Constraint]
    /// A function of its argument alone: of the study's settings and the shape of its data.
    private let parameterCount: @Sendable (Configuration) -> Int?

    /// - Returns: `nil` where nothing is to be kept.
    package init?(_ constraints: [Constraint], parameterCount: @escaping @Sendable (Configuration) -> Int?) {
        guard !constraints.isEmpty else { return nil }
        self.constraints = constraints
        self.parameterCount = parameterCount
    }

    /// - Complexity: That of counting a network's parameters: microseconds.
    package func admits(_ configuration: Configuration) -> Bool {
        guard let count = self.parameterCount(configuration) else { return true }
        return self.constraints.allSatisfy { $0.violation(of: Double(count)) == 0 }
    }
}

extension AdmissionRule: Hashable {
    /// The count follows from the study, and is no part of what is compared.
    package static func == (left: Self, right: Self) -> Bool { left.constraints == right.constraints }

    package func hash(into hasher: inout Hasher) { hasher.combine(self.constraints) }
}

/// The places of a sequence's admitted members: the n-th of them is a function of n and of the sequence alone, and so what
/// is kept is there for speed.
struct AdmittedPlaces: Sendable {
    private var places: [Int] = []
    /// Members before this one were looked at.
    private var next = 0

    /// - Parameters:
    ///   - number: Which of the admitted members, from 0.
    ///   - limit: How many members in a row may be refused before the search for the next one ends.
    ///   - count: How many members there are; `nil` without an end.
    ///   - admits: Whether the member at a place is admitted.
    /// - Returns: `nil` where there are not so many.
    mutating func place(
        of number: Int, limit: Int, count: Int?, admits: (Int) -> Bool
    ) -> Int? {
        guard number >= 0 else { return nil }
        while self.places.count <= number {
            let refused = self.next - ((self.places.last ?? -1) + 1)
            guard refused < limit, count.map({ self.next < $0 }) ?? true else { return nil }
            if admits(self.next) { self.places.append(self.next) }
            self.next += 1
        }
        return self.places[number]
    }
}
