import Foundation
import Testing

@Suite("Trials of several networks")
struct CrossValidationTests {
    private static func study(_ validation: String, training: String = "") -> String {
        """
        version: 1
        name: folds
        data:
          train: {format: csv, file: rows.csv, target: y}
          validation: \(validation)
          test: {holdout: 0.25}
        task: regression
        model:
          family: {choice: {mlp: {layers: [{units: {int: [4, 16]}}]}}}
        training: {optimizer: adam, learning_rate: 0.02, batch_size: 16\(training)}
        search:
          searcher: {name: random}
          scheduler: {name: asha, min: 1, max: 9, eta: 3}
        budget: {trials: 9}
        seeds: {search: 3, data: 1}
        """
    }

    /// The lines of each epoch of `winnow train`.
    private static func train(_ scratch: Scratch, _ options: [String]) async throws -> [[String: Any]] {
        let run = try await Program.run(
            ["train", "study.yaml", "--set", "model.family.mlp.layers.0.units=8", "--epochs", "3", "--json"] + options,
            in: scratch.path)
        #expect(run.status == 0, "\(run.errors)")
        return try run.lines.map { try #require(Program.object($0)) }
    }

    @Test("are told as the mean of their folds, of which the first is tested")
    func folds() async throws {
        let scratch = try Scratch()
        try scratch.writeProducts()
        try scratch.write("study.yaml", Self.study("{folds: 3}"))
        let together = try await Self.train(scratch, [])
        var alone: [[[String: Any]]] = []
        for fold in 0..<3 { alone.append(try await Self.train(scratch, ["--fold", "\(fold)"])) }
        #expect(together.count == 4)
        for epoch in 0..<3 {
            for name in ["train.loss", "validation.loss", "validation.rmse", "validation.gap"] {
                let mean = try #require(together[epoch][name] as? Double)
                let values = try alone.map { try #require($0[epoch][name] as? Double) }
                #expect(abs(mean - (values[0] + values[1] + values[2]) / 3) < 1e-12)
            }
        }
        #expect(together[3]["test.rmse"] as? Double == alone[0][3]["test.rmse"] as? Double)
        #expect(together[3]["parameters"] as? Int == 2 * 8 + 8 + 8 + 1)
        #expect(together[3]["digest"] as? String != alone[0][3]["digest"] as? String)
    }

    @Test("are told as the mean of those that have begun where they are trained in turn, with what was trained")
    func turns() async throws {
        let scratch = try Scratch()
        try scratch.writeProducts()
        try scratch.write("study.yaml", Self.study("{folds: 3}", training: ", metrics: [train.samples]"))
        let lines = try await Self.train(
            scratch, ["--set", "training.network_epochs=2", "--epochs", "9", "--save", "network.safetensors"])
        // Six epochs and the end: there are no more networks.
        #expect(lines.count == 7)
        #expect(lines.prefix(6).map { $0["train.networks"] as? Double } == [0, 1, 1, 2, 2, 3])
        #expect(lines.prefix(6).map { $0["train.samples"] as? Double } == [120, 120, 120, 120, 120, 120])
        #expect(lines[6]["epochs"] as? Int == 6 && lines[6]["status"] as? String == "normal")
        var ends: [[String: Any]] = []
        for fold in 0..<3 {
            let alone = try await Self.train(
                scratch,
                ["--fold", "\(fold)", "--set", "training.network_epochs=2", "--save", "fold\(fold).safetensors"])
            #expect(alone.count == 3)
            ends.append(alone[1])
            if fold == 0 { #expect(alone[2]["test.rmse"] as? Double == lines[6]["test.rmse"] as? Double) }
        }
        for place in 0..<3 {
            let values = try ends.prefix(place + 1).map { try #require($0["validation.rmse"] as? Double) }
            let mean = try #require(lines[2 * place + 1]["validation.rmse"] as? Double)
            #expect(abs(mean - values.reduce(0, +) / Double(values.count)) < 1e-12)
        }
    }

    @Test("tell the rows that they train on together to the study, in a run as in a training")
    func samples() async throws {
        let scratch = try Scratch()
        try scratch.writeProducts()
        try scratch.write("study.yaml", Self.study("{folds: 2}", training: ", repeats: 2, metrics: [train.samples]"))
        let trained = try await Self.train(scratch, [])
        let run = try await Program.run(
            ["run", "study.yaml", "--workers", "1", "--dir", "out", "--json"], in: scratch.path)
        #expect(run.status == 0, "\(run.errors)")
        let end = try #require(Program.object(run.lines.last ?? ""))
        let best = try #require(end["best"] as? [String: Any])
        // A quarter of 240 rows is for the test, and half of the others validates each fold: two networks train on 90 rows each, twice.
        #expect(trained[0]["train.samples"] as? Double == 360.0)
        #expect(best["train.samples"] as? Double == 360.0)
        let replay = try await Program.run(["replay", "out"], in: scratch.path)
        #expect(replay.status == 0, "\(replay.errors)")
    }

    @Test("are searched, checkpointed, promoted and confirmed as one trial; a replay agrees")
    func search() async throws {
        let scratch = try Scratch()
        try scratch.writeProducts()
        try scratch.write("study.yaml", Self.study("{folds: 2}", training: ", repeats: {int: [1, 2]}"))
        let run = try await Program.run(
            ["run", "study.yaml", "--workers", "2", "--dir", "out", "--json"], in: scratch.path)
        #expect(run.status == 0, "\(run.errors)")
        let end = try #require(Program.object(run.lines.last ?? ""))
        let best = try #require(end["best"] as? [String: Any])
        #expect(best["test.rmse"] as? Double != nil)
        let replay = try await Program.run(["replay", "out"], in: scratch.path)
        #expect(replay.status == 0, "\(replay.errors)")
    }

    @Test("are refused for fewer than one repeat, and one fold where there are none")
    func mistakes() async throws {
        let scratch = try Scratch()
        try scratch.writeProducts()
        try scratch.write("study.yaml", Self.study("{holdout: 0.2}", training: ", repeats: 0"))
        let run = try await Program.run(["check", "study.yaml"], in: scratch.path)
        #expect(run.status == 2)
        #expect(run.errors.contains("training.repeats: found 0, want a whole number in [1, 100]"), "\(run.errors)")
        try scratch.write("study.yaml", Self.study("{holdout: 0.2}"))
        let fold = try await Program.run(
            ["train", "study.yaml", "--set", "model.family.mlp.layers.0.units=8", "--fold", "1"], in: scratch.path)
        #expect(fold.status == 2)
        #expect(fold.errors.contains("the study has no folds; write data.validation: {folds: 5}"), "\(fold.errors)")
    }
}
