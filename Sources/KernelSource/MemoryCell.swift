import KernelInterface

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
        var unit = 0
        while unit < units {
            let place = row &* units &+ unit
            let i = logistic(gate.vector(unit))
            let f = logistic(gate.vector(units &+ unit))
            let g = hyperbolicTangent(gate.vector(2 &* units &+ unit))
            let o = logistic(gate.vector(3 &* units &+ unit))
            let cell = (i * g).addingProduct(f, former.vector(place))
            let t = hyperbolicTangent(cell)
            gate.store(i, unit)
            gate.store(f, units &+ unit)
            gate.store(g, 2 &* units &+ unit)
            gate.store(o, 3 &* units &+ unit)
            cells.store(cell, place)
            squashed.store(t, place)
            hidden.store(o * t, place)
            unit &+= 16
        }
        row &+= 1
    }
}

/// `x * (1 - x)`, the slope of the logistic function at the value x.
@inline(__always)
private func logisticSlope(_ x: Vector) -> Vector { x.addingProduct(x.negated, x) }

/// `1 - x * x`, the slope of the hyperbolic tangent at the value x.
@inline(__always)
private func tangentSlope(_ x: Vector) -> Vector { Vector(repeating: 1).addingProduct(x.negated, x) }

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
