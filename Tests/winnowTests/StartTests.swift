import Foundation
import Testing

@Suite("Starts and signals of commands")
struct StartTests {
    @Test(
        "a signal ends a command that does not listen to signals itself as interrupted",
        arguments: [SIGTERM, SIGINT, SIGHUP])
    func signalAlone(signal: Int32) async throws {
        let scratch = try Scratch()
        try Self.writeLongTraining(scratch)
        let program = try Program.inTerminal(Self.longTraining, in: scratch.path)
        #expect(await program.nextLine()?.hasPrefix(#"{"epoch":1,"#) == true)
        program.kill(signal)
        #expect(await program.finish().status == 130)
    }

    @Test("a command that was started to outlive its terminal does")
    func nohup() async throws {
        let scratch = try Scratch()
        try Self.writeLongTraining(scratch)
        let program = try Program(
            ["-c", "trap '' HUP; exec \"$0\" \"$@\"", Program.path] + Self.longTraining, in: scratch.path,
            executable: "/bin/sh")
        #expect(await program.nextLine()?.hasPrefix(#"{"epoch":1,"#) == true)
        program.kill(SIGHUP)
        // More lines than the pipe and the program's own buffer can have held when the signal came.
        var lines = 0
        while lines < 20_000, await program.nextLine() != nil { lines += 1 }
        #expect(lines == 20_000)
        program.kill(SIGTERM)
        #expect(await program.finish().status == 130)
    }

    /// So many epochs take hours.
    private static let longTraining = ["train", "study.yaml", "--epochs", "1000000", "--json"]

    private static func writeLongTraining(_ scratch: Scratch) throws {
        try scratch.writeClouds(rows: 40)
        try scratch.write(
            "study.yaml",
            """
            version: 1
            name: clouds
            data: {train: {format: csv, file: clouds.csv, target: cloud}, validation: {holdout: 0.25}}
            task: classification
            model: {family: {choice: {mlp: {layers: [{units: 4}]}}}, activation: relu}
            training: {optimizer: adam, learning_rate: 1.0e-3, batch_size: 32}
            """)
    }

    @Test("a folder that another coordinator serves is in use, which has an exit code of its own")
    func folderInUse() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: "{name: asha}", trials: 3)
        let command = ["coordinator", "study.yaml", "--listen", "tcp://127.0.0.1:0", "--dir", "out"]
        let first = try Program(command, in: scratch.path)
        #expect(await first.nextLine()?.hasPrefix("listening on ") == true)
        let second = try await Program.run(command, in: scratch.path)
        #expect(second.status == 75)
        #expect(
            second.errors
                == "winnow: the study folder out is in use by process \(first.process.processIdentifier); stop it first\n"
        )
        first.kill(SIGTERM)
        #expect(await first.finish().status == 130)
    }

    @Test("a budget that ends before any trial is complete is told at once, and has an exit code of its own")
    func smallBudget() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        let path = try scratch.writeStudy(scheduler: "{name: none, max: 9}", trials: 4)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try scratch.write("study.yaml", text.replacingOccurrences(of: "{trials: 4}", with: "{epochs: 5}"))
        let command = ["run", "study.yaml", "--workers", "1", "--dir", "out", "--json"]
        let note = "a budget of 5 epochs ends before any trial is trained to its end, which takes 9"
        let run = try await Program.run(command, in: scratch.path)
        #expect(run.status == 3)
        #expect(run.errors.contains(note), "\(run.errors)")
        #expect(
            run.errors.hasSuffix(
                "winnow: the budget was spent before any trial was trained to the end; raise it or lower the scheduler's max, "
                    + "and begin a new study in another --dir\n"))
        let end = try #require(Program.object(run.lines.last ?? ""))
        #expect(end["event"] as? String == "study_finished" && end["epochs"] as? Int == 5)
        // Of a study that is over nobody needs to hear what could come of it.
        let again = try await Program.run(command, in: scratch.path)
        #expect(again.status == 3 && !again.errors.contains(note), "\(again.errors)")
    }

    @Test("a worker keeps its data below HOME unless it is told otherwise")
    func cacheAtHome() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: "{name: none, max: 1}", trials: 1)
        let coordinator = try Program(
            ["coordinator", "study.yaml", "--listen", "tcp://127.0.0.1:0", "--dir", "out", "--json"], in: scratch.path)
        let endpoint = try #require(await coordinator.nextEvent("listening")?["endpoint"] as? String)
        let worker = try await Program.run(
            ["worker", endpoint, "--slots", "1"], in: scratch.path,
            environment: ["HOME": scratch.path + "/home", "XDG_CACHE_HOME": ""])
        #expect(worker.status == 0, "\(worker.errors)")
        #expect(await coordinator.finish().status == 0)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/home/.cache/winnow/datasets").count
                == 1)
    }

    @Test("too few open files are refused before the study begins")
    func fewFiles() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: "{name: asha}", trials: 3)
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", "ulimit -n 130; exec \"$0\" run study.yaml --dir out --workers 2", Program.path]
        shell.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
        let errors = Pipe()
        shell.standardError = errors
        try shell.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 1)
        #expect(
            text == "winnow: this process may open 130 files, want 136 for 2 workers; raise the limit "
                + "(ulimit -n, LimitNOFILE=)\n")
        #expect(!scratch.names.contains("out"))
    }
}
