import FileStore
import Foundation
import Logging
import Messaging
import Synchronization
import Testing
import TuningModel
import WireCodec
import WorkerCore
import WorkerService

/// A worker on a thread of its own, with real slot processes.
private final class RunningWorker: Sendable {
    private let code = Mutex<Int32?>(nil)
    private let done = DispatchSemaphore(value: 0)
    let cache: String

    init(_ endpoint: String, slots: Int, cache: String? = nil, executable: String = TestStudy.executable) {
        self.cache = cache ?? TestStudy.temporaryFolder()
        let settings = WorkerSettings(
            endpoint: endpoint, slots: slots, cacheDirectory: self.cache, allowsInsecure: false,
            slotExecutable: executable, slotArguments: ["slot"])
        var limits = WorkerLimits()
        limits.helloTimeout = .milliseconds(300)
        limits.connectTimeout = .milliseconds(300)
        limits.backoffMaximum = .milliseconds(300)
        Thread { [limits] in
            let logger = Logger(label: "worker", factory: { _ in SwiftLogNoOpLogHandler() })
            let code = WorkerService(settings, logger: logger, limits: limits).run()
            self.code.withLock { $0 = code }
            self.done.signal()
        }.start()
    }

    var exitCode: Int32? { self.code.withLock { $0 } }

    func removeCache() { try? FileManager.default.removeItem(atPath: self.cache) }

    /// Process identifiers of the slots that are alive.
    static func slots() -> [Int32] {
        let own = "\(ProcessInfo.processInfo.processIdentifier)"
        return Folder.names(in: "/proc").compactMap { name in
            guard let identifier = Int32(name),
                let status = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
                let rest = status.split(separator: ")").last?.split(separator: " "), rest.count > 1,
                rest[1] == own, rest[0] != "Z",
                let command = try? String(contentsOfFile: "/proc/\(name)/cmdline", encoding: .utf8),
                command.split(separator: "\0").last == "slot"
            else { return nil }
            return identifier
        }
    }
}

@Suite("A worker with real slots and sockets", .serialized)
struct WorkerServiceTests {
    private func attempt(_ trial: Int, _ number: Int = 1) -> AttemptID {
        AttemptID(trial: TrialID(trial), number: number)
    }

    private func finish(_ coordinator: ScriptedCoordinator, _ worker: RunningWorker) throws {
        try coordinator.send(.goodbye(isFinal: true))
        #expect(try coordinator.serve(until: { worker.exitCode != nil }))
        #expect(worker.exitCode == 0)
        worker.removeCache()
    }

    @Test("an address is enough: the data set is fetched, trials are trained, every epoch arrives")
    func study() throws {
        let coordinator = try ScriptedCoordinator()
        let image = try TestStudy.image()
        coordinator.blobs[Digest(of: image)] = image
        let worker = RunningWorker(coordinator.endpoint, slots: 2)
        #expect(try coordinator.serve(until: { !coordinator.hellos.isEmpty }))
        for trial in 1...6 { try coordinator.send(.assign(TestStudy.assignment(trial, image: image, target: 3))) }
        #expect(try coordinator.serve(until: { coordinator.ends.count == 6 }))
        for trial in 1...6 {
            #expect(coordinator.ends[self.attempt(trial)] == AttemptEnd(outcome: .finished, epoch: 3))
            let reports = coordinator.reports[self.attempt(trial)] ?? []
            #expect(reports.map(\.epoch) == [1, 2, 3])
            #expect(reports.allSatisfy { $0.metrics[.validationLoss]?.isFinite == true && $0.seconds > 0 })
        }
        #expect(RunningWorker.slots().count == 2)
        try self.finish(coordinator, worker)
        #expect(RunningWorker.slots().isEmpty)
    }

    @Test("a trial that goes on from the local checkpoint, from the coordinator's, or from neither gives the same bits")
    func resume() throws {
        let coordinator = try ScriptedCoordinator()
        let image = try TestStudy.image()
        coordinator.blobs[Digest(of: image)] = image
        var worker = RunningWorker(coordinator.endpoint, slots: 1)
        #expect(try coordinator.serve(until: { !coordinator.hellos.isEmpty }))
        try coordinator.send(.assign(TestStudy.assignment(1, image: image, target: 6)))
        try coordinator.send(.assign(TestStudy.assignment(1, 2, image: image, ledger: 6, target: 6)))
        #expect(try coordinator.serve(until: { coordinator.ends[self.attempt(1, 2)] != nil }))
        try coordinator.send(.assign(TestStudy.assignment(1, 3, image: image, target: 6)))
        #expect(try coordinator.serve(until: { coordinator.ends[self.attempt(1, 3)] != nil }))
        let whole = coordinator.reports[self.attempt(1, 3)] ?? []
        #expect(whole.count == 6)
        try coordinator.send(.assign(TestStudy.assignment(2, image: image, target: 3)))
        #expect(try coordinator.serve(until: { coordinator.ends[self.attempt(2)] != nil }))
        try coordinator.send(.assign(TestStudy.assignment(2, 2, image: image, ledger: 3, target: 6)))
        #expect(try coordinator.serve(until: { coordinator.ends[self.attempt(2, 2)] != nil }))
        try coordinator.send(.upload(self.attempt(2, 2), epoch: 6))
        #expect(
            try coordinator.serve(until: {
                !coordinator.offers.isEmpty && coordinator.blobs[coordinator.offers[0].digest] != nil
            }))
        let local = (coordinator.reports[self.attempt(2)] ?? []) + (coordinator.reports[self.attempt(2, 2)] ?? [])
        let offer = coordinator.offers[0]
        try self.finish(coordinator, worker)

        worker = RunningWorker(coordinator.endpoint, slots: 1)
        #expect(try coordinator.serve(until: { coordinator.hellos.count == 2 }))
        try coordinator.send(
            .assign(TestStudy.assignment(2, 3, image: image, ledger: 6, target: 9, checkpoint: offer)))
        #expect(try coordinator.serve(until: { coordinator.ends[self.attempt(2, 3)] != nil }))
        var damaged = coordinator.blobs[offer.digest] ?? []
        damaged[damaged.count / 2] ^= 1
        coordinator.blobs[offer.digest] = damaged
        try coordinator.send(.forget([TrialID(2)]))
        try coordinator.send(
            .assign(TestStudy.assignment(2, 4, image: image, ledger: 6, target: 9, checkpoint: offer)))
        #expect(try coordinator.serve(until: { coordinator.ends[self.attempt(2, 4)] != nil }))
        try coordinator.send(.assign(TestStudy.assignment(2, 5, image: image, target: 9)))
        #expect(try coordinator.serve(until: { coordinator.ends[self.attempt(2, 5)] != nil }))
        let reference = coordinator.reports[self.attempt(2, 5)] ?? []
        #expect(reference.count == 9)
        func agree(_ one: [EpochReport], _ other: ArraySlice<EpochReport>) -> Bool {
            one.count == other.count && zip(one, other).allSatisfy { $0.agrees(with: $1) }
        }
        #expect(agree(local, reference[..<6]))
        #expect(agree(coordinator.reports[self.attempt(2, 3)] ?? [], reference[6...]))
        #expect(agree(coordinator.reports[self.attempt(2, 4)] ?? [], reference[6...]))
        try self.finish(coordinator, worker)
    }

    @Test(
        "of networks in turn an attempt ends at each one's end, unless the coordinator has that already; the bits stay")
    func turns() throws {
        let coordinator = try ScriptedCoordinator()
        let image = try TestStudy.image()
        coordinator.blobs[Digest(of: image)] = image
        let worker = RunningWorker(coordinator.endpoint, slots: 1)
        #expect(try coordinator.serve(until: { !coordinator.hellos.isEmpty }))
        let settings =
            TestStudy.settings + [
                Setting("training.repeats", .int(3)), Setting("training.network_epochs", .int(3)),
                Setting("training.metrics.0", .text("train.samples")),
            ]
        func train(_ trial: Int, _ number: Int, ledger: Int, target: Int) throws -> [EpochReport] {
            try coordinator.send(
                .assign(
                    TestStudy.assignment(
                        trial, number, image: image, ledger: ledger, target: target, settings: settings)))
            let attempt = self.attempt(trial, number)
            #expect(try coordinator.serve(until: { coordinator.ends[attempt] != nil }))
            #expect(coordinator.ends[attempt]?.outcome == .finished)
            let reports = coordinator.reports[attempt] ?? []
            #expect(coordinator.ends[attempt]?.epoch == reports.last?.epoch)
            return reports
        }
        // The target lies behind all three networks; each attempt goes on from the state at the end of the one before.
        var reports: [EpochReport] = []
        for number in 1...3 {
            let own = try train(1, number, ledger: reports.count, target: 9)
            #expect(own.map(\.epoch) == Array(3 * number - 2...3 * number))
            reports += own
        }
        #expect(reports.map { $0.metrics[.trainNetworks] } == [0, 0, 1, 1, 1, 2, 2, 2, 3])
        #expect(reports.allSatisfy { $0.metrics[.trainSamples] == 96 && $0.status == .normal })
        // In the middle of a network's turn an attempt ends at its target.
        #expect(try train(2, 1, ledger: 0, target: 2).map(\.epoch) == [1, 2])
        #expect(try train(2, 2, ledger: 2, target: 5).map(\.epoch) == [3])
        #expect(try train(2, 3, ledger: 3, target: 5).map(\.epoch) == [4, 5])
        // What the coordinator has and the worker has lost is trained again, over the ends of networks.
        try coordinator.send(.forget([TrialID(1)]))
        let again = try train(1, 4, ledger: 7, target: 9)
        #expect(again.count == 2 && zip(again, reports[7...]).allSatisfy { $0.agrees(with: $1) })
        try self.finish(coordinator, worker)
    }

    @Test(
        "an attempt ends with the epoch that uses up its time, counted from the first one that is new, its state stored"
    )
    func timeLimit() throws {
        let coordinator = try ScriptedCoordinator()
        let image = try TestStudy.image()
        coordinator.blobs[Digest(of: image)] = image
        let worker = RunningWorker(coordinator.endpoint, slots: 1)
        #expect(try coordinator.serve(until: { !coordinator.hellos.isEmpty }))
        func train(_ number: Int, ledger: Int, limit: Double) throws -> [EpochReport] {
            try coordinator.send(
                .assign(
                    TestStudy.assignment(1, number, image: image, ledger: ledger, target: 1_000_000, timeLimit: limit)))
            let attempt = self.attempt(1, number)
            #expect(try coordinator.serve(until: { coordinator.ends[attempt] != nil }))
            #expect(coordinator.ends[attempt]?.outcome == .finished)
            let reports = coordinator.reports[attempt] ?? []
            #expect(coordinator.ends[attempt]?.epoch == reports.last?.epoch)
            return reports
        }
        let first = try train(1, ledger: 0, limit: 0)
        #expect(first.map(\.epoch) == [1])
        let second = try train(2, ledger: 1, limit: 0.01)
        let spent = second.map(\.seconds)
        #expect(second.first?.epoch == 2 && spent.reduce(0, +) >= 0.01 && spent.dropLast().reduce(0, +) < 0.01)
        // Epochs that the coordinator has are trained again for nothing.
        try coordinator.send(.forget([TrialID(1)]))
        let ledger = second.last?.epoch ?? 1
        #expect(try train(3, ledger: ledger, limit: 0).map(\.epoch) == [ledger + 1])
        try self.finish(coordinator, worker)
    }

    @Test("a stop ends a long trial at once, and what cannot be built is refused")
    func stop() throws {
        let coordinator = try ScriptedCoordinator()
        let image = try TestStudy.image()
        coordinator.blobs[Digest(of: image)] = image
        let worker = RunningWorker(coordinator.endpoint, slots: 1)
        #expect(try coordinator.serve(until: { !coordinator.hellos.isEmpty }))
        try coordinator.send(.assign(TestStudy.assignment(1, image: image, target: 1_000_000)))
        #expect(try coordinator.serve(until: { coordinator.reports[self.attempt(1)]?.isEmpty == false }))
        let start = ContinuousClock.now
        try coordinator.send(.stop(self.attempt(1)))
        #expect(try coordinator.serve(until: { coordinator.ends[self.attempt(1)] != nil }))
        #expect(ContinuousClock.now - start < .seconds(2))
        #expect(coordinator.ends[self.attempt(1)]?.outcome == .stopped)
        #expect(coordinator.ends[self.attempt(1)]?.epoch == coordinator.reports[self.attempt(1)]?.last?.epoch)
        let settings = TestStudy.settings + [Setting("model.colour", .text("red"))]
        try coordinator.send(.assign(TestStudy.assignment(2, image: image, target: 1, settings: settings)))
        #expect(try coordinator.serve(until: { coordinator.ends[self.attempt(2)] != nil }))
        guard case .refused = coordinator.ends[self.attempt(2)]?.outcome else {
            Issue.record("not refused: \(String(describing: coordinator.ends[self.attempt(2)]))")
            return
        }
        try self.finish(coordinator, worker)
    }

    @Test("a slot that is killed costs its trial's attempt only, and another takes its place")
    func kill() throws {
        let coordinator = try ScriptedCoordinator()
        let image = try TestStudy.image()
        coordinator.blobs[Digest(of: image)] = image
        let worker = RunningWorker(coordinator.endpoint, slots: 1)
        #expect(try coordinator.serve(until: { !coordinator.hellos.isEmpty }))
        try coordinator.send(.assign(TestStudy.assignment(1, image: image, target: 1_000_000)))
        #expect(try coordinator.serve(until: { coordinator.reports[self.attempt(1)]?.isEmpty == false }))
        for identifier in RunningWorker.slots() { _ = Foundation.kill(identifier, SIGKILL) }
        #expect(try coordinator.serve(until: { coordinator.ends[self.attempt(1)] != nil }))
        #expect(
            coordinator.ends[self.attempt(1)]?.outcome
                == .crashed(reason: "the slot process was ended by signal 9"))
        try coordinator.send(.assign(TestStudy.assignment(2, image: image, target: 2)))
        #expect(try coordinator.serve(until: { coordinator.ends[self.attempt(2)] != nil }))
        #expect(coordinator.ends[self.attempt(2)] == AttemptEnd(outcome: .finished, epoch: 2))
        try self.finish(coordinator, worker)
    }

    @Test("a coordinator that is killed and comes back gets every epoch, each once")
    func restart() throws {
        let coordinator = try ScriptedCoordinator()
        let image = try TestStudy.image()
        coordinator.blobs[Digest(of: image)] = image
        let worker = RunningWorker(coordinator.endpoint, slots: 1)
        #expect(try coordinator.serve(until: { !coordinator.hellos.isEmpty }))
        try coordinator.send(.assign(TestStudy.assignment(1, image: image, target: 4000)))
        for count in [20, 200] {
            #expect(try coordinator.serve(until: { coordinator.reports[self.attempt(1)]?.count ?? 0 > count }))
            try coordinator.restart()
        }
        // Fast hardware may deliver everything after the first return already; the worker still comes back.
        #expect(try coordinator.serve(until: { coordinator.ends[self.attempt(1)] != nil && coordinator.hasWorker }))
        #expect(coordinator.reports[self.attempt(1)]?.map(\.epoch) == Array(1...4000))
        #expect(coordinator.hellos.count >= 2)
        #expect(coordinator.hellos[1].held.map(\.attempt) == [self.attempt(1)])
        try self.finish(coordinator, worker)
    }

    @Test("garbage, unknown versions and silence do not end a worker")
    func garbage() throws {
        let coordinator = try ScriptedCoordinator()
        coordinator.silenceMillis = 500
        let image = try TestStudy.image()
        coordinator.blobs[Digest(of: image)] = image
        let worker = RunningWorker(coordinator.endpoint, slots: 1)
        #expect(try coordinator.serve(until: { !coordinator.hellos.isEmpty }))
        try coordinator.sendRaw([])
        try coordinator.sendRaw([UInt8](repeating: 0xA5, count: 5000))
        try coordinator.sendRaw([0x57, 0x4E, 99, 7, 0, 0, 0, 0])
        try coordinator.sendRaw([0x57, 0x4E, 1, 7, 0, 0, 0, 0, 255, 255, 255])
        try coordinator.send(.assign(TestStudy.assignment(1, image: image, target: 2)))
        #expect(try coordinator.serve(until: { coordinator.ends[self.attempt(1)] != nil }))
        // Now nothing is answered for a while: the worker opens new sockets until somebody answers.
        let hellos = coordinator.hellos.count
        coordinator.answersHello = false
        try coordinator.restart()
        #expect(try coordinator.serve(until: { coordinator.hellos.count > hellos }))
        coordinator.answersHello = true
        #expect(try coordinator.serve(until: { coordinator.hellos.count > hellos + 1 }))
        try coordinator.send(.assign(TestStudy.assignment(2, image: image, target: 2)))
        #expect(try coordinator.serve(until: { coordinator.ends[self.attempt(2)] != nil }))
        try self.finish(coordinator, worker)
    }

    @Test("SIGTERM: the state of a running trial is handed over, and the worker leaves within five seconds")
    func drain() throws {
        let coordinator = try ScriptedCoordinator()
        let image = try TestStudy.image(rows: 4096)
        coordinator.blobs[Digest(of: image)] = image
        let worker = RunningWorker(coordinator.endpoint, slots: 1)
        #expect(try coordinator.serve(until: { !coordinator.hellos.isEmpty }))
        try coordinator.send(.assign(TestStudy.assignment(1, image: image, target: 1_000_000)))
        #expect(
            try coordinator.serve(until: {
                coordinator.reports[self.attempt(1)]?.reduce(0) { $0 + $1.seconds } ?? 0 > 0.2
            }))
        let start = ContinuousClock.now
        _ = Foundation.kill(ProcessInfo.processInfo.processIdentifier, SIGTERM)
        #expect(try coordinator.serve(until: { worker.exitCode != nil }))
        #expect(ContinuousClock.now - start < .seconds(5))
        #expect(worker.exitCode == 0)
        #expect(try coordinator.serve(until: { if case .bye = coordinator.messages.last { true } else { false } }))
        let end = coordinator.ends[self.attempt(1)]
        #expect(end?.outcome == .preempted)
        #expect(coordinator.offers.map(\.epoch) == [end?.epoch])
        #expect(coordinator.offers.allSatisfy { coordinator.blobs[$0.digest] != nil })
        #expect(Folder.names(in: "\(worker.cache)/workers").isEmpty)
        worker.removeCache()
    }

    @Test("a goodbye is heard though the connection ends right behind it", arguments: 1...12)
    func lastWords(attempt: Int) throws {
        let coordinator = try ScriptedCoordinator()
        let worker = RunningWorker(coordinator.endpoint, slots: 1)
        #expect(try coordinator.serve(until: { coordinator.hasWorker }))
        try coordinator.send(.goodbye(isFinal: true))
        try coordinator.restart(lingerMillis: 5000)
        coordinator.answersHello = false
        #expect(try coordinator.serve(until: { worker.exitCode != nil }), "attempt \(attempt)")
        #expect(worker.exitCode == 0)
        worker.removeCache()
    }

    @Test("the data set in the cache is used, unless it is damaged")
    func cache() throws {
        let coordinator = try ScriptedCoordinator()
        let image = try TestStudy.image()
        let digest = Digest(of: image)
        let cache = TestStudy.temporaryFolder()
        try Folder.create("\(cache)/datasets")
        try AtomicFile.write(image, to: "\(cache)/datasets/\(digest)")
        for isDamaged in [false, true] {
            if isDamaged {
                var bytes = image
                bytes[bytes.count - 1] ^= 1
                try AtomicFile.write(bytes, to: "\(cache)/datasets/\(digest)")
                coordinator.blobs[digest] = image
            }
            let trial = isDamaged ? 2 : 1
            let count = coordinator.hellos.count
            let worker = RunningWorker(coordinator.endpoint, slots: 1, cache: cache)
            #expect(try coordinator.serve(until: { coordinator.hellos.count > count }))
            try coordinator.send(.assign(TestStudy.assignment(trial, image: image, target: 1)))
            #expect(try coordinator.serve(until: { coordinator.ends[self.attempt(trial)] != nil }))
            #expect(coordinator.ends[self.attempt(trial)] == AttemptEnd(outcome: .finished, epoch: 1))
            try coordinator.send(.goodbye(isFinal: true))
            #expect(try coordinator.serve(until: { worker.exitCode != nil }))
        }
        #expect(try AtomicFile.read("\(cache)/datasets/\(digest)") == image)
        try FileManager.default.removeItem(atPath: cache)
    }

    @Test(
        "a worker refuses an address beyond this host, one that is none, and a cache that cannot be",
        arguments: [
            "tcp://10.1.2.3:5570", "udp://127.0.0.1:1", "tcp://127.0.0.1:0", "ipc:///tmp/x", "127.0.0.1:5570",
        ])
    func refusal(endpoint: String) {
        let settings = WorkerSettings(
            endpoint: endpoint, slots: 1, cacheDirectory: "/proc/nowhere", allowsInsecure: false,
            slotExecutable: "/bin/false", slotArguments: [])
        let logger = Logger(label: "worker", factory: { _ in SwiftLogNoOpLogHandler() })
        #expect(WorkerService(settings, logger: logger).run() == 2)
        var local = settings
        local.endpoint = "tcp://127.0.0.1:5570"
        #expect(WorkerService(local, logger: logger).run() == 2)
    }
}
