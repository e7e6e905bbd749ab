import KernelInterface

/// The logistic function of two products added, in place.
///
/// A function of its own, as is the one below: in a larger one the compiler would not inline the elementary functions.
@inline(never)
private func squashSums(_ gates: Target, _ products: Source?, count: Int) {
    var index = 0
    while index < count {
        var sum = gates.vector(index)
        if let products { sum = sum + products.vector(index) }
        gates.store(logistic(sum), index)
        index &+= 16
    }
}

/// Candidates and states of one row, once r and z are squashed.
@inline(never)
private func advance(
    _ gate: Target, _ products: Source?, _ bias: Source, _ former: Source, _ candidates: Target, _ hidden: Target,
    units: Int
) {
    var unit = 0
    while unit < units {
        var a = bias.vector(unit)
        if let products { a = products.vector(2 &* units &+ unit) + a }
        let n = hyperbolicTangent(gate.vector(2 &* units &+ unit).addingProduct(gate.vector(unit), a))
        gate.store(n, 2 &* units &+ unit)
        candidates.store(a, unit)
        hidden.store(n.addingProduct(gate.vector(units &+ unit), former.vector(unit) - n), unit)
        unit &+= 16
    }
}

func gatedUnitKernel(_ arguments: borrowing GatedUnitArguments) {
    let gates = unsafe Target(arguments.gates)
    let products = unsafe arguments.products.map { unsafe Source($0) }
    let bias = unsafe Source(arguments.bias)
    let former = unsafe Source(arguments.formerHidden)
    let candidates = unsafe Target(arguments.candidates)
    let hidden = unsafe Target(arguments.hidden)
    let units = unsafe arguments.units
    let rows = unsafe arguments.rows
    var row = 0
    while row < rows {
        let gate = gates.advanced(3 &* row &* units)
        let product = products?.advanced(3 &* row &* units)
        squashSums(gate, product, count: 2 &* units)
        let place = row &* units
        advance(
            gate, product, bias, former.advanced(place), candidates.advanced(place), hidden.advanced(place),
            units: units)
        row &+= 1
    }
}

func gatedUnitGradientKernel(_ arguments: borrowing GatedUnitGradientArguments) {
    let gates = unsafe Source(arguments.gates)
    let candidates = unsafe Source(arguments.candidates)
    let former = unsafe Source(arguments.formerHidden)
    let hiddenGradient = unsafe Source(arguments.hiddenGradient)
    let gateGradient = unsafe Target(arguments.gateGradient)
    let productGradient = unsafe Target(arguments.productGradient)
    let formerGradient = unsafe arguments.formerGradient.map { unsafe Target($0) }
    let units = unsafe arguments.units
    let rows = unsafe arguments.rows
    var row = 0
    while row < rows {
        let gate = gates.advanced(3 &* row &* units)
        let result = gateGradient.advanced(3 &* row &* units)
        let products = productGradient.advanced(3 &* row &* units)
        var unit = 0
        while unit < units {
            let place = row &* units &+ unit
            let r = gate.vector(unit)
            let z = gate.vector(units &+ unit)
            let n = gate.vector(2 &* units &+ unit)
            let dh = hiddenGradient.vector(place)
            let dn = (dh * (1 - z)) * tangentSlope(n)
            let dr = (dn * candidates.vector(place)) * logisticSlope(r)
            let dz = (dh * (former.vector(place) - n)) * logisticSlope(z)
            result.store(dr, unit)
            result.store(dz, units &+ unit)
            result.store(dn, 2 &* units &+ unit)
            products.store(dr, unit)
            products.store(dz, units &+ unit)
            products.store(dn * r, 2 &* units &+ unit)
            if let formerGradient {
                formerGradient.store(formerGradient.vector(place).addingProduct(dh, z), place)
            }
            unit &+= 16
        }
        row &+= 1
    }
}
