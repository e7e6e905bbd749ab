import CoordinatorService
import Foundation
import ModelFiles
import TrainingCore

/// What the test rows say of one class or label.
struct TestedClass: Codable, Hashable {
    let name: String
    let precision: Double
    let recall: Double
    let f1: Double
    let rows: Int

    private enum CodingKeys: String, CodingKey {
        case name = "class"
        case precision, recall, f1, rows
    }

    init(_ name: String, _ figures: ClassFigures) {
        self.name = name
        self.precision = figures.precision
        self.recall = figures.recall
        self.f1 = figures.f1
        self.rows = figures.rows
    }

    /// Those that the best network of a study's folder was saved with; none before its test, nor for numbers.
    static func read(_ directory: String) -> [TestedClass] {
        guard let data = FileManager.default.contents(atPath: StudyFolder(directory).model),
            let file = try? SafetensorsFile(Array(data)),
            let text = file.texts.first(where: { $0.name == "test.classes" })?.value,
            let classes = try? JSONDecoder().decode([TestedClass].self, from: Data(text.utf8))
        else { return [] }
        return classes
    }

    var value: JSONLine.Value {
        JSONLine().adding("class", .text(self.name)).adding("precision", .double(self.precision))
            .adding("recall", .double(self.recall)).adding("f1", .double(self.f1)).adding("rows", .int(self.rows)).value
    }

    /// Lines for people: at most twenty classes.
    static func lines(_ classes: [TestedClass]) -> [String] {
        let lines = classes.prefix(20).map { tested in
            "  class \(tested.name)  precision \(Figures.short(tested.precision))  recall "
                + "\(Figures.short(tested.recall))  f1 \(Figures.short(tested.f1))  rows \(tested.rows)"
        }
        return classes.count > 20 ? lines + ["  and \(classes.count - 20) more, see --json"] : lines
    }
}

extension JSONLine {
    /// This line with the classes of the test rows, where there are any.
    func adding(_ classes: [TestedClass]) -> JSONLine {
        classes.isEmpty ? self : self.adding("test.classes", .array(classes.map(\.value)))
    }
}
