package import TuningModel

/// A finite set of configurations from which each may be taken once: the rows of a table.
///
/// The distance between two configurations is Euclidean in the unit cube of the space: a number lies at its place between
/// the bounds, by logarithms where its range is logarithmic; an ordinal's values are evenly spread; two values of a choice
/// are 1 apart, and so is a value from none.
package struct ConfigurationPool: Hashable, Sendable {
    /// How one coordinate is measured.
    fileprivate enum Axis: Hashable, Sendable {
        case linear(low: Double, width: Double)
        case logarithmic(low: Double, width: Double)
        /// By the place in the list.
        case ordinal([ParameterValue])
        case choice([ParameterValue])
    }

    private let axes: [Axis]
    private let isChoice: [Bool]
    private let configurations: [Configuration]
    /// The rows that are left, in no order that matters, and their points one after the other.
    private var rows: [Int]
    private var points: [Double]

    /// - Parameters:
    ///   - space: The space that all configurations are of.
    ///   - configurations: The rows; a row's number is its place here.
    package init(space: ParameterSpace, configurations: [Configuration]) {
        self.axes = space.parameters.map { Axis($0.domain) }
        self.isChoice = self.axes.map { if case .choice = $0 { true } else { false } }
        self.configurations = configurations
        self.rows = Array(configurations.indices)
        self.points = []
        self.points.reserveCapacity(configurations.count * self.axes.count)
        for configuration in configurations { self.points += Self.point(configuration, self.axes) }
    }

    /// How many rows are left.
    package var count: Int { self.rows.count }

    /// Takes the row that is nearest to a configuration, the one with the lower number among equals.
    ///
    /// - Returns: `nil` where no row is left.
    /// - Complexity: O(rows left * parameters).
    package mutating func take(nearest configuration: Configuration) -> (row: Int, configuration: Configuration)? {
        guard !self.rows.isEmpty else { return nil }
        let index = self.nearest(to: Self.point(configuration, self.axes))
        let row = self.rows[index]
        let width = self.axes.count
        let last = self.rows.count - 1
        self.rows[index] = self.rows[last]
        for i in 0..<width { self.points[index * width + i] = self.points[last * width + i] }
        self.rows.removeLast()
        self.points.removeLast(width)
        return (row, self.configurations[row])
    }

    private func nearest(to target: [Double]) -> Int {
        let width = self.axes.count
        var best = 0
        var bestDistance = Double.infinity
        for index in self.rows.indices {
            var distance = 0.0
            for i in 0..<width where distance <= bestDistance {
                let difference = self.points[index * width + i] - target[i]
                distance +=
                    self.isChoice[i]
                    ? (difference == 0 ? 0 : 1) : (difference.isNaN ? 1 : difference * difference)
            }
            let isNearer = distance < bestDistance
            if isNearer || (distance == bestDistance && self.rows[index] < self.rows[best]) {
                best = index
                bestDistance = distance
            }
        }
        return best
    }

    /// The coordinates of a configuration; NaN for a parameter without a value, -1 for one without a choice.
    private static func point(_ configuration: Configuration, _ axes: [Axis]) -> [Double] {
        axes.indices.map { i in
            let value = configuration.values.indices.contains(i) ? configuration.values[i] : nil
            switch axes[i] {
            case .linear(let low, let width):
                guard let number = value?.number else { return .nan }
                return width > 0 ? (number - low) / width : 0
            case .logarithmic(let low, let width):
                guard let number = value?.number else { return .nan }
                return width > 0 ? (LogarithmicScale.logarithm(number) - low) / width : 0
            case .ordinal(let values):
                guard let index = value.flatMap({ values.firstIndex(of: $0) }) else { return .nan }
                return values.count > 1 ? Double(index) / Double(values.count - 1) : 0
            case .choice(let values):
                return value.flatMap { values.firstIndex(of: $0) }.map(Double.init) ?? -1
            }
        }
    }
}

extension ConfigurationPool.Axis {
    fileprivate init(_ domain: ParameterDomain) {
        switch domain {
        case .float(let range): self.init(low: range.low, high: range.high, isLogarithmic: range.isLogarithmic)
        case .int(let range):
            self.init(low: Double(range.low), high: Double(range.high), isLogarithmic: range.isLogarithmic)
        case .ordinal(let values): self = .ordinal(values)
        case .choice(let values): self = .choice(values)
        }
    }

    private init(low: Double, high: Double, isLogarithmic: Bool) {
        guard isLogarithmic else {
            self = .linear(low: low, width: high - low)
            return
        }
        let bottom = LogarithmicScale.logarithm(low)
        self = .logarithmic(low: bottom, width: LogarithmicScale.logarithm(high) - bottom)
    }
}
