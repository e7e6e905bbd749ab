/// Layer normalisation of each row over its units,
/// `n = (x - mean) / sqrt(variance + epsilon); output = gain * n + shift`, the variance that of the population.
///
/// Source: J. L. Ba, J. R. Kiros, G. E. Hinton, "Layer normalization", 2016, equations 3 and 4.
///
/// Shapes: values and normalized [rows, columns], gain and shift [columns], inverseDeviation [rows]; `columns` is `units`
/// rounded up to a multiple of 16, and what lies beyond the units becomes the shift there. Sums run through 16 lanes over
/// the columns, then the fixed tree.
@unsafe
package struct LayerNormalizationArguments {
    package var rows: Int
    package var columns: Int
    /// The true width.
    package var units: Int
    /// Overwritten.
    package var values: UnsafeMutablePointer<Float>
    package var gain: UnsafePointer<Float>
    package var shift: UnsafePointer<Float>
    package var epsilon: Float
    /// What the way back needs; nil in evaluation.
    package var normalized: UnsafeMutablePointer<Float>?
    package var inverseDeviation: UnsafeMutablePointer<Float>?

    @inlinable
    package init(
        rows: Int, columns: Int, units: Int, values: UnsafeMutablePointer<Float>, gain: UnsafePointer<Float>,
        shift: UnsafePointer<Float>, epsilon: Float, normalized: UnsafeMutablePointer<Float>?,
        inverseDeviation: UnsafeMutablePointer<Float>?
    ) {
        unsafe self.rows = rows
        unsafe self.columns = columns
        unsafe self.units = units
        unsafe self.values = values
        unsafe self.gain = gain
        unsafe self.shift = shift
        unsafe self.epsilon = epsilon
        unsafe self.normalized = normalized
        unsafe self.inverseDeviation = inverseDeviation
    }
}

/// Layer normalisation backwards. With g the gradient of the output and a = g * gain:
/// `gradient = (a - mean(a) - n * mean(a * n)) * inverseDeviation`, and `gainGradient = g * n`, row by row.
///
/// Shapes as in ``LayerNormalizationArguments``, gainGradient [rows, columns]: its column sums are the gain's gradient,
/// those of g the shift's.
@unsafe
package struct LayerNormalizationBackwardArguments {
    package var rows: Int
    package var columns: Int
    package var units: Int
    /// g, overwritten with the gradient of x; 0 beyond the units.
    package var gradient: UnsafeMutablePointer<Float>
    package var normalized: UnsafePointer<Float>
    package var inverseDeviation: UnsafePointer<Float>
    package var gain: UnsafePointer<Float>
    package var gainGradient: UnsafeMutablePointer<Float>

    @inlinable
    package init(
        rows: Int, columns: Int, units: Int, gradient: UnsafeMutablePointer<Float>, normalized: UnsafePointer<Float>,
        inverseDeviation: UnsafePointer<Float>, gain: UnsafePointer<Float>, gainGradient: UnsafeMutablePointer<Float>
    ) {
        unsafe self.rows = rows
        unsafe self.columns = columns
        unsafe self.units = units
        unsafe self.gradient = gradient
        unsafe self.normalized = normalized
        unsafe self.inverseDeviation = inverseDeviation
        unsafe self.gain = gain
        unsafe self.gainGradient = gainGradient
    }
}
