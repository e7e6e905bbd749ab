import Foundation
import Testing

@Suite("Warm start from an earlier study's folder")
struct WarmStartTests {
    private static let scheduler = "{name: asha, min: 1, max: 9, eta: 3}"

    @Test("recalls trials into the new study's journal, which needs the earlier folder no more")
    func whole() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: Self.scheduler, trials: 24)
        let earlier = try await Program.run(
            ["run", "study.yaml", "--workers", "1", "--dir", "out"], in: scratch.path)
        #expect(earlier.status == 0, "\(earlier.errors)")
        let best = try await Program.run(["best", "out", "--json"], in: scratch.path)
        let winner = try #require(best.lines.first.flatMap(Program.object)?["configuration"] as? [String: Any])

        // The next study searches less, learns, and lies elsewhere.
        let text = try String(contentsOfFile: scratch.path + "/study.yaml", encoding: .utf8)
            .replacing("name: clouds", with: "name: clouds-2")
            .replacing("float: [1.0e-3, 0.3]", with: "float: [3.0e-3, 0.3]")
            .replacing(
                "searcher: {name: random}",
                with: "searcher: {name: tpe}\n  warm_start: {studies: [out], try_best: 2}")
        _ = try scratch.write("next.yaml", text)
        let check = try await Program.run(["check", "next.yaml", "--json"], in: scratch.path)
        #expect(check.status == 0, "\(check.errors)")
        let told = try #require(
            check.lines.compactMap(Program.object).first { $0["event"] as? String == "warm_start" })
        let recalled = try #require(told["recalled"] as? Int)
        let left = try #require(told["left_out"] as? Int)
        #expect(recalled + left == 24 && left > 0 && recalled > 10)
        #expect(told["same_data"] as? Bool == true)
        let reasons = try #require(told["reasons"] as? [[String: Any]])
        #expect((reasons.first?["reason"] as? String)?.hasPrefix("training.learning_rate = 0.00") == true)
        let people = try await Program.run(["check", "next.yaml"], in: scratch.path)
        #expect(
            people.lines.contains("warm start from out: \(recalled) of 24 trials of clouds, on the same data"),
            "\(people.lines)")

        let arguments = ["run", "next.yaml", "--workers", "1", "--dir", "out-2", "--json"]
        let next = try await Program.run(arguments, in: scratch.path)
        #expect(next.status == 0, "\(next.errors)")
        let first = next.lines.compactMap(Program.object).filter { $0["event"] as? String == "trial_started" }
        let begins = first.compactMap { $0["configuration"] as? [String: Any] }.prefix(2)
        #expect(begins.contains { NSDictionary(dictionary: $0).isEqual(to: winner) }, "\(begins)")
        try FileManager.default.removeItem(atPath: scratch.path + "/out")
        let replay = try await Program.run(["replay", "out-2"], in: scratch.path)
        #expect(replay.status == 0, "\(replay.lines) \(replay.errors)")
        let again = try await Program.run(arguments, in: scratch.path)
        #expect(again.status == 0, "\(again.errors)")
        let other = try await Program.run(
            ["run", "next.yaml", "--workers", "1", "--dir", "out-3"], in: scratch.path)
        #expect(other.status == 2)
        #expect(other.errors.contains("search.warm_start.studies"), "\(other.errors)")
    }

    @Test("tells each folder that can't be used with its place in the study file, all at once")
    func mistakes() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: "{name: none, max: 1}", trials: 2)
        let earlier = try await Program.run(
            ["run", "study.yaml", "--workers", "1", "--dir", "out"], in: scratch.path)
        #expect(earlier.status == 0, "\(earlier.errors)")
        let text = try String(contentsOfFile: scratch.path + "/study.yaml", encoding: .utf8)
            .replacing(
                "searcher: {name: random}",
                with: "searcher: {name: tpe}\n  warm_start:\n    studies: [nowhere, out,\n      clouds.csv]")
        _ = try scratch.write("next.yaml", text)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let line = try #require(lines.firstIndex { $0.contains("nowhere") }) + 1
        let places = [[line, 15], [line + 1, 7]]
        let check = try await Program.run(["check", "next.yaml", "--json"], in: scratch.path)
        let told = check.lines.compactMap(Program.object)
        #expect(check.status == 2 && told.allSatisfy { $0["event"] as? String == "mistake" }, "\(check.errors)")
        #expect(told.map { [$0["line"], $0["column"]].compactMap { $0 as? Int } } == places)
        #expect(
            told.allSatisfy { ($0["message"] as? String)?.hasPrefix("search.warm_start.studies: ") == true }, "\(told)")
        #expect((told.first?["message"] as? String)?.contains("nowhere") == true, "\(told)")
        #expect((told.last?["message"] as? String)?.contains("clouds.csv") == true, "\(told)")
        for command in [["check", "next.yaml"], ["run", "next.yaml", "--workers", "1", "--dir", "out-2"]] {
            let people = try await Program.run(command, in: scratch.path)
            #expect(people.status == 2)
            for place in places {
                let begin = "next.yaml:\(place[0]):\(place[1]): search.warm_start.studies: "
                #expect(people.errors.contains(begin), "\(people.errors)")
            }
        }
        #expect(!scratch.names.contains("out-2"))
    }

    @Test("other rows are told, and trials count by their ranks there")
    func otherData() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds(rows: 300)
        try scratch.writeStudy(scheduler: Self.scheduler, trials: 9)
        let earlier = try await Program.run(
            ["run", "study.yaml", "--workers", "1", "--dir", "out"], in: scratch.path)
        #expect(earlier.status == 0, "\(earlier.errors)")
        try scratch.writeClouds(rows: 400)
        let text = try String(contentsOfFile: scratch.path + "/study.yaml", encoding: .utf8)
            .replacing("searcher: {name: random}", with: "searcher: {name: gp}\n  warm_start: {studies: [out]}")
        _ = try scratch.write("next.yaml", text)
        let next = try await Program.run(["run", "next.yaml", "--workers", "1", "--dir", "out-2"], in: scratch.path)
        #expect(next.status == 0, "\(next.errors)")
        #expect(
            next.errors.contains(
                "warm start from out: 9 of 9 trials of clouds, on other data, so that their ranks count"),
            "\(next.errors)")
        let replay = try await Program.run(["replay", "out-2"], in: scratch.path)
        #expect(replay.status == 0, "\(replay.lines) \(replay.errors)")
    }
}
