import ArgumentParser
import TuningModel

/// `winnow settings`: what may stand below `model` and `training`, from the same rules by which study files are read.
struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings",
        abstract: "Lists the settings of networks and of their training, with what each may be and its default.",
        discussion: "A * stands for the number of a layer or of a class. Every setting may be searched.")

    @Argument(help: "Only settings whose names contain this.") var part = ""
    @Flag(help: "JSON lines on standard output.") var json = false

    func run() throws {
        let rules = SettingRule.all.filter { self.part.isEmpty || $0.pattern.contains(self.part) }
        guard !rules.isEmpty else {
            throw CommandFailure(
                .wrongInput,
                "no setting's name contains \"\(self.part)\"; winnow settings without an argument lists all")
        }
        for rule in rules { Terminal.writeLine(self.json ? Self.line(rule).text : Self.sentence(rule)) }
    }

    private static func line(_ rule: SettingRule) -> JSONLine {
        JSONLine().adding("setting", .text(rule.pattern)).adding("wanted", .text(rule.kind.wanted))
            .adding("default", rule.defaultValue.map { JSONLine.Value($0) } ?? .null)
    }

    private static func sentence(_ rule: SettingRule) -> String {
        let value = rule.defaultValue.map { ", default \($0)" } ?? ""
        return "\(rule.pattern): \(rule.kind.wanted)\(value)"
    }
}
