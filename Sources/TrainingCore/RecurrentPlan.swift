import KernelInterface
import TuningModel

/// One direction of a recurrent layer and where it keeps everything. Places are offsets in the arena.
///
/// Steps stand one after another, each with the rows of the minibatch that is at work; gates of `unitStride` units each
/// stand side by side, in the order i, f, g, o of LSTM cells and r, z, n of gated recurrent units.
struct RecurrentPlan: Hashable {
    let cell: RecurrentCell
    /// Whether it goes from the last step to the first.
    let isReversed: Bool
    let steps: Int
    /// True widths.
    let inputs: Int
    let units: Int
    /// Widths rounded up to multiples of 16.
    let inputStride: Int
    let unitStride: Int
    /// Shape [inputStride, gateStride].
    let inputWeights: ParameterPlace
    /// Shape [unitStride, gateStride].
    let hiddenWeights: ParameterPlace
    /// Shape [gateStride].
    let bias: ParameterPlace
    /// Shape [steps, rows, gateStride].
    let gates: Int
    let gateGradient: Int
    /// Shape [steps, rows, unitStride].
    let hidden: Int
    let hiddenGradient: Int
    /// Shape [rows, unitStride]: the state before the first step, always 0.
    let zeros: Int
    let memory: Memory
    /// Shape [gateStride, unitStride] and, but for the first layer, [gateStride, inputStride].
    let turnedHiddenWeights: Int
    let turnedInputWeights: Int?
    /// As the weights.
    let inputWeightGradient: Int
    let hiddenWeightGradient: Int

    /// What a kind of cell keeps besides.
    enum Memory: Hashable {
        case lstm(MemoryCellPlaces)
        case gru(GatedUnitPlaces)
    }

    /// Shape [steps, rows, unitStride]; the gradient [rows, unitStride].
    struct MemoryCellPlaces: Hashable {
        let cells: Int
        let squashedCells: Int
        let cellGradient: Int
    }

    struct GatedUnitPlaces: Hashable {
        /// Shape [unitStride].
        let bias: ParameterPlace
        /// Shape [rows, gateStride].
        let products: Int
        /// Shape [steps, rows, gateStride].
        let productGradient: Int
        /// Shape [steps, rows, unitStride].
        let candidates: Int
    }

    var gateCount: Int { self.cell == .lstm ? 4 : 3 }
    var gateStride: Int { self.gateCount * self.unitStride }

    /// The gradient of the product of the states: for LSTM cells that of the gates.
    var productGradient: Int {
        switch self.memory {
        case .lstm: self.gateGradient
        case .gru(let places): places.productGradient
        }
    }

    init(
        cell: RecurrentCell, isReversed: Bool, units: Int, steps: Int, inputs: Int, isFirst: Bool, rule: UpdateRule,
        bufferRows: Int, layout: inout ArenaLayout
    ) {
        let stride = paddedWidth(units)
        let width = paddedWidth(inputs)
        let gateStride = (cell == .lstm ? 4 : 3) * stride
        let rows = steps.multipliedReportingOverflow(by: bufferRows)
        let count = rows.overflow ? Int.max / 8 : rows.partialValue
        self.cell = cell
        self.isReversed = isReversed
        self.steps = steps
        self.inputs = inputs
        self.units = units
        self.inputStride = width
        self.unitStride = stride
        self.inputWeights = ParameterPlace(rows: width, columns: gateStride, rule: rule, layout: &layout)
        self.hiddenWeights = ParameterPlace(rows: stride, columns: gateStride, rule: rule, layout: &layout)
        self.bias = ParameterPlace(columns: gateStride, rule: rule, layout: &layout)
        self.gates = layout.reserve(rows: count, columns: gateStride)
        self.gateGradient = layout.reserve(rows: count, columns: gateStride)
        self.hidden = layout.reserve(rows: count, columns: stride)
        self.hiddenGradient = layout.reserve(rows: count, columns: stride)
        self.zeros = layout.reserve(rows: bufferRows, columns: stride)
        switch cell {
        case .lstm:
            self.memory = .lstm(
                MemoryCellPlaces(
                    cells: layout.reserve(rows: count, columns: stride),
                    squashedCells: layout.reserve(rows: count, columns: stride),
                    cellGradient: layout.reserve(rows: bufferRows, columns: stride)))
        case .gru:
            self.memory = .gru(
                GatedUnitPlaces(
                    bias: ParameterPlace(columns: stride, rule: rule, layout: &layout),
                    products: layout.reserve(rows: bufferRows, columns: gateStride),
                    productGradient: layout.reserve(rows: count, columns: gateStride),
                    candidates: layout.reserve(rows: count, columns: stride)))
        }
        self.turnedHiddenWeights = layout.reserve(rows: gateStride, columns: stride)
        self.turnedInputWeights = isFirst ? nil : layout.reserve(rows: gateStride, columns: width)
        self.inputWeightGradient = layout.reserve(rows: width, columns: gateStride)
        self.hiddenWeightGradient = layout.reserve(rows: stride, columns: gateStride)
    }

    /// The step at a position of the order in which the steps are gone through.
    func step(_ position: Int) -> Int { self.isReversed ? self.steps - 1 - position : position }

    /// Floating-point operations for one sequence in training.
    var operations: Double {
        let products = self.turnedInputWeights == nil ? 4.0 : 6.0
        let perUnit = products * Double(self.inputs) + 6 * Double(self.units)
        return Double(self.steps) * perUnit * Double(self.gateCount * self.units)
    }

    /// The tensors in declaration order: `input_weight` of the shape [inputs, gates, units], `hidden_weight` of the shape
    /// [units, gates, units], `bias` of the shape [gates, units], and of gated recurrent units `hidden_bias`, [units].
    func tensors(prefix: String) -> [TensorPlace] {
        var tensors = [
            TensorPlace(
                "\(prefix).input_weight", shape: [self.inputs, self.gateCount, self.units], rowStride: self.unitStride,
                parameter: self.inputWeights),
            TensorPlace(
                "\(prefix).hidden_weight", shape: [self.units, self.gateCount, self.units], rowStride: self.unitStride,
                parameter: self.hiddenWeights),
            TensorPlace(
                "\(prefix).bias", shape: [self.gateCount, self.units], rowStride: self.unitStride, parameter: self.bias),
        ]
        if case .gru(let places) = self.memory {
            tensors.append(
                TensorPlace(
                    "\(prefix).hidden_bias", shape: [self.units], rowStride: self.unitStride, parameter: places.bias))
        }
        return tensors
    }
}
