import Foundation
import Testing

@Suite("Analysis of a study")
struct AnalysisTests {
    private static func ran(_ scratch: Scratch, trials: Int, scheduler: String) async throws {
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: scheduler, trials: trials)
        let run = try await Program.run(["run", "study.yaml", "--workers", "1", "--dir", "out"], in: scratch.path)
        #expect(run.status == 0, "\(run.errors)")
    }

    @Test("tells importance, ranks and the front, and writes a next study that is one and runs")
    func whole() async throws {
        let scratch = try Scratch()
        try await Self.ran(scratch, trials: 90, scheduler: "{name: asha, min: 1, max: 9, eta: 3}")
        let answer = try await Program.run(
            ["analyze", "out", "--front", "validation.gap", "--json"], in: scratch.path)
        #expect(answer.status == 0, "\(answer.errors)")
        let lines = answer.lines.compactMap(Program.object)
        #expect(lines.count == answer.lines.count)
        let first = lines.filter { $0["event"] as? String == "importance" && $0["epoch"] as? Int == 1 }
        #expect(first.first?["trials"] as? Int == 90)
        #expect(first.count == 10)
        #expect(first.contains { $0["parameter"] as? String == "training.learning_rate" })
        let shares = first.compactMap { $0["fanova"] as? Double }
        #expect(!shares.isEmpty && shares == shares.sorted(by: >) && shares.allSatisfy { (0...1).contains($0) })
        let ranks = lines.filter { $0["event"] as? String == "ranks" }
        #expect(ranks.compactMap { $0["low"] as? Int } == [1, 3, 1])
        #expect(ranks.compactMap { $0["high"] as? Int } == [3, 9, 9])
        let front = try #require(lines.first { $0["event"] as? String == "front" })
        #expect(lines.count { $0["event"] as? String == "front_trial" } == front["on_front"] as? Int)
        #expect(lines.last?["what"] as? String == "audit")
        let again = try await Program.run(
            ["analyze", "out", "--front", "validation.gap", "--json"], in: scratch.path)
        #expect(again.lines == answer.lines)
        let people = try await Program.run(["analyze", "out"], in: scratch.path)
        #expect(people.status == 0)
        #expect(people.lines.contains { $0.hasPrefix("importance at epoch 1, 90 trials") })

        let refined = try await Program.run(["refine", "out", "--json"], in: scratch.path)
        #expect(refined.status == 0, "\(refined.errors)")
        let written = try #require(refined.lines.last.flatMap(Program.object))
        #expect(written["file"] as? String == "clouds-2.yaml")
        let text = try String(contentsOfFile: scratch.path + "/clouds-2.yaml", encoding: .utf8)
        #expect(text.contains("name: clouds-2\n"))
        #expect(text.contains("  train: {format: csv, file: clouds.csv, target: cloud}\n"))
        for change in refined.lines.compactMap(Program.object).filter({ $0["event"] as? String == "change" }) {
            let reason = try #require(change["reason"] as? String)
            #expect(text.contains("# \(reason)\n"), "\(reason)")
        }
        let check = try await Program.run(["check", "clouds-2.yaml"], in: scratch.path)
        #expect(check.status == 0, "\(check.errors)\n\(text)")
        let next = try await Program.run(
            ["run", "clouds-2.yaml", "--workers", "1", "--dir", "out-2"], in: scratch.path)
        #expect(next.status == 0, "\(next.errors)")
        let over = try await Program.run(["refine", "out"], in: scratch.path)
        #expect(over.status == 2)
        #expect(over.errors.contains("clouds-2.yaml: is there already, want another --output"), "\(over.errors)")
        #expect(try String(contentsOfFile: scratch.path + "/clouds-2.yaml", encoding: .utf8) == text)
    }

    @Test("says what is missing where trials are few")
    func few() async throws {
        let scratch = try Scratch()
        try await Self.ran(scratch, trials: 4, scheduler: "{name: none, max: 2}")
        let answer = try await Program.run(["analyze", "out", "--json"], in: scratch.path)
        #expect(answer.status == 0, "\(answer.errors)")
        let missing = answer.lines.compactMap(Program.object)
        #expect(missing.compactMap { $0["what"] as? String } == ["importance", "ranks", "audit"])
        #expect((missing.first?["message"] as? String)?.contains("has 4 trials, want at least 16") == true)
        let refined = try await Program.run(["refine", "out"], in: scratch.path)
        #expect(refined.status == 1)
        #expect(refined.errors.contains("4 trials have a loss at a rung, want at least 20"), "\(refined.errors)")
        #expect(!scratch.names.contains("clouds-2.yaml"))
        let wrong = try await Program.run(["analyze", "out", "--front", "validation.los"], in: scratch.path)
        #expect(wrong.status == 2)
        #expect(wrong.errors.contains("did you mean validation.loss?"), "\(wrong.errors)")
        let nothing = try await Program.run(["refine", "nowhere"], in: scratch.path)
        #expect(nothing.status == 2)
    }
}
