import CoordinatorCore
import CoordinatorService
import FileStore
import Foundation
import Logging
import Messaging
import TrainingData
import TuningModel
import WireCodec

/// Measures a coordinator under a flood of reports: real sockets, real journal, workers that train nothing.
///
/// Each worker sends the epochs of one trial in frames of `epochsPerFrame`, with a window of frames in flight, and
/// takes the time from a frame's departure to its acknowledgement: the journal is durable by then.
struct CoordinatorBenchmark {
    let workers: Int
    let reports: Int
    let epochsPerFrame: Int

    /// Epochs of each trial.
    private static let epochsPerTrial = 50

    struct Result {
        var reportsPerSecond = 0.0
        /// From a frame's departure to its acknowledgement, in milliseconds, sorted.
        var latencies: [Double] = []
        var cpuSecondsPerReport = 0.0
        var bytesPerTrial = 0.0
    }

    func run() throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
            "winnow-bench-\(UUID().uuidString)"
        ).path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let trials = max(1, self.reports / Self.epochsPerTrial)
        let service = try CoordinatorService(
            study: Self.study(trials: trials), studyText: "bench", dataset: try Self.dataset(),
            settings: CoordinatorSettings(directory: directory, endpoint: "tcp://127.0.0.1:0"),
            logger: Logger(label: "bench"))
        let flood = try Flood(
            endpoint: service.listeningEndpoint, workers: self.workers, epochsPerFrame: self.epochsPerFrame)
        let finished = Finished()
        let thread = Thread {
            finished.set(Swift.Result { try flood.run() })
        }
        thread.start()
        let clock = ContinuousClock()
        let start = clock.now
        let cpu = Self.threadSeconds()
        let observer = EndObserver { (clock.now, Self.threadSeconds()) }
        let outcome = try service.run(observer)
        // What comes behind the last report, the test of the best network, is not measured.
        let end = observer.end ?? (clock.now, Self.threadSeconds())
        let used = end.cpu - cpu
        let seconds = Figures.seconds(start.duration(to: end.time))
        var result = Result()
        result.latencies = try finished.wait().sorted()
        let count = Double(outcome.study.epochCount)
        result.reportsPerSecond = count / seconds
        result.cpuSecondsPerReport = used / count
        result.bytesPerTrial = try Self.bytesPerTrial()
        return result
    }

    /// CPU time of the calling thread.
    private static func threadSeconds() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    private static func study(trials: Int) -> StudyDefinition {
        StudyDefinition(
            name: "bench",
            subject: .networks(
                data: DataSettings(
                    train: .npy(features: "", targets: ""), validation: .holdout(share: 0.5, stratify: false), test: nil
                ), task: .classification),
            space: ParameterSpace([
                Parameter(
                    name: "training.learning_rate", domain: .float(FloatRange(low: 1e-4, high: 1, isLogarithmic: true)))
            ]),
            settings: [
                SettingTemplate(name: "training.learning_rate", source: .searched(parameter: 0)),
                SettingTemplate(name: "model.family", source: .fixed(.text("mlp"))),
                SettingTemplate(name: "model.family.mlp.layers", source: .fixed(.int(0))),
            ],
            objective: Objective(metric: .validationLoss, direction: .minimize), searcher: .random,
            scheduler: .none(maximum: Self.epochsPerTrial), budget: Budget(trials: trials), searchSeed: 1, dataSeed: 1)
    }

    /// A data set of four rows, since the best trial is trained once at the end.
    private static func dataset() throws -> LoadedDataset {
        let rows = try DatasetRows(
            rowCount: 4, featureNames: ["x"], features: [0, 1, 2, 3],
            targets: .classes([0, 1, 0, 1], names: ["a", "b"]))
        return try LoadedDataset(
            rows, validation: .holdout(Holdout(share: 0.5, isStratified: true)), test: nil, seed: 1)
    }

    /// Growth of resident memory over finished trials of a study with eight parameters and rungs at 1, 3 and 9.
    private static func bytesPerTrial() throws -> Double {
        let count = 20_000
        var study = study(trials: count)
        study.scheduler = .asha(minimum: 1, maximum: 9, eta: 3, isGuarded: true)
        study.space = ParameterSpace(
            (0..<8).map { Parameter(name: "parameter.\($0)", domain: .float(FloatRange(low: 0, high: 1))) })
        let before = Self.residentBytes()
        var state = try StudyState(study)
        let worker = WorkerID("bench")
        while !state.isFinished {
            let decisions = state.apply(.workRequested(worker), at: .zero)
            for decision in decisions {
                switch decision {
                case .started(let trial, _, _, let placement):
                    Self.train(AttemptID(trial: trial, number: 1), to: placement.level, &state)
                case .promoted(let attempt, _, let placement, _): Self.train(attempt, to: placement.level, &state)
                case .retried, .paused, .stopped, .completed, .failed, .newBest, .finished: break
                }
            }
        }
        return max(0, Double(Self.residentBytes() - before)) / Double(count)
    }

    private static func train(_ attempt: AttemptID, to target: Int, _ state: inout StudyState) {
        let done = state.record(of: attempt.trial)?.epochs ?? 0
        let reports = (done + 1..<target + 1).map { Flood.report(attempt.trial, $0) }
        _ = state.apply(.reported(attempt, reports), at: .zero)
        _ = state.apply(.attemptEnded(attempt, AttemptEnd(outcome: .finished, epoch: target)), at: .zero)
    }

    private static func residentBytes() -> Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        let fields = text.split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(getpagesize()) : 0
    }
}

/// Takes the time at which the study was over.
private final class EndObserver: StudyObserver {
    // A class: the service calls it back.
    private(set) var end: (time: ContinuousClock.Instant, cpu: Double)?
    private let times: () -> (time: ContinuousClock.Instant, cpu: Double)

    init(times: @escaping () -> (time: ContinuousClock.Instant, cpu: Double)) { self.times = times }

    func committed(_ records: [JournalRecord], of study: StudyState) {
        if self.end == nil, study.isFinished { self.end = self.times() }
    }

    func progressed(_ snapshot: StudySnapshot) {}
    func ended() {}
}

/// The answer of another thread.
private final class Finished: @unchecked Sendable {
    // Sendable: the result is written once before the semaphore is signalled and read once after it was waited for.
    private var result: Swift.Result<[Double], any Error> = .success([])
    private let semaphore = DispatchSemaphore(value: 0)

    func set(_ result: Swift.Result<[Double], any Error>) {
        self.result = result
        self.semaphore.signal()
    }

    func wait() throws -> [Double] {
        self.semaphore.wait()
        return try self.result.get()
    }
}
