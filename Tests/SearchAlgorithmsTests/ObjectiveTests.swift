import Testing
import TuningModel

@Suite("The functions on which searchers are compared")
struct ObjectiveTests {
    @Test(
        "the least loss is reached where it is known to lie",
        arguments: [
            (Objectives.branin, Configuration([.float(Double.pi), .float(2.275)])),
            (
                .hartmann6,
                Configuration([0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.657301].map { .float($0) })
            ),
            (
                .mix10,
                Configuration([
                    .float(0.1), .float(1e-4), .float(0.9), .float(0.2), .int(128), .int(3), .int(64), .text("gelu"),
                    .text("sgd"), .text("he"),
                ])
            ),
            (
                .conditional,
                Configuration([
                    .text("network"), nil, nil, nil, nil, nil, .float(0.0031622776601683794), .text("gelu"), .int(3),
                    .int(256), .int(128), .int(64), nil,
                ])
            ),
        ])
    func minimum(objective: Objectives, configuration: Configuration) {
        #expect(objective.space.count == configuration.values.count)
        #expect(abs(objective.value(configuration) - objective.minimum) < 1e-6)
    }

    @Test("no configuration drawn at random lies below the least loss", arguments: Objectives.allCases)
    func bound(objective: Objectives) {
        let space = objective.space
        for seed in UInt64(0)..<1000 {
            let configuration = space.configuration { i in
                Double((seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(i) &* 0xD1B5_4A32_D192_ED03) >> 11) * 0x1p-53
            }
            #expect(objective.value(configuration) >= objective.minimum - 1e-6, "seed \(seed)")
        }
    }
}
