import Foundation
import Testing

@Suite("Families of networks")
struct FamilyTests {
    private static let study = """
        version: 1
        name: shapes
        data:
          train: {format: npy, features: x.npy, targets: y.npy}
          validation: {holdout: 0.25, stratify: true}
          test: {holdout: 0.25, stratify: true}
        task: classification
        model:
          family:
            choice:
              mlp: {layers: [{units: {int: [8, 32]}}]}
              cnn:
                blocks:
                  repeat: {int: [1, 2]}
                  each: {filters: {int: [4, 12]}, kernel: {choice: [2, 3]}, pool: {choice: [none, max, average]}}
                layers: [{units: 16}]
              lstm: {layers: [{units: {int: [8, 24]}}], layers_after: []}
          activation: {choice: [relu, tanh]}
        training: {optimizer: adam, learning_rate: {float: [3.0e-3, 3.0e-2], log: true}, batch_size: 16}
        search:
          searcher: {name: random}
          scheduler: {name: asha, min: 1, max: 9, eta: 3}
        budget: {trials: 40}
        seeds: {search: 3, data: 1}
        """

    @Test("are searched like anything else, and the best network is tested and saved")
    func search() async throws {
        let scratch = try Scratch()
        try scratch.writeImages()
        try scratch.write("study.yaml", Self.study)
        let check = try await Program.run(["check", "study.yaml"], in: scratch.path)
        #expect(check.status == 0, "\(check.errors)")
        #expect(
            check.lines.contains {
                $0.contains("model.family.cnn.blocks.1.filters")
                    && $0.hasSuffix("if model.family.cnn.blocks > 1 and model.family is cnn")
            })
        let run = try await Program.run(
            ["run", "study.yaml", "--workers", "2", "--dir", "out", "--json"], in: scratch.path)
        #expect(run.status == 0, "\(run.errors)")
        let end = try #require(Program.object(run.lines.last ?? ""))
        let best = try #require(end["best"] as? [String: Any])
        #expect(try #require(best["test.accuracy"] as? Double) > 0.8)
        #expect(FileManager.default.fileExists(atPath: "\(scratch.path)/out/best.safetensors"))
        let trials = try await Program.run(["trials", "out", "--json"], in: scratch.path).lines.compactMap(
            Program.object)
        let families = trials.compactMap { ($0["configuration"] as? [String: Any])?["model.family"] as? String }
        #expect(Set(families) == ["mlp", "cnn", "lstm"])
        #expect(!trials.contains { $0["state"] as? String == "failed" })
    }

    @Test("are stored with every setting of the network, also those that stand at their defaults")
    func stored() async throws {
        let scratch = try Scratch()
        try scratch.writeImages()
        try scratch.write("study.yaml", Self.study)
        let given = [
            "model.family=lstm", "model.family.lstm.layers.0.units=8", "model.activation=tanh",
            "training.learning_rate=0.01",
        ]
        let result = try await Program.run(
            ["train", "study.yaml", "--epochs", "1", "--save", "net.safetensors"] + given.flatMap { ["--set", $0] },
            in: scratch.path)
        #expect(result.status == 0, "\(result.errors)")
        #expect(
            try scratch.metadata(of: "net.safetensors").filter { $0.key.hasPrefix("model.") } == [
                "model.family": "lstm", "model.family.lstm.layers": "1", "model.family.lstm.layers.0.units": "8",
                "model.family.lstm.layers.0.dropout": "0.0", "model.family.lstm.bidirectional": "false",
                "model.family.lstm.output": "last", "model.family.lstm.layers_after": "0",
                "model.family.lstm.forget_bias": "1.0", "model.activation": "tanh", "model.initializer": "auto",
                "model.bias_initializer": "zeros",
            ])
    }

    @Test("train alone, with a digest of all weights")
    func train() async throws {
        let scratch = try Scratch()
        try scratch.writeImages()
        try scratch.write("study.yaml", Self.study)
        let common = [
            "--set", "training.learning_rate=0.01", "--set", "model.activation=relu", "--epochs", "3", "--json",
        ]
        for settings in [
            [
                "model.family=cnn", "model.family.cnn.blocks=1", "model.family.cnn.blocks.0.filters=5",
                "model.family.cnn.blocks.0.kernel=3", "model.family.cnn.blocks.0.pool=max",
            ], ["model.family=lstm", "model.family.lstm.layers.0.units=9"],
        ] {
            let sets = settings.flatMap { ["--set", $0] }
            let result = try await Program.run(["train", "study.yaml"] + sets + common, in: scratch.path)
            #expect(result.status == 0, "\(result.errors)")
            let end = try #require(Program.object(result.lines.last ?? ""))
            // 3 * 3 * 5 + 5, 45 * 16 + 16, 16 * 3 + 3; or 4 * 9 * (6 + 9 + 1), 9 * 3 + 3.
            #expect(end["parameters"] as? Int == (settings[0].hasSuffix("cnn") ? 837 : 606))
            #expect((end["digest"] as? String)?.count == 64)
        }
        let wrong = try await Program.run(
            ["train", "study.yaml", "--set", "model.family=lstm", "--set", "model.family.lstm.layers.0.units=9"]
                + ["--set", "model.family.cnn.blocks.0.filters=3"] + common, in: scratch.path)
        #expect(wrong.status == 2)
    }
}
