/// One time step of a layer of LSTM cells, behind the products:
/// `i = s(z_i), f = s(z_f), g = tanh(z_g), o = s(z_o); c = fma(f, c', i * g); t = tanh(c); h = o * t`,
/// where s is the logistic function and c' the cell before.
///
/// Source: S. Hochreiter, J. Schmidhuber, "Long short-term memory", Neural Computation 9(8), 1997; F. Gers et al.,
/// "Learning to forget", Neural Computation 12(10), 2000, equations 1 to 5 (without peepholes).
///
/// Shapes: gates [rows, 4 * units], in the order i, f, g, o; the others [rows, units]. `units` is a multiple of 16; the
/// cells beyond the true number have gates of 0 and stay 0.
@unsafe
package struct MemoryCellArguments {
    package var rows: Int
    package var units: Int
    /// Read as z, overwritten with i, f, g, o.
    package var gates: UnsafeMutablePointer<Float>
    package var formerCells: UnsafePointer<Float>
    package var cells: UnsafeMutablePointer<Float>
    /// tanh of the cells.
    package var squashedCells: UnsafeMutablePointer<Float>
    package var hidden: UnsafeMutablePointer<Float>

    @inlinable
    package init(
        rows: Int, units: Int, gates: UnsafeMutablePointer<Float>, formerCells: UnsafePointer<Float>,
        cells: UnsafeMutablePointer<Float>, squashedCells: UnsafeMutablePointer<Float>,
        hidden: UnsafeMutablePointer<Float>
    ) {
        unsafe self.rows = rows
        unsafe self.units = units
        unsafe self.gates = gates
        unsafe self.formerCells = formerCells
        unsafe self.cells = cells
        unsafe self.squashedCells = squashedCells
        unsafe self.hidden = hidden
    }
}

/// The same step backwards. With dh the gradient of h and dc that of c from the step behind:
/// `d = fma(dh * o, 1 - t * t, dc); dz_o = dh * t * o * (1 - o); dz_i = d * g * i * (1 - i);
/// dz_f = d * c' * f * (1 - f); dz_g = d * i * (1 - g * g); dc' = d * f`.
///
/// Shapes as in ``MemoryCellArguments``.
@unsafe
package struct MemoryCellGradientArguments {
    package var rows: Int
    package var units: Int
    /// i, f, g, o as the forward step left them.
    package var gates: UnsafePointer<Float>
    package var formerCells: UnsafePointer<Float>
    package var squashedCells: UnsafePointer<Float>
    package var hiddenGradient: UnsafePointer<Float>
    /// Read as dc, overwritten with dc'.
    package var cellGradient: UnsafeMutablePointer<Float>
    /// Shape [rows, 4 * units]: dz.
    package var gateGradient: UnsafeMutablePointer<Float>

    @inlinable
    package init(
        rows: Int, units: Int, gates: UnsafePointer<Float>, formerCells: UnsafePointer<Float>,
        squashedCells: UnsafePointer<Float>, hiddenGradient: UnsafePointer<Float>,
        cellGradient: UnsafeMutablePointer<Float>, gateGradient: UnsafeMutablePointer<Float>
    ) {
        unsafe self.rows = rows
        unsafe self.units = units
        unsafe self.gates = gates
        unsafe self.formerCells = formerCells
        unsafe self.squashedCells = squashedCells
        unsafe self.hiddenGradient = hiddenGradient
        unsafe self.cellGradient = cellGradient
        unsafe self.gateGradient = gateGradient
    }
}
