import Foundation
import TuningModel

/// The four functions on which searchers are compared at full fidelity; the same as in
/// `Tests/Peers/full_fidelity/objectives.py`.
enum Objectives: String, CaseIterable, Sendable {
    /// Branin and Hoo's function; three minima of the same height.
    case branin
    /// Hartmann's function in six dimensions: a sum of four bumps.
    case hartmann6
    /// Ten parameters of all kinds; the best learning rate depends on the optimizer and on the batch.
    case mix10
    /// A tree: three families, one with as many layers as it says. The best family looks worst at first.
    case conditional

    /// The least loss that can be reached.
    var minimum: Double {
        switch self {
        case .branin: 0.39788735772973816
        case .hartmann6: -3.3223680114155152
        case .mix10, .conditional: 0
        }
    }

    var space: ParameterSpace {
        switch self {
        case .branin: ParameterSpace([Self.float("x", -5, 10), Self.float("y", 0, 15)])
        case .hartmann6: ParameterSpace((0..<6).map { Self.float("x\($0)", 0, 1) })
        case .mix10:
            ParameterSpace([
                Self.float("rate", 1e-5, 1, isLogarithmic: true), Self.float("decay", 1e-7, 0.1, isLogarithmic: true),
                Self.float("momentum", 0, 0.99), Self.float("dropout", 0, 0.5),
                Self.int("units", 8, 1024, isLogarithmic: true), Self.int("layers", 1, 8),
                Self.int("batch", 16, 256, step: 16),
                Self.choice("activation", ["relu", "gelu", "tanh", "silu", "elu"]),
                Self.choice("optimizer", ["sgd", "adam", "rmsprop"]),
                Self.choice("start", ["he", "xavier", "orthogonal", "normal"]),
            ])
        case .conditional: Self.tree
        }
    }

    func value(_ configuration: Configuration) -> Double {
        let values = configuration.values
        func number(_ index: Int) -> Double { values[index]?.number ?? .nan }
        func text(_ index: Int) -> String { values[index]?.description ?? "" }
        switch self {
        case .branin:
            let (x, y) = (number(0), number(1))
            let valley = y - 5.1 / (4 * Double.pi * Double.pi) * x * x + 5 / Double.pi * x - 6
            return valley * valley + 10 * (1 - 1 / (8 * Double.pi)) * cos(x) + 10
        case .hartmann6:
            return -Self.bumps.reduce(0) { sum, bump in
                let distance = (0..<6).reduce(0.0) {
                    $0 + bump.slope[$1] * (number($1) - bump.centre[$1]) * (number($1) - bump.centre[$1])
                }
                return sum + bump.weight * exp(-distance)
            }
        case .mix10: return Self.mix((0..<7).map(number), activation: text(7), optimizer: text(8), start: text(9))
        case .conditional: return Self.tree(number, text)
        }
    }

    private static func mix(_ x: [Double], activation: String, optimizer: String, start: String) -> Double {
        let batch = log10(x[6] / 64)
        let bestRate = ["sgd": -1, "adam": -3, "rmsprop": -2.5][optimizer] ?? .nan
        var loss = ["sgd": 0, "adam": 0.05, "rmsprop": 0.15][optimizer] ?? .nan
        loss += ["relu": 0.1, "gelu": 0, "tanh": 0.2, "silu": 0.03, "elu": 0.15][activation] ?? .nan
        let isRectifier = ["relu", "gelu", "silu"].contains(activation)
        loss +=
            ["he": isRectifier ? 0 : 0.1, "xavier": isRectifier ? 0.1 : 0, "orthogonal": 0.05, "normal": 0.3][start]
            ?? .nan
        loss += Self.square(log10(x[0]) - bestRate - 0.3 * batch) + 0.2 * Self.square(log10(x[1]) + 4)
        loss += 4 * Self.square(x[2] - 0.9) + 4 * Self.square(x[3] - 0.2)
        loss += Self.square(log10(x[4] / 128)) + 0.1 * Self.square(batch)
        return loss + 0.15 * abs(x[5] - 3)
    }

    private static let tree = ParameterSpace(
        [
            Self.choice("family", ["linear", "forest", "network"]),
            Self.float("strength", 1e-6, 10, isLogarithmic: true, branch: "linear"),
            Self.float("ratio", 0, 1, branch: "linear"), Self.int("depth", 1, 16, branch: "forest"),
            Self.int("leaf", 1, 64, isLogarithmic: true, branch: "forest"),
            Self.float("share", 0.1, 1, branch: "forest"),
            Self.float("rate", 1e-5, 1, isLogarithmic: true, branch: "network"),
            Self.choice("activation", ["relu", "gelu", "tanh"], branch: "network"),
            Self.int("layers", 1, 4, branch: "network"),
        ]
            + (0..<4).map { layer in
                Parameter(
                    name: "units\(layer)", domain: .int(IntRange(low: 8, high: 512, isLogarithmic: true)),
                    conditions: [.exceeds(parameter: 8, count: layer)])
            })

    private static func tree(_ number: (Int) -> Double, _ text: (Int) -> String) -> Double {
        switch text(0) {
        case "linear":
            return 0.5 + 0.05 * Self.square(log10(number(1)) + 2) + 0.2 * Self.square(number(2) - 0.5)
        case "forest":
            return 0.2 + 0.01 * Self.square(number(3) - 9) + 0.1 * Self.square(log10(number(4) / 4))
                + 0.3 * Self.square(number(5) - 0.6)
        default:
            var loss = 0.15 * Self.square(log10(number(6)) + 2.5) + 0.15 * Self.square(number(8) - 3)
            loss += ["relu": 0.1, "gelu": 0, "tanh": 0.2][text(7)] ?? .nan
            for (layer, best) in [256.0, 128, 64, 32].enumerated() where Double(layer) < number(8) {
                loss += 0.6 * Self.square(log10(number(9 + layer) / best))
            }
            return loss
        }
    }

    private static func square(_ x: Double) -> Double { x * x }

    private static let bumps: [(weight: Double, slope: [Double], centre: [Double])] = [
        (1, [10, 3, 17, 3.5, 1.7, 8], [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886]),
        (1.2, [0.05, 10, 17, 0.1, 8, 14], [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991]),
        (3, [3, 3.5, 1.7, 10, 17, 8], [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650]),
        (3.2, [17, 8, 0.05, 10, 0.1, 14], [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381]),
    ]

    private static func conditions(_ branch: String?) -> [Condition] {
        branch.map { [.isOneOf(parameter: 0, values: [.text($0)])] } ?? []
    }

    private static func float(
        _ name: String, _ low: Double, _ high: Double, isLogarithmic: Bool = false, branch: String? = nil
    ) -> Parameter {
        Parameter(
            name: name, domain: .float(FloatRange(low: low, high: high, isLogarithmic: isLogarithmic)),
            conditions: Self.conditions(branch))
    }

    private static func int(
        _ name: String, _ low: Int, _ high: Int, isLogarithmic: Bool = false, step: Int = 1, branch: String? = nil
    ) -> Parameter {
        Parameter(
            name: name, domain: .int(IntRange(low: low, high: high, isLogarithmic: isLogarithmic, step: step)),
            conditions: Self.conditions(branch))
    }

    private static func choice(_ name: String, _ values: [String], branch: String? = nil) -> Parameter {
        Parameter(name: name, domain: .choice(values.map { .text($0) }), conditions: Self.conditions(branch))
    }
}
