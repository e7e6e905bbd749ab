import Foundation
import Testing

@Suite("A study on recorded curves, from the command line")
struct SimulateTests {
    /// Six rows with nine steps each: row i falls towards i, the last ones fastest at first.
    private static let curves = (0..<6).map { row in
        (1...9).map { step in Float(row) + Float(10 - row) / Float(step) }
    }

    private static func scratch(_ curves: [[Float]] = Self.curves, trials: Int = 6) throws -> Scratch {
        let scratch = try Scratch()
        try FileManager.default.createDirectory(atPath: scratch.path + "/table", withIntermediateDirectories: true)
        try scratch.write(
            "table/meta.json",
            """
            {"space": [{"name": "x", "type": "float", "lower": 0, "upper": 1, "log": false}], "metrics": ["loss"],
             "target": "loss", "direction": "minimize",
             "fidelity": {"name": "epoch", "values": [1, 2, 3, 4, 5, 6, 7, 8, 9]}, "shape": [6, 1, 9, 1]}
            """)
        try scratch.write("table/configs.csv", "id,x\n" + (0..<6).map { "1\($0),0.\($0)\n" }.joined())
        let data = curves.joined().reduce(into: Data()) { data, number in
            let bits = number.bitPattern
            for shift in stride(from: 0 as UInt32, to: 32, by: 8) {
                data.append(UInt8(truncatingIfNeeded: bits >> shift))
            }
        }
        try data.write(to: URL(fileURLWithPath: scratch.path + "/table/curves.f32"))
        try scratch.write(
            "study.yaml",
            """
            version: 1
            name: recorded
            table: {folder: table}
            search:
              searcher: grid
              scheduler: {name: successive_halving, resource: step, min: 1, max: 9, eta: 3}
              try_first: [{x: 0.5}, {x: 0.41}, {x: 0.3}, {x: 0.2}, {x: 0.1}, {x: 0.0}]
            budget: {trials: \(trials)}
            """)
        return scratch
    }

    /// Six trials take 1 unit each, the best two of them 2 more, and the best of these 6 more: all alike after a step, the
    /// first ones go on.
    @Test("each change of the best is a line, and so is the end")
    func lines() async throws {
        let scratch = try Self.scratch()
        let result = try await Program.run(
            ["simulate", "study.yaml", "--workers", "2", "--json"], in: scratch.path)
        #expect(result.status == 0 && result.errors == "")
        #expect(
            result.lines == [
                #"{"event":"incumbent","rule":"any","time":1.0,"row":15,"epoch":1,"value":10.0,"trial":0}"#,
                #"{"event":"incumbent","rule":"top","time":1.0,"row":15,"epoch":1,"value":10.0,"trial":0}"#,
                #"{"event":"incumbent","rule":"any","time":4.0,"row":15,"epoch":2,"value":7.5,"trial":0}"#,
                #"{"event":"incumbent","rule":"any","time":4.0,"row":14,"epoch":2,"value":7.0,"trial":1}"#,
                #"{"event":"incumbent","rule":"any","time":5.0,"row":15,"epoch":3,"value":6.666666507720947,"trial":0}"#,
                #"{"event":"incumbent","rule":"any","time":5.0,"row":14,"epoch":3,"value":6.0,"trial":1}"#,
                #"{"event":"incumbent","rule":"top","time":5.0,"row":15,"epoch":3,"value":6.666666507720947,"trial":0}"#,
                #"{"event":"incumbent","rule":"top","time":5.0,"row":14,"epoch":3,"value":6.0,"trial":1}"#,
                #"{"event":"incumbent","rule":"any","time":6.0,"row":14,"epoch":4,"value":5.5,"trial":1}"#,
                #"{"event":"incumbent","rule":"any","time":7.0,"row":14,"epoch":5,"value":5.199999809265137,"trial":1}"#,
                #"{"event":"incumbent","rule":"any","time":8.0,"row":14,"epoch":6,"value":5.0,"trial":1}"#,
                #"{"event":"incumbent","rule":"any","time":9.0,"row":14,"epoch":7,"value":4.857142925262451,"trial":1}"#,
                #"{"event":"incumbent","rule":"any","time":10.0,"row":14,"epoch":8,"value":4.75,"trial":1}"#,
                #"{"event":"incumbent","rule":"any","time":11.0,"row":14,"epoch":9,"value":4.666666507720947,"trial":1}"#,
                #"{"event":"incumbent","rule":"top","time":11.0,"row":14,"epoch":9,"value":4.666666507720947,"trial":1}"#,
                #"{"event":"finished","trials":6,"epochs":16,"time":11.0,"busy_fraction":0.7272727272727273,"reason":"all 6 trials of the budget are done"}"#,
            ])
    }

    @Test("a study in which no trial comes to its end has the exit code of a spent budget, and says why")
    func incomplete() async throws {
        let scratch = try Self.scratch(Self.curves.map { $0.map { _ in Float.nan } })
        let result = try await Program.run(["simulate", "study.yaml", "--json"], in: scratch.path)
        #expect(result.status == 3)
        #expect(
            result.errors
                == "winnow: all 6 trials diverged: no finite target in their rows; want a table or a repeat with finite "
                + "numbers\n")
        // The only trial of a bracket of nine that is never full.
        let short = try Self.scratch(trials: 1)
        let text = try String(contentsOfFile: short.path + "/study.yaml", encoding: .utf8)
        try short.write("study.yaml", text.replacingOccurrences(of: "{trials: 1}", with: "{trials: 1, epochs: 2}"))
        let early = try await Program.run(["simulate", "study.yaml", "--json"], in: short.path)
        #expect(early.status == 3)
        #expect(
            early.errors
                == "winnow: the budget was spent before any trial came to the scheduler's max; raise the one or lower the "
                + "other\n")
    }

    @Test("people read whole numbers, and one thing as one")
    func people() async throws {
        let scratch = try Self.scratch(Self.curves.map { $0.map { 12_345 * $0 } }, trials: 1)
        let result = try await Program.run(["simulate", "study.yaml"], in: scratch.path)
        #expect(result.status == 0 && result.errors == "")
        #expect(
            result.lines == [
                "1  best (any): row 15, epoch 1, 123500",
                "1  best (top): row 15, epoch 1, 123500",
                "2  best (any): row 15, epoch 2, 92590",
                "3  best (any): row 15, epoch 3, 82300",
                "3  best (top): row 15, epoch 3, 82300",
                "4  best (any): row 15, epoch 4, 77160",
                "5  best (any): row 15, epoch 5, 74070",
                "6  best (any): row 15, epoch 6, 72010",
                "7  best (any): row 15, epoch 7, 70540",
                "8  best (any): row 15, epoch 8, 69440",
                "9  best (any): row 15, epoch 9, 68580",
                "9  best (top): row 15, epoch 9, 68580",
                "1 trial, 9 epochs in 9 units of time by 1 worker: the only trial of the budget is done",
            ])
    }

    @Test("a study that is looked at until a time is no failure")
    func cut() async throws {
        let scratch = try Self.scratch()
        let result = try await Program.run(
            ["simulate", "study.yaml", "--until", "2", "--json"], in: scratch.path)
        #expect(result.status == 0 && result.errors == "")
        #expect(
            result.lines == [
                #"{"event":"incumbent","rule":"any","time":1.0,"row":15,"epoch":1,"value":10.0,"trial":0}"#,
                #"{"event":"incumbent","rule":"top","time":1.0,"row":15,"epoch":1,"value":10.0,"trial":0}"#,
                #"{"event":"finished","trials":3,"epochs":2,"time":2.0,"busy_fraction":1.0,"reason":"the time of 2.0 is over"}"#,
            ])
    }
}
