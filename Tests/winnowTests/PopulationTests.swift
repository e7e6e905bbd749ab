import Foundation
import Testing

/// Population based training with the built program: studies of real networks, trained by local workers.
@Suite("A population of networks", .serialized)
struct PopulationTests {
    private static func study(_ scheduler: String) -> String {
        """
        version: 1
        name: population
        data:
          train: {format: csv, file: clouds.csv, target: cloud}
          validation: {holdout: 0.25, stratify: true}
          test: {holdout: 0.25, stratify: true}
        task: classification
        model:
          family: {choice: {mlp: {layers: [{units: {int: [4, 16]}, dropout: {float: [0.0, 0.3]}}]}}}
        training:
          optimizer: {choice: {sgd: {momentum: {float: [0.0, 0.99]}}, adam: {}}}
          learning_rate: {float: [1.0e-4, 0.5], log: true}
          batch_size: {ordinal: [8, 16, 32]}
        search:
          searcher: {name: random}
          scheduler: \(scheduler)
        seeds: {search: 3, data: 1}
        """
    }

    private static let pbt = "{name: pbt, population: 6, interval: 2, max: 8}"

    private static func trials(_ scratch: Scratch, _ folder: String) async throws -> [[String: Any]] {
        try await Program.run(["trials", folder, "--json"], in: scratch.path).lines.compactMap(Program.object)
    }

    /// What must be the same whoever trained it and however often it was interrupted.
    private static func essence(_ trials: [[String: Any]]) -> [String] {
        trials.map { trial in
            ["trial", "state", "parent", "parent_epoch", "epochs", "objective", "seed", "reason"]
                .map { "\($0) \(trial[$0].map { "\($0)" } ?? "-")" }.joined(separator: ", ")
        }
    }

    @Test("copies its best members, and is the same for one worker and for three", arguments: ["pbt", "pb2"])
    func workers(name: String) async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.write("study.yaml", Self.study("{name: \(name), population: 6, interval: 2, max: 8}"))
        var runs: [[String]] = []
        for workers in [1, 3] {
            let folder = "out-\(workers)"
            let run = try await Program.run(
                ["run", "study.yaml", "--workers", "\(workers)", "--dir", folder, "--json"], in: scratch.path)
            #expect(run.status == 0, "\(run.errors)")
            let end = try #require(Program.object(run.lines.last ?? ""))
            #expect((end["best"] as? [String: Any])?["test.accuracy"] as? Double != nil)
            let replay = try await Program.run(["replay", folder], in: scratch.path)
            #expect(replay.status == 0, "\(replay.errors)")
            let trials = try await Self.trials(scratch, folder)
            // One of six is replaced at the end of each interval but the last one.
            #expect(trials.count == 9)
            for copy in trials.dropFirst(6) {
                let parent = try #require(copy["parent"] as? Int)
                #expect(parent < copy["trial"] as? Int ?? 0 && copy["parent_epoch"] as? Int != nil)
                // The network and its optimiser are the parent's.
                let own = try #require(copy["configuration"] as? [String: Any])
                let others = try #require(trials[parent]["configuration"] as? [String: Any])
                for name in ["model.family.mlp.layers.0.units", "training.optimizer"] {
                    #expect("\(own[name] ?? "-")" == "\(others[name] ?? "-")")
                }
            }
            runs.append(Self.essence(trials))
        }
        #expect(runs[0] == runs[1])
    }

    @Test("begins a copy with its parent's network: its first epoch begins where the parent's last one ended")
    func weights() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        // Steps too small to move anything: a copy's figures are its parent's, those of an own beginning are not.
        let still = Self.study(Self.pbt)
            .replacing("{float: [1.0e-4, 0.5], log: true}", with: "{float: [1.0e-30, 1.0e-29], log: true}")
        try scratch.write("study.yaml", still)
        let run = try await Program.run(
            ["run", "study.yaml", "--workers", "2", "--dir", "out", "--json"], in: scratch.path)
        #expect(run.status == 0, "\(run.errors)")
        let trials = try await Self.trials(scratch, "out")
        let losses = trials.map { $0["validation.loss"] as? Double }
        #expect(Set(losses.prefix(6)).count == 6)
        for (number, trial) in trials.enumerated().dropFirst(6) {
            let parent = try #require(trial["parent"] as? Int)
            #expect(losses[number] != nil && losses[number] == losses[parent])
        }
    }

    @Test("is the same after its coordinator and a worker were killed and it went on")
    func faults() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.write("study.yaml", Self.study(Self.pbt))
        let quiet = try await Program.run(["run", "study.yaml", "--workers", "1", "--dir", "quiet"], in: scratch.path)
        #expect(quiet.status == 0, "\(quiet.errors)")
        let coordinator = try Program(
            ["coordinator", "study.yaml", "--listen", "tcp://127.0.0.1:0", "--dir", "out", "--json"], in: scratch.path)
        let endpoint = try #require(await coordinator.nextEvent("listening")?["endpoint"] as? String)
        let first = try Program(["worker", endpoint, "--slots", "1", "--cache", "cache-a"], in: scratch.path)
        let second = try Program(["worker", endpoint, "--slots", "1", "--cache", "cache-b"], in: scratch.path)
        // Two comparisons are over, copies run.
        for _ in 0..<26 { _ = await coordinator.nextEvent("epoch") }
        first.kill(SIGKILL)
        for _ in 0..<6 { _ = await coordinator.nextEvent("epoch") }
        coordinator.kill(SIGKILL)
        await coordinator.finish()
        let again = try Program(
            ["coordinator", "study.yaml", "--listen", endpoint, "--dir", "out", "--json"], in: scratch.path)
        let ended = await again.finish()
        #expect(ended.status == 0, "\(ended.errors)")
        second.kill(SIGTERM)
        await first.finish()
        await second.finish()
        let replay = try await Program.run(["replay", "out"], in: scratch.path)
        #expect(replay.status == 0, "\(replay.errors)")
        let (disturbed, undisturbed) = (try await Self.trials(scratch, "out"), try await Self.trials(scratch, "quiet"))
        #expect(Self.essence(disturbed) == Self.essence(undisturbed))
        #expect(disturbed.count == 9)
    }

    @Test("is explained before it runs, and each copy tells where it comes from")
    func words() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.write("study.yaml", Self.study(Self.pbt))
        let check = try await Program.run(["check", "study.yaml"], in: scratch.path)
        #expect(check.status == 0, "\(check.errors)")
        #expect(
            Array(check.lines.suffix(3)) == [
                "population of 6 for 8 epochs, compared every 2, when all have come there: the worst 1 are replaced by "
                    + "copies of the best 1",
                "explored in copies: model.family.mlp.layers.0.dropout, training.optimizer.sgd.momentum, "
                    + "training.learning_rate, training.batch_size",
                "kept with the networks: model.family.mlp.layers.0.units, training.optimizer",
            ])
        let run = try await Program.run(["run", "study.yaml", "--workers", "1", "--dir", "out"], in: scratch.path)
        #expect(run.status == 0, "\(run.errors)")
        let copy = try #require(try await Self.trials(scratch, "out").dropFirst(6).first)
        let parent = try #require(copy["parent"] as? Int)
        let show = try await Program.run(["show", "out", "6"], in: scratch.path)
        #expect(show.lines.last == "  began with the networks of trial \(parent) after epoch 2")
    }
}
