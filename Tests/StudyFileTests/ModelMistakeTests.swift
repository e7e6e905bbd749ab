import StudyFile
import Testing

@Suite("Mistakes of a study file: model and training")
struct ModelMistakeTests {
    @Test("each mistake is told with its place, what was found and what is wanted", arguments: Self.cases)
    func mistake(_ edit: StudyEdit) throws {
        let reading = StudyReader.read(text: try edit.text())
        #expect(reading.mistakes.map(\.description) == edit.mistakes)
        #expect(reading.study == nil)
    }

    private static let cases: [StudyEdit] = [
        StudyEdit(
            "activation: {choice: [relu, gelu, tanh]}",
            "activation: rellu",
            [
                """
                15:15: model.activation: found rellu, did you mean relu? want one of relu, tanh, \
                sigmoid, gelu, leaky_relu, elu, selu, silu, softplus, \
                gelu_tanh, relu6, hard_sigmoid, hard_tanh, hard_swish
                """
            ]),
        StudyEdit(
            "activation: {choice: [relu, gelu, tanh]}",
            "activation: {choice: [relu, gelu, relu]}",
            [
                """
                15:37: model.activation.choice: relu stands twice
                """
            ]),
        StudyEdit(
            "activation: {choice: [relu, gelu, tanh]}",
            "activation: {choice: []}",
            [
                """
                15:24: model.activation.choice: found an empty list, want a list of 1 to 4096 \
                values, each one of relu, tanh, sigmoid, gelu, leaky_relu, elu, selu, silu, softplus, \
                gelu_tanh, relu6, hard_sigmoid, hard_tanh, hard_swish
                """
            ]),
        StudyEdit(
            "activation: {choice: [relu, gelu, tanh]}",
            "activation: {float: [0, 1]}",
            [
                """
                15:23: model.activation: found float, want choice, it is one of relu, tanh, sigmoid, \
                gelu, leaky_relu, elu, selu, silu, softplus, \
                gelu_tanh, relu6, hard_sigmoid, hard_tanh, hard_swish
                """
            ]),
        StudyEdit(
            "activation: {choice: [relu, gelu, tanh]}",
            "activation: {choice: [relu, geluu]}",
            [
                """
                15:31: model.activation.choice: found geluu, did you mean gelu? want one of relu, \
                tanh, sigmoid, gelu, leaky_relu, elu, selu, silu, softplus, \
                gelu_tanh, relu6, hard_sigmoid, hard_tanh, hard_swish
                """
            ]),
        StudyEdit(
            "activation: {choice: [relu, gelu, tanh]}",
            "activation: [relu]",
            [
                """
                15:15: model.activation: found a list, want one of relu, tanh, sigmoid, gelu, \
                leaky_relu, elu, selu, silu, softplus, \
                gelu_tanh, relu6, hard_sigmoid, hard_tanh, hard_swish, or a \
                range such as {choice: [relu, tanh]}
                """
            ]),
        StudyEdit(
            "activation: {choice: [relu, gelu, tanh]}",
            "activaton: relu",
            [
                """
                15:3: model: unknown key "activaton", did you mean activation? want family, \
                activation, initializer or bias_initializer
                """
            ]),
        StudyEdit(
            "activation: {choice: [relu, gelu, tanh]}",
            "initializer: {choice: {orthogonal: {gian: 2}, he_normall: {}}}",
            [
                """
                15:39: model.initializer.orthogonal: unknown key "gian", did you mean gain? want gain
                """,
                """
                15:49: model.initializer.choice: unknown key "he_normall", did you mean he_normal? want auto, zeros, \
                constant, uniform, normal, truncated_normal, he_normal, he_uniform, glorot_normal, glorot_uniform, \
                lecun_normal, lecun_uniform or orthogonal
                """,
            ]),
        StudyEdit(
            "activation: {choice: [relu, gelu, tanh]}",
            "bias_initializer: {choice: {normal: {standard_deviation: 0}}}",
            [
                """
                15:60: model.bias_initializer.normal.standard_deviation: found 0, want a number in (0.0, 1000.0]
                """
            ]),
        StudyEdit(
            "activation: {choice: [relu, gelu, tanh]}",
            "activation: {chioce: [relu]}",
            [
                """
                15:15: model.activation: a range without its kind, want float, int, ordinal or \
                choice
                """,
                """
                15:16: model.activation: unknown key "chioce", did you mean choice? want float, int, \
                ordinal, choice, log, step, default, or, when or prior
                """,
            ]),
        StudyEdit(
            "mlp:\n",
            "transformer:\n",
            [
                """
                11:7: model.family.choice: transformer is not built yet, want mlp, cnn, lstm or gru
                """
            ]),
        StudyEdit(
            """
                  mlp:
                    layers:
                      repeat: {int: [1, 3]}
                      each: {units: {int: [16, 256], log: true}, dropout: {float: [0.0, 0.5]}}
            """,
            """
                  gru: {layers: [{units: 8, drop: 1}], bidirectional: 2, output: first}
            """,
            [
                """
                11:33: model.family.gru.layers.0: unknown key "drop", want units or dropout
                """,
                """
                11:59: model.family.gru.bidirectional: found 2, want true or false
                """,
                """
                11:70: model.family.gru.output: found first, want one of last, mean, all
                """,
            ]),
        StudyEdit(
            "mlp:\n",
            "cnn:\n",
            [
                """
                12:9: model.family.cnn.blocks is missing
                """
            ]),
        StudyEdit(
            "mlp:\n",
            "mpl:\n",
            [
                """
                11:7: model.family.choice: unknown key "mpl", did you mean mlp? want mlp, cnn, lstm or gru
                """
            ]),
        StudyEdit(
            "repeat: {int: [1, 3]}",
            "repeat: {int: [1, 65]}",
            [
                """
                13:29: model.family.mlp.layers.int: found 65, want a whole number in [0, 64]
                """
            ]),
        StudyEdit(
            "repeat: {int: [1, 3]}",
            "repeat: 65",
            [
                """
                13:19: model.family.mlp.layers: found 65, want a whole number in [0, 64]
                """
            ]),
        StudyEdit(
            "repeat: {int: [1, 3]}",
            "repat: 2",
            [
                """
                13:11: model.family.mlp.layers: unknown key "repat", did you mean repeat? want \
                repeat or each
                """,
                """
                13:11: model.family.mlp.layers.repeat is missing
                """,
            ]),
        StudyEdit(
            "dropout: {float: [0.0, 0.5]}",
            "dropout: {float: [0.0, 1.0]}",
            [
                """
                14:77: model.family.mlp.layers.0.dropout.float: found 1.0, want a number in [0.0, \
                1.0)
                """
            ]),
        StudyEdit(
            "dropout: {float: [0.0, 0.5]}",
            "dropout: {float: [0.5, 0.0]}",
            [
                """
                14:71: model.family.mlp.layers.0.dropout.float: the range [0.5, 0.0] is upside down, \
                want [0.0, 0.5]
                """
            ]),
        StudyEdit(
            "dropout: {float: [0.0, 0.5]}",
            "drop: 0.1",
            [
                """
                14:54: model.family.mlp.layers.0: unknown key "drop", want units, dropout, \
                batch_norm or layer_norm
                """
            ]),
        StudyEdit(
            "dropout: {float: [0.0, 0.5]}",
            "batch_norm: 1",
            [
                """
                14:66: model.family.mlp.layers.0.batch_norm: found 1, want true or false
                """
            ]),
        StudyEdit(
            "units: {int: [16, 256], log: true}",
            "units: {float: [16, 256]}",
            [
                """
                14:33: model.family.mlp.layers.0.units: found float, want int, it is a whole number \
                in [1, 65536]
                """
            ]),
        StudyEdit(
            "units: {int: [16, 256], log: true}",
            "units: {int: [16, 256.5]}",
            [
                """
                14:36: model.family.mlp.layers.0.units.int: found 256.5, want a whole number in [1, \
                65536]
                """
            ]),
        StudyEdit(
            "units: {int: [16, 256], log: true}, ",
            "",
            [
                """
                14:17: model.family.mlp.layers.0.units is missing
                """
            ]),
        StudyEdit(
            "units: {int: [16, 256], log: true}",
            "units: {int: [16]}",
            [
                """
                14:31: model.family.mlp.layers.0.units.int: found a list of 1, want [LOW, HIGH]
                """
            ]),
        StudyEdit(
            "units: {int: [16, 256], log: true}",
            "units: {int: [16, 256], log: true, step: 16}",
            [
                """
                14:59: model.family.mlp.layers.0.units.step: a log range has no step, want log or \
                step
                """
            ]),
        StudyEdit(
            "units: {int: [16, 256], log: true}",
            "units: {int: [16, 256], step: 0}",
            [
                """
                14:48: model.family.mlp.layers.0.units.step: found 0, want a whole number in [1, \
                9007199254740992]
                """
            ]),
        StudyEdit(
            "units: {int: [16, 256], log: true}",
            "units: {int: [16, 256], step: 512}",
            [
                """
                14:48: model.family.mlp.layers.0.units.step: found 512, want at most the width of \
                the range, 240
                """
            ]),
        StudyEdit(
            "units: {int: [16, 256], log: true}",
            "units: {int: [16, 256], or: 32}",
            [
                """
                14:46: model.family.mlp.layers.0.units.or: 32 lies inside [16, 256], want a value \
                beside the range
                """
            ]),
        StudyEdit(
            "units: {int: [16, 256], log: true}",
            "units: {int: [16, 256], default: 300}",
            [
                """
                14:51: model.family.mlp.layers.0.units.default: found 300, want a whole number in \
                [16, 256]
                """
            ]),
        StudyEdit(
            "units: {int: [16, 256], log: true}",
            "units: {int: [1, 99999999999999999999]}",
            [
                """
                14:35: model.family.mlp.layers.0.units.int: found 99999999999999999999, want a whole \
                number in [1, 65536]
                """
            ]),
        StudyEdit(
            """
            layers:
                      repeat: {int: [1, 3]}
                      each: {units: {int: [16, 256], log: true}, dropout: {float: [0.0, 0.5]}}
            """,
            "layers: [{units: 16}, {units: 0}, {dropout: 0.5}]",
            [
                """
                12:39: model.family.mlp.layers.1.units: found 0, want a whole number in [1, 65536]
                """,
                """
                12:43: model.family.mlp.layers.2.units is missing
                """,
            ]),
        StudyEdit(
            """
            layers:
                      repeat: {int: [1, 3]}
                      each: {units: {int: [16, 256], log: true}, dropout: {float: [0.0, 0.5]}}
            """,
            "{layers: [{units: 16}], embedding: {int: [-1, 8]}, embedding_rule: cardinalty, embeddings: 3}",
            [
                """
                12:51: model.family.mlp.embedding.int: found -1, want a whole number in [0, 1024]
                """,
                """
                12:76: model.family.mlp.embedding_rule: found cardinalty, did you mean cardinality? want one of \
                fixed, cardinality
                """,
                """
                12:88: model.family.mlp: unknown key "embeddings", did you mean embedding? want layers, \
                embedding or embedding_rule
                """,
            ]),
        StudyEdit(
            """
            layers:
                      repeat: {int: [1, 3]}
                      each: {units: {int: [16, 256], log: true}, dropout: {float: [0.0, 0.5]}}
            """,
            "layers: 3",
            [
                """
                12:17: model.family.mlp.layers: found 3, want a list of layers, or {repeat: {int: \
                [1, 3]}, each: {...}}
                """
            ]),
        StudyEdit(
            "learning_rate: {float: [1.0e-4, 1.0], log: true, default: 1.0e-2}",
            "learning_rat: 0.1",
            [
                """
                21:3: training: unknown key "learning_rat", did you mean learning_rate? want loss, \
                learning_rate, warmup_epochs, schedule_epochs, batch_size, repeats, l1, l2, weight_decay, clip_value, \
                clip_norm, max_norm, hypergradient, hypergradient_rule, optimizer, schedule, batch_growth, average, \
                early_stopping, t1_t2, label_smoothing, class_weights, positive_weights, huber_delta, \
                metrics or augmentation
                """
            ]),
        StudyEdit(
            "batch_size: {ordinal: [16, 32, 64, 128]}",
            "momentum: 0.9",
            [
                """
                23:3: training: unknown key "momentum", it stands below training.optimizer.sgd, training.optimizer.rmsprop or training.t1_t2; want loss, \
                learning_rate, warmup_epochs, schedule_epochs, batch_size, repeats, l1, l2, weight_decay, clip_value, \
                clip_norm, max_norm, hypergradient, hypergradient_rule, optimizer, schedule, batch_growth, average, \
                early_stopping, t1_t2, label_smoothing, class_weights, positive_weights, huber_delta, \
                metrics or augmentation
                """
            ]),
        StudyEdit(
            "learning_rate: {float: [1.0e-4, 1.0], log: true, default: 1.0e-2}",
            "learning_rate: 0",
            [
                """
                21:18: training.learning_rate: found 0, want a finite number > 0.0
                """
            ]),
        StudyEdit(
            "learning_rate: {float: [1.0e-4, 1.0], log: true, default: 1.0e-2}",
            "learning_rate: fast",
            [
                """
                21:18: training.learning_rate: found fast, want a finite number > 0.0
                """
            ]),
        StudyEdit(
            "learning_rate: {float: [1.0e-4, 1.0], log: true, default: 1.0e-2}",
            "learning_rate: .nan",
            [
                """
                21:18: training.learning_rate: found .nan, want a finite number > 0.0
                """
            ]),
        StudyEdit(
            "learning_rate: {float: [1.0e-4, 1.0], log: true, default: 1.0e-2}",
            "learning_rate: \"0.1\"",
            [
                """
                21:18: training.learning_rate: found "0.1", want a finite number > 0.0
                """
            ]),
        StudyEdit(
            "learning_rate: {float: [1.0e-4, 1.0], log: true, default: 1.0e-2}",
            "learning_rate: {float: [0, 1.0], log: true}",
            [
                """
                21:27: training.learning_rate.float: found 0, want a finite number > 0.0
                """
            ]),
        StudyEdit(
            "learning_rate: {float: [1.0e-4, 1.0], log: true, default: 1.0e-2}",
            "learning_rate: {float: [1.0e-4, .inf]}",
            [
                """
                21:35: training.learning_rate.float: found .inf, want a finite number > 0.0
                """
            ]),
        StudyEdit(
            "learning_rate: {float: [1.0e-4, 1.0], log: true, default: 1.0e-2}",
            "learning_rate: {float: [1.0, 1.0e-4]}",
            [
                """
                21:26: training.learning_rate.float: the range [1.0, 0.0001] is upside down, want \
                [0.0001, 1.0]
                """
            ]),
        StudyEdit(
            "learning_rate: {float: [1.0e-4, 1.0], log: true, default: 1.0e-2}",
            "learning_rate: {float: [1.0e-4, 1.0], log: true, default: 2}",
            [
                """
                21:61: training.learning_rate.default: found 2, want a number in [0.0001, 1.0]
                """
            ]),
        StudyEdit(
            "learning_rate: {float: [1.0e-4, 1.0], log: true, default: 1.0e-2}",
            "learning_rate: {float: [1.0e-4, 1.0], log: 1}",
            [
                """
                21:46: training.learning_rate.log: found 1, want true or false
                """
            ]),
        StudyEdit(
            "learning_rate: {float: [1.0e-4, 1.0], log: true, default: 1.0e-2}",
            "learning_rate: {float: [1.0e-4, 1.0], int: [1, 2]}",
            [
                """
                21:41: training.learning_rate: int beside float, want one of them
                """
            ]),
        StudyEdit(
            "learning_rate: {float: [1.0e-4, 1.0], log: true, default: 1.0e-2}",
            "learning_rate: {log: true}",
            [
                """
                21:18: training.learning_rate: a range without its kind, want float, int, ordinal or \
                choice
                """
            ]),
        StudyEdit(
            "learning_rate: {float: [1.0e-4, 1.0], log: true, default: 1.0e-2}",
            "learning_rate: {float: [0.1, 1.0], step: 1.0e-12}",
            [
                """
                21:44: training.learning_rate.step: found 1e-12, want at least a billionth of the \
                range and at most its width
                """
            ]),
        StudyEdit(
            "learning_rate: {float: [1.0e-4, 1.0], log: true, default: 1.0e-2}",
            "learning_rate: {choice: [0.1, 0.2], log: true}",
            [
                """
                21:39: training.learning_rate: log means nothing to choice, only to float and int
                """
            ]),
        StudyEdit(
            "learning_rate: {float: [1.0e-4, 1.0], log: true, default: 1.0e-2}",
            "learning_rate:",
            [
                """
                21:17: training.learning_rate: found nothing, want a finite number > 0.0
                """
            ]),
        StudyEdit(
            "l2: {float: [1.0e-7, 1.0e-2], log: true, or: 0}",
            "l2: {float: [0, 1.0e-2], log: true}",
            [
                """
                22:16: training.l2.float: a log range from 0.0, want a low bound above 0; for 0.0 \
                itself add or: 0.0
                """
            ]),
        StudyEdit(
            "l2: {float: [1.0e-7, 1.0e-2], log: true, or: 0}",
            "weight_decay: {float: [1.0e-7, 1.0e-2], log: true}",
            [
                """
                22:3: training.weight_decay: only the optimizer adamw or lamb has it, want l2 here or \
                adamw or lamb as the optimizer
                """
            ]),
        StudyEdit(
            "l2: {float: [1.0e-7, 1.0e-2], log: true, or: 0}",
            "gradient_clip: 3",
            [
                """
                22:3: training: gradient_clip is not built yet, want loss, learning_rate, warmup_epochs, \
                schedule_epochs, batch_size, repeats, l1, l2, weight_decay, clip_value, clip_norm, max_norm, \
                hypergradient, hypergradient_rule, optimizer, schedule, batch_growth, average, early_stopping, \
                t1_t2, label_smoothing, class_weights, positive_weights, huber_delta, metrics or augmentation
                """
            ]),
        StudyEdit(
            "l2: {float: [1.0e-7, 1.0e-2], log: true, or: 0}",
            "hypergradient: 0.1\n  hypergradient_rule: multiplier\n  t1_t2: {learning_rate: 0.1, l2: 0.1, weight_decay: 1}",
            [
                """
                23:23: training.hypergradient_rule: found multiplier, want one of additive, multiplicative
                """,
                """
                24:11: training.t1_t2.learning_rate: beside training.hypergradient, want one of them
                """,
                """
                24:31: training.t1_t2.l2: found no l2, want training.l2 above 0 to begin with
                """,
                """
                24:54: training.t1_t2.weight_decay: found 1, want a number in [0.0, 1.0)
                """,
            ]),
        StudyEdit(
            "l2: {float: [1.0e-7, 1.0e-2], log: true, or: 0}",
            "hypergradient_rule: multiplicative\n  t1_t2: {share: 0.2}",
            [
                """
                22:3: training.hypergradient_rule: without hypergradient, want hypergradient beside it, such as 0.2
                """,
                """
                23:3: training.t1_t2: nothing is learned, want a step for learning_rate, momentum, l2 or weight_decay
                """,
            ]),
        StudyEdit(
            "l2: {float: [1.0e-7, 1.0e-2], log: true, or: 0}",
            "t1_t2: {weight_decay: 0.1, every: 0}",
            [
                """
                22:11: training.t1_t2.weight_decay: found the optimizer sgd or adam, want adamw, which it is learned of
                """,
                """
                22:37: training.t1_t2.every: found 0, want a whole number in [1, 1000000]
                """,
            ]),
        StudyEdit(
            """
              optimizer:
                choice:
                  sgd: {momentum: {float: [0.0, 0.99]}, nesterov: true}
                  adam: {beta1: 0.9, beta2: {float: [0.9, 0.9999]}}
            """,
            "  optimizer: sgd\n  t1_t2: {momentum: 0.01}",
            [
                """
                18:11: training.t1_t2.momentum: found sgd without momentum, want training.optimizer: \
                {choice: {sgd: {momentum: 0.9}}} or another one above 0 to begin with
                """
            ]),
        StudyEdit(
            "l2: {float: [1.0e-7, 1.0e-2], log: true, or: 0}",
            "clip_norm: -1\n  max_norm: {float: [0.5, big]}",
            [
                """
                22:14: training.clip_norm: found -1, want a finite number >= 0.0
                """,
                """
                23:27: training.max_norm.float: found big, want a finite number >= 0.0
                """,
            ]),
        StudyEdit(
            "l2: {float: [1.0e-7, 1.0e-2], log: true, or: 0}",
            "loss: squared_error",
            [
                """
                22:9: training.loss: found squared_error for classification, want cross_entropy, \
                binary_cross_entropy or auto
                """
            ]),
        StudyEdit(
            "l2: {float: [1.0e-7, 1.0e-2], log: true, or: 0}",
            "loss: {choice: [cross_entropy, huber]}",
            [
                """
                22:34: training.loss: found huber for classification, want cross_entropy, \
                binary_cross_entropy or auto
                """
            ]),
        StudyEdit(
            "l2: {float: [1.0e-7, 1.0e-2], log: true, or: 0}",
            "label_smoothing: 1",
            [
                """
                22:20: training.label_smoothing: found 1, want a number in [0.0, 1.0)
                """
            ]),
        StudyEdit(
            "l2: {float: [1.0e-7, 1.0e-2], log: true, or: 0}",
            "class_weights: balance",
            [
                """
                22:18: training.class_weights: found balance, did you mean balanced? want one of none, \
                balanced
                """
            ]),
        StudyEdit(
            "l2: {float: [1.0e-7, 1.0e-2], log: true, or: 0}",
            "class_weights: [1, 0]",
            [
                """
                22:22: training.class_weights.1: found 0, want a finite number > 0.0
                """
            ]),
        StudyEdit(
            "l2: {float: [1.0e-7, 1.0e-2], log: true, or: 0}",
            "class_weights: []",
            [
                """
                22:18: training.class_weights: found an empty list, want a list of 1 to 1024 values
                """
            ]),
        StudyEdit(
            "l2: {float: [1.0e-7, 1.0e-2], log: true, or: 0}",
            "huber_delta: 0.5",
            [
                """
                22:3: training.huber_delta: only the loss huber has it, want loss: huber beside it
                """
            ]),
        StudyEdit(
            "l2: {float: [1.0e-7, 1.0e-2], log: true, or: 0}",
            "augmentation: {flip: 1.5, shift: 0.5, crop: {float: [0, 1]}, rotate: 3, mixup: -0.1}",
            [
                """
                22:24: training.augmentation.flip: found 1.5, want a number in [0.0, 1.0]
                """,
                """
                22:36: training.augmentation.shift: found 0.5, want a whole number in [0, 1024]
                """,
                """
                22:56: training.augmentation.crop.float: found 0, want a number in (0.0, 1.0]
                """,
                """
                22:64: training.augmentation: unknown key "rotate", want flip, crop, shift, cutout or mixup
                """,
                """
                22:82: training.augmentation.mixup: found -0.1, want a number in [0.0, 100.0]
                """,
            ]),
        StudyEdit(
            "l2: {float: [1.0e-7, 1.0e-2], log: true, or: 0}",
            "early_stopping: {min_change: 0.1}",
            [
                """
                22:19: training.early_stopping.patience is missing
                """
            ]),
        StudyEdit(
            "batch_size: {ordinal: [16, 32, 64, 128]}",
            "early_stopping: {patience: 3, metric: validation.rmse, restore_best: yes}",
            [
                """
                23:72: training.early_stopping.restore_best: found yes, want true or false
                """
            ]),
        StudyEdit(
            "batch_size: {ordinal: [16, 32, 64, 128]}",
            "early_stopping: {patience: 3, metric: validation.rmse}",
            [
                """
                23:41: training.early_stopping.metric: validation.rmse is not measured for classification, \
                want train.loss, validation.loss, validation.accuracy, validation.precision, \
                validation.recall, validation.f1, validation.gap, validation.gap_trend, \
                validation.top_3, validation.top_5, validation.precision_micro, \
                validation.recall_micro, validation.f1_micro, validation.roc_auc or validation.log_loss
                """
            ]),
        StudyEdit(
            "batch_size: {ordinal: [16, 32, 64, 128]}",
            "average: {choice: {ema: {decay: 1}, sma: {}}}",
            [
                """
                23:35: training.average.ema.decay: found 1, want a number in (0.0, 1.0)
                """,
                """
                23:39: training.average.choice: unknown key "sma", did you mean ema? want none, ema or swa
                """,
            ]),
        StudyEdit(
            "batch_size: {ordinal: [16, 32, 64, 128]}",
            "batch_growth: {factor: 1, evry: 3, max: 64}",
            [
                """
                23:17: training.batch_growth.every is missing
                """,
                """
                23:26: training.batch_growth.factor: found 1, want a whole number in [2, 1024]
                """,
                """
                23:29: training.batch_growth: unknown key "evry", did you mean every? want factor, every or max
                """,
            ]),
        StudyEdit(
            "batch_size: {ordinal: [16, 32, 64, 128]}",
            "schedule: {choice: {plateau: {patience: 0, min_rate: 1}}}",
            [
                """
                23:43: training.schedule.plateau.patience: found 0, want a whole number in [1, 1000000]
                """,
                """
                23:56: training.schedule.plateau.min_rate: found 1, want a number in [0.0, 1.0)
                """,
            ]),
        StudyEdit(
            "batch_size: {ordinal: [16, 32, 64, 128]}",
            "batch_size: {ordinal: [16, 32.5]}",
            [
                """
                23:30: training.batch_size.ordinal: found 32.5, want a whole number in [1, 1048576]
                """
            ]),
        StudyEdit(
            "batch_size: {ordinal: [16, 32, 64, 128]}",
            "batch_size: {ordinal: 16}",
            [
                """
                23:25: training.batch_size.ordinal: found 16, want a list of 1 to 4096 values, each \
                a whole number in [1, 1048576]
                """
            ]),
        StudyEdit(
            "adam: {beta1",
            "adan: {beta1",
            [
                """
                20:7: training.optimizer.choice: unknown key "adan", did you mean adam? want sgd, \
                adam, adamw, rmsprop, amsgrad, nadam, adagrad or lamb
                """
            ]),
        StudyEdit(
            "adam: {beta1: 0.9",
            "adam: {beta_1: 0.9",
            [
                """
                20:14: training.optimizer.adam: unknown key "beta_1", did you mean beta1? want \
                beta1, beta2 or epsilon
                """
            ]),
        StudyEdit(
            "nesterov: true",
            "nesterov: maybe",
            [
                """
                19:55: training.optimizer.sgd.nesterov: found maybe, want true or false
                """
            ]),
        StudyEdit(
            "sgd: {momentum",
            "lion: {momentum",
            [
                """
                19:7: training.optimizer.choice: lion is not built yet, want sgd, adam, adamw, rmsprop, \
                amsgrad, nadam, adagrad or lamb
                """
            ]),
    ]
}
