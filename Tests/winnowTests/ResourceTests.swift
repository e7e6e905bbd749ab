import Foundation
import Testing

@Suite("Studies whose rungs count seconds, samples, folds and repeats")
struct ResourceTests {
    private static func study(
        _ scheduler: String, validation: String = "{holdout: 0.2}", training: String = "", trials: Int = 9
    ) -> String {
        """
        version: 1
        name: resource
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
          scheduler: \(scheduler)
        budget: {trials: \(trials)}
        seeds: {search: 3, data: 1}
        """
    }

    private static func objects(_ lines: [String]) throws -> [[String: Any]] {
        try lines.map { try #require(Program.object($0)) }
    }

    /// Runs the study to its end, and checks that a replay agrees and that promotions say what they count.
    private static func run(
        _ scratch: Scratch, _ resource: String
    ) async throws -> (best: [String: Any], trials: [[String: Any]], promotions: [[String: Any]]) {
        let run = try await Program.run(
            ["run", "study.yaml", "--workers", "2", "--dir", "out", "--json"], in: scratch.path)
        #expect(run.status == 0, "\(run.errors)")
        let end = try #require(Program.object(run.lines.last ?? ""))
        let best = try #require(end["best"] as? [String: Any])
        let replay = try await Program.run(["replay", "out"], in: scratch.path)
        #expect(replay.status == 0, "\(replay.errors)")
        let promotions = try Self.objects(run.lines).filter { $0["event"] as? String == "promoted" }
        #expect(promotions.allSatisfy { $0["resource"] as? String == resource }, "\(promotions)")
        let trials = try Self.objects(try await Program.run(["trials", "out", "--json"], in: scratch.path).lines)
        return (best, trials, promotions)
    }

    @Test("folds: losers end after their first network, the winner has one for each fold, as it has them alone")
    func folds() async throws {
        let scratch = try Scratch()
        try scratch.writeProducts()
        let scheduler = "{name: asha, resource: folds, min: 1, max: 3, eta: 3, epochs: 5}"
        try scratch.write("study.yaml", Self.study(scheduler, validation: "{folds: 3}"))
        let (best, trials, promotions) = try await Self.run(scratch, "folds")
        #expect(Set(trials.compactMap { $0["epochs"] as? Int }) == [5, 15])
        #expect(promotions.map { [$0["epoch"] as? Int, $0["to"] as? Int] } == Array(repeating: [5, 3], count: 3))
        #expect(trials.count { $0["state"] as? String == "complete" } == 3)
        #expect(best["epoch"] as? Int == 15 && best["train.networks"] as? Double == 3)
        // Each network has the figures that it has alone, and the mean of them is the objective.
        let configuration = try #require(best["configuration"] as? [String: Any])
        let units = try #require(configuration["model.family.mlp.layers.0.units"] as? Int)
        let seed = try #require(best["seed"] as? String)
        let options = ["train", "study.yaml", "--set", "model.family.mlp.layers.0.units=\(units)", "--seed", seed]
        var losses: [Double] = []
        for fold in 0..<3 {
            let alone = try await Program.run(
                options + ["--fold", "\(fold)", "--epochs", "5", "--json"], in: scratch.path)
            let lines = try Self.objects(alone.lines)
            #expect(alone.status == 0 && lines.count == 6, "\(alone.errors)")
            losses.append(try #require(lines[4]["validation.loss"] as? Double))
            if fold == 0 { #expect(lines[5]["test.rmse"] as? Double == best["test.rmse"] as? Double) }
        }
        let mean = losses.reduce(0, +) / 3
        #expect(abs(try #require(best["validation.loss"] as? Double) - mean) < 1e-12)
        let together = try Self.objects(try await Program.run(options + ["--json"], in: scratch.path).lines)
        #expect(together.count == 16)
        #expect(together[14]["validation.loss"] as? Double == best["validation.loss"] as? Double)
        #expect(
            together.dropLast().compactMap { $0["train.networks"] as? Double } == [
                0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3,
            ])
    }

    @Test("repeats: a worker that is killed costs nothing but time, and patience shortens a network's turn")
    func repeats() async throws {
        let scratch = try Scratch()
        try scratch.writeProducts()
        let scheduler = "{name: successive_halving, resource: repeats, min: 1, max: 3, eta: 3, epochs: 60}"
        try scratch.write(
            "study.yaml", Self.study(scheduler, training: ", early_stopping: {patience: 3, min_change: 0.01}"))
        let command = ["run", "study.yaml", "--workers", "2", "--dir", "out", "--json"]
        let run = try Program(command, in: scratch.path)
        for _ in 0..<25 { #expect(await run.nextEvent("epoch") != nil) }
        run.children.forEach { Foundation.kill($0, SIGKILL) }
        run.kill(SIGKILL)
        _ = await run.finish()
        let (best, trials, _) = try await Self.run(scratch, "repeats")
        let undisturbed = try Scratch()
        try undisturbed.writeProducts()
        try undisturbed.write("study.yaml", try String(contentsOfFile: scratch.path + "/study.yaml", encoding: .utf8))
        let (other, others, _) = try await Self.run(undisturbed, "repeats")
        #expect(best["validation.loss"] as? Double == other["validation.loss"] as? Double)
        #expect(best["test.rmse"] as? Double == other["test.rmse"] as? Double)
        #expect(trials.map { $0["epochs"] as? Int } == others.map { $0["epochs"] as? Int })
        #expect(trials.count { $0["state"] as? String == "complete" } == 3)
        #expect(trials.contains { ($0["epochs"] as? Int ?? 60) < 60 })
    }

    @Test("samples: every trial ends with the epoch that has seen as many rows as its rung asks for")
    func samples() async throws {
        let scratch = try Scratch()
        try scratch.writeProducts()
        // 240 rows without a quarter for the test and a fifth for validation are 132.
        let scheduler = "{name: asha, resource: samples, min: 300, max: 2700, eta: 3, epochs: 50}"
        try scratch.write("study.yaml", Self.study(scheduler))
        let (best, trials, promotions) = try await Self.run(scratch, "samples")
        #expect(Set(trials.compactMap { $0["epochs"] as? Int }) == [3, 7, 21])
        #expect(Set(promotions.compactMap { $0["to"] as? Int }) == [900, 2700])
        #expect(best["epoch"] as? Int == 21 && best["train.samples"] as? Double == 132)
    }

    @Test("seconds: a trial that has all epochs it may have stands at every rung")
    func seconds() async throws {
        let scratch = try Scratch()
        try scratch.writeProducts()
        try scratch.write("study.yaml", Self.study("{name: asha, resource: seconds, min: 1000, max: 9000, epochs: 12}"))
        let (best, trials, _) = try await Self.run(scratch, "seconds")
        #expect(trials.map { $0["epochs"] as? Int } == Array(repeating: 12, count: 9))
        let complete = trials.filter { $0["state"] as? String == "complete" }
        #expect(complete.map { $0["reason"] as? String } == ["trained for 12 epochs, the most that a trial may have"])
        #expect(trials.allSatisfy { ($0["seconds"] as? Double ?? 0) > 0 })
        #expect(best["epoch"] as? Int == 12)
        let plan = try await Program.run(["check", "study.yaml", "--json"], in: scratch.path)
        #expect(
            plan.lines.last?.contains(
                #""brackets":[{"bracket":0,"rungs":[{"seconds":1000,"trials":0},{"seconds":3000,"trials":0},{"seconds":9000,"trials":0}]}]"#
            ) == true)
        let virtual = try await Program.run(
            ["run", "study.yaml", "--virtual-time", "--dir", "virtual"], in: scratch.path)
        #expect(virtual.status == 2)
        #expect(virtual.errors.contains("found search.scheduler.resource: seconds, want epochs"), "\(virtual.errors)")
    }
}
