import Foundation
import Testing

@Suite("Bad input ends with exit code 2, one clear line, and nothing written")
struct BadInputTests {
    private func run(_ scratch: Scratch, _ arguments: [String] = ["run", "study.yaml", "--dir", "out"]) async throws
        -> String
    {
        let before = scratch.names
        let result = try await Program.run(arguments, in: scratch.path)
        #expect(result.status == 2)
        #expect(scratch.names == before)
        return result.errors
    }

    @Test("a study file that is not there")
    func missingStudy() async throws {
        let errors = try await self.run(try Scratch())
        #expect(errors == "winnow: study.yaml: no such file; name a study file (YAML)\n")
    }

    @Test("a data file that is not there")
    func missingData() async throws {
        let scratch = try Scratch()
        try scratch.writeStudy(scheduler: "{name: asha}", trials: 3)
        #expect(try await self.run(scratch).contains("clouds.csv"))
    }

    @Test(
        "a data file with a mistake, by its line",
        arguments: [
            ("x,y,cloud\n1,2,0\n1,2\n", "clouds.csv:3: a ragged row: found 2 cells, want 3 as in the header"),
            ("x,y,cloud\n1,2,0\nred,2,1\n", "clouds.csv:3, column 1: column \"x\": found \"red\", want a number"),
            ("x,y,cloud\n1,2,0\n1,nan,1\n", "clouds.csv:3, column 2: column \"y\": found nan, want a finite number"),
            ("x,y,cloud\n1,2,0\n1,3,0\n", "clouds.csv, column 3: column \"cloud\": a constant target"),
        ])
    func badCSV(text: String, place: String) async throws {
        let scratch = try Scratch()
        try scratch.write("clouds.csv", text)
        try scratch.writeStudy(scheduler: "{name: asha}", trials: 3)
        let errors = try await self.run(scratch)
        #expect(errors.hasPrefix("winnow: \(place)"), "\(errors)")
        #expect(errors.split(separator: "\n").count == 1)
    }

    @Test(
        "a study file with a mistake, by its line and column and with what is meant",
        arguments: [
            ("batch_size:", "batch_sise:", "22:3", "did you mean batch_size?"),
            ("[1.0e-3, 0.3]", "[0.3, 1.0e-3]", "21:26", "the range [0.3, 0.001] is upside down, want [0.001, 0.3]"),
            ("[1.0e-3, 0.3]", "[0.0, 0.3]", "21:27", "found 0.0, want a finite number > 0.0"),
        ])
    func badStudy(found: String, replacement: String, place: String, word: String) async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        let path = try scratch.writeStudy(scheduler: "{name: asha}", trials: 3)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try scratch.write("study.yaml", text.replacingOccurrences(of: found, with: replacement))
        let errors = try await self.run(scratch)
        #expect(errors.contains("study.yaml:\(place)"), "\(errors)")
        #expect(errors.contains(word), "\(errors)")
    }

    @Test("a port in use")
    func portInUse() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: "{name: asha}", trials: 3)
        let holder = try Program(
            ["coordinator", "study.yaml", "--listen", "tcp://127.0.0.1:0", "--dir", "held"], in: scratch.path)
        let endpoint = try #require(await holder.nextLine()).replacingOccurrences(of: "listening on ", with: "")
        let errors = try await self.run(scratch, ["coordinator", "study.yaml", "--listen", endpoint, "--dir", "out"])
        #expect(errors.contains("in use"), "\(errors)")
        holder.kill(SIGTERM)
        #expect(await holder.finish().status == 130)
    }

    @Test("a study folder of another study")
    func otherStudy() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: "{name: asha, max: 3}", trials: 3)
        let first = try await Program.run(["run", "study.yaml", "--dir", "out", "--workers", "1"], in: scratch.path)
        #expect(first.status == 0, "\(first.errors)")
        // A comment makes no other study.
        let path = "\(scratch.path)/study.yaml"
        try scratch.write("same.yaml", "# the same\n" + String(contentsOfFile: path, encoding: .utf8))
        let same = try await Program.run(["run", "same.yaml", "--dir", "out", "--workers", "1"], in: scratch.path)
        #expect(same.status == 0, "\(same.errors)")
        try scratch.writeStudy(scheduler: "{name: asha, max: 9}", trials: 3, name: "other.yaml")
        let errors = try await self.run(scratch, ["run", "other.yaml", "--dir", "out"])
        #expect(errors.contains("another study"), "\(errors)")
    }

    @Test("a demo in the folder of another study, whose files stay as they are")
    func demoElsewhere() async throws {
        let scratch = try Scratch()
        let first = try await Program.run(
            ["demo", "--trials", "3", "--slots", "1", "--dir", "out"], in: scratch.path)
        #expect(first.status == 0, "\(first.errors)")
        let study = try String(contentsOfFile: "\(scratch.path)/out/digits.yaml", encoding: .utf8)
        let errors = try await self.run(scratch, ["demo", "--trials", "4", "--slots", "1", "--dir", "out"])
        #expect(errors.contains("another study"), "\(errors)")
        #expect(try String(contentsOfFile: "\(scratch.path)/out/digits.yaml", encoding: .utf8) == study)
    }

    @Test("an endpoint beyond loopback without --insecure", arguments: ["coordinator", "worker"])
    func insecure(command: String) async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: "{name: asha, max: 3}", trials: 3)
        let arguments =
            command == "worker"
            ? ["worker", "tcp://10.1.2.3:5570", "--cache", "cache"]
            : ["coordinator", "study.yaml", "--listen", "tcp://0.0.0.0:5570", "--dir", "out"]
        #expect(try await self.run(scratch, arguments).contains("--insecure"))
    }

    @Test("a folder in the place of a study file, and an endpoint that is no TCP address")
    func wrongKinds() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: "{name: asha, max: 3}", trials: 3)
        #expect(try await self.run(scratch, ["check", "."]).contains("is a folder"))
        let errors = try await self.run(
            scratch, ["coordinator", "study.yaml", "--listen", "ipc://socket", "--dir", "out"])
        #expect(errors.contains("want tcp://HOST:PORT"), "\(errors)")
    }

    @Test("a folder with a model of somebody else, which stays as it is")
    func foreignModel() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: "{name: asha, max: 3}", trials: 3)
        try FileManager.default.createDirectory(atPath: "\(scratch.path)/own", withIntermediateDirectories: true)
        try scratch.write("own/best.safetensors", "mine")
        let errors = try await self.run(scratch, ["run", "study.yaml", "--dir", "own"])
        #expect(errors.contains("best.safetensors but no study"), "\(errors)")
        #expect(try String(contentsOfFile: "\(scratch.path)/own/best.safetensors", encoding: .utf8) == "mine")
        #expect(FileManager.default.contents(atPath: "\(scratch.path)/own/lock") == nil)
    }

    @Test("a slot without its worker, which does not wait for one")
    func loneSlot() async throws {
        #expect(try await self.run(try Scratch(), ["slot"]).contains("use winnow worker"))
    }

    @Test("a text that is not UTF-8, and an objective in the wrong direction")
    func wrongTexts() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        let path = try scratch.writeStudy(scheduler: "{name: asha, max: 3}", trials: 3)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try scratch.write("up.yaml", text.replacingOccurrences(of: "minimize", with: "maximize"))
        let direction = try await self.run(scratch, ["run", "up.yaml", "--dir", "out"])
        #expect(direction.contains("want minimize, it is better when lower"), "\(direction)")
        var bytes = Array("x,y,cloud\n".utf8)
        for row in 0..<20 { bytes += Array("\(row),1,r".utf8) + [row % 2 == 0 ? 0xF6 : 0x61] + Array("t\n".utf8) }
        try Data(bytes).write(to: URL(fileURLWithPath: "\(scratch.path)/clouds.csv"))
        let encoding = try await self.run(scratch)
        #expect(encoding.contains("is not UTF-8"), "\(encoding)")
    }

    @Test("an option that does not exist")
    func unknownOption() async throws {
        #expect(try await self.run(try Scratch(), ["run", "study.yaml", "--wrokers", "3"]).contains("--workers"))
    }

    @Test("check tells every mistake at once as JSON lines")
    func check() async throws {
        let scratch = try Scratch()
        let path = try scratch.writeStudy(scheduler: "{name: asha, eta: 1}", trials: 3)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try scratch.write("study.yaml", text.replacingOccurrences(of: "activation:", with: "activtion:"))
        let result = try await Program.run(["check", "study.yaml", "--json"], in: scratch.path)
        #expect(result.status == 2)
        let lines = result.lines.compactMap(Program.object)
        #expect(lines.map { $0["event"] as? String } == ["mistake", "mistake"])
        #expect(lines.map { $0["line"] as? Int } == [15, 26])
    }

    @Test("check tells a study file that is no UTF-8, or too long, as a JSON line too")
    func checkText() async throws {
        let scratch = try Scratch()
        let path = URL(fileURLWithPath: "\(scratch.path)/study.yaml")
        try Data(Array("version: 1\nname: \u{E9}".utf8) + [0xC3, 0x28]).write(to: path)
        let encoding = try await Program.run(["check", "study.yaml", "--json"], in: scratch.path)
        #expect(
            encoding.lines == [
                #"{"event":"mistake","line":2,"column":8,"message":"not UTF-8 text; save it as UTF-8"}"#
            ])
        #expect(encoding.status == 2 && encoding.errors == "")
        try Data(repeating: UInt8(ascii: "#"), count: 1_048_577).write(to: path)
        let length = try await Program.run(["check", "study.yaml", "--json"], in: scratch.path)
        #expect(
            length.lines == [
                #"{"event":"mistake","line":1,"column":1,"message":"1048577 bytes, want at most 1048576 for a study file"}"#
            ])
        #expect(length.status == 2 && length.errors == "")
        #expect(
            try await self.run(scratch)
                == "winnow: study.yaml:1:1: 1048577 bytes, want at most 1048576 for a study file\n")
    }
}
