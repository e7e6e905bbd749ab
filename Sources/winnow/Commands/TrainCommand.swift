import ArgumentParser
import CLinux
import CoordinatorService
import FileStore
import Foundation
import ModelFiles
import NumericKernels
import StudyFile
import TrainingCore
import TrainingData
import TuningModel

/// `winnow train`: one configuration, here, without a network.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Trains one configuration here: plain values are taken, searched ones need --set or their default.")

    @Argument(help: "The study file.") var study: String
    @Option(name: .customLong("set"), parsing: .singleValue, help: "A setting as NAME=VALUE; may be repeated.")
    var settings: [String] = []
    @Option(
        help: "How many epochs, of all networks where they are trained in turn; the scheduler's maximum unless given.")
    var epochs: Int?
    @Option(help: "The trial's seed: weights, order of samples and dropout follow from it.") var seed: UInt64 = 1
    @Option(help: "Which fold validates, from 0 on, where the study splits its rows by folds.") var fold: Int?
    @Option(help: "Save the trained network to this file (safetensors).") var save: String?
    @Flag(help: "JSON lines on standard output.") var json = false

    func run() throws {
        let input = try StudyInput.read(self.study, searches: false)
        guard input.study.data != nil else {
            throw CommandFailure(
                .wrongInput, "a study with a table of recorded curves trains nothing; use winnow simulate")
        }
        let epochs = self.epochs ?? input.study.mostEpochs
        guard (1...1_000_000_000).contains(epochs) else {
            throw CommandFailure(.wrongInput, "--epochs = \(epochs), want 1 to 1000000000")
        }
        let settings: [Setting]
        let configuration: TrainingConfiguration
        do {
            settings = try SettingsParser.apply(self.settings, to: input.study)
            configuration = try TrainingConfiguration(settings)
        } catch {
            throw CommandFailure(.wrongInput, "\(error)")
        }
        if let save = self.save { try Self.checkPlace(save) }
        for setting in SettingsParser.unsearched(settings, in: input.study) {
            Terminal.writeError("outside of what the study searches, trained all the same: \(setting)")
        }
        // What read the study file is not needed any more, and neither is, below, what read the data and what the first epoch
        // set up.
        linux_trim_memory()
        let data = try input.loadData(fold: self.fold)
        let family = settings.first { $0.name == "model.family" }
        try StudyInput.checkTestRows(data, families: family.map { ["\($0.value)"] } ?? [])
        let rows = try OwnedDataset(data.image)
        linux_trim_memory()
        var run = try Self.start(configuration, rows.views, seed: self.seed)
        var clock = StepClock()
        while run.epoch < epochs, !run.isOver {
            clock.beginTraining(rows: run.rowsPerEpoch)
            guard run.trainEpoch(isCancelled: { false }) else { break }
            clock.endTraining()
            let outcome = run.finishEpoch()
            self.tell(run.epoch, outcome, seconds: clock.endEpoch())
            if run.epoch == 1 { linux_trim_memory() }
        }
        let testRows = try data.testImage.map { try OwnedTestRows($0) }
        let test = testRows.map { run.evaluate($0.part, as: .test) } ?? []
        let classes = testRows.map { run.evaluateByClass($0.part) } ?? []
        let digest = Digest(of: run.weightBytes())
        if let save = self.save {
            let texts =
                SettingRule.completed(settings).map { StoredText($0.name, "\($0.value)") }
                + test.map { StoredText($0.metric.rawValue, "\($0.value)") } + data.texts(of: classes)
            let tensors = run.tensors().map { StoredTensor(name: $0.name, shape: $0.shape, values: $0.values) }
            let file = SafetensorsFile(tensors: tensors, texts: texts + data.texts)
            try AtomicFile.write(try file.encoded(), to: save)
        }
        self.tellEnd(
            run, clock.samplesPerSecond, digest, test, zip(data.classNames, classes).map { TestedClass($0, $1) })
    }

    /// Refuses a file that could not be written, before any time is spent on training.
    private static func checkPlace(_ path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw CommandFailure(.wrongInput, "--save \(path): \(folder) is no folder that can be written to")
        }
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        if let type = attributes?[.type] as? FileAttributeType, type != .typeRegular {
            throw CommandFailure(.wrongInput, "--save \(path): exists and is no regular file; name another one")
        }
    }

    private static func start(
        _ configuration: TrainingConfiguration, _ data: [DatasetView], seed: UInt64
    ) throws -> TrainingGroup {
        do {
            let kernels = try KernelSet.best(named: ProcessInfo.processInfo.environment["WINNOW_ISA"])
            return try TrainingGroup(configuration, data: data, seed: seed, kernels: kernels)
        } catch {
            throw CommandFailure(.wrongInput, "\(error)")
        }
    }

    private func tell(_ epoch: Int, _ outcome: EpochOutcome, seconds: Double) {
        if self.json {
            var line = JSONLine().adding("epoch", .int(epoch)).adding(outcome.metrics)
            line.add("seconds", .double(seconds))
            Terminal.writeLine(line.text)
        } else {
            let metrics = outcome.metrics.map { "\($0.metric.rawValue) \(Figures.short($0.value))" }
            Terminal.writeLine("epoch \(epoch)  " + metrics.joined(separator: "  "))
        }
    }

    private func tellEnd(
        _ run: borrowing TrainingGroup, _ samplesPerSecond: Double, _ digest: Digest, _ test: [MetricValue],
        _ classes: [TestedClass]
    ) {
        switch run.status {
        case .normal: break
        case .diverged:
            Terminal.writeError("diverged in epoch \(run.epoch): a loss is not finite; try a lower learning rate")
        case .finishedEarly: Terminal.writeError("stopped early after epoch \(run.epoch)")
        }
        if self.json {
            let line = JSONLine(event: "finished").adding("epochs", .int(run.epoch))
                .adding("samples_per_second", .double(samplesPerSecond))
                .adding("parameters", .int(run.parameterCount)).adding("digest", .text(digest.hexadecimal))
                .adding("status", .text(Self.name(of: run.status))).adding(test).adding(classes)
            Terminal.writeLine(line.text)
        } else {
            let metrics = test.map { "\($0.metric.rawValue) \(Figures.short($0.value))" }
            Terminal.writeLine(
                "\(run.epoch) \(run.epoch == 1 ? "epoch" : "epochs"), "
                    + (samplesPerSecond > 0 ? "\(Figures.short(samplesPerSecond)) samples/s, " : "")
                    + "\(run.parameterCount) parameters, "
                    + "digest \(digest.hexadecimal)")
            if !metrics.isEmpty { Terminal.writeLine(metrics.joined(separator: "  ")) }
            for line in TestedClass.lines(classes) { Terminal.writeLine(line) }
        }
    }

    private static func name(of status: EpochReport.Status) -> String {
        switch status {
        case .normal: "normal"
        case .diverged: "diverged"
        case .finishedEarly: "finished_early"
        }
    }
}

/// Times the training steps alone, from the second epoch on: the first one warms caches up.
private struct StepClock {
    private let clock = ContinuousClock()
    /// Rows of the epoch that is trained, and of all that were timed.
    private var rows = 0
    private var timedRows = 0
    private var start: ContinuousClock.Instant
    private var epochs = 0
    private var trainingTime = Duration.zero

    init() { self.start = self.clock.now }

    mutating func beginTraining(rows: Int) {
        self.rows = rows
        self.start = self.clock.now
    }

    mutating func endTraining() {
        if self.epochs > 0 {
            self.trainingTime += self.start.duration(to: self.clock.now)
            self.timedRows += self.rows
        }
        self.epochs += 1
    }

    /// Seconds since the epoch began.
    func endEpoch() -> Double { Figures.seconds(self.start.duration(to: self.clock.now)) }

    /// Zero where there was but one epoch.
    var samplesPerSecond: Double {
        let seconds = Figures.seconds(self.trainingTime)
        return seconds > 0 ? Double(self.timedRows) / seconds : 0
    }
}
