import Foundation
import Testing

@Suite("Tasks")
struct TaskTests {
    private static func study(_ data: String, task: String, family: String, training: String, objective: String)
        -> String
    {
        """
        version: 1
        name: tasks
        data:
          train: \(data)
        task: \(task)
        model: {family: {choice: \(family)}, activation: tanh}
        training:
          learning_rate: {float: [3.0e-3, 3.0e-2], log: true, default: 1.0e-2}
          batch_size: 16
          \(training)
        objectives: [\(objective)]
        search:
          searcher: {name: random}
          scheduler: {name: asha, min: 2, max: 18, eta: 3}
        budget: {trials: 12}
        seeds: {search: 3, data: 1}
        """
    }

    /// The line that ends a search of a study.
    private static func end(_ study: String, in scratch: Scratch) async throws -> [String: Any] {
        try scratch.write("study.yaml", study)
        let run = try await Program.run(
            ["run", "study.yaml", "--workers", "1", "--dir", "out", "--json"], in: scratch.path)
        #expect(run.status == 0, "\(run.errors)")
        let end = try #require(Program.object(run.lines.last ?? ""))
        return try #require(end["best"] as? [String: Any])
    }

    /// Points with a class that half of them would guess, a rare one.
    private static func points() -> String {
        var text = "x,y,rare,upper,right\n"
        var state: UInt64 = 88_172_645_463_325_252
        func draw() -> Double {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Double(state >> 11) * 0x1p-53 - 0.5
        }
        for _ in 0..<400 {
            let (x, y) = (draw(), draw())
            text += "\(x),\(y),\(x + y > 0.6 ? "yes" : "no"),\(y > 0.1 ? 1 : 0),\(x > -0.2 ? 1 : 0)\n"
        }
        return text
    }

    @Test("a rare class is searched by the area under the curve, with one logit, weights and smoothing")
    func binary() async throws {
        let scratch = try Scratch()
        try scratch.write("points.csv", Self.points())
        let best = try await Self.end(
            Self.study(
                """
                {format: csv, file: points.csv, target: rare, ignore: [upper, right]}
                  validation: {holdout: 0.25, stratify: true}
                  test: {holdout: 0.25, stratify: true}
                """, task: "classification", family: "{mlp: {layers: [{units: 8}]}}",
                training: """
                    loss: {choice: [cross_entropy, binary_cross_entropy]}
                      class_weights: {choice: [none, balanced]}
                      label_smoothing: {choice: [0, 0.05]}
                      metrics: [validation.f1_micro]
                    """, objective: "{metric: validation.roc_auc, direction: maximize}"), in: scratch)
        #expect(try #require(best["validation.roc_auc"] as? Double) > 0.97)
        #expect(try #require(best["test.roc_auc"] as? Double) > 0.9)
        #expect(best["validation.f1_micro"] as? Double == best["validation.accuracy"] as? Double)
        let file = try Data(contentsOf: URL(fileURLWithPath: "\(scratch.path)/out/best.safetensors"))
        let header = String(decoding: file.prefix(65_536), as: UTF8.self)
        #expect(header.contains("test.classes") && header.contains("test.roc_auc"))
        let told = try await Program.run(["best", "out", "--json"], in: scratch.path)
        let tested = try #require(Program.object(told.lines.last ?? "")?["test.classes"] as? [[String: Any]])
        #expect(tested.compactMap { $0["class"] as? String } == ["no", "yes"])
        let mean = tested.compactMap { $0["f1"] as? Double }.reduce(0, +) / 2
        #expect((mean - (try #require(best["test.f1"] as? Double))).magnitude < 1e-12)
        #expect((best["test.classes"] as? [[String: Any]])?.count == 2)
        let shown = try await Program.run(["best", "out"], in: scratch.path)
        #expect(shown.lines.contains { $0.hasPrefix("  class yes  precision ") })
        let replay = try await Program.run(["replay", "out"], in: scratch.path)
        #expect(replay.status == 0, "\(replay.errors)")
        let train = try await Program.run(
            [
                "train", "study.yaml", "--json", "--epochs", "3", "--set", "training.class_weights=balanced", "--set",
                "training.loss=binary_cross_entropy", "--set", "training.label_smoothing=0",
            ], in: scratch.path)
        #expect(train.status == 0, "\(train.errors)")
        let last = try #require(Program.object(train.lines.last ?? ""))
        // 2 * 8 + 8, and one logit: 8 + 1.
        #expect(last["parameters"] as? Int == 33)
        let classes = try #require(last["test.classes"] as? [[String: Any]])
        #expect(classes.compactMap { $0["class"] as? String } == ["no", "yes"])
        #expect(classes.compactMap { $0["rows"] as? Int }.reduce(0, +) == 100)
    }

    @Test("several labels are searched by their F1")
    func labels() async throws {
        let scratch = try Scratch()
        try scratch.write("points.csv", Self.points())
        let best = try await Self.end(
            Self.study(
                """
                {format: csv, file: points.csv, target: [upper, right], ignore: [rare]}
                  validation: {holdout: 0.25}
                  test: {holdout: 0.25}
                """, task: "multi_label", family: "{mlp: {layers: [{units: 8}]}}", training: "optimizer: adam",
                objective: "{metric: validation.f1_micro, direction: maximize}"), in: scratch)
        #expect(try #require(best["validation.f1_micro"] as? Double) > 0.95)
        #expect(try #require(best["test.hamming_loss"] as? Double) < 0.1)
        #expect(try #require(best["test.accuracy"] as? Double) > 0.8)
        #expect(try #require(best["test.roc_auc"] as? Double) > 0.97)
    }

    @Test("a series is forecast by a dense network and by LSTM cells, with any loss of numbers")
    func forecasting() async throws {
        let scratch = try Scratch()
        let series = (0..<400).map { step in
            let t = Double(step)
            return "\(step),\(sin(t / 5) + 0.5 * cos(t / 11)),\(step % 7)"
        }
        try scratch.write("series.csv", "step,load,day\n" + series.joined(separator: "\n") + "\n")
        let best = try await Self.end(
            Self.study(
                """
                {format: csv, file: series.csv, target: load, categorical: [day], ignore: [step], window: 12, horizon: 2}
                  validation: {last: 0.2}
                  test: {last: 0.2}
                """, task: "forecasting", family: "{mlp: {layers: [{units: 16}]}, lstm: {layers: [{units: 8}]}}",
                training: "loss: {choice: [squared_error, absolute_error, huber]}",
                objective: "{metric: validation.rmse, direction: minimize}"), in: scratch)
        #expect(try #require(best["validation.rmse"] as? Double) < 0.3)
        #expect(try #require(best["test.r2"] as? Double) > 0.85)
        let trials = try await Program.run(["trials", "out", "--json"], in: scratch.path).lines.compactMap(
            Program.object)
        #expect(!trials.contains { $0["state"] as? String == "failed" })
    }

    @Test("a loss that the data does not fit is told before any training")
    func unfit() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.write(
            "study.yaml",
            """
            version: 1
            name: clouds
            data:
              train: {format: csv, file: clouds.csv, target: cloud}
              validation: {holdout: 0.25}
            task: classification
            model: {family: {choice: {mlp: {layers: [{units: 8}]}}}}
            training: {loss: binary_cross_entropy}
            """)
        let result = try await Program.run(["train", "study.yaml"], in: scratch.path)
        #expect(result.status == 2)
        #expect(
            result.errors.contains(
                "training.loss = binary_cross_entropy for 3 classes, want two classes, or cross_entropy"),
            "\(result.errors)")
    }
}
