/// How often each class was right, wrongly given and missed; from it accuracy, precision, recall and F1.
///
/// Macro averages over the classes that occur among the targets or the predictions. A precision, recall or F1 whose
/// denominator is 0 (a class never predicted, or predicted and never there) counts as 0. Without any row all four are
/// NaN.
struct ClassificationTally {
    private var rights: [Int]
    private var targets: [Int]
    private var predictions: [Int]

    init(classes: Int) {
        self.rights = [Int](repeating: 0, count: classes)
        self.targets = self.rights
        self.predictions = self.rights
    }

    /// - Parameters:
    ///   - target: In `0 ..< classes`.
    ///   - prediction: In `0 ..< classes`, or below 0 for no class at all.
    mutating func add(target: Int, prediction: Int) {
        self.targets[target] &+= 1
        guard prediction >= 0 else { return }
        self.predictions[prediction] &+= 1
        if target == prediction { self.rights[target] &+= 1 }
    }

    /// Accuracy, precision, recall and F1, in this order.
    func figures() -> (accuracy: Double, precision: Double, recall: Double, f1: Double) {
        var sums = (precision: 0.0, recall: 0.0, f1: 0.0)
        var classes = 0.0
        var count = 0
        var right = 0
        for i in self.rights.indices where self.targets[i] &+ self.predictions[i] > 0 {
            classes += 1
            count &+= self.targets[i]
            right &+= self.rights[i]
            sums.precision += Self.ratio(self.rights[i], self.predictions[i])
            sums.recall += Self.ratio(self.rights[i], self.targets[i])
            sums.f1 += Self.ratio(2 &* self.rights[i], self.targets[i] &+ self.predictions[i])
        }
        return (
            Double(right) / Double(count), sums.precision / classes, sums.recall / classes, sums.f1 / classes
        )
    }

    /// All classes taken together; `nil` without any row.
    func microFigures() -> ClassFigures? {
        let rows = self.targets.reduce(0, &+)
        guard rows > 0 else { return nil }
        return ClassFigures(
            right: self.rights.reduce(0, &+), rows: rows, predictions: self.predictions.reduce(0, &+))
    }

    /// Each class by itself.
    func classFigures() -> [ClassFigures] {
        self.rights.indices.map {
            ClassFigures(right: self.rights[$0], rows: self.targets[$0], predictions: self.predictions[$0])
        }
    }

    private static func ratio(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }
}
