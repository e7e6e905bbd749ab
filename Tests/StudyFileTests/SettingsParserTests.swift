import StudyFile
import Testing
import TuningModel

@Suite("Settings from the command line")
struct SettingsParserTests {
    private static let full = [
        "model.family.mlp.layers=2", "model.family.mlp.layers.0.units=32", "model.family.mlp.layers.0.dropout=0.1",
        "model.family.mlp.layers.1.units=16", "model.family.mlp.layers.1.dropout=0", "model.activation=tanh",
        "training.optimizer=adam", "training.optimizer.adam.beta2=0.99", "training.l2=0", "training.batch_size=64",
    ]

    private func study() throws -> StudyDefinition { try #require(StudyReader.read(text: StudyEdit.base).study) }

    @Test("searched parameters take their texts, else their defaults, and what is not there is left out")
    func full() throws {
        let settings = try SettingsParser.apply(Self.full, to: try self.study())
        var expected = TrainingConfiguration(
            layers: [DenseLayerSettings(units: 32, dropout: 0.1), DenseLayerSettings(units: 16)],
            optimizer: .adam(beta1: 0.9, beta2: 0.99, epsilon: 1e-8), learningRate: 0.01, batchSize: 64)
        expected.activation = .tanh
        #expect(try TrainingConfiguration(settings) == expected)
        #expect(!settings.contains { $0.name.contains("sgd") || $0.name.contains("layers.2") })
    }

    @Test("plain settings may be replaced, also those that the file leaves out")
    func plain() throws {
        let settings = try SettingsParser.apply(
            Self.full + ["training.optimizer.adam.beta1=0.5", "training.l1=1.0e-3"], to: try self.study())
        let configuration = try TrainingConfiguration(settings)
        #expect(configuration.optimizer == .adam(beta1: 0.5, beta2: 0.99, epsilon: 1e-8))
        #expect(configuration.l1 == 1e-3)
    }

    @Test("a setting of the chosen family may be given that the file leaves out, one of another family not")
    func familySetting() throws {
        let study = try self.study()
        let settings = try SettingsParser.apply(
            Self.full + ["model.family.mlp.embedding=8", "model.family.mlp.embedding_rule=cardinality"], to: study)
        #expect(try TrainingConfiguration(settings).embedding == EmbeddingSettings(units: 8, rule: .cardinality))
        let error = #expect(throws: SettingError.self) {
            try SettingsParser.apply(Self.full + ["model.family.lstm.bidirectional=true"], to: study)
        }
        #expect(
            error?.description
                == "model.family.lstm.bidirectional = true, want a setting of one of the layers that are there, numbered "
                + "from 0")
    }

    @Test("a value may lie outside the searched range but not outside its rule")
    func outside() throws {
        let study = try self.study()
        let settings = try SettingsParser.apply(Self.full + ["training.learning_rate=5"], to: study)
        #expect(try TrainingConfiguration(settings).learningRate == 5)
        #expect(
            SettingsParser.unsearched(settings, in: study).map(\.description)
                == ["training.learning_rate = 5.0, want a number in [0.0001, 1.0]"])
        #expect(SettingsParser.unsearched(try SettingsParser.apply(Self.full, to: study), in: study) == [])
    }

    @Test(
        "each mistake names the setting and the remedy",
        arguments: [
            (
                ["training.learning_rat=0.1"],
                "training.learning_rat = 0.1, want the name of a setting, did you mean training.learning_rate?"
            ),
            (["training.learning_rate"], "training.learning_rate = no value, want NAME=VALUE"),
            (
                ["training.batch_growth.every=3"],
                "training.batch_growth.max = nothing, want a whole number in [1, 1048576]"
            ),
            (
                ["training.early_stopping.restore_best=true"],
                "training.early_stopping.patience = nothing, want a whole number in [1, 1000000]"
            ),
            (["training.average.swa.from=3"], "training.average.swa.from = 3, want a setting of the average none"),
            (["training.learning_rate="], "training.learning_rate = nothing, want a finite number > 0.0"),
            (["training.learning_rate=-1"], "training.learning_rate = -1, want a finite number > 0.0"),
            (
                ["training.batch_size=1", "training.batch_size=2"],
                "training.batch_size = 2, want one value, it was given twice"
            ),
            (
                ["training.optimizer.sgd.momentum=0.5"],
                "training.optimizer.sgd.momentum = 0.5, want nothing, it does not exist: it needs "
                    + "training.optimizer = sgd"
            ),
            (
                ["model.family.mlp.layers.2.units=8"],
                "model.family.mlp.layers.2.units = 8, want nothing, it does not exist: it needs "
                    + "model.family.mlp.layers > 2"
            ),
        ])
    func mistakes(assignments: [String], expected: String) throws {
        let names = assignments.compactMap { $0.split(separator: "=").first }
        let others = Self.full.filter { text in !names.contains { text.hasPrefix("\($0)=") } }
        #expect {
            try SettingsParser.apply(others + assignments, to: try self.study())
        } throws: { error in
            "\(error)" == expected
        }
    }

    @Test(
        "a setting that would change nothing is refused",
        arguments: [
            ("training.optimizer.rmsprop.decay=0.5", "0.5, want a setting of the optimizer adam"),
            (
                "model.family.mlp.layers.7.batch_norm=true",
                "true, want a setting of one of the layers that are there, numbered from 0"
            ),
            (
                "model.family.mlp.layers.01.batch_norm=true",
                "true, want a setting of one of the layers that are there, numbered from 0"
            ),
        ])
    func unused(assignment: String, expected: String) throws {
        #expect {
            try SettingsParser.apply(Self.full + [assignment], to: try self.study())
        } throws: { error in
            "\(error)".hasSuffix(" = \(expected)")
        }
        let settings = try SettingsParser.apply(
            Self.full + ["model.family.mlp.layers.1.batch_norm=true"], to: try self.study())
        #expect(try TrainingConfiguration(settings).layers.map(\.batchNormalization) == [false, true])
    }

    @Test("searched parameters without a text and a default are named, all at once")
    func missing() throws {
        let error = #expect(throws: SettingError.self) {
            try SettingsParser.apply(
                ["training.optimizer=adam", "model.family.mlp.layers=1", "training.optimizer.adam.beta2=0.9"],
                to: try self.study())
        }
        #expect(
            error?.description
                == "model.family.mlp.layers.0.units = nothing, want --set model.family.mlp.layers.0.units=VALUE, it is "
                + "searched and has no default (a whole number in [16, 256]); so are "
                + "model.family.mlp.layers.0.dropout (a number in [0.0, 0.5]), model.activation (relu, gelu or tanh), training.l2 "
                + "(a number in [1e-07, 0.01] or 0.0), training.batch_size (16, 32, 64 or 128): give each with --set")
    }
}
