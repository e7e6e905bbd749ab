/// Batch normalisation in training, feature by feature over the rows of a minibatch.
///
/// ```
/// mean = sum(x) / rows;  variance = sum((x - mean)^2) / rows;  inverse = 1 / sqrt(variance + epsilon)
/// normalized = (x - mean) * inverse;  output = fma(normalized, gain, shift), then relu where asked for
/// runningMean += runningWeight * (mean - runningMean)
/// runningVariance += runningWeight * (variance * rows / (rows - 1) - runningVariance)      (rows 1: variance)
/// ```
/// Shapes: input, normalized, output [rows, columns] with stride `columns`, a multiple of 16; the others [columns].
/// `normalized` may be `input`, `output` may be `input` as long as it is not `normalized`. Sums run row by row.
///
/// Source: S. Ioffe, C. Szegedy, "Batch normalization", ICML 2015, algorithm 1 and section 3.1.
@unsafe
package struct NormalizationArguments {
    package var rows: Int
    package var columns: Int
    package var input: UnsafePointer<Float>
    package var normalized: UnsafeMutablePointer<Float>
    package var output: UnsafeMutablePointer<Float>
    package var gain: UnsafePointer<Float>
    package var shift: UnsafePointer<Float>
    /// Overwritten with 1 / sqrt(variance + epsilon), for the way back.
    package var inverseDeviation: UnsafeMutablePointer<Float>
    package var runningMean: UnsafeMutablePointer<Float>
    package var runningVariance: UnsafeMutablePointer<Float>
    package var runningWeight: Float
    package var epsilon: Float
    package var relu: Bool

    @inlinable
    package init(
        rows: Int, columns: Int, input: UnsafePointer<Float>, normalized: UnsafeMutablePointer<Float>,
        output: UnsafeMutablePointer<Float>, gain: UnsafePointer<Float>, shift: UnsafePointer<Float>,
        inverseDeviation: UnsafeMutablePointer<Float>, runningMean: UnsafeMutablePointer<Float>,
        runningVariance: UnsafeMutablePointer<Float>, runningWeight: Float, epsilon: Float, relu: Bool
    ) {
        unsafe self.rows = rows
        unsafe self.columns = columns
        unsafe self.input = input
        unsafe self.normalized = normalized
        unsafe self.output = output
        unsafe self.gain = gain
        unsafe self.shift = shift
        unsafe self.inverseDeviation = inverseDeviation
        unsafe self.runningMean = runningMean
        unsafe self.runningVariance = runningVariance
        unsafe self.runningWeight = runningWeight
        unsafe self.epsilon = epsilon
        unsafe self.relu = relu
    }
}

/// Batch normalisation backwards: replaces the gradient of its output (already masked by the activation's slope)
/// by that of its input, and updates gain and shift.
///
/// ```
/// shiftGradient = sum(g);  gainGradient = sum(g * normalized)
/// g = gain * inverse * (g - (shiftGradient / rows + normalized * gainGradient / rows))
/// ```
/// with the gain from before its update. Shapes: gradient and normalized [rows, columns], stride `columns`.
@unsafe
package struct NormalizationBackwardArguments {
    package var rows: Int
    package var columns: Int
    package var gradient: UnsafeMutablePointer<Float>
    package var normalized: UnsafePointer<Float>
    package var inverseDeviation: UnsafePointer<Float>
    package var gain: ParameterBlock
    package var shift: ParameterBlock
    package var rule: UpdateRule

    @inlinable
    package init(
        rows: Int, columns: Int, gradient: UnsafeMutablePointer<Float>, normalized: UnsafePointer<Float>,
        inverseDeviation: UnsafePointer<Float>, gain: ParameterBlock, shift: ParameterBlock, rule: UpdateRule
    ) {
        unsafe self.rows = rows
        unsafe self.columns = columns
        unsafe self.gradient = gradient
        unsafe self.normalized = normalized
        unsafe self.inverseDeviation = inverseDeviation
        unsafe self.gain = gain
        unsafe self.shift = shift
        unsafe self.rule = rule
    }
}

/// Batch normalisation in evaluation, `output = fma((x - runningMean) * inverse, gain, shift)` with
/// `inverse = 1 / sqrt(runningVariance + epsilon)`, then relu where asked for.
///
/// Shapes: values [rows, columns], stride `columns`, changed in place; the others [columns].
@unsafe
package struct FixedNormalizationArguments {
    package var rows: Int
    package var columns: Int
    package var values: UnsafeMutablePointer<Float>
    package var gain: UnsafePointer<Float>
    package var shift: UnsafePointer<Float>
    package var runningMean: UnsafePointer<Float>
    package var runningVariance: UnsafePointer<Float>
    package var epsilon: Float
    package var relu: Bool

    @inlinable
    package init(
        rows: Int, columns: Int, values: UnsafeMutablePointer<Float>, gain: UnsafePointer<Float>,
        shift: UnsafePointer<Float>, runningMean: UnsafePointer<Float>, runningVariance: UnsafePointer<Float>,
        epsilon: Float, relu: Bool
    ) {
        unsafe self.rows = rows
        unsafe self.columns = columns
        unsafe self.values = values
        unsafe self.gain = gain
        unsafe self.shift = shift
        unsafe self.runningMean = runningMean
        unsafe self.runningVariance = runningVariance
        unsafe self.epsilon = epsilon
        unsafe self.relu = relu
    }
}
