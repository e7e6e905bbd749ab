import Foundation
import Testing

@Suite("The same bits everywhere", .serialized)
struct SameResultTests {
    /// What a study says of its trials, workers, attempts and the moments of its decisions aside.
    private func trials(_ scratch: Scratch, _ directory: String) async throws -> [String] {
        let lines = try await Program.run(["trials", directory, "--json"], in: scratch.path).lines
        return try lines.map { line in
            var object = try #require(Program.object(line))
            object["worker"] = nil
            object["attempts"] = nil
            // A trial is stopped as soon as its fate is certain: how many were still to come depends on the workers.
            object["reason"] = nil
            let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
            return String(decoding: data, as: UTF8.self)
        }
    }

    @Test("a study of synchronous halving gives the same trials, losses and winner with 1 and with 4 workers")
    func workers() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: "{name: successive_halving, min: 1, max: 9, eta: 3}", trials: 27)
        var results: [[String]] = []
        for workers in ["1", "4"] {
            let run = try await Program.run(
                ["run", "study.yaml", "--dir", "out-\(workers)", "--workers", workers, "--json"], in: scratch.path)
            #expect(run.status == 0, "\(run.errors)")
            var last = try #require(Program.object(run.lines.last ?? ""))
            let best = try JSONSerialization.data(withJSONObject: try #require(last["best"]), options: [.sortedKeys])
            last["best"] = nil
            results.append(try await self.trials(scratch, "out-\(workers)") + [String(decoding: best, as: UTF8.self)])
        }
        #expect(results[0].count == 28)
        #expect(results[0] == results[1])
    }

    @Test("a network has the same weights on every instruction set that this processor runs")
    func instructionSets() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: "{name: none, max: 5}", trials: 1)
        let settings = [
            "--set", "model.family.mlp.layers=2", "--set", "model.family.mlp.layers.0.units=24",
            "--set", "model.family.mlp.layers.0.dropout=0.1", "--set", "model.family.mlp.layers.1.units=17",
            "--set", "model.family.mlp.layers.1.dropout=0.2", "--set", "model.activation=tanh",
            "--set", "training.optimizer=adam", "--set", "training.optimizer.adam.beta2=0.99",
            "--set", "training.batch_size=16",
        ]
        let arguments = ["train", "study.yaml", "--epochs", "5", "--json"] + settings
        let best = try await Program.run(arguments, in: scratch.path)
        let lower = try await Program.run(arguments, in: scratch.path, environment: ["WINNOW_ISA": "avx2"])
        #expect(best.status == 0, "\(best.errors)")
        let digests = [best, lower].map { Program.object($0.lines.last ?? "")?["digest"] as? String }
        #expect(digests[0] != nil)
        #expect(digests[0] == digests[1])
    }
}
