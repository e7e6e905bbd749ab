package import TuningModel

/// What is known of a study's networks before one is trained: how many numbers each would train.
///
/// Counting is the training core's own affair, and its function is given by whoever has both; it must be a function of its
/// arguments alone.
package struct NetworkMeasure: Sendable {
    package let shape: DataShape
    private let count: @Sendable ([Setting], DataShape) -> Int?

    package init(_ shape: DataShape, count: @escaping @Sendable ([Setting], DataShape) -> Int?) {
        self.shape = shape
        self.count = count
    }

    /// Trained numbers of a network with these settings; `nil` where there can be no such network.
    package func parameterCount(_ settings: [Setting]) -> Int? { self.count(settings, self.shape) }
}

extension NetworkMeasure: Hashable {
    /// The function is the same everywhere.
    package static func == (left: Self, right: Self) -> Bool { left.shape == right.shape }

    package func hash(into hasher: inout Hasher) { hasher.combine(self.shape) }
}
