/// One time step of a layer of gated recurrent units, behind the products:
/// `r = s(x_r + u_r), z = s(x_z + u_z), a = u_n + b, n = tanh(fma(r, a, x_n)); h = fma(z, h' - n, n)`,
/// where s is the logistic function, x the product with the step's input and its biases, u that with the state before,
/// h'.
///
/// Source: K. Cho et al., "Learning phrase representations using RNN encoder-decoder", EMNLP 2014, section 2.3.
///
/// Deviations, on purpose: z weighs the state before, and r applies behind the product, as in cuDNN, PyTorch and Keras.
///
/// Shapes: gates and products [rows, 3 * units], in the order r, z, n; the others [rows, units]. `units` is a multiple of
/// 16; the units beyond the true number have products of 0 and stay 0.
@unsafe
package struct GatedUnitArguments {
    package var rows: Int
    package var units: Int
    /// Read as x, overwritten with r, z, n.
    package var gates: UnsafeMutablePointer<Float>
    /// u, the product of the state before; nil before the first step: 0.
    package var products: UnsafePointer<Float>?
    /// Shape [units]: b.
    package var bias: UnsafePointer<Float>
    package var formerHidden: UnsafePointer<Float>
    /// a, which the way back needs.
    package var candidates: UnsafeMutablePointer<Float>
    package var hidden: UnsafeMutablePointer<Float>

    @inlinable
    package init(
        rows: Int, units: Int, gates: UnsafeMutablePointer<Float>, products: UnsafePointer<Float>?,
        bias: UnsafePointer<Float>, formerHidden: UnsafePointer<Float>, candidates: UnsafeMutablePointer<Float>,
        hidden: UnsafeMutablePointer<Float>
    ) {
        unsafe self.rows = rows
        unsafe self.units = units
        unsafe self.gates = gates
        unsafe self.products = products
        unsafe self.bias = bias
        unsafe self.formerHidden = formerHidden
        unsafe self.candidates = candidates
        unsafe self.hidden = hidden
    }
}

/// The same step backwards. With dh the gradient of h:
/// `dx_n = (dh * (1 - z)) * (1 - n * n); dx_r = (dx_n * a) * r * (1 - r); dx_z = (dh * (h' - n)) * z * (1 - z);
/// da = dx_n * r; dh' += dh * z`.
///
/// The gradients of u are dx_r, dx_z and da. Shapes as in ``GatedUnitArguments``.
@unsafe
package struct GatedUnitGradientArguments {
    package var rows: Int
    package var units: Int
    /// r, z, n as the forward step left them.
    package var gates: UnsafePointer<Float>
    package var candidates: UnsafePointer<Float>
    package var formerHidden: UnsafePointer<Float>
    package var hiddenGradient: UnsafePointer<Float>
    /// Shape [rows, 3 * units]: dx.
    package var gateGradient: UnsafeMutablePointer<Float>
    /// Shape [rows, 3 * units]: dx_r, dx_z, da.
    package var productGradient: UnsafeMutablePointer<Float>
    /// Added to; nil before the first step.
    package var formerGradient: UnsafeMutablePointer<Float>?

    @inlinable
    package init(
        rows: Int, units: Int, gates: UnsafePointer<Float>, candidates: UnsafePointer<Float>,
        formerHidden: UnsafePointer<Float>, hiddenGradient: UnsafePointer<Float>,
        gateGradient: UnsafeMutablePointer<Float>, productGradient: UnsafeMutablePointer<Float>,
        formerGradient: UnsafeMutablePointer<Float>?
    ) {
        unsafe self.rows = rows
        unsafe self.units = units
        unsafe self.gates = gates
        unsafe self.candidates = candidates
        unsafe self.formerHidden = formerHidden
        unsafe self.hiddenGradient = hiddenGradient
        unsafe self.gateGradient = gateGradient
        unsafe self.productGradient = productGradient
        unsafe self.formerGradient = formerGradient
    }
}
