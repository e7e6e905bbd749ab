import Testing
import TuningModel

@Suite("Settings by name")
struct TrainingConfigurationTests {
    private let least = [
        Setting("model.family", .text("mlp")), Setting("model.family.mlp.layers", .int(1)),
        Setting("model.family.mlp.layers.0.units", .int(8)),
    ]

    @Test("what is not given takes its default")
    func defaults() throws {
        let configuration = try TrainingConfiguration(self.least)
        var wanted = TrainingConfiguration(
            layers: [DenseLayerSettings(units: 8)], optimizer: .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8),
            learningRate: 1e-3, batchSize: 32)
        wanted.activation = .relu
        wanted.earlyStopping = nil
        #expect(configuration == wanted)
    }

    @Test("everything given, whole numbers taken for floats")
    func everything() throws {
        let configuration = try TrainingConfiguration(
            self.least + [
                Setting("model.family.mlp.layers.0.dropout", .float(0.25)),
                Setting("model.family.mlp.layers.0.batch_norm", .bool(true)),
                Setting("model.activation", .text("tanh")), Setting("model.initializer", .text("he_uniform")),
                Setting("training.optimizer", .text("sgd")), Setting("training.optimizer.sgd.momentum", .float(0.5)),
                Setting("training.optimizer.sgd.nesterov", .bool(true)), Setting("training.learning_rate", .int(1)),
                Setting("training.batch_size", .int(7)), Setting("training.l1", .float(0.1)),
                Setting("training.l2", .float(0.2)), Setting("training.clip_value", .float(0.5)),
                Setting("training.clip_norm", .int(2)), Setting("training.max_norm", .float(3)),
                Setting("training.hypergradient", .float(0.001)), Setting("training.batch_growth.every", .int(5)),
                Setting("training.batch_growth.max", .int(64)), Setting("training.schedule", .text("plateau")),
                Setting("training.schedule.plateau.min_change", .float(0.25)),
                Setting("training.average", .text("swa")), Setting("training.average.swa.from", .int(7)),
                Setting("training.early_stopping.metric", .text("validation.f1")),
                Setting("training.early_stopping.restore_best", .bool(true)),
                Setting("training.early_stopping.patience", .int(4)),
                Setting("training.hypergradient_rule", .text("multiplicative")),
                Setting("training.t1_t2.l2", .float(0.3)), Setting("training.t1_t2.every", .int(4)),
            ])
        var wanted = TrainingConfiguration(
            layers: [DenseLayerSettings(units: 8, dropout: 0.25, batchNormalization: true)],
            optimizer: .sgd(momentum: 0.5, nesterov: true), learningRate: 1, batchSize: 7)
        wanted.activation = .tanh
        wanted.initializer = .heUniform
        wanted.l1 = 0.1
        wanted.l2 = 0.2
        wanted.clipValue = 0.5
        wanted.clipNorm = 2
        wanted.maxNorm = 3
        wanted.hypergradient = 0.001
        wanted.hypergradientRule = .multiplicative
        var steps = T1T2Settings()
        steps.every = 4
        steps.l2 = 0.3
        wanted.t1t2 = steps
        wanted.batchGrowth = BatchGrowth(factor: 2, every: 5, maximum: 64)
        wanted.schedule = .plateau(factor: 0.5, patience: 10, minimumChange: 0.25, minimumRate: 0)
        wanted.earlyStopping = PatienceSettings(patience: 4, metric: .validationF1, restoresBest: true)
        wanted.average = .stochastic(from: 7)
        #expect(configuration == wanted)
    }

    @Test("a learning rate is not learned twice, and what learns nothing is none")
    func learned() throws {
        let twice = [
            Setting("training.hypergradient", .float(0.1)), Setting("training.t1_t2.learning_rate", .float(0.2)),
        ]
        #expect(
            throws: SettingError(
                setting: "training.t1_t2.learning_rate", found: "0.2",
                wanted: "0 beside training.hypergradient, which learns it too")
        ) { _ = try TrainingConfiguration(self.least + twice) }
        let idle = [Setting("training.t1_t2.l2", .float(0)), Setting("training.t1_t2.share", .float(0.5))]
        #expect(try TrainingConfiguration(self.least + idle) == TrainingConfiguration(self.least))
    }

    @Test(
        "the other optimizers",
        arguments: [
            ("adamw", OptimizerSettings.adamw(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)),
            ("rmsprop", .rmsprop(decay: 0.9, epsilon: 1e-8, momentum: 0)),
            ("amsgrad", .amsgrad(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)),
            ("nadam", .nadam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, momentumDecay: 0.004)),
            ("adagrad", .adagrad(epsilon: 1e-10, learningRateDecay: 0, initialAccumulator: 0)),
            ("lamb", .lamb(beta1: 0.9, beta2: 0.999, epsilon: 1e-6)),
        ])
    func optimizers(name: String, wanted: OptimizerSettings) throws {
        let configuration = try TrainingConfiguration(self.least + [Setting("training.optimizer", .text(name))])
        #expect(configuration.optimizer == wanted)
    }

    @Test(
        "initialisers with their numbers, given and by default",
        arguments: [
            ([Setting("model.initializer", .text("zeros"))], Initializer.zeros),
            ([Setting("model.initializer", .text("constant"))], .constant(value: 0)),
            (
                [
                    Setting("model.initializer", .text("constant")),
                    Setting("model.initializer.constant.value", .float(-0.5)),
                ], .constant(value: -0.5)
            ),
            ([Setting("model.initializer", .text("uniform"))], .uniform(limit: 0.05)),
            (
                [
                    Setting("model.initializer", .text("normal")),
                    Setting("model.initializer.normal.standard_deviation", .int(2)),
                ], .normal(standardDeviation: 2)
            ),
            ([Setting("model.initializer", .text("truncated_normal"))], .truncatedNormal(standardDeviation: 0.05)),
            (
                [
                    Setting("model.initializer", .text("orthogonal")),
                    Setting("model.initializer.orthogonal.gain", .float(1.5)),
                ], .orthogonal(gain: 1.5)
            ),
            // The numbers of another initialiser change nothing.
            (
                [
                    Setting("model.initializer", .text("lecun_normal")),
                    Setting("model.initializer.orthogonal.gain", .float(1.5)),
                ], .lecunNormal
            ),
        ])
    func initializers(settings: [Setting], wanted: Initializer) throws {
        #expect(try TrainingConfiguration(self.least + settings).initializer == wanted)
    }

    @Test("embeddings of an mlp, which other families do not have")
    func embeddings() throws {
        let settings = [
            Setting("model.family.mlp.embedding", .int(12)),
            Setting("model.family.mlp.embedding_rule", .text("cardinality")),
        ]
        #expect(try TrainingConfiguration(self.least).embedding == .none)
        #expect(
            try TrainingConfiguration(self.least + settings).embedding
                == EmbeddingSettings(units: 12, rule: .cardinality))
        let lstm = [
            Setting("model.family", .text("lstm")), Setting("model.family.lstm.layers", .int(1)),
            Setting("model.family.lstm.layers.0.units", .int(8)),
        ]
        #expect(try TrainingConfiguration(lstm + settings).embedding == .none)
    }

    @Test(
        "widths of embeddings: round(1.6 n^0.56) within the limit, or the same for all",
        arguments: [
            (1, 2, 600), (2, 2, 600), (5, 4, 600), (10, 6, 600), (100, 21, 600), (1000, 77, 600), (1000, 50, 50),
            (1_000_000, 600, 600),
        ])
    func embeddingWidths(categories: Int, width: Int, limit: Int) {
        #expect(EmbeddingSettings(units: limit, rule: .cardinality).width(categories: categories) == width)
        #expect(EmbeddingSettings(units: limit).width(categories: categories) == limit)
    }

    @Test("every initialiser has its name, and each name is read as one")
    func initializerNames() throws {
        for name in Initializer.names {
            let configuration = try TrainingConfiguration(self.least + [Setting("model.initializer", .text(name))])
            #expect(configuration.initializer.name == name)
        }
        for name in BiasInitializer.names {
            let configuration = try TrainingConfiguration(
                self.least + [Setting("model.bias_initializer", .text(name))])
            #expect(configuration.biasInitializer.initializer.name == name)
        }
    }

    @Test("initialisers of biases and the bias of forget gates")
    func biases() throws {
        let configuration = try TrainingConfiguration([
            Setting("model.family", .text("lstm")), Setting("model.family.lstm.layers", .int(1)),
            Setting("model.family.lstm.layers.0.units", .int(8)),
            Setting("model.family.lstm.forget_bias", .float(2.5)), Setting("model.bias_initializer", .text("normal")),
            Setting("model.bias_initializer.normal.standard_deviation", .float(0.25)),
        ])
        #expect(configuration.forgetBias == 2.5)
        #expect(configuration.biasInitializer == .normal(standardDeviation: 0.25))
        let usual = try TrainingConfiguration(self.least)
        #expect(usual.forgetBias == 1)
        #expect(usual.biasInitializer == .zeros)
    }

    @Test(
        "a value out of its range, an unknown name and a second value are refused in one line",
        arguments: [
            (Setting("training.learning_rate", .float(0)), "training.learning_rate = 0.0, want a finite number > 0.0"),
            (
                Setting("training.learning_rate", .float(.nan)),
                "training.learning_rate = nan, want a finite number > 0.0"
            ),
            (Setting("training.batch_size", .int(0)), "training.batch_size = 0, want a whole number in [1, 1048576]"),
            (
                Setting("training.batch_size", .float(2)),
                "training.batch_size = 2.0, want a whole number in [1, 1048576]"
            ),
            (
                Setting("model.family.mlp.layers.0.dropout", .float(1)),
                "model.family.mlp.layers.0.dropout = 1.0, want a number in [0.0, 1.0)"
            ),
            (
                Setting("model.activation", .text("x")),
                "model.activation = x, want one of relu, tanh, sigmoid, gelu, leaky_relu, elu, selu, silu, softplus, "
                    + "gelu_tanh, relu6, hard_sigmoid, hard_tanh, hard_swish"
            ),
            (
                Setting("model.initializer", .text("xavier")),
                "model.initializer = xavier, want one of auto, zeros, constant, uniform, normal, truncated_normal, "
                    + "he_normal, he_uniform, glorot_normal, glorot_uniform, lecun_normal, lecun_uniform, orthogonal"
            ),
            (
                Setting("model.initializer.uniform.limit", .float(0)),
                "model.initializer.uniform.limit = 0.0, want a number in (0.0, 1000.0]"
            ),
            (
                Setting("model.bias_initializer", .text("orthogonal")),
                "model.bias_initializer = orthogonal, want one of zeros, constant, uniform, normal"
            ),
            (
                Setting("model.family.lstm.forget_bias", .float(-.infinity)),
                "model.family.lstm.forget_bias = -inf, want a number in [-1000.0, 1000.0]"
            ),
            (
                Setting("training.optimizer.sgd.nesterov", .int(1)),
                "training.optimizer.sgd.nesterov = 1, want true or false"
            ),
            (
                Setting("model.family.mlp.embedding", .int(1025)),
                "model.family.mlp.embedding = 1025, want a whole number in [0, 1024]"
            ),
            (
                Setting("model.family.mlp.embedding_rule", .text("auto")),
                "model.family.mlp.embedding_rule = auto, want one of fixed, cardinality"
            ),
            (Setting("training.rate", .int(1)), "training.rate = 1, want no such setting"),
            (Setting("model.family", .text("mlp")), "model.family = mlp, want one value, it was given twice"),
            (
                Setting("training.weight_decay", .float(0.1)),
                "training.weight_decay = 0.1, want 0, or the optimizer adamw or lamb; for the other optimizers use "
                    + "training.l2"
            ),
        ])
    func refusals(setting: Setting, message: String) {
        let error = #expect(throws: SettingError.self) { try TrainingConfiguration(self.least + [setting]) }
        #expect(error?.description == message)
    }

    @Test("a group without what it needs, which a condition took away, is none")
    func missingGroup() throws {
        let configuration = try TrainingConfiguration(
            self.least + [
                Setting("training.batch_growth.factor", .int(3)), Setting("training.batch_growth.every", .int(3)),
                Setting("training.early_stopping.min_change", .float(0.1)),
            ])
        #expect(configuration.batchGrowth == nil && configuration.earlyStopping == nil)
    }

    @Test("minibatches grow up to their largest size")
    func growth() {
        #expect(BatchGrowth(factor: 2, every: 1, maximum: 100).sizes(from: 32) == [32, 64, 100])
        #expect(BatchGrowth(factor: 2, every: 1, maximum: 16).sizes(from: 32) == [32])
        #expect(BatchGrowth(factor: 3, every: 1, maximum: .max).sizes(from: .max / 2) == [.max / 2, .max])
    }

    @Test("a missing width is asked for by its name")
    func missing() {
        let error = #expect(throws: SettingError.self) { try TrainingConfiguration(Array(self.least.dropLast())) }
        #expect(error?.setting == "model.family.mlp.layers.0.units")
    }

    @Test("outputs of a task")
    func tasks() {
        #expect(LearningTask.classification(classes: 10).outputCount == 10)
        #expect(LearningTask.regression(outputs: 2).outputCount == 2)
    }
}
