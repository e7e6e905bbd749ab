import Foundation
import Testing
import TuningModel

@Suite("winnow settings tells what a study file may set")
struct SettingsTests {
    private let scratch: Scratch

    init() throws { self.scratch = try Scratch() }

    @Test("each setting with what it may be and its default, those alone whose names contain a text")
    func sentences() async throws {
        let result = try await Program.run(["settings", "schedule.plateau"], in: self.scratch.path)
        #expect(result.status == 0)
        #expect(
            result.lines == [
                "training.schedule.plateau.factor: a number in (0.0, 1.0), default 0.5",
                "training.schedule.plateau.patience: a whole number in [1, 1000000], default 10",
                "training.schedule.plateau.min_change: a finite number >= 0.0, default 0.0",
                "training.schedule.plateau.min_rate: a number in [0.0, 1.0), default 0.0",
            ])
    }

    @Test("as JSON lines, null where a study file must give a value")
    func lines() async throws {
        let result = try await Program.run(["settings", "mlp.layers.*.units", "--json"], in: self.scratch.path)
        #expect(result.status == 0)
        let expected =
            #"{"setting":"model.family.mlp.layers.*.units","wanted":"a whole number in [1, 65536]","default":null}"#
        #expect(result.lines == [expected])
    }

    @Test("a text that no name contains is wrong use")
    func unknown() async throws {
        let result = try await Program.run(["settings", "lerning_rate"], in: self.scratch.path)
        #expect(result.status == 2)
        #expect(result.lines.isEmpty)
        #expect(
            result.errors
                == "winnow: no setting's name contains \"lerning_rate\"; winnow settings without an argument lists all\n"
        )
    }

    @Test("without a text every setting below model and training, each once")
    func all() async throws {
        let result = try await Program.run(["settings", "--json"], in: self.scratch.path)
        #expect(result.status == 0)
        let names = try result.lines.map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(object?["setting"] as? String)
        }
        #expect(Set(names).count == names.count)
        #expect(names == SettingRule.all.map(\.pattern))
    }
}
