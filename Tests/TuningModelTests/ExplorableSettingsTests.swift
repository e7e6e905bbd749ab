import Testing
import TuningModel

@Suite("Settings that may change in the middle of training")
struct ExplorableSettingsTests {
    @Test(
        "are those of the way of training",
        arguments: [
            "training.learning_rate", "training.batch_size", "training.l2", "training.optimizer.sgd.momentum",
            "training.optimizer.adam.beta1", "training.optimizer.rmsprop.decay", "training.schedule.step.factor",
            "training.augmentation.flip", "training.average.ema.decay", "training.clip_norm",
            "model.family.mlp.layers.2.dropout", "model.family.cnn.blocks.0.dropout",
        ])
    func changing(name: String) {
        #expect(SettingRule.rule(for: name) != nil)
        #expect(SettingRule.mayChangeInTraining(name))
    }

    @Test(
        "are none that shape the network, the loss, the data or the end of a trial",
        arguments: [
            "model.family", "model.family.mlp.layers", "model.family.mlp.layers.0.units", "model.activation",
            "model.family.mlp.layers.0.batch_norm", "model.initializer", "training.optimizer", "training.loss",
            "training.schedule", "training.schedule_epochs", "training.schedule.plateau.patience", "training.average",
            "training.label_smoothing", "training.huber_delta", "training.early_stopping.patience",
            "training.repeats", "training.network_epochs", "training.hypergradient", "training.t1_t2.every",
            "training.average.swa.from", "training.optimizer.adagrad.initial_accumulator",
            "training.batch_growth.factor",
        ])
    func kept(name: String) {
        #expect(SettingRule.rule(for: name) != nil)
        #expect(!SettingRule.mayChangeInTraining(name))
    }

    private static func definition(
        _ parameters: [Parameter], fixed: [SettingTemplate] = []
    ) -> StudyDefinition {
        StudyDefinition(
            name: "test", subject: .table(TableSettings(folder: "none", repeatIndex: 0)),
            space: ParameterSpace(parameters),
            settings: parameters.enumerated().map {
                SettingTemplate(
                    name: $1.name, source: .searched(parameter: $0), conditions: $1.conditions)
            } + fixed, objective: Objective(metric: .validationLoss, direction: .minimize), searcher: .random,
            scheduler: .population(PopulationSettings(interval: 1, maximum: 10)), budget: Budget(), searchSeed: 1,
            dataSeed: 1)
    }

    private static let share = ParameterDomain.float(FloatRange(low: 0, high: 0.9))

    @Test("leave a parameter alone on which another one's existence depends")
    func conditions() {
        let definition = Self.definition([
            Parameter(name: "training.learning_rate", domain: Self.share),
            Parameter(name: "training.optimizer", domain: .choice([.text("sgd"), .text("adam")])),
            Parameter(
                name: "training.optimizer.sgd.momentum", domain: Self.share,
                conditions: [.isOneOf(parameter: 1, values: [.text("sgd")])]),
            Parameter(name: "training.batch_size", domain: .ordinal([.int(8), .int(16)])),
            Parameter(
                name: "training.l2", domain: Self.share, conditions: [.isOneOf(parameter: 3, values: [.int(8)])]),
        ])
        #expect(definition.explorableParameters == [0, 2, 4])
    }

    @Test("leave what the training learns itself to it")
    func learned() {
        let parameters = [
            Parameter(name: "training.learning_rate", domain: Self.share),
            Parameter(name: "training.batch_size", domain: .ordinal([.int(8), .int(16)])),
        ]
        let learning = SettingTemplate(name: "training.hypergradient", source: .fixed(.float(0.1)))
        #expect(Self.definition(parameters).explorableParameters == [0, 1])
        #expect(Self.definition(parameters, fixed: [learning]).explorableParameters == [1])
        let none = SettingTemplate(name: "training.hypergradient", source: .fixed(.float(0)))
        #expect(Self.definition(parameters, fixed: [none]).explorableParameters == [0, 1])
    }

    @Test("levels are the ends of intervals, the last one the end of training")
    func levels() {
        #expect(PopulationSettings(interval: 4, maximum: 10).levels == [4, 8, 10])
        #expect(PopulationSettings(interval: 5, maximum: 10).levels == [5, 10])
        #expect(PopulationSettings(interval: 10, maximum: 10).levels == [10])
    }
}
