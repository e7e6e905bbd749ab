import Randomness
import TuningModel

/// A parameter as evolution sees it: where its numbers lie in [0, 1), and which of them are one value.
struct Gene: Hashable, Sendable {
    /// The largest coordinate.
    static let top = 1 - 0x1p-53

    /// How values lie above ``bottom``.
    private enum Cells: Hashable, Sendable {
        case continuous
        /// So many of equal width.
        case even(Double)
        /// Whole numbers `low ... high`, each from half a number below to half a number above by logarithms.
        case logarithmic(low: Double, high: Double)
    }

    private let cells: Cells
    /// Where numbers begin: behind the share of a special value beside the range.
    let bottom: Double
    /// How many values there are without an order; `nil` for numbers and ordered lists.
    let categoryCount: Int?

    init(_ domain: ParameterDomain) {
        // Finer steps than these are as good as a continuous range, and their indices are not exact in a `Double`.
        let finest = UInt64(1) << 40
        var bottom = 0.0
        var categoryCount: Int?
        switch domain {
        case .float(let range):
            bottom = range.alternative == nil ? 0 : ParameterDomain.alternativeShare
            if range.low == range.high {
                self.cells = .even(1)
            } else if let steps = range.stepCount, steps < finest {
                self.cells = .even(Double(steps) + 1)
            } else {
                self.cells = .continuous
            }
        case .int(let range):
            bottom = range.alternative == nil ? 0 : ParameterDomain.alternativeShare
            if range.stepCount >= finest {
                self.cells = .continuous
            } else if range.isLogarithmic {
                self.cells = .logarithmic(low: Double(range.low), high: Double(range.high))
            } else {
                self.cells = .even(Double(range.stepCount) + 1)
            }
        case .ordinal(let values): self.cells = .even(Double(max(1, values.count)))
        case .choice(let values):
            self.cells = .even(Double(max(1, values.count)))
            categoryCount = max(1, values.count)
        }
        self.bottom = bottom
        self.categoryCount = categoryCount
    }

    /// Whether arithmetic has a meaning at a coordinate: it is neither a category, nor the special value beside a
    /// range, nor NaN.
    func isNumber(_ coordinate: Double) -> Bool { self.categoryCount == nil && coordinate >= self.bottom }

    /// Whether the parameter has values that no arithmetic on other values leads to: categories, or a special value
    /// beside a range.
    var isOpen: Bool { self.categoryCount.map { $0 > 1 } ?? (self.bottom > 0) }

    /// Another category, or the other one of special value and range.
    ///
    /// Populations that move by differences lose values for good that none of their members has. This brings them back.
    func switched(_ coordinate: Double, random: inout RandomSequence) -> Double {
        guard let count = self.categoryCount else {
            return self.isNumber(coordinate) ? self.bottom / 2 : self.bottom + random.uniform() * (1 - self.bottom)
        }
        guard count > 1 else { return coordinate }
        let current = min(Int(self.clamped(coordinate) * Double(count)), count - 1)
        let next = (current + 1 + random.integer(below: count - 1)) % count
        return (Double(next) + 0.5) / Double(count)
    }

    /// The nearest coordinate of a number.
    func clamped(_ coordinate: Double) -> Double {
        coordinate > self.bottom ? min(coordinate, Self.top) : self.bottom
    }

    /// Whether every coordinate of a number is a value of its own.
    var isContinuous: Bool { self.cells == .continuous }

    /// The coordinates that stand for the same value as this one; `nil` where there are no others.
    ///
    /// - Complexity: O(1).
    func cell(at coordinate: Double) -> (low: Double, high: Double)? {
        if coordinate < self.bottom { return (0, self.bottom) }
        let width = 1 - self.bottom
        let rest = min((self.clamped(coordinate) - self.bottom) / width, Self.top)
        switch self.cells {
        case .continuous: return nil
        case .even(let count):
            let index = (rest * count).rounded(.down)
            return (self.bottom + width * (index / count), self.bottom + width * ((index + 1) / count))
        case .logarithmic(let low, let high):
            let scale = LogarithmicScale(low: low - 0.5, high: high + 0.5)
            let number = min(max(scale.value(at: rest).rounded(), low), high)
            let start = LogarithmicScale.logarithm(low - 0.5)
            let length = LogarithmicScale.logarithm(high + 0.5) - start
            let below = number > low ? (LogarithmicScale.logarithm(number - 0.5) - start) / length : 0
            let above = number < high ? (LogarithmicScale.logarithm(number + 0.5) - start) / length : 1
            return (self.bottom + width * below, self.bottom + width * above)
        }
    }

    /// The middle of the next value upwards or downwards, or of this one where there is none in that direction.
    ///
    /// - Precondition: The gene is not continuous.
    func neighbour(of coordinate: Double, upwards: Bool) -> Double {
        guard let cell = self.cell(at: coordinate) else { return coordinate }
        let width = cell.high - cell.low
        // A small part of the way into the next cell: its edge itself may be rounded to either side.
        let beside = upwards ? cell.high + width * 1e-6 : cell.low - width * 1e-6
        guard beside > self.bottom, beside < 1, let next = self.cell(at: beside) else { return coordinate }
        return (next.low + next.high) / 2
    }
}

extension ParameterSpace {
    var genes: [Gene] { self.parameters.map { Gene($0.domain) } }

    /// The configuration at a genome. A parameter that the genome has no coordinate of (NaN) takes a number of its own.
    func configuration(genome: [Double], random: inout RandomSequence) -> Configuration {
        var spare = random
        let configuration = self.configuration { index in
            genome[index].isNaN ? spare.uniform() : genome[index]
        }
        random = spare
        return configuration
    }
}
