import KernelInterface
import TuningModel

/// One layer of LSTM cells and where it keeps everything. Places are offsets in the arena.
///
/// Steps stand one after another, each with the rows of the minibatch that is at work; four gates of `unitStride` units
/// stand side by side, in the order i, f, g, o.
struct RecurrentPlan: Hashable {
    let steps: Int
    /// True widths.
    let inputs: Int
    let units: Int
    /// Widths rounded up to multiples of 16.
    let inputStride: Int
    let unitStride: Int
    /// Shape [inputStride, 4 * unitStride].
    let inputWeights: ParameterPlace
    /// Shape [unitStride, 4 * unitStride].
    let hiddenWeights: ParameterPlace
    /// Shape [4 * unitStride].
    let bias: ParameterPlace
    /// Shape [steps, rows, 4 * unitStride].
    let gates: Int
    let gateGradient: Int
    /// Shape [steps, rows, unitStride].
    let cells: Int
    let squashedCells: Int
    let hidden: Int
    let hiddenGradient: Int
    /// Shape [rows, unitStride].
    let cellGradient: Int
    /// Shape [rows, unitStride]: the state before the first step, always 0.
    let zeros: Int
    /// Shape [4 * unitStride, unitStride] and, but for the first layer, [4 * unitStride, inputStride].
    let turnedHiddenWeights: Int
    let turnedInputWeights: Int?
    /// As the weights.
    let inputWeightGradient: Int
    let hiddenWeightGradient: Int

    var gateStride: Int { 4 * self.unitStride }

    init(
        _ settings: RecurrentLayerSettings, steps: Int, inputs: Int, isFirst: Bool, rule: UpdateRule, bufferRows: Int,
        layout: inout ArenaLayout
    ) {
        let units = paddedWidth(settings.units)
        let width = paddedWidth(inputs)
        let rows = steps.multipliedReportingOverflow(by: bufferRows)
        let count = rows.overflow ? Int.max / 8 : rows.partialValue
        self.steps = steps
        self.inputs = inputs
        self.units = settings.units
        self.inputStride = width
        self.unitStride = units
        self.inputWeights = ParameterPlace(rows: width, columns: 4 * units, rule: rule, layout: &layout)
        self.hiddenWeights = ParameterPlace(rows: units, columns: 4 * units, rule: rule, layout: &layout)
        self.bias = ParameterPlace(columns: 4 * units, rule: rule, layout: &layout)
        self.gates = layout.reserve(rows: count, columns: 4 * units)
        self.gateGradient = layout.reserve(rows: count, columns: 4 * units)
        self.cells = layout.reserve(rows: count, columns: units)
        self.squashedCells = layout.reserve(rows: count, columns: units)
        self.hidden = layout.reserve(rows: count, columns: units)
        self.hiddenGradient = layout.reserve(rows: count, columns: units)
        self.cellGradient = layout.reserve(rows: bufferRows, columns: units)
        self.zeros = layout.reserve(rows: bufferRows, columns: units)
        self.turnedHiddenWeights = layout.reserve(rows: 4 * units, columns: units)
        self.turnedInputWeights = isFirst ? nil : layout.reserve(rows: 4 * units, columns: width)
        self.inputWeightGradient = layout.reserve(rows: width, columns: 4 * units)
        self.hiddenWeightGradient = layout.reserve(rows: units, columns: 4 * units)
    }

    /// Floating-point operations for one sequence in training.
    var operations: Double {
        let products = self.turnedInputWeights == nil ? 4.0 : 6.0
        let perUnit = products * Double(self.inputs) + 6 * Double(self.units)
        return Double(self.steps) * perUnit * 4 * Double(self.units)
    }

    /// The layer's tensors in declaration order: `input_weight` of the shape [inputs, 4, units], `hidden_weight` of the
    /// shape [units, 4, units] and `bias` of the shape [4, units], gates in the order i, f, g, o.
    func tensors(prefix: String) -> [TensorPlace] {
        [
            TensorPlace(
                "\(prefix).input_weight", shape: [self.inputs, 4, self.units], rowStride: self.unitStride,
                parameter: self.inputWeights),
            TensorPlace(
                "\(prefix).hidden_weight", shape: [self.units, 4, self.units], rowStride: self.unitStride,
                parameter: self.hiddenWeights),
            TensorPlace(
                "\(prefix).bias", shape: [4, self.units], rowStride: self.unitStride, parameter: self.bias),
        ]
    }
}
