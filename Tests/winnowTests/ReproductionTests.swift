import Foundation
import Testing

@Suite("A trial trained again")
struct ReproductionTests {
    @Test("from what best tells has the same losses, to the last bit")
    func best() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: "{name: asha, min: 1, max: 9, eta: 3}", trials: 12)
        let run = try await Program.run(["run", "study.yaml", "--workers", "1", "--dir", "out"], in: scratch.path)
        #expect(run.status == 0, "\(run.errors)")
        let answer = try await Program.run(["best", "out", "--json"], in: scratch.path)
        let best = try #require(Program.object(answer.lines.first ?? ""))
        let configuration = try #require(best["configuration"] as? [String: Any])
        var arguments = ["train", "study.yaml", "--json", "--seed", try #require(best["seed"] as? String)]
        arguments += ["--epochs", "\(try #require(best["epoch"] as? Int))"]
        for (name, value) in configuration { arguments += ["--set", "\(name)=\(value)"] }
        let trained = try await Program.run(arguments, in: scratch.path)
        #expect(trained.status == 0, "\(trained.errors)")
        let lines = trained.lines.compactMap(Program.object)
        #expect(lines.dropLast().last?["validation.loss"] as? Double == best["validation.loss"] as? Double)
        #expect(lines.last?["test.loss"] as? Double == best["test.loss"] as? Double)
    }

    @Test("a study in which every trial diverges says so")
    func divergence() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        let path = try scratch.writeStudy(scheduler: "{name: asha, max: 3}", trials: 5)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try scratch.write(
            "study.yaml",
            text.replacingOccurrences(of: "[1.0e-3, 0.3], log: true, default: 1.0e-2", with: "[1.0e+37, 1.0e+38]"))
        let run = try await Program.run(["run", "study.yaml", "--workers", "1", "--dir", "out"], in: scratch.path)
        #expect(run.status == 3)
        #expect(run.errors.contains("all 5 trials diverged"), "\(run.errors)")
        let best = try await Program.run(["best", "out"], in: scratch.path)
        #expect(best.status == 1)
        #expect(best.errors.contains("5 of 5 diverged"), "\(best.errors)")
    }
}
