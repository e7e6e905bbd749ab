import KernelInterface
import TuningModel

/// What needs the logits of an evaluation, not the predictions alone: the ranks of the labels and the areas under the
/// curves.
///
/// A label's rank is the number of classes with a larger logit, and of those before it with the same one: rank 0 is what
/// is predicted. Areas: with two classes that of the second one, by the difference of the logits or by the one logit;
/// with more the mean over the classes that have one, each against the rest, by the softmax's probabilities.
///
/// Source for the mean: F. Provost, P. Domingos, "Well-trained PETs: improving probability estimation trees", 2000, section
/// 3; deviation, on purpose: unweighted, as scikit-learn's `macro`.
struct ScoreTally {
    private let classes: Int
    private let logits: Int
    private let ranksLabels: Bool
    private let keepsScores: Bool
    /// Rows by the rank of their label, 0 to 4.
    private var ranks = [Int](repeating: 0, count: 5)
    private var rows = 0
    /// Shape [rows, columns].
    private var scores: [Float] = []
    private var labels: [Int32] = []

    /// Scores of a row.
    private var columns: Int { self.classes == 2 ? 1 : self.classes }

    init(classes: Int, logits: Int, wanted: [PlannedFigure]) {
        self.classes = classes
        self.logits = logits
        self.ranksLabels = wanted.wants(.top3, .top5)
        self.keepsScores = wanted.wants(.areaUnderCurve)
    }

    /// Whether nothing of it is wanted.
    var isIdle: Bool { !self.ranksLabels && !self.keepsScores }

    /// Takes the logits of some rows, and overwrites them.
    @unsafe
    mutating func add(
        _ logits: UnsafeMutablePointer<Float>, stride: Int, labels: UnsafePointer<Int32>, count: Int, table: KernelTable
    ) {
        self.rows += count
        if self.ranksLabels {
            for row in 0..<count {
                let rank = unsafe self.rank(logits + row &* stride, label: Int(labels[row]))
                if rank < self.ranks.count { self.ranks[rank] += 1 }
            }
        }
        guard self.keepsScores else { return }
        for row in 0..<count { unsafe self.labels.append(labels[row]) }
        if self.classes == 2 {
            for row in 0..<count {
                let values = unsafe logits + row &* stride
                unsafe self.scores.append(self.logits == 1 ? values[0] : values[1] - values[0])
            }
            return
        }
        for row in 0..<count {
            let values = unsafe logits + row &* stride
            var largest = -Float.infinity
            for column in 0..<self.classes where unsafe values[column] > largest { unsafe largest = values[column] }
            for column in 0..<self.classes { unsafe values[column] -= largest }
        }
        unsafe table.vectorFunction(
            VectorFunctionArguments(
                count: count &* stride, function: .exp, input: logits, output: logits))
        for row in 0..<count {
            let values = unsafe logits + row &* stride
            var sum: Float = 0
            for column in 0..<self.classes { unsafe sum += values[column] }
            for column in 0..<self.classes { unsafe self.scores.append(values[column] / sum) }
        }
    }

    /// - Returns: More than there are classes where a logit is NaN.
    @unsafe
    private func rank(_ logits: UnsafePointer<Float>, label: Int) -> Int {
        if self.logits == 1 {
            guard unsafe !logits[0].isNaN else { return .max }
            return unsafe (logits[0] > 0) == (label == 1) ? 0 : 1
        }
        let own = unsafe logits[label]
        var rank = 0
        for column in 0..<self.classes {
            let other = unsafe logits[column]
            guard !other.isNaN, !own.isNaN else { return .max }
            if other > own || (other == own && column < label) { rank += 1 }
        }
        return rank
    }

    /// The share of the rows whose label is among the `count` classes with the largest logits; NaN without any row.
    func topShare(_ count: Int) -> Double {
        Double(self.ranks.prefix(count).reduce(0, +)) / Double(self.rows)
    }

    func areaUnderCurve() -> Double {
        RankStatistic.meanAreaUnderCurve(self.scores, columns: self.columns) { row, column in
            Int(self.labels[row]) == (self.columns == 1 ? 1 : column)
        }
    }
}
