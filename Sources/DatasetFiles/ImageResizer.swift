/// Scales images with a triangle filter, one direction after the other.
///
/// The value at output place i is `Σ w(j) x(j) / Σ w(j)` with `w(j) = max(0, 1 - |j + 0.5 - c| / s)`, the centre
/// `c = (i + 0.5) · n / m` and `s = max(1, n / m)` for n places in and m out. Upwards this is bilinear interpolation with
/// pixels as areas, downwards each output pixel looks at all pixels that it covers, so that fine patterns do not alias.
///
/// Source: P. Heckbert, "Fundamentals of Texture Mapping and Image Warping", 1989, section 3.5.
struct ImageResizer {
    /// For each output place the first input place and the weights from there on.
    private struct Axis {
        var firsts: [Int] = []
        var weights: [[Float]] = []

        init(from input: Int, to output: Int) {
            let scale = Double(input) / Double(output)
            let support = max(1, scale)
            for place in 0..<output {
                let center = (Double(place) + 0.5) * scale
                let first = max(0, Int((center - support - 0.5).rounded(.up)))
                let last = min(input - 1, Int((center + support - 0.5).rounded(.down)))
                let weights = (first...max(first, last)).map { max(0, 1 - abs(Double($0) + 0.5 - center) / support) }
                let sum = weights.reduce(0, +)
                self.firsts.append(first)
                self.weights.append(weights.map { Float($0 / sum) })
            }
        }
    }

    private let input: (height: Int, width: Int)
    private let output: (height: Int, width: Int)
    private let rows: Axis
    private let columns: Axis

    init(from input: (height: Int, width: Int), to output: (height: Int, width: Int)) {
        self.input = input
        self.output = output
        self.rows = Axis(from: input.height, to: output.height)
        self.columns = Axis(from: input.width, to: output.width)
    }

    /// Whether an image of this size is what this one was made for.
    func fits(height: Int, width: Int) -> Bool { self.input == (height, width) }

    /// The scaled image.
    ///
    /// - Parameters:
    ///   - pixels: Shape [height, width, channels].
    ///   - channels: Numbers of a pixel.
    /// - Returns: Shape [output height, output width, channels], not rounded.
    /// - Complexity: O(height · output width + output pixels), times the support.
    func resize(_ pixels: [UInt8], channels: Int) -> [Float] {
        // Columns first: [height, output width, channels].
        var wide = [Float](repeating: 0, count: self.input.height * self.output.width * channels)
        for row in 0..<self.input.height {
            for column in 0..<self.output.width {
                let first = self.columns.firsts[column]
                for channel in 0..<channels {
                    var sum: Float = 0
                    for (offset, weight) in self.columns.weights[column].enumerated() {
                        let place = (row * self.input.width + first + offset) * channels + channel
                        sum.addProduct(weight, Float(pixels[place]))
                    }
                    wide[(row * self.output.width + column) * channels + channel] = sum
                }
            }
        }
        let width = self.output.width * channels
        var result = [Float](repeating: 0, count: self.output.height * width)
        for row in 0..<self.output.height {
            for (offset, weight) in self.rows.weights[row].enumerated() {
                let source = (self.rows.firsts[row] + offset) * width
                for place in 0..<width { result[row * width + place].addProduct(weight, wide[source + place]) }
            }
        }
        return result
    }
}

extension Float {
    /// Adds a product, rounded once.
    fileprivate mutating func addProduct(_ left: Float, _ right: Float) { self = self.addingProduct(left, right) }
}
