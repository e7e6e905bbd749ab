import Foundation
import Testing

@Suite("A study whose processes are killed", .serialized)
struct FaultTests {
    @Test("ends after kill -9 of a worker and of the coordinator, with every epoch of every trial once")
    func killWorkerAndCoordinator() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: "{name: asha, min: 1, max: 27, eta: 3}", trials: 60)
        let coordinator = try Program(
            ["coordinator", "study.yaml", "--listen", "tcp://127.0.0.1:0", "--dir", "out", "--json"], in: scratch.path)
        let endpoint = try #require(await coordinator.nextEvent("listening")?["endpoint"] as? String)
        let first = try Program(["worker", endpoint, "--slots", "1", "--cache", "cache-a"], in: scratch.path)
        let second = try Program(["worker", endpoint, "--slots", "1", "--cache", "cache-b"], in: scratch.path)
        var told: [[Int]] = []
        func note(_ event: [String: Any]?) {
            guard let trial = event?["trial"] as? Int, let epoch = event?["epoch"] as? Int else { return }
            told.append([trial, epoch])
        }
        for _ in 0..<30 { note(await coordinator.nextEvent("epoch")) }
        first.kill(SIGKILL)
        for _ in 0..<30 { note(await coordinator.nextEvent("epoch")) }
        #expect(told.count == 60)
        coordinator.kill(SIGKILL)
        for line in await coordinator.finish().lines {
            let object = Program.object(line)
            if object?["event"] as? String == "epoch" { note(object) }
        }

        let again = try Program(
            ["coordinator", "study.yaml", "--listen", endpoint, "--dir", "out", "--json"], in: scratch.path)
        let ended = await again.finish()
        #expect(ended.status == 0, "\(ended.errors)")
        let events = ended.lines.compactMap(Program.object)
        for event in events where event["event"] as? String == "epoch" { note(event) }
        let end = try #require(events.last)
        #expect(end["event"] as? String == "study_finished")
        second.kill(SIGTERM)
        await first.finish()
        await second.finish()

        #expect(end["trials"] as? Int == 60)
        let trials = try await Program.run(["trials", "out", "--json"], in: scratch.path).lines.compactMap(
            Program.object)
        #expect(trials.count == 60)
        #expect(trials.reduce(0) { $0 + ($1["epochs"] as? Int ?? 0) } == end["epochs"] as? Int)
        // No epoch was told twice by the two coordinators, and what they told adds up but for what the first one had
        // committed and could not tell any more.
        #expect(Set(told).count == told.count)
        let total = try #require(end["epochs"] as? Int)
        #expect(told.count <= total && told.count > total / 2)
        // Undisturbed, each trial that comes as far has the same loss, to the last bit.
        let quiet = try await Program.run(["run", "study.yaml", "--workers", "1", "--dir", "quiet"], in: scratch.path)
        #expect(quiet.status == 0, "\(quiet.errors)")
        let undisturbed = try await Program.run(["trials", "quiet", "--json"], in: scratch.path).lines.compactMap(
            Program.object)
        let pairs = zip(trials, undisturbed).filter { $0["epochs"] as? Int == $1["epochs"] as? Int }
        #expect(pairs.count >= 30)
        #expect(pairs.allSatisfy { $0["objective"] as? Double == $1["objective"] as? Double })
        let replay = try await Program.run(["replay", "out", "--json"], in: scratch.path)
        #expect(replay.status == 0, "\(replay.lines)")
        let summary = try #require(Program.object(replay.lines.last ?? ""))
        #expect(summary["disagreements"] as? Int == 0)
        #expect(summary["epochs"] as? Int == end["epochs"] as? Int)
    }

    @Test("a run whose local workers are all killed says so, and the same command goes on")
    func killLocalWorkers() async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: "{name: none, max: 200}", trials: 8)
        let command = ["run", "study.yaml", "--workers", "2", "--dir", "out", "--json"]
        let run = try Program(command, in: scratch.path)
        for _ in 0..<20 { #expect(await run.nextEvent("epoch") != nil) }
        let workers = run.children
        #expect(workers.count == 2)
        for worker in workers { Foundation.kill(worker, SIGKILL) }
        let ended = await run.finish()
        #expect(ended.status == 1)
        #expect(ended.errors.contains("every local worker has ended"))
        #expect(!ended.lines.contains { $0.contains("study_finished") })
        let again = try await Program.run(command, in: scratch.path)
        #expect(again.status == 0, "\(again.errors)")
        #expect(Program.object(again.lines.last ?? "")?["epochs"] as? Int == 1600)
    }

    @Test(
        "an interrupt of a run and its workers hands all work back, and the same command goes on",
        arguments: [SIGINT, SIGHUP])
    func interruptRun(signal: Int32) async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: "{name: none, max: 1000}", trials: 8)
        let command = ["run", "study.yaml", "--workers", "2", "--dir", "out", "--json"]
        let run = try Program.inTerminal(command, in: scratch.path)
        // A worker that is still attaching has nobody to hand back to what it is given meanwhile.
        #expect(try await Self.hearsEpochs(of: 2, 20, from: run))
        // As a terminal does it: every process gets the signal, the run ends its workers besides.
        for worker in run.children { Foundation.kill(worker, signal) }
        run.kill(signal)
        // Of a closed terminal a shell and the kernel may both tell.
        if signal == SIGHUP { run.kill(signal) }
        let ended = await run.finish()
        #expect(ended.status == 130, "\(ended.errors)")
        #expect(!ended.errors.contains("leaving at once"))
        // Every attempt has been handed back: no trial is left as running.
        let trials = try await Program.run(["trials", "out", "--json"], in: scratch.path).lines.compactMap(
            Program.object)
        #expect(!trials.isEmpty)
        #expect(trials.allSatisfy { $0["state"] as? String != "running" })
        let again = try await Program.run(command, in: scratch.path)
        #expect(again.status == 0, "\(again.errors)")
        #expect(again.errors.contains("going on with the study of this folder"))
        #expect(Program.object(again.lines.last ?? "")?["epochs"] as? Int == 8000)
    }

    /// Reads on until each of so many workers, and all of them together so often, has told an epoch.
    ///
    /// - Returns: Whether that came before the end of the output.
    private static func hearsEpochs(of workers: Int, _ count: Int, from run: Program) async throws -> Bool {
        var holders: [Int: String] = [:]
        var heard: Set<String> = []
        var epochs = 0
        while heard.count < workers || epochs < count {
            guard let event = await run.nextEvent("trial_started", "retried", "epoch") else { return false }
            let trial = try #require(event["trial"] as? Int)
            if let worker = event["worker"] as? String {
                holders[trial] = worker
            } else {
                epochs += 1
                heard.insert(try #require(holders[trial]))
            }
        }
        return true
    }

    @Test(
        "hands its work back when a worker is asked to leave, and the worker is gone in time",
        arguments: [[SIGTERM], [SIGHUP, SIGHUP]])
    func terminateWorker(signals: [Int32]) async throws {
        let scratch = try Scratch()
        try scratch.writeClouds()
        try scratch.writeStudy(scheduler: "{name: none, max: 5000}", trials: 4)
        let coordinator = try Program(
            ["coordinator", "study.yaml", "--listen", "tcp://127.0.0.1:0", "--dir", "out", "--json"], in: scratch.path)
        let endpoint = try #require(await coordinator.nextEvent("listening")?["endpoint"] as? String)
        let first = try Program.inTerminal(
            ["worker", endpoint, "--slots", "2", "--cache", "cache-a"], in: scratch.path)
        for _ in 0..<20 { #expect(await coordinator.nextEvent("epoch") != nil) }
        let clock = ContinuousClock()
        let start = clock.now
        for signal in signals { first.kill(signal) }
        let ended = await first.finish()
        #expect(!ended.errors.contains("leaving at once"))
        let seconds = start.duration(to: clock.now).components.seconds
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(seconds <= 5)
        let second = try Program(["worker", endpoint, "--slots", "2", "--cache", "cache-b"], in: scratch.path)
        let end = try #require(await coordinator.nextEvent("study_finished"))
        #expect(await coordinator.finish().status == 0)
        second.kill(SIGTERM)
        await second.finish()
        #expect(end["epochs"] as? Int == 20_000)
        let trials = try await Program.run(["trials", "out", "--json"], in: scratch.path).lines.compactMap(
            Program.object)
        #expect(trials.map { $0["state"] as? String } == ["complete", "complete", "complete", "complete"])
    }
}
