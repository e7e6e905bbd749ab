/// How often each of several labels was right, wrongly given and missed.
///
/// A label is predicted where its logit is above 0. A NaN is wrong either way.
struct LabelTally {
    private var rights: [Int]
    private var targets: [Int]
    private var predictions: [Int]
    private var rows = 0
    /// Rows all of whose labels are right, and labels that are wrong.
    private var rightRows = 0
    private var wrongs = 0
    private let keepsScores: Bool
    /// Shape [rows, labels] both.
    private var scores: [Float] = []
    private var isLabel: [Bool] = []

    init(labels: Int, keepsScores: Bool) {
        self.rights = [Int](repeating: 0, count: labels)
        self.targets = self.rights
        self.predictions = self.rights
        self.keepsScores = keepsScores
    }

    /// - Parameters: Shape `[labels]` both; each target 0 or 1.
    @unsafe
    mutating func add(targets: UnsafePointer<Float>, logits: UnsafePointer<Float>) {
        self.rows &+= 1
        var wrongs = 0
        for label in self.rights.indices {
            let logit = unsafe logits[label]
            let isTrue = unsafe targets[label] == 1
            let isPredicted = logit.isNaN ? !isTrue : logit > 0
            if isTrue { self.targets[label] &+= 1 }
            if isPredicted { self.predictions[label] &+= 1 }
            if isTrue, isPredicted { self.rights[label] &+= 1 }
            if isTrue != isPredicted { wrongs &+= 1 }
            if self.keepsScores {
                self.scores.append(logit)
                self.isLabel.append(isTrue)
            }
        }
        self.wrongs &+= wrongs
        if wrongs == 0 { self.rightRows &+= 1 }
    }

    /// The share of the rows with all labels right; NaN without any row.
    var accuracy: Double { Double(self.rightRows) / Double(self.rows) }

    /// The share of wrong labels; NaN without any row.
    var hammingLoss: Double { Double(self.wrongs) / (Double(self.rows) * Double(self.rights.count)) }

    /// Each label by itself.
    func labelFigures() -> [ClassFigures] {
        self.rights.indices.map {
            ClassFigures(right: self.rights[$0], rows: self.targets[$0], predictions: self.predictions[$0])
        }
    }

    /// The means over all labels, one whose denominator is 0 counting as 0; NaN without any row.
    func macroFigures() -> (precision: Double, recall: Double, f1: Double) {
        guard self.rows > 0 else { return (.nan, .nan, .nan) }
        let figures = self.labelFigures()
        let count = Double(figures.count)
        return (
            figures.reduce(0) { $0 + $1.precision } / count, figures.reduce(0) { $0 + $1.recall } / count,
            figures.reduce(0) { $0 + $1.f1 } / count
        )
    }

    /// All labels taken together; `nil` without any row.
    func microFigures() -> ClassFigures? {
        guard self.rows > 0 else { return nil }
        return ClassFigures(
            right: self.rights.reduce(0, &+), rows: self.targets.reduce(0, &+),
            predictions: self.predictions.reduce(0, &+))
    }

    /// The mean of the labels' areas under the curve, as ``RankStatistic`` says.
    func areaUnderCurve() -> Double {
        let count = self.rights.count
        return RankStatistic.meanAreaUnderCurve(self.scores, columns: count) { self.isLabel[$0 * count + $1] }
    }
}
