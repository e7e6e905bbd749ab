/// A tensor of a network under its name, unpadded.
package struct NamedTensor: Hashable, Sendable {
    /// `layers.0.weight`, `layers.0.bias`, `layers.0.norm.scale`, `output.weight` and so on.
    package let name: String
    /// `[in, out]` for weights, `[out]` for the rest.
    package let shape: [Int]
    /// Row-major.
    package let values: [Float]
    package init(name: String, shape: [Int], values: [Float]) {
        self.name = name
        self.shape = shape
        self.values = values
    }
}
