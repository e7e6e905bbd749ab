import Foundation
import Testing

@Suite("Starts and signals of commands")
struct StartTests {
    @Test(
        "a signal ends a command that does not listen to signals itself as interrupted",
        arguments: [SIGTERM, SIGINT])
    func signalAlone(signal: Int32) async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
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
        // So many epochs take hours.
        let program = try Program(["train", "study.yaml", "--epochs", "1000000", "--json"], in: scratch.path)
        #expect(await program.nextLine()?.hasPrefix(#"{"epoch":1,"#) == true)
        program.kill(signal)
        #expect(await program.finish().status == 130)
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
