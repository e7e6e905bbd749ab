import Foundation
import Testing

@Suite("What a good study file means")
struct CheckTests {
    private static func scratch(search: String, budget: String) throws -> Scratch {
        let scratch = try Scratch()
        try scratch.write(
            "study.yaml",
            """
            version: 1
            name: small
            data:
              train: {format: csv, file: rows.csv, target: y}
              validation: {holdout: 0.2}
            task: regression
            model: {family: {choice: {mlp: {layers: [{units: 8}]}}}}
            training:
              optimizer: {choice: {sgd: {}}}
              learning_rate: {float: [1.0e-3, 0.3], log: true}
              batch_size: 32
            objectives: [{metric: validation.loss, direction: minimize}]
            search: \(search)
            budget: \(budget)
            """)
        return scratch
    }

    @Test("parameters, rungs, what auto stands for, and a budget that is too small are told to people")
    func people() async throws {
        let scratch = try Self.scratch(
            search: "{searcher: auto, scheduler: {name: auto, max: 27}}", budget: "{epochs: 20}")
        let result = try await Program.run(["check", "study.yaml"], in: scratch.path)
        #expect(result.status == 0 && result.errors == "")
        #expect(
            result.lines == [
                "small: 1 parameter", "  training.learning_rate  float [0.001, 0.3] log",
                "bracket 0: 1, 3, 9, 27 epochs", "budget: 20 epochs",
                "searcher auto: hyper_tune while a suggestion costs at most 2 % of the median trial, else tpe, else random",
                "scheduler auto: asha with its first rung at 1 epoch, or at 3 where the ranks of the first eight trials change "
                    + "until then",
                "a budget of 20 epochs ends before any trial is trained to its end, which takes 27; raise it, or give each "
                    + "trial less",
            ])
    }

    @Test("a trial that may run out of patience needs no such budget")
    func patience() async throws {
        let scratch = try Self.scratch(search: "{scheduler: {name: none, max: 27}}", budget: "{epochs: 20}")
        let text = try String(contentsOfFile: scratch.path + "/study.yaml", encoding: .utf8)
        let patient = text.replacingOccurrences(
            of: "batch_size: 32", with: "batch_size: 32\n  early_stopping: {patience: 2}")
        try scratch.write("study.yaml", patient)
        let result = try await Program.run(["check", "study.yaml"], in: scratch.path)
        #expect(result.status == 0 && !result.lines.contains { $0.contains("ends before") }, "\(result.lines)")
    }

    @Test("programs have the plan in one line")
    func programs() async throws {
        let scratch = try Self.scratch(
            search: "{searcher: random, scheduler: {name: hyperband, max: 9}}", budget: "{epochs: 9}")
        let result = try await Program.run(["check", "study.yaml", "--json"], in: scratch.path)
        #expect(result.status == 0 && result.errors == "")
        #expect(
            result.lines == [
                #"{"event":"plan","parameters":1,"names":["training.learning_rate"],"brackets":["#
                    + #"{"bracket":2,"rungs":[{"epochs":1,"trials":9},{"epochs":3,"trials":3},{"epochs":9,"trials":1}]},"#
                    + #"{"bracket":1,"rungs":[{"epochs":3,"trials":5},{"epochs":9,"trials":1}]},"#
                    + #"{"bracket":0,"rungs":[{"epochs":9,"trials":3}]}],"constraints":[],"notes":[]}"#
            ])
    }
}
