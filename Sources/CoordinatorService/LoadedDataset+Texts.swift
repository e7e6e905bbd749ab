import Foundation
package import ModelFiles
package import TrainingCore
package import TrainingData
import TuningModel

extension LoadedDataset {
    /// What a network's user must know of its data: the names and figures of features, classes or labels, and targets, each a
    /// JSON array.
    ///
    /// A network takes `(x - mean) / deviation` of each feature, in this order, with the fill for x where it is missing;
    /// a regression's outputs are standardised targets. Each column of categories is told by its first feature and how many it
    /// has.
    package var texts: [StoredText] {
        let features = self.standardization.features
        var texts = [
            StoredText("data.features", Self.array(self.featureNames)),
            StoredText("data.feature_means", Self.array(features.map(\.mean))),
            StoredText("data.feature_deviations", Self.array(features.map(\.deviation))),
        ]
        if !self.categories.isEmpty {
            let columns = self.categories.map { "[\($0.lowerBound),\($0.count)]" }
            texts.append(StoredText("data.category_columns", "[" + columns.joined(separator: ",") + "]"))
        }
        if !self.standardization.fills.isEmpty {
            texts.append(StoredText("data.feature_fills", Self.array(self.standardization.fills.map { Double($0) })))
        }
        if !self.classNames.isEmpty {
            texts.append(StoredText(self.nounOfClasses, Self.array(self.classNames)))
        }
        let targets = self.standardization.targets
        if !targets.isEmpty {
            texts.append(StoredText("data.target_means", Self.array(targets.map(\.mean))))
            texts.append(StoredText("data.target_deviations", Self.array(targets.map(\.deviation))))
        }
        return texts
    }

    private var nounOfClasses: String {
        switch self.task {
        case .multiLabel(labels: _): "data.labels"
        case .classification(classes: _), .regression(outputs: _): "data.classes"
        }
    }

    /// What the test rows say of each class: a JSON array with an object a class, as `winnow train --json` prints it; no text
    /// where there are no classes.
    package func texts(of classes: [ClassFigures]) -> [StoredText] {
        guard !classes.isEmpty else { return [] }
        let objects = zip(self.classNames, classes).map { name, figures in
            // The name as JSON, without the brackets of a list.
            let text = Self.array([name]).dropFirst().dropLast()
            return "{\"class\":\(text),\"precision\":\(figures.precision),\"recall\":\(figures.recall),"
                + "\"f1\":\(figures.f1),\"rows\":\(figures.rows)}"
        }
        return [StoredText("test.classes", "[" + objects.joined(separator: ",") + "]")]
    }

    private static func array(_ names: [String]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        // Encoding an array of texts cannot fail.
        return (try? encoder.encode(names)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
    }

    /// Each number as Swift writes it: the shortest text that reads back to the same bits.
    private static func array(_ numbers: [Double]) -> String {
        "[" + numbers.map { "\($0)" }.joined(separator: ",") + "]"
    }
}
