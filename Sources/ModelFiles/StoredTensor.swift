/// A tensor of a model file.
package struct StoredTensor: Hashable, Sendable {
    /// Unique in its file, and not `__metadata__`.
    package let name: String
    package let shape: [Int]
    /// Row-major; as many as the shape has places.
    package let values: [Float]

    package init(name: String, shape: [Int], values: [Float]) {
        self.name = name
        self.shape = shape
        self.values = values
    }
}

/// A text that a model file carries beside its tensors.
package struct StoredText: Hashable, Sendable {
    /// Unique in its file.
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Why a model cannot be written or read.
package struct ModelFileError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String
    package init(_ message: String) { self.message = message }
    package var description: String { self.message }
}
