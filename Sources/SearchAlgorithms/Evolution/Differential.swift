import Randomness
import TuningModel

/// Donors and binomial crossover of differential evolution, over every kind of parameter.
///
/// `v = base + F Σ (b - c)` for numbers. A donor's number beyond a bound lies between its base and that bound
/// (bounce-back: K. Price, R. Storn, J. Lampinen, "Differential Evolution", Springer 2005, section 4.3.1).
///
/// Deviations, on purpose:
/// - Categories, and ranges where one of the vectors has the special value beside: the base's value, and with the
///   probability `min(F, 1)` that of b where b and c differ. With the probability 1 / n such a parameter takes
///   another category, or goes from the range to the special value or back, because differences never lead to a value
///   that no member has.
/// - An inactive parameter has no part in a difference. Where the base has no value the target's stays, and where
///   neither has one it is drawn anew.
struct Differential: Hashable, Sendable {
    let genes: [Gene]
    /// F.
    let scale: Double
    /// CR.
    let crossoverRate: Double

    /// The vector v.
    func donor(
        _ base: [Double], _ differences: [(plus: [Double], minus: [Double])], random: inout RandomSequence
    ) -> [Double] {
        var donor = base
        for (index, gene) in self.genes.enumerated() where !base[index].isNaN {
            if gene.isOpen, random.integer(below: self.genes.count) == 0 {
                donor[index] = gene.switched(base[index], random: &random)
                continue
            }
            var isNumber = gene.isNumber(base[index])
            for (plus, minus) in differences where !plus[index].isNaN && !minus[index].isNaN {
                isNumber = isNumber && gene.isNumber(plus[index]) && gene.isNumber(minus[index])
            }
            for (plus, minus) in differences where !plus[index].isNaN && !minus[index].isNaN {
                if isNumber {
                    donor[index] += self.scale * (plus[index] - minus[index])
                } else if plus[index] != minus[index], random.uniform() < self.scale {
                    donor[index] = plus[index]
                }
            }
            if isNumber, donor[index] < gene.bottom || donor[index] > Gene.top {
                let bound = donor[index] < gene.bottom ? gene.bottom : Gene.top
                donor[index] = base[index] + random.uniform() * (bound - base[index])
            }
        }
        return donor
    }

    /// The vector u: each parameter of the donor with the probability CR, and one of them at least; the target's else.
    func crossed(_ target: [Double], with donor: [Double], random: inout RandomSequence) -> [Double] {
        var child = target
        let active = donor.indices.filter { !donor[$0].isNaN }
        guard !active.isEmpty else { return child }
        let certain = active[random.integer(below: active.count)]
        for index in active where random.uniform() < self.crossoverRate || index == certain || target[index].isNaN {
            child[index] = donor[index]
        }
        return child
    }
}

extension RandomSequence {
    /// Different elements of an array, drawn without order.
    ///
    /// - Precondition: The array has as many.
    mutating func draw<Element>(_ count: Int, of elements: [Element]) -> [Element] {
        var rest = elements
        return (0..<count).map { _ in rest.remove(at: self.integer(below: rest.count)) }
    }
}
