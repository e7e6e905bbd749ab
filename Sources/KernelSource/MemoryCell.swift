import KernelInterface

/// Applies a function to neighbouring gates in place.
///
/// A function of its own, as are the cells below: in a larger one the compiler would not inline the elementary functions.
@inline(never)
private func squash<L: ActivationLaw>(_ gates: Target, from first: Int, to end: Int, _: L.Type) {
    var index = first
    while index < end {
        gates.store(L.evaluate(gates.vector(index)).value, index)
        index &+= 16
    }
}

/// Cells and states of one row, once its gates are squashed.
@inline(never)
private func advance(
    _ gate: Source, _ former: Source, _ cells: Target, _ squashed: Target, _ hidden: Target, units: Int
) {
    var unit = 0
    while unit < units {
        let product = gate.vector(unit) * gate.vector(2 &* units &+ unit)
        let cell = product.addingProduct(gate.vector(units &+ unit), former.vector(unit))
        let t = hyperbolicTangent(cell)
        cells.store(cell, unit)
        squashed.store(t, unit)
        hidden.store(gate.vector(3 &* units &+ unit) * t, unit)
        unit &+= 16
    }
}

func memoryCellKernel(_ arguments: borrowing MemoryCellArguments) {
    let gates = unsafe Target(arguments.gates)
    let former = unsafe Source(arguments.formerCells)
    let cells = unsafe Target(arguments.cells)
    let squashed = unsafe Target(arguments.squashedCells)
    let hidden = unsafe Target(arguments.hidden)
    let units = unsafe arguments.units
    let rows = unsafe arguments.rows
    var row = 0
    while row < rows {
        let gate = gates.advanced(4 &* row &* units)
        squash(gate, from: 0, to: 2 &* units, SigmoidLaw.self)
        squash(gate, from: 2 &* units, to: 3 &* units, TanhLaw.self)
        squash(gate, from: 3 &* units, to: 4 &* units, SigmoidLaw.self)
        let place = row &* units
        advance(
            gate.source, former.advanced(place), cells.advanced(place), squashed.advanced(place),
            hidden.advanced(place), units: units)
        row &+= 1
    }
}

/// `x * (1 - x)`, the slope of the logistic function at the value x.
@inline(__always)
func logisticSlope(_ x: Vector) -> Vector { x.addingProduct(x.negated, x) }

/// `1 - x * x`, the slope of the hyperbolic tangent at the value x.
@inline(__always)
func tangentSlope(_ x: Vector) -> Vector { Vector(repeating: 1).addingProduct(x.negated, x) }

func memoryCellGradientKernel(_ arguments: borrowing MemoryCellGradientArguments) {
    let gates = unsafe Source(arguments.gates)
    let former = unsafe Source(arguments.formerCells)
    let squashed = unsafe Source(arguments.squashedCells)
    let hiddenGradient = unsafe Source(arguments.hiddenGradient)
    let cellGradient = unsafe Target(arguments.cellGradient)
    let gateGradient = unsafe Target(arguments.gateGradient)
    let units = unsafe arguments.units
    let rows = unsafe arguments.rows
    var row = 0
    while row < rows {
        let gate = gates.advanced(4 &* row &* units)
        let result = gateGradient.advanced(4 &* row &* units)
        var unit = 0
        while unit < units {
            let place = row &* units &+ unit
            let i = gate.vector(unit)
            let f = gate.vector(units &+ unit)
            let g = gate.vector(2 &* units &+ unit)
            let o = gate.vector(3 &* units &+ unit)
            let t = squashed.vector(place)
            let dh = hiddenGradient.vector(place)
            let d = cellGradient.vector(place).addingProduct(dh * o, tangentSlope(t))
            result.store((d * g) * logisticSlope(i), unit)
            result.store((d * former.vector(place)) * logisticSlope(f), units &+ unit)
            result.store((d * i) * tangentSlope(g), 2 &* units &+ unit)
            result.store((dh * t) * logisticSlope(o), 3 &* units &+ unit)
            cellGradient.store(d * f, place)
            unit &+= 16
        }
        row &+= 1
    }
}
