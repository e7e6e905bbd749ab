import Testing
import TuningModel

@Suite("Settings with the defaults of what they leave out")
struct SettingRuleTests {
    private func text(_ settings: [Setting]) -> [String] { settings.map { "\($0.name) = \($0.value)" } }

    @Test("a dense network has every setting of each of its layers, and none of another family")
    func dense() {
        let settings = [
            Setting("model.family", .text("mlp")), Setting("model.family.mlp.layers", .int(2)),
            Setting("model.family.mlp.layers.0.units", .int(64)), Setting("model.family.mlp.layers.1.units", .int(8)),
            Setting("model.family.mlp.layers.1.dropout", .float(0.5)), Setting("training.learning_rate", .float(0.1)),
        ]
        #expect(
            self.text(SettingRule.completed(settings)) == self.text(settings) + [
                "model.family.mlp.layers.0.dropout = 0.0", "model.family.mlp.layers.0.batch_norm = false",
                "model.family.mlp.layers.1.batch_norm = false", "model.family.mlp.layers.0.layer_norm = false",
                "model.family.mlp.layers.1.layer_norm = false", "model.family.mlp.embedding = 0",
                "model.family.mlp.embedding_rule = fixed", "model.activation = relu", "model.initializer = auto",
                "model.bias_initializer = zeros",
            ])
    }

    @Test("an initialiser has its own numbers, and a list that is left out no layers")
    func recurrent() {
        let settings = [
            Setting("model.family", .text("gru")), Setting("model.family.gru.layers", .int(1)),
            Setting("model.family.gru.layers.0.units", .int(8)), Setting("model.initializer", .text("orthogonal")),
            Setting("model.activation", .text("tanh")),
        ]
        #expect(
            self.text(SettingRule.completed(settings)) == self.text(settings) + [
                "model.family.gru.layers.0.dropout = 0.0", "model.family.gru.bidirectional = false",
                "model.family.gru.output = last", "model.family.gru.layers_after = 0",
                "model.initializer.orthogonal.gain = 1.0", "model.bias_initializer = zeros",
            ])
    }

    @Test("whoever has all of them trains the same network", arguments: ["mlp", "cnn", "lstm", "gru"])
    func same(family: String) throws {
        let list = "model.family.\(family)." + (family == "cnn" ? "blocks" : "layers")
        let settings = [
            Setting("model.family", .text(family)), Setting(list, .int(1)),
            Setting("\(list).0." + (family == "cnn" ? "filters" : "units"), .int(4)),
        ]
        let completed = SettingRule.completed(settings)
        #expect(completed.count > settings.count && SettingRule.completed(completed) == completed)
        #expect(try TrainingConfiguration(completed) == TrainingConfiguration(settings))
    }
}
