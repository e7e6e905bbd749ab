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

    private let space: ParameterSpace
    private let axes: [Axis]
    private let configurations: [Configuration]
    /// Whether each row is left.
    private var isLeft: [Bool]
    private var tree: RowTree
    /// The points of all rows in the unit cube as searchers see it, where they were asked for.
    private var points: [[Double]] = []

    /// - Parameters:
    ///   - space: The space that all configurations are of.
    ///   - configurations: The rows; a row's number is its place here.
    package init(space: ParameterSpace, configurations: [Configuration]) {
        let axes = space.parameters.map { Axis($0.domain) }
        self.space = space
        self.axes = axes
        self.configurations = configurations
        self.isLeft = Array(repeating: true, count: configurations.count)
        self.tree = RowTree(
            columns: axes.indices.map { axis in configurations.map { axes[axis].coordinate($0.values[axis]) } },
            isChoice: axes.map { if case .choice = $0 { true } else { false } }, rowCount: configurations.count)
    }

    /// How many rows are left.
    package var count: Int { self.tree.count }

    /// The rows that are left, ascending.
    ///
    /// - Complexity: O(rows).
    var candidates: [Int] { self.isLeft.indices.filter { self.isLeft[$0] } }

    /// Finds the point of each row once, for a searcher that looks at candidates.
    mutating func findPoints() { self.points = self.configurations.map { self.space.coordinates(of: $0) } }

    /// The coordinates of a row, as ``ParameterSpace/coordinates(of:)`` gives them.
    func point(of row: Int) -> [Double] {
        self.points.isEmpty ? self.space.coordinates(of: self.configurations[row]) : self.points[row]
    }

    /// The configuration of a row.
    func configuration(of row: Int) -> Configuration { self.configurations[row] }

    /// Takes the row that is nearest to a configuration, the one with the lower number among equals.
    ///
    /// - Returns: `nil` where no row is left.
    /// - Complexity: That of ``RowTree/takeNearest(to:)``.
    package mutating func take(nearest configuration: Configuration) -> (row: Int, configuration: Configuration)? {
        let values = configuration.values
        let point = self.axes.indices.map { axis in
            self.axes[axis].coordinate(values.indices.contains(axis) ? values[axis] : nil)
        }
        guard let row = self.tree.takeNearest(to: point) else { return nil }
        self.isLeft[row] = false
        return (row, self.configurations[row])
    }
}

extension ConfigurationPool.Axis {
    /// The place of a value; NaN for none, -1 for no value of a choice.
    fileprivate func coordinate(_ value: ParameterValue?) -> Double {
        switch self {
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
