import Foundation
import StudySimulation
import TableFiles
import Testing
import TuningModel

@Suite("Tables of recorded curves")
final class TableReaderTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("table-\(UUID().uuidString)")
        .path

    init() throws { try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: self.folder) }

    private static let meta = """
        {"name": "t", "space": [
          {"name": "rate", "type": "float", "lower": 1e-4, "upper": 1, "log": true},
          {"name": "units", "type": "int", "lower": 16, "upper": 64},
          {"name": "depth", "type": "ordinal", "choices": [1, 2, 8]},
          {"name": "kind", "type": "categorical", "choices": ["a", "b", 1e-08, true]}],
         "metrics": ["accuracy", "time"], "target": "accuracy", "direction": "maximize",
         "fidelity": {"name": "epoch", "values": [0, 1, 2]}, "shape": [2, 2, 3, 2]}
        """
    private static let configurations = "id,rate,kind,units,depth\n7,0.01,b,16,8\n9,1.0,1e-08,64.0,1\n"

    private func write(
        meta: String = TableReaderTests.meta, configurations: String = TableReaderTests.configurations,
        curves: [Float] = (0..<24).map { Float($0 * $0) }
    ) throws {
        try meta.write(toFile: self.folder + "/meta.json", atomically: true, encoding: .utf8)
        try configurations.write(toFile: self.folder + "/configs.csv", atomically: true, encoding: .utf8)
        var data = Data()
        for number in curves {
            let bits = number.bitPattern
            for shift in stride(from: 0 as UInt32, to: 32, by: 8) {
                data.append(UInt8(truncatingIfNeeded: bits >> shift))
            }
        }
        try data.write(to: URL(fileURLWithPath: self.folder + "/curves.f32"))
    }

    @Test("space, configurations, losses and times are those of the files")
    func whole() throws {
        try self.write()
        let reader = try TableReader(folder: self.folder)
        #expect(reader.header.stepCount == 2 && reader.header.repeatCount == 2)
        #expect(
            reader.header.space
                == ParameterSpace([
                    Parameter(name: "rate", domain: .float(FloatRange(low: 1e-4, high: 1, isLogarithmic: true))),
                    Parameter(name: "units", domain: .int(IntRange(low: 16, high: 64))),
                    Parameter(name: "depth", domain: .ordinal([.int(1), .int(2), .int(8)])),
                    Parameter(name: "kind", domain: .choice([.text("a"), .text("b"), .float(1e-8), .bool(true)])),
                ]))
        let table = try reader.table(repeatIndex: 1)
        #expect(table.ids == [7, 9])
        #expect(
            table.configurations == [
                Configuration([.float(0.01), .int(16), .int(8), .text("b")]),
                Configuration([.float(1), .int(64), .int(1), .float(1e-8)]),
            ])
        // Repeat 1 of row 0 holds the numbers 6 to 11, of row 1 those from 18 to 23, squared; accuracy comes first.
        let losses: [Float] = [-64, -100, -400, -484]
        #expect(table.losses == losses)
        let durations: [Float] = [32, 40, 80, 88]
        #expect(table.durations == durations)
    }

    @Test("a table without an initial state and without times has a unit for each step")
    func plain() throws {
        let meta = Self.meta.replacing("[0, 1, 2]", with: "[1, 2, 3]").replacing("\"time\"", with: "\"loss\"")
            .replacing("maximize", with: "minimize")
        try self.write(meta: meta)
        let table = try TableReader(folder: self.folder).table(repeatIndex: 0)
        #expect(table.header.stepCount == 3 && table.durations == nil)
        #expect(table.losses == [0, 4, 16, 144, 196, 256] && table.duration(row: 1, step: 3) == 1)
    }

    @Test("rows are those of ascending ids, each with its own curve")
    func order() throws {
        try self.write(configurations: "id,rate,kind,units,depth\n9,0.01,b,16,8\n7,1.0,1e-08,64.0,1\n")
        let table = try TableReader(folder: self.folder).table(repeatIndex: 1)
        let losses: [Float] = [-400, -484, -64, -100]
        #expect(table.ids == [7, 9] && table.losses == losses)
        #expect(table.configurations[1] == Configuration([.float(0.01), .int(16), .int(8), .text("b")]))
    }

    @Test("cells may have quotes, with commas, line breaks and doubled quotes in them, and lines may end with CR LF")
    func quotes() throws {
        let meta = Self.meta.replacing(#"["a", "b", 1e-08, true]"#, with: #"["3,3", "say \"b\"\nor a", "", 1]"#)
        let configurations =
            "\u{FEFF}\"id\",rate,\"kind\",units,depth\r\n7,\"0.01\",\"3,3\",\"16\",8\r\n\r\n"
            + "9,1.0,\"say \"\"b\"\"\nor a\",64.0,1"
        try self.write(meta: meta, configurations: configurations)
        let table = try TableReader(folder: self.folder).table(repeatIndex: 0)
        #expect(
            table.configurations == [
                Configuration([.float(0.01), .int(16), .int(8), .text("3,3")]),
                Configuration([.float(1), .int(64), .int(1), .text("say \"b\"\nor a")]),
            ])
    }

    @Test(
        "truth values stand as Python, JSON and spreadsheets write them",
        arguments: ["True,False", "true,false", "TRUE,FALSE"])
    func truthValues(words: String) throws {
        let words = words.split(separator: ",")
        try self.write(
            meta: Self.meta.replacing(#"["a", "b", 1e-08, true]"#, with: "[true, false]"),
            configurations: "id,rate,kind,units,depth\n7,0.01,\(words[0]),16,8\n9,1.0,\(words[1]),64,1\n")
        let table = try TableReader(folder: self.folder).table(repeatIndex: 0)
        #expect(table.configurations.map { $0.values[3] } == [.bool(true), .bool(false)])
    }

    @Test("a text that is written like a truth value stays the text of the space")
    func texts() throws {
        try self.write(
            meta: Self.meta.replacing(#"["a", "b", 1e-08, true]"#, with: #"["True", true]"#),
            configurations: "id,rate,kind,units,depth\n7,0.01,True,16,8\n9,1.0,true,64,1\n")
        let table = try TableReader(folder: self.folder).table(repeatIndex: 0)
        #expect(table.configurations.map { $0.values[3] } == [.text("True"), .bool(true)])
    }

    @Test("a step that takes longer than any does is refused")
    func steps() throws {
        try self.write(curves: (0..<24).map { $0 == 5 ? 1e30 : Float($0) })
        let error = #expect(throws: TableError.self) { try TableReader(folder: self.folder).table(repeatIndex: 0) }
        #expect(
            error.map { "\($0)".hasSuffix("curves.f32: row 0, fidelity 2: a step of 1e+30, want at most 1e+09") }
                == true)
    }

    @Test("numbers that are not finite are kept, for they are trainings that diverged")
    func diverged() throws {
        var curves = (0..<24).map { Float($0) }
        curves[2] = .nan
        curves[4] = -.infinity
        try self.write(curves: curves)
        let table = try TableReader(folder: self.folder).table(repeatIndex: 0)
        #expect(table.losses[0].isNaN && table.losses[1] == .infinity)
    }

    @Test("numbers that Python writes and JSON does not have stand wherever nothing is asked of them")
    func foreignNumbers() throws {
        try self.write()
        let plain = try TableReader(folder: self.folder).table(repeatIndex: 0)
        let note = "\"best\": [NaN, -Infinity, Infinity], \"note\": \"NaN \\\" Infinity\", \"metrics\""
        try self.write(meta: Self.meta.replacing("\"metrics\"", with: note))
        let table = try TableReader(folder: self.folder).table(repeatIndex: 0)
        #expect(table.header == plain.header && table.losses == plain.losses)
        try self.write(meta: Self.meta.replacing("\"lower\": 1e-4", with: "\"lower\": -Infinity"))
        let error = #expect(throws: TableError.self) { try TableReader(folder: self.folder) }
        #expect(error.map { "\($0)".contains("space[0], rate: type \"float\" with these bounds") } == true)
    }

    @Test(
        "what is wrong is told with file, place, value and what is wanted",
        arguments: [
            (
                "meta", "\"target\": \"accuracy\"", "\"target\": \"f1\"",
                "meta.json: target \"f1\", want one of accuracy, time"
            ),
            (
                "meta", "\"direction\": \"maximize\"", "\"direction\": \"up\"",
                "meta.json: direction \"up\", want minimize or maximize"
            ),
            (
                "meta", "[2, 2, 3, 2]", "[2, 2, 4, 2]",
                "meta.json: shape [2, 2, 4, 2], want [rows, repeats, 3 fidelities, 2 metrics] with at most 10000000 rows"
            ),
            ("meta", "[2, 2, 3, 2]", "[0, 2, 3, 2]", "meta.json: shape [0, 2, 3, 2]: no curves were recorded"),
            ("meta", "[2, 2, 3, 2]", "[3, 2, 3, 2]", "configs.csv: 2 rows, want 3 as in the shape of meta.json"),
            (
                "meta", "\"lower\": 1e-4", "\"lower\": -1",
                "meta.json: space[0], rate: type \"float\" with these bounds, want float or int with finite lower <= upper (above 0 where log), or categorical or ordinal with choices"
            ),
            (
                "meta", "\"name\": \"units\"", "\"name\": \"rate\"",
                "meta.json: space[1]: the name \"rate\" stands twice or is empty"
            ),
            ("meta", "\"metrics\"", "\"metric\"", "meta.json: metrics is missing"),
            ("meta", "{\"name\"", "{name", "meta.json: not JSON"),
            ("configs", "7,0.01", "7,", "configs.csv:2: column 2, rate: \"\" is missing or no value of the space"),
            (
                "configs", "7,0.01", "7,2.5",
                "configs.csv:2: column 2, rate: \"2.5\" is missing or no value of the space"
            ),
            (
                "configs", "7,0.01,b", "7,0.01,c",
                "configs.csv:2: column 3, kind: \"c\" is missing or no value of the space"
            ),
            ("configs", ",b,16,8", ",b,16", "configs.csv:2: 4 cells, want 5"),
            ("configs", "7,0.01", "x,0.01", "configs.csv:2: id \"x\", want a number"),
            ("configs", "9,1.0", "7,1.0", "configs.csv:3: id 7 stands in line 2 already, want each once"),
            ("configs", "units", "width", "configs.csv: line 1: no column units"),
            (
                "configs", ",b,16,8\n", ",\"b\nb\",16,8\n1",
                "configs.csv:2: column 3, kind: \"b\u{FFFD}b\" is missing or no value of the space"
            ),
            (
                "configs", "9,1.0", "9,\"1.0\"1",
                "configs.csv:3: something stands behind the closing quote of \"1.0\", want a comma or the end of the line; a quote inside quotes is written twice"
            ),
            (
                "configs", "9,1.0", "9,\"1.0",
                "configs.csv:3: a quote opens here and never closes, want a closing quote"
            ),
            (
                "configs", "7,0.01,b", "7,0.01,True1",
                "configs.csv:2: column 3, kind: \"True1\" is missing or no value of the space"
            ),
        ])
    func mistakes(file: String, old: String, new: String, message: String) throws {
        let meta = file == "meta" ? Self.meta.replacing(old, with: new) : Self.meta
        let cells = new == "7," ? "7,,b,16,8" : nil
        let configurations =
            file == "configs"
            ? cells.map { Self.configurations.replacing("7,0.01,b,16,8", with: $0) }
                ?? Self.configurations.replacing(old, with: new) : Self.configurations
        try self.write(meta: meta, configurations: configurations)
        let error = #expect(throws: TableError.self) { try TableReader(folder: self.folder).table(repeatIndex: 0) }
        let text = error.map { "\($0)".replacing(self.folder + "/", with: "") }
        #expect(text == message)
    }

    @Test("curves of another size, a missing file and a repeat that was not recorded are refused")
    func files() throws {
        try self.write(curves: [1, 2, 3])
        let reader = try TableReader(folder: self.folder)
        let size = #expect(throws: TableError.self) { try reader.table(repeatIndex: 0) }
        #expect(size.map { "\($0)".hasSuffix("curves.f32: 12 bytes, want 96 for the shape [2, 2, 3, 2]") } == true)
        let beyond = #expect(throws: TableError.self) { try reader.table(repeatIndex: 2) }
        #expect(beyond.map { "\($0)".hasSuffix(": repeat 2, want 0 to 1") } == true)
        let missing = #expect(throws: TableError.self) { try TableReader(folder: self.folder + "/none") }
        #expect(missing.map { "\($0)".contains("/none/meta.json: no such file") } == true)
    }
}
