/// Random numbers one after the other: a stream with a place in it.
///
/// Where a computation needs numbers whose count is not known in advance (a rejection, a population), it makes a
/// sequence from the address of its purpose and draws from that, so that it still depends on nothing but the address.
package struct RandomSequence: Hashable, Sendable {
    private let stream: RandomStream
    private var index: UInt64 = 0
    /// The second one of a pair of normal numbers.
    private var spare: Double?

    package init(_ stream: RandomStream) { self.stream = stream }

    /// A number in [0, 1) with 53 random bits.
    package mutating func uniform() -> Double {
        defer { self.index &+= 1 }
        return self.stream.uniform(at: self.index)
    }

    /// A whole number in `0 ..< bound`.
    ///
    /// - Precondition: `bound > 0`.
    package mutating func integer(below bound: Int) -> Int {
        precondition(bound > 0, "a random integer below \(bound)")
        defer { self.index &+= 1 }
        return Int(self.stream.integer(below: UInt64(bound), at: self.index))
    }

    /// A number of the standard normal distribution.
    ///
    /// Source: G. Marsaglia and T. Bray, "A convenient method for generating normal variables", SIAM Review 6, 1964 (the
    /// polar method: no sine and no cosine).
    ///
    /// - Parameter logarithm: The natural logarithm, one that gives the same bits on every host.
    /// - Returns: A number of mean 0 and variance 1.
    package mutating func normal(logarithm: (Double) -> Double) -> Double {
        if let spare = self.spare {
            self.spare = nil
            return spare
        }
        while true {
            let x = 2 * self.uniform() - 1
            let y = 2 * self.uniform() - 1
            let square = x * x + y * y
            guard square > 0, square < 1 else { continue }
            let factor = (-2 * logarithm(square) / square).squareRoot()
            self.spare = y * factor
            return x * factor
        }
    }
}
