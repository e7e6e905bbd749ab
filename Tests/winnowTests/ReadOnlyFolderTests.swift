import Foundation
import Testing

@Suite("A study's folder without rights to write", .enabled(if: Program.canRunUnprivileged))
struct ReadOnlyFolderTests {
    @Test("whoever may only read the folder of a study that is over can read the study")
    func readOnly() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: "{name: asha, max: 3}", trials: 4)
        let folder = "50% of #1? ü"
        let run = try await Program.run(["run", "study.yaml", "--dir", folder, "--workers", "1"], in: scratch.path)
        #expect(run.status == 0, "\(run.errors)")
        let files = FileManager.default
        for name in ["journal.sqlite-wal", "journal.sqlite-shm"] {
            try? files.removeItem(atPath: "\(scratch.path)/\(folder)/\(name)")
        }
        let before = try files.subpathsOfDirectory(atPath: "\(scratch.path)/\(folder)").sorted()
        try files.setAttributes([.posixPermissions: 0o555], ofItemAtPath: "\(scratch.path)/\(folder)")
        defer {
            try? files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(scratch.path)/\(folder)")
        }
        for command in ["trials", "best", "replay", "analyze"] {
            let place = command == "best" ? "/\(scratch.path)/\(folder)" : folder
            let result = try await Program.runUnprivileged([command, place], in: scratch.path)
            #expect(result.status == 0 && result.errors == "" && !result.lines.isEmpty, "\(command): \(result.errors)")
        }
        #expect(try files.subpathsOfDirectory(atPath: "\(scratch.path)/\(folder)").sorted() == before)
    }

    @Test("a write-ahead log that can't be read without rights to write is not passed over")
    func unreadableLog() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: "{name: asha, max: 3}", trials: 4)
        let run = try await Program.run(["run", "study.yaml", "--dir", "out", "--workers", "1"], in: scratch.path)
        #expect(run.status == 0, "\(run.errors)")
        try? FileManager.default.removeItem(atPath: "\(scratch.path)/out/journal.sqlite-shm")
        try scratch.write("out/journal.sqlite-wal", "commits that are not in the file yet")
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: "\(scratch.path)/out")
        defer {
            try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(scratch.path)/out")
        }
        let result = try await Program.runUnprivileged(["trials", "out"], in: scratch.path)
        #expect(result.status == 2 && result.lines == [])
        #expect(
            result.errors
                == "winnow: cannot read out/journal.sqlite: its write-ahead log can't be read without rights to write in its "
                + "folder; want such rights, or a copy of the folder\n")
    }
}
