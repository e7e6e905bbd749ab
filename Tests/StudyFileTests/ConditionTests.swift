import StudyFile
import Testing
import TuningModel

@Suite("Conditions of a study file")
struct ConditionTests {
    private func study(replacing old: String, with new: String) throws -> StudyDefinition {
        let reading = StudyReader.read(text: try StudyEdit(old, new, []).text())
        #expect(reading.mistakes == [])
        return try #require(reading.study)
    }

    @Test("a condition on a parameter that comes later moves that one before")
    func laterParent() throws {
        let study = try self.study(
            replacing: "activation: {choice: [relu, gelu, tanh]}",
            with: "activation: {choice: [relu, tanh], when: {training.optimizer: [adam, sgd], training.batch_size: 16}}"
        )
        let names = study.space.parameters.map(\.name)
        let activation = try #require(names.firstIndex(of: "model.activation"))
        let optimizer = try #require(names.firstIndex(of: "training.optimizer"))
        let batch = try #require(names.firstIndex(of: "training.batch_size"))
        #expect(optimizer < activation)
        #expect(batch < activation)
        #expect(
            study.space.parameters[activation].conditions == [
                .isOneOf(parameter: optimizer, values: [.text("adam"), .text("sgd")]),
                .isOneOf(parameter: batch, values: [.int(16)]),
            ])
        #expect(study.settings.first { $0.name == "model.activation" }?.conditions.count == 2)
        for (index, parameter) in study.space.parameters.enumerated() {
            for condition in parameter.conditions {
                switch condition {
                case .isOneOf(let parent, _), .exceeds(let parent, _): #expect(parent < index)
                case .never: Issue.record("nothing here is impossible")
                }
            }
        }
    }

    @Test("a condition on a plain value is decided at once")
    func plainParent() throws {
        let old = "batch_size: {ordinal: [16, 32, 64, 128]}"
        let met = try self.study(
            replacing: old, with: "batch_size: 32\n  l1: {float: [0, 1], when: {training.batch_size: [16, 32]}}")
        #expect(met.space.parameters.last?.name == "training.l1")
        #expect(met.space.parameters.last?.conditions == [])
        let unmet = try self.study(
            replacing: old, with: "batch_size: 64\n  l1: {float: [0, 1], when: {training.batch_size: [16, 32]}}")
        #expect(unmet.space.parameters.last?.conditions == [.never])
    }

    @Test("a condition on a plain value inside a branch keeps the branch")
    func plainParentInBranch() throws {
        let study = try self.study(
            replacing: "batch_size: {ordinal: [16, 32, 64, 128]}",
            with: "l1: {float: [0, 1], when: {training.optimizer.sgd.nesterov: true}}")
        let optimizer = try #require(study.space.index(of: "training.optimizer"))
        #expect(study.space.parameters.last?.conditions == [.isOneOf(parameter: optimizer, values: [.text("sgd")])])
    }

    @Test("weight decay becomes active with adamw")
    func weightDecay() throws {
        let study = try self.study(
            replacing: "adam: {beta1: 0.9, beta2: {float: [0.9, 0.9999]}}",
            with: "adamw: {}\n  weight_decay: {float: [1.0e-7, 1.0e-2], log: true, or: 0}")
        let optimizer = try #require(study.space.index(of: "training.optimizer"))
        let condition = Condition.isOneOf(parameter: optimizer, values: [.text("adamw")])
        let decay = try #require(study.space.parameters.first { $0.name == "training.weight_decay" })
        #expect(decay.conditions == [condition])
        #expect(study.settings.first { $0.name == "training.weight_decay" }?.conditions == [condition])
    }

    @Test("weight decay becomes active with each optimiser that has it")
    func weightDecayOfTwo() throws {
        let study = try self.study(
            replacing: "adam: {beta1: 0.9, beta2: {float: [0.9, 0.9999]}}",
            with: "adamw: {}\n      lamb: {beta2: 0.99}\n  weight_decay: 0.01")
        let optimizer = try #require(study.space.index(of: "training.optimizer"))
        let decay = try #require(study.settings.first { $0.name == "training.weight_decay" })
        #expect(decay.conditions == [.isOneOf(parameter: optimizer, values: [.text("adamw"), .text("lamb")])])
    }

    @Test("a choice of one value is that value, with its condition")
    func singleChoice() throws {
        let study = try self.study(
            replacing: "batch_size: {ordinal: [16, 32, 64, 128]}",
            with: "batch_size: {choice: [32], when: {training.optimizer: adam}}")
        let optimizer = try #require(study.space.index(of: "training.optimizer"))
        #expect(
            study.settings.last
                == SettingTemplate(
                    name: "training.batch_size", source: .fixed(.int(32)),
                    conditions: [.isOneOf(parameter: optimizer, values: [.text("adam")])]))
    }

    @Test("a repetition by a plain number gives layers without conditions")
    func plainRepetition() throws {
        let study = try self.study(replacing: "repeat: {int: [1, 3]}", with: "repeat: 2")
        let layers = study.space.parameters.filter { $0.name.hasPrefix("model.family.mlp.layers.") }
        #expect(
            layers.map(\.name) == [
                "model.family.mlp.layers.0.units", "model.family.mlp.layers.0.dropout",
                "model.family.mlp.layers.1.units", "model.family.mlp.layers.1.dropout",
            ])
        #expect(layers.allSatisfy { $0.conditions.isEmpty })
    }

    @Test("first configurations are aligned with the space")
    func tryFirst() throws {
        let study = try self.study(
            replacing: "searcher: {name: random}",
            with: "try_first:\n    - {model.family: mlp, training.learning_rate: 1, training.l2: 0}\n    - {}")
        let rate = try #require(study.space.index(of: "training.learning_rate"))
        let penalty = try #require(study.space.index(of: "training.l2"))
        var values = [ParameterValue?](repeating: nil, count: study.space.count)
        let empty = Configuration(values)
        values[rate] = .float(1)
        values[penalty] = .float(0)
        #expect(study.tryFirst == [Configuration(values), empty])
    }
}
