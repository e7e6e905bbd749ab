import Foundation
import Testing

@Suite("Studies whose trainings learn a setting")
struct LearnedSettingTests {
    @Test(
        "come to their end, and the model file has the setting that was given and what was learned of it",
        arguments: [
            ("learning_rate: {float: [1.0e-3, 1.0e-1], log: true}, hypergradient: 1.0e-4", "training.learning_rate"),
            ("learning_rate: {float: [1.0e-3, 1.0e-1], log: true}, l2: 0.001, t1_t2: {l2: 0.1}", "training.l2"),
        ])
    func learned(training: String, setting: String) async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        let path = try scratch.writeStudy(scheduler: "{name: asha, min: 1, max: 3, eta: 3}", trials: 4)
        var text = try String(contentsOfFile: path, encoding: .utf8)
        let start = try #require(text.range(of: "training:"))
        let end = try #require(text.range(of: "\nobjectives:") ?? text.range(of: "\nsearch:"))
        text.replaceSubrange(start.lowerBound..<end.lowerBound, with: "training: {optimizer: sgd, \(training)}")
        try scratch.write("study.yaml", text)
        let run = try await Program.run(
            ["run", "study.yaml", "--workers", "2", "--dir", "out", "--json"], in: scratch.path)
        #expect(run.status == 0, "\(run.errors)")
        let last = try #require(Program.object(run.lines.last ?? ""))
        #expect(last["event"] as? String == "study_finished")
        let best = try #require(last["best"] as? [String: Any])
        let learned = try #require(best[setting] as? Double)
        let model = try #require(last["model"] as? String)
        let texts = try scratch.metadata(of: model)
        let given = try #require(texts[setting].flatMap(Double.init))
        let stored = try #require(texts["\(setting).learned"].flatMap(Double.init))
        // Foundation reads a number of JSON to the last bit but one.
        #expect(abs(stored - learned) <= 1e-12 * abs(learned) && given != learned)
    }
}
