import CEmbeddedFiles
import Foundation
import StudyFile
import Testing
import TuningModel

@Suite("Good study files")
struct StudyReaderTests {
    @Test("a searched study becomes a space with its conditions, parents first")
    func searched() throws {
        let reading = StudyReader.read(text: StudyEdit.base)
        #expect(reading.mistakes == [])
        #expect(reading.searchMistakes == [])
        let study = try #require(reading.study)
        #expect(study.name == "digits")
        #expect(study.task == .classification)
        #expect(
            study.data
                == DataSettings(
                    train: .csv(file: "digits.csv.gz", target: "digit", categorical: [], ignore: []),
                    validation: .holdout(share: 0.2, stratify: true), test: .holdout(share: 0.2, stratify: true)))
        let units = ParameterDomain.int(IntRange(low: 16, high: 256, isLogarithmic: true))
        let dropout = ParameterDomain.float(FloatRange(low: 0, high: 0.5))
        let layers = (0..<3).flatMap { layer in
            let name = "model.family.mlp.layers.\(layer)"
            let condition = Condition.exceeds(parameter: 0, count: layer)
            return [
                Parameter(name: "\(name).units", domain: units, conditions: [condition]),
                Parameter(name: "\(name).dropout", domain: dropout, conditions: [condition]),
            ]
        }
        let names = { (texts: [String]) in texts.map { ParameterValue.text($0) } }
        let sgd = Condition.isOneOf(parameter: 8, values: [.text("sgd")])
        let adam = Condition.isOneOf(parameter: 8, values: [.text("adam")])
        let expected: [Parameter] =
            [Parameter(name: "model.family.mlp.layers", domain: .int(IntRange(low: 1, high: 3)))] + layers + [
                Parameter(name: "model.activation", domain: .choice(names(["relu", "gelu", "tanh"]))),
                Parameter(name: "training.optimizer", domain: .choice(names(["sgd", "adam"]))),
                Parameter(
                    name: "training.optimizer.sgd.momentum", domain: .float(FloatRange(low: 0, high: 0.99)),
                    conditions: [sgd]),
                Parameter(
                    name: "training.optimizer.adam.beta2", domain: .float(FloatRange(low: 0.9, high: 0.9999)),
                    conditions: [adam]),
                Parameter(
                    name: "training.learning_rate",
                    domain: .float(FloatRange(low: 1e-4, high: 1, isLogarithmic: true)), defaultValue: .float(0.01)),
                Parameter(
                    name: "training.l2",
                    domain: .float(FloatRange(low: 1e-7, high: 1e-2, isLogarithmic: true, alternative: 0))),
                Parameter(name: "training.batch_size", domain: .ordinal([.int(16), .int(32), .int(64), .int(128)])),
            ]
        #expect(study.space.parameters == expected)
        #expect(study.settings.first == SettingTemplate(name: "model.family", source: .fixed(.text("mlp"))))
        #expect(
            study.settings.filter { if case .fixed = $0.source { true } else { false } }.map(\.name) == [
                "model.family", "training.optimizer.sgd.nesterov", "training.optimizer.adam.beta1",
            ])
        #expect(study.objective == Objective(metric: .validationLoss, direction: .minimize))
        #expect(study.searcher == .random)
        #expect(study.scheduler == .asha(minimum: 1, maximum: 81, eta: 3, isGuarded: true))
        #expect(study.budget == Budget(trials: 300))
        #expect(study.searchSeed == 1)
        #expect(study.dataSeed == 1)
    }

    @Test("a fixed study has no parameters, trains, and says that it cannot be searched")
    func fixed() throws {
        let text = """
            version: 1
            name: mlp-784-512-256
            data: {train: {format: npy, features: x.npy, targets: y.npy}, validation: {holdout: 0.1}}
            task: classification
            model:
              family: {choice: {mlp: {layers: [{units: 512, dropout: 0.2, batch_norm: true}, {units: 256}]}}}
              activation: relu
            training: {optimizer: {choice: {adam: {}}}, learning_rate: 1.0e-3, batch_size: 128}
            objectives: [{metric: validation.loss, direction: minimize}]
            """
        let reading = StudyReader.read(text: text)
        #expect(reading.mistakes == [])
        let study = try #require(reading.study)
        #expect(study.space.parameters == [])
        #expect(
            study.settings(for: Configuration([])) == [
                Setting("model.family", .text("mlp")),
                Setting("model.family.mlp.layers", .int(2)),
                Setting("model.family.mlp.layers.0.units", .int(512)),
                Setting("model.family.mlp.layers.0.dropout", .float(0.2)),
                Setting("model.family.mlp.layers.0.batch_norm", .bool(true)),
                Setting("model.family.mlp.layers.1.units", .int(256)),
                Setting("model.activation", .text("relu")),
                Setting("training.optimizer", .text("adam")),
                Setting("training.learning_rate", .float(1e-3)),
                Setting("training.batch_size", .int(128)),
            ])
        #expect(study.data?.train == .npy(features: "x.npy", targets: "y.npy"))
        #expect(study.data?.test == nil)
        #expect(study.budget == Budget())
        #expect(
            reading.searchMistakes.map { "\($0.line):\($0.column)" } == ["1:1", "5:1"])
        #expect(reading.searchMistakes.last?.message.hasPrefix("nothing is searched") == true)
    }

    @Test("a schedule of the learning rate runs over the scheduler's epochs unless told otherwise")
    func schedule() throws {
        func settings(_ schedule: String) throws -> [SettingTemplate] {
            let text = StudyEdit.base.replacingOccurrences(
                of: "  l2: {float", with: "  schedule: \(schedule)\n  warmup_epochs: {float: [0, 3]}\n  l2: {float")
            let reading = StudyReader.read(text: text)
            #expect(reading.mistakes == [])
            return try #require(reading.study).settings.filter {
                $0.name.hasPrefix("training.schedule") || $0.name == "training.warmup_epochs"
            }
        }
        let fixed = try settings("cosine")
        #expect(
            fixed.filter { $0.name != "training.warmup_epochs" } == [
                SettingTemplate(name: "training.schedule", source: .fixed(.text("cosine"))),
                SettingTemplate(name: "training.schedule_epochs", source: .fixed(.int(81))),
            ])
        let searched = try settings("{choice: {constant: {}, step: {factor: {float: [0.1, 0.9]}}}}")
        #expect(
            searched.map(\.name) == [
                "training.schedule", "training.schedule.step.factor", "training.warmup_epochs",
                "training.schedule_epochs",
            ])
    }

    @Test("initialisers are names or branches with numbers of their own, and an lstm has a forget bias")
    func initializers() throws {
        let text = StudyEdit.base.replacingOccurrences(
            of: "  activation: {choice: [relu, gelu, tanh]}",
            with: """
                  initializer: {choice: {auto: {}, orthogonal: {gain: {float: [0.5, 2]}}, uniform: {limit: 0.1}}}
                  bias_initializer: {choice: {constant: {value: 0.01}}}
                """
        ).replacingOccurrences(
            of: "      mlp:\n", with: "      lstm: {layers: [{units: 8}], forget_bias: {float: [0, 2]}}\n      mlp:\n")
        let reading = StudyReader.read(text: text)
        #expect(reading.mistakes == [])
        let study = try #require(reading.study)
        #expect(
            study.settings.map(\.name).filter {
                $0.hasPrefix("model.initializer") || $0.hasPrefix("model.bias") || $0.hasSuffix("forget_bias")
            } == [
                "model.family.lstm.forget_bias", "model.initializer", "model.initializer.orthogonal.gain",
                "model.initializer.uniform.limit", "model.bias_initializer", "model.bias_initializer.constant.value",
            ])
        let parameters = study.space.parameters.map(\.name)
        #expect(parameters.contains("model.initializer.orthogonal.gain"))
        #expect(parameters.contains("model.family.lstm.forget_bias"))
        #expect(!parameters.contains("model.bias_initializer"))
    }

    @Test("a budget that is there and wrong is one mistake, not two")
    func wrongBudget() {
        let text = StudyEdit.base.replacingOccurrences(of: "budget: {trials: 300}", with: "budget: {trials: 0}")
        let reading = StudyReader.read(text: text)
        #expect(reading.mistakes.count == 1)
        #expect(reading.searchMistakes == [])
    }

    @Test("the study of the demo is good")
    func demo() throws {
        let bytes = unsafe UnsafeBufferPointer(
            start: winnow_embedded_digits_yaml(), count: winnow_embedded_digits_yaml_length())
        let reading = StudyReader.read(text: unsafe String(decoding: bytes, as: UTF8.self))
        #expect(reading.mistakes == [])
        #expect(reading.searchMistakes == [])
        #expect(reading.study?.name == "digits")
    }

    @Test(
        "searchers and schedulers",
        arguments: [
            ("searcher: {name: grid, points: 7}", SearcherSettings.grid(points: 7)),
            ("searcher: {name: grid}", .grid(points: 5)),
            ("searcher: {name: sobol}", .sobol),
            ("searcher: {name: tpe}", .tpe(TPESettings())),
            (
                """
                searcher: {name: tpe, startup_trials: 20, candidates: 48, gamma: 0.2, random_fraction: 0.1, prior_weight: 2}
                """,
                .tpe(
                    TPESettings(
                        startupTrials: 20, candidates: 48, gamma: 0.2, randomFraction: 0.1, priorWeight: 2))
            ),
            ("searcher: {name: bohb}", .tpe(.bohb)),
            (
                "searcher: {name: bohb, min_points: 7, candidates: 32, gamma: 0.25, random_fraction: 0, bandwidth_factor: 1}",
                .tpe(
                    TPESettings(
                        startupTrials: 9, candidates: 32, gamma: 0.25, goodLimit: .max, isGoodAsManyAsParameters: true,
                        randomFraction: 0, bandwidth: .normalReference, bandwidthFactor: 1, bandwidthMin: 0.001,
                        weighting: .uniform, priorWeight: 1e-6))
            ),
            ("searcher: {name: gp}", .gaussianProcess(GaussianProcessSettings())),
            (
                "searcher: {name: bayesian, startup_trials: 20, candidates: 99}",
                .gaussianProcess(GaussianProcessSettings(startupTrials: 20, candidates: 99))
            ),
            ("searcher: {name: hyper_tune}", .hyperTune(GaussianProcessSettings())),
            ("searcher: auto", .automatic),
            ("searcher: sobol", .sobol),
            ("searcher: {name: mobster, candidates: 50}", .mobster(GaussianProcessSettings(candidates: 50))),
        ])
    func searchers(text: String, expected: SearcherSettings) throws {
        let edited = try StudyEdit("searcher: {name: random}", text, []).text()
        #expect(StudyReader.read(text: edited).study?.searcher == expected)
    }

    @Test(
        "schedulers",
        arguments: [
            ("{name: none, max: 9}", SchedulerSettings.none(maximum: 9)),
            ("auto", .automatic(minimum: 1, maximum: 81, eta: 3)),
            ("hyperband", .hyperband(maximum: 81, eta: 3, formula: .jmlr)),
            (
                "{name: successive_halving, min: 2, max: 50, eta: 4}",
                .successiveHalving(minimum: 2, maximum: 50, eta: 4)
            ),
            ("{name: hyperband, resource: epoch, min: 1, max: 27}", .hyperband(maximum: 27, eta: 3, formula: .jmlr)),
            ("{name: hyperband, formula: blog}", .hyperband(maximum: 81, eta: 3, formula: .blog)),
            ("{name: asha, guard: false, brackets: 1}", .asha(minimum: 1, maximum: 81, eta: 3, isGuarded: false)),
            ("{name: asha, variant: stopping, max: 9}", .ashaStopping(minimum: 1, maximum: 9, eta: 3)),
            ("{name: asha, variant: stopping, brackets: 1, max: 9}", .ashaStopping(minimum: 1, maximum: 9, eta: 3)),
            (
                "{name: asha, max: 50, brackets: 5}",
                .asynchronousHyperband(
                    minimum: 1, maximum: 50, eta: 3, isGuarded: true, brackets: 5, allocation: .learned)
            ),
            (
                "{name: asha, min: 3, guard: false, brackets: 2, allocation: hyperband}",
                .asynchronousHyperband(
                    minimum: 3, maximum: 81, eta: 3, isGuarded: false, brackets: 2, allocation: .hyperband)
            ),
            ("{name: pasha, max: 27, guard: false}", .pasha(minimum: 1, maximum: 27, eta: 3, isGuarded: false)),
            ("{name: median, max: 20}", .median(maximum: 20, grace: 4, minimumTrials: 3)),
            ("{name: median, max: 2, min_trials: 9}", .median(maximum: 2, grace: 2, minimumTrials: 9)),
            ("{name: curve, max: 20, min: 5}", .curve(maximum: 20, grace: 5, threshold: 0.05)),
            ("{name: curve, threshold: 0.2}", .curve(maximum: 81, grace: 8, threshold: 0.2)),
        ])
    func schedulers(text: String, expected: SchedulerSettings) throws {
        let old = "{name: asha, resource: epochs, min: 1, max: 81, eta: 3}"
        let reading = StudyReader.read(text: try StudyEdit(old, text, []).text())
        #expect(reading.mistakes == [])
        #expect(reading.study?.scheduler == expected)
    }

    @Test("the share of audits", arguments: [("0.01", 0.01), ("0", 0), ("1", 1), ("1.0", 1), ("0.5", 0.5)])
    func audit(text: String, share: Double) throws {
        let new = "{name: random}\n  audit: \(text)"
        #expect(StudyReader.read(text: try StudyEdit("{name: random}", new, []).text()).study?.auditShare == share)
        let mistaken = try StudyEdit("{name: random}", "{name: random}\n  audit: 1\(text)5", []).text()
        let found = StudyReader.read(text: mistaken).mistakes.map(\.description)
        #expect(found.count == 1 && found.allSatisfy { $0.hasPrefix("27:10: search.audit: found ") })
    }

    @Test("budgets", arguments: [("4h", 14_400), ("30s", 30), ("1h30m", 5400), ("2d", 172_800), ("90m", 5400)])
    func wallTime(text: String, seconds: Int) throws {
        let new = "{wall_time: \(text), epochs: 100, failures: {retries: 0}}"
        let study = StudyReader.read(text: try StudyEdit("{trials: 300}", new, []).text()).study
        var expected = Budget(epochs: 100, wallTime: .seconds(seconds))
        expected.retries = 0
        #expect(study?.budget == expected)
    }

    @Test("a column may be called y or no, which YAML 1.1 takes for truth values", arguments: ["y", "no", "on"])
    func truthNames(name: String) throws {
        let study = StudyReader.read(text: try StudyEdit("target: digit", "target: \(name)", []).text()).study
        #expect(study?.data?.train == .csv(file: "digits.csv.gz", target: name, categorical: [], ignore: []))
    }

    @Test(
        "each format has its keys, and other files of the study its form",
        arguments: [
            (
                "{format: npz, file: a.npz, features: x, targets: y}", "{file: b.npz}",
                DataSource.npz(file: "a.npz", features: "x", targets: "y"),
                DataSource.npz(file: "b.npz", features: "x", targets: "y")
            ),
            (
                "{format: libsvm, file: a.gz, features: 123, zero_based: true}", "{file: b}",
                .libsvm(file: "a.gz", features: 123, isZeroBased: true),
                .libsvm(file: "b", features: 123, isZeroBased: true)
            ),
            (
                "{format: libsvm, file: a}", "{file: b}", .libsvm(file: "a", features: nil, isZeroBased: false),
                .libsvm(file: "b", features: nil, isZeroBased: false)
            ),
            (
                "{format: images, folder: a, resize: [28, 32], color: grey}", "{folder: b}",
                .images(folder: "a", resize: [28, 32], color: .grey),
                .images(folder: "b", resize: [28, 32], color: .grey)
            ),
        ])
    func formats(train: String, validation: String, first: DataSource, second: DataSource) throws {
        let text = try StudyEdit(
            "  train: {format: csv, file: digits.csv.gz, target: digit}\n  validation: {holdout: 0.2, stratify: true}\n",
            "  train: \(train)\n  validation: \(validation)\n", []
        ).text()
        let data = try #require(StudyReader.read(text: text).study?.data)
        #expect(data.train == first)
        #expect(data.validation == .source(second))
    }

    @Test(
        "rows are split off by share, by groups, from the end or by folds",
        arguments: [
            ("{holdout: 0.2}", DataPart.holdout(share: 0.2, stratify: false, group: nil)),
            ("{holdout: 0.2, group: who}", .holdout(share: 0.2, stratify: false, group: "who")),
            ("{last: 0.25}", .last(share: 0.25)), ("{folds: 5}", .fold(nil, of: 5, stratify: false, group: nil)),
            ("{folds: 5, fold: 4, stratify: true}", .fold(4, of: 5, stratify: true, group: nil)),
            ("{folds: 3, fold: 1, group: who}", .fold(1, of: 3, stratify: false, group: "who")),
        ])
    func splits(text: String, expected: DataPart) throws {
        let file = try StudyEdit("validation: {holdout: 0.2, stratify: true}", "validation: \(text)", []).text()
        let data = try #require(StudyReader.read(text: file).study?.data)
        #expect(data.validation == expected)
        if case .fold(_, let count, let stratify, let group) = expected {
            #expect(data.fold(2)?.validation == .fold(2, of: count, stratify: stratify, group: group))
            #expect(data.fold(count) == nil)
        } else {
            #expect(data.fold(0) == nil)
        }
    }

    @Test("what happens with missing cells is a word or a mapping, and holds for other files of the study too")
    func missingCells() throws {
        func data(_ missing: String) throws -> DataSettings? {
            let train = "  train: {format: csv, file: digits.csv.gz, target: digit"
            let text = try StudyEdit(
                "\(train)}\n  validation: {holdout: 0.2, stratify: true}\n",
                "\(train), missing: \(missing)}\n  validation: {file: v.csv}\n", []
            ).text()
            return StudyReader.read(text: text).study?.data
        }
        for (text, expected) in [
            ("refuse", MissingCells.refused), ("drop_row", MissingCells(.dropRow)), ("mean", MissingCells(.mean)),
            ("median", MissingCells(.median)), ("most_frequent", MissingCells(.mostFrequent)),
            ("{fill: mean}", MissingCells(.mean)),
            ("{fill: median, indicator: true}", MissingCells(.median, hasIndicators: true)),
        ] {
            let source = { (file: String) in
                DataSource.csv(file: file, target: "digit", categorical: [], ignore: [], missing: expected)
            }
            #expect(try data(text)?.train == source("digits.csv.gz"))
            #expect(try data(text)?.validation == .source(source("v.csv")))
        }
    }

    @Test("other sources of validation and test rows")
    func sources() throws {
        let text = try StudyEdit(
            "  validation: {holdout: 0.2, stratify: true}\n  test: {holdout: 0.2, stratify: true}\n",
            "  validation: {file: v.csv}\n  test: {format: csv, file: t.csv, target: d, ignore: [id]}\n", []
        ).text()
        let study = StudyReader.read(text: text).study
        #expect(
            study?.data?.validation
                == .source(.csv(file: "v.csv", target: "digit", categorical: [], ignore: [])))
        #expect(study?.data?.test == .source(.csv(file: "t.csv", target: "d", categorical: [], ignore: ["id"])))
    }
}
