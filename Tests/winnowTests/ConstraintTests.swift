import Foundation
import Testing

@Suite("Studies with constraints and several objectives, from the file to the best")
struct ConstraintTests {
    private static func write(_ scratch: Scratch, _ constraints: String, objectives: String? = nil) throws {
        try scratch.writeClouds()
        let path = try scratch.writeStudy(scheduler: "{name: asha, min: 1, max: 9, eta: 3}", trials: 30)
        let old = "objectives: [{metric: validation.loss, direction: minimize}]"
        var text = try String(contentsOfFile: path, encoding: .utf8)
        text = text.replacingOccurrences(
            of: old,
            with: "objectives: \(objectives ?? "[{metric: validation.loss, direction: minimize}]")\n\(constraints)")
        try scratch.write("study.yaml", text)
    }

    private static func run(_ scratch: Scratch) async throws {
        let run = try await Program.run(["run", "study.yaml", "--workers", "2", "--dir", "out"], in: scratch.path)
        #expect(run.status == 0, "\(run.errors)")
    }

    @Test("networks that are too large are refused at no cost, and replay agrees")
    func known() async throws {
        let scratch = try Scratch()
        try Self.write(scratch, "constraints: [{metric: model.parameters, at_most: 100}]")
        let check = try await Program.run(["check", "study.yaml"], in: scratch.path)
        #expect(
            check.lines.contains(
                "constraint: model.parameters <= 100, refused before training, at no cost to the budget"))
        try await Self.run(scratch)
        let trials = try await Program.run(["trials", "out", "--json"], in: scratch.path)
        let counts = trials.lines.compactMap { Program.object($0)?["model.parameters"] as? Double }
        #expect(counts.count == 30 && counts.allSatisfy { $0 <= 100 }, "\(counts)")
        let replay = try await Program.run(["replay", "out"], in: scratch.path)
        #expect(replay.status == 0, "\(replay.errors)")

        // What is told before training is what the network has.
        let answer = try await Program.run(["best", "out", "--json"], in: scratch.path)
        let best = try #require(Program.object(answer.lines.first ?? ""))
        var arguments = ["train", "study.yaml", "--json", "--epochs", "1"]
        for (name, value) in try #require(best["configuration"] as? [String: Any]) {
            arguments += ["--set", "\(name)=\(value)"]
        }
        let trained = try await Program.run(arguments, in: scratch.path)
        let finished = try #require(trained.lines.last.flatMap(Program.object), "\(trained.errors)")
        #expect(finished["parameters"] as? Double == best["model.parameters"] as? Double)
    }

    @Test("constraints that nothing keeps end with exit code 2 and nothing written")
    func impossible() async throws {
        let scratch = try Scratch()
        try Self.write(scratch, "constraints: [{metric: model.parameters, at_most: 3}]")
        let before = scratch.names
        let run = try await Program.run(["run", "study.yaml", "--dir", "out"], in: scratch.path)
        #expect(run.status == 2)
        #expect(
            run.errors.contains(
                "no configuration within the constraint was found in 10000 draws: model.parameters <= 3"),
            "\(run.errors)")
        #expect(scratch.names == before)
    }

    @Test("best tells that no trial keeps the constraints")
    func infeasible() async throws {
        let scratch = try Scratch()
        try Self.write(scratch, "constraints: [{metric: validation.loss, at_most: 1.0e-6}]")
        try await Self.run(scratch)
        let best = try await Program.run(["best", "out", "--json"], in: scratch.path)
        let line = try #require(Program.object(best.lines.first ?? ""))
        let loss = try #require(line["validation.loss"] as? Double)
        #expect(line["feasible"] as? Bool == false)
        let violation = try #require(line["violation"] as? Double)
        #expect(abs(violation - (loss - 1e-6) / 1e-6) < 1e-9 * violation)
        let people = try await Program.run(["best", "out"], in: scratch.path)
        #expect(people.lines.contains("  no trial keeps the constraints, this one breaks them least:"))
        let replay = try await Program.run(["replay", "out"], in: scratch.path)
        #expect(replay.status == 0, "\(replay.errors)")
    }

    @Test("with several objectives best tells the front and show whether a trial is on it")
    func front() async throws {
        let scratch = try Scratch()
        try Self.write(
            scratch, "",
            objectives:
                "[{metric: validation.loss, direction: minimize}, {metric: model.parameters, direction: minimize}]")
        try await Self.run(scratch)
        let best = try await Program.run(["best", "out", "--json"], in: scratch.path)
        let lines = best.lines.compactMap(Program.object)
        let heading = try #require(lines.first { $0["event"] as? String == "front" })
        let members = lines.filter { $0["event"] as? String == "front_trial" }
        #expect(heading["on_front"] as? Int == members.count && !members.isEmpty)
        let reference = try #require(heading["reference"] as? [String: Double])
        #expect(Set(reference.keys) == ["validation.loss", "model.parameters"])
        let volume = try #require(heading["hypervolume"] as? Double)
        #expect(volume >= 0)
        let points = members.compactMap { member -> [Double]? in
            guard let loss = member["validation.loss"] as? Double, let size = member["model.parameters"] as? Double
            else { return nil }
            return [loss, size]
        }
        #expect(points.count == members.count)
        for (one, other) in zip(points, points.dropFirst()) { #expect(one[0] <= other[0] && one[1] >= other[1]) }
        let on = try #require(members[0]["trial"] as? Int)
        #expect(lines[0]["trial"] as? Int == on)
        let show = try await Program.run(["show", "out", "\(on)"], in: scratch.path)
        #expect(show.lines.contains("  on the front of validation.loss, model.parameters"), "\(show.lines)")
        let trials = try await Program.run(["trials", "out", "--json"], in: scratch.path).lines.compactMap(
            Program.object)
        let marked = trials.filter { $0["on_front"] as? Bool == true }.compactMap { $0["trial"] as? Int }
        #expect(Set(marked) == Set(members.compactMap { $0["trial"] as? Int }))
        let off = try #require((0..<30).first { !marked.contains($0) })
        let other = try await Program.run(["show", "out", "\(off)"], in: scratch.path)
        #expect(other.lines.contains { $0.hasPrefix("  not on the front of") }, "\(other.lines)")
        let people = try await Program.run(["best", "out"], in: scratch.path)
        #expect(people.lines.contains { $0.hasPrefix("front of validation.loss, model.parameters at epoch") })
    }

    @Test("best tells the rate of false stops where trials were audited")
    func audit() async throws {
        let scratch = try Scratch()
        try Self.write(scratch, "")
        let text = try String(contentsOfFile: scratch.path + "/study.yaml", encoding: .utf8)
        try scratch.write("study.yaml", text.replacingOccurrences(of: "search:\n", with: "search:\n  audit: 1.0\n"))
        try await Self.run(scratch)
        let best = try await Program.run(["best", "out", "--json"], in: scratch.path)
        let last = try #require(best.lines.last)
        let audit = try #require(Program.object(last))
        #expect(audit["event"] as? String == "audit")
        let rate = try #require(audit["rate"] as? Double)
        let interval = try #require(audit["interval"] as? [Double])
        #expect(interval.count == 2 && interval[0] <= rate && rate <= interval[1])
        let analyzed = try await Program.run(["analyze", "out", "--json"], in: scratch.path)
        #expect(analyzed.lines.contains(last))
    }

    @Test("a table of recorded curves is not trained, whatever is set")
    func table() async throws {
        let scratch = try Scratch()
        let folder = scratch.path + "/curves"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try scratch.write(
            "curves/meta.json",
            """
            {"name": "t", "space": [{"name": "rate", "type": "float", "lower": 0, "upper": 1}], "metrics": ["loss"],
             "target": "loss", "direction": "minimize", "fidelity": {"name": "epoch", "values": [1, 2]},
             "shape": [1, 1, 2, 1]}
            """)
        try scratch.write("curves/configs.csv", "id,rate\n0,0.5\n")
        try Data([0, 0, 0, 63, 0, 0, 128, 62]).write(to: URL(fileURLWithPath: folder + "/curves.f32"))
        try scratch.write(
            "study.yaml", "version: 1\nname: t\ntable: {folder: curves}\nbudget: {trials: 1}\n")
        let train = try await Program.run(["train", "study.yaml", "--set", "rate=0.5"], in: scratch.path)
        #expect(train.status == 2)
        #expect(
            train.errors == "winnow: a study with a table of recorded curves trains nothing; use winnow simulate\n",
            "\(train.errors)")
    }
}
