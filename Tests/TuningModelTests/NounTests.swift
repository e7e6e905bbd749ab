import Testing
import TuningModel

@Suite("The nouns")
struct NounTests {
    @Test("a digest is 32 bytes or 64 digits in lower case")
    func digest() {
        let bytes = (0..<32).map { UInt8($0 * 8) }
        let text = "0008101820283038404850586068707880889098a0a8b0b8c0c8d0d8e0e8f0f8"
        #expect(Digest(bytes: bytes)?.hexadecimal == text)
        #expect(Digest(hexadecimal: text)?.bytes == bytes)
        #expect(Digest(bytes: [1]) == nil)
        #expect(Digest(hexadecimal: text.uppercased()) == nil)
        #expect(Digest(hexadecimal: String(text.dropLast())) == nil)
        #expect(Digest(hexadecimal: String(text.dropLast()) + "g") == nil)
    }

    @Test("metrics have frozen numbers on the wire")
    func metrics() {
        #expect(Metric.allCases.map(\.wireNumber) == Array(1...Metric.allCases.count))
        #expect(Metric.allCases.allSatisfy { Metric(wireNumber: $0.wireNumber) == $0 })
        #expect(Metric.trainLoss.wireNumber == 1 && Metric.validationLoss.wireNumber == 2)
        #expect(Metric.modelParameters.wireNumber == 18)
        #expect(Metric.validationGap.wireNumber == 19 && Metric.validationGapTrend.wireNumber == 20)
        #expect(Metric.validationTop3.wireNumber == 21 && Metric.testTop3.wireNumber == 28)
        #expect(Metric.testLogLoss.wireNumber == 34 && Metric.testHammingLoss.wireNumber == 36)
        #expect(Metric.learnedRate.wireNumber == 37 && Metric.learnedMomentum.wireNumber == 38)
        #expect(Metric.learnedL2.wireNumber == 39 && Metric.learnedWeightDecay.wireNumber == 40)
        #expect(Metric.trainSamples.wireNumber == 41 && Metric.trainNetworks.wireNumber == 42)
        #expect([0, -1, 43, .max, .min + 1].allSatisfy { Metric(wireNumber: $0) == nil })
    }

    @Test("an objective is a loss: what is maximised turns its sign, what is missing is NaN")
    func objective() {
        let metrics = [MetricValue(.validationLoss, 0.5), MetricValue(.validationAccuracy, 0.75)]
        #expect(Objective(metric: .validationLoss, direction: .minimize).loss(of: metrics) == 0.5)
        #expect(Objective(metric: .validationAccuracy, direction: .maximize).loss(of: metrics) == -0.75)
        #expect(Objective(metric: .validationR2, direction: .maximize).loss(of: metrics).isNaN)
        #expect(metrics[.trainLoss] == nil)
    }

    @Test("reports agree by their bits, whatever time they took")
    func reports() {
        let report = { (value: Double, seconds: Double, status: EpochReport.Status) in
            EpochReport(epoch: 3, status: status, metrics: [MetricValue(.trainLoss, value)], seconds: seconds)
        }
        #expect(report(.nan, 1, .diverged).agrees(with: report(.nan, 2, .diverged)))
        #expect(!report(0.0, 1, .normal).agrees(with: report(-0.0, 1, .normal)))
        #expect(!report(1, 1, .normal).agrees(with: report(1, 1, .finishedEarly)))
        #expect(!report(1, 1, .normal).agrees(with: EpochReport(epoch: 3, metrics: [], seconds: 1)))
        #expect(
            !report(1, 1, .normal).agrees(
                with: EpochReport(epoch: 4, metrics: report(1, 1, .normal).metrics, seconds: 1)))
    }

    @Test("conditions look at active parameters only")
    func conditions() {
        let space = ParameterSpace([
            Parameter(name: "a", domain: .choice([.int(1)])), Parameter(name: "b", domain: .choice([.int(1)])),
        ])
        #expect(space.index(of: "b") == 1 && space.index(of: "c") == nil && space.count == 2)
        #expect(space.holds([], in: [nil, nil]))
        #expect(space.holds([.isOneOf(parameter: 0, values: [.int(1), .int(2)])], in: [.int(2), nil]))
        #expect(!space.holds([.isOneOf(parameter: 0, values: [.int(1)])], in: [.float(1), nil]))
        #expect(!space.holds([.isOneOf(parameter: 1, values: [.int(1)])], in: [.int(1), nil]))
        #expect(space.holds([.exceeds(parameter: 0, count: 2)], in: [.int(3), nil]))
        #expect(!space.holds([.exceeds(parameter: 0, count: 3)], in: [.int(3), nil]))
        #expect(!space.holds([.exceeds(parameter: 1, count: 0)], in: [.int(3), nil]))
        #expect(!space.holds([.exceeds(parameter: 0, count: 0), .never], in: [.int(3), nil]))
    }

    @Test("the settings of a configuration: fixed ones, and searched ones that are active")
    func settings() {
        let source = DataSource.npy(features: "x", targets: "y")
        let study = StudyDefinition(
            name: "s",
            subject: .networks(
                data: DataSettings(train: source, validation: .source(source), test: nil), task: .regression),
            space: ParameterSpace([Parameter(name: "a", domain: .int(IntRange(low: 1, high: 2)))]),
            settings: [
                SettingTemplate(name: "fixed", source: .fixed(.bool(true))),
                SettingTemplate(name: "a", source: .searched(parameter: 0)),
                SettingTemplate(name: "deep", source: .fixed(.int(9)), conditions: [.exceeds(parameter: 0, count: 1)]),
            ],
            objective: Objective(metric: .validationLoss, direction: .minimize), searcher: .random,
            scheduler: .hyperband(maximum: 81, eta: 3, formula: .jmlr), budget: Budget(trials: 1), searchSeed: 1,
            dataSeed: 1)
        #expect(
            study.settings(for: Configuration([.int(2)])) == [
                Setting("fixed", .bool(true)), Setting("a", .int(2)), Setting("deep", .int(9)),
            ])
        #expect(
            study.settings(for: Configuration([.int(1)])) == [Setting("fixed", .bool(true)), Setting("a", .int(1))])
        #expect(study.settings(for: Configuration([nil])) == [Setting("fixed", .bool(true))])
        #expect(study.scheduler.maximumLevel == 81)
    }

    @Test("identifiers are compared by number and shown as short as can be")
    func identifiers() {
        #expect(TrialID(3) < TrialID(12))
        #expect("\(AttemptID(trial: TrialID(3), number: 2))" == "3#2")
        #expect(WorkerID("a") < WorkerID("b"))
        #expect(
            [ParameterValue.int(3), .float(0.5), .bool(true), .text("x")].map(\.description) == [
                "3", "0.5", "true", "x",
            ])
        #expect([ParameterValue.int(3), .float(0.5), .bool(true), .text("x")].map(\.number) == [3, 0.5, nil, nil])
    }
}
