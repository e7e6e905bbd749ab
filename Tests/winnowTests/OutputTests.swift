import Foundation
import Testing

@Suite("Standard output that can't be written")
struct OutputTests {
    private static let complaint =
        "winnow: standard output can't be written, lines are missing there: No space left on device\n"

    private static func full() throws -> FileHandle { try #require(FileHandle(forWritingAtPath: "/dev/full")) }

    @Test(
        "lines that are lost are told, and make a success a failure", arguments: [["settings", "--json"], ["--help"]])
    func lost(arguments: [String]) async throws {
        let scratch = try Scratch()
        let result = try await Program.run(arguments, in: scratch.path, output: Self.full())
        #expect(result.status == 1 && result.errors == Self.complaint)
    }

    @Test("a command that fails for another reason keeps its exit code")
    func otherFailure() async throws {
        let scratch = try Scratch()
        try scratch.write("study.yaml", "version: 2\n")
        let result = try await Program.run(["check", "study.yaml", "--json"], in: scratch.path, output: Self.full())
        #expect(result.status == 2 && result.errors == Self.complaint)
    }

    @Test("a study goes on to its end though its lines are lost")
    func study() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: "{name: asha, max: 3}", trials: 3)
        let result = try await Program.run(
            ["run", "study.yaml", "--dir", "out", "--workers", "1", "--json"], in: scratch.path, output: Self.full())
        #expect(result.status == 1 && result.errors.hasSuffix(Self.complaint), "\(result.errors)")
        #expect(FileManager.default.fileExists(atPath: "\(scratch.path)/out/best.safetensors"))
    }

    @Test(
        "a reader that has enough and closes its pipe is no failure",
        arguments: [["settings"], ["settings", "--json"]])
    func closedPipe(arguments: [String]) async throws {
        let scratch = try Scratch()
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        let result = try await Program.run(arguments, in: scratch.path, output: pipe.fileHandleForWriting)
        #expect(result.status == 0 && result.errors == "")
    }
}
