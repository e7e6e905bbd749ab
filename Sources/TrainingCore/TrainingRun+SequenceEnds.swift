import TrainingData
import TuningModel

extension TrainingRun {
    /// Refuses sequences that end early where a family would take what lies behind their end for numbers.
    ///
    /// - Complexity: O(rows).
    static func checkEnds(_ family: NetworkFamily, _ data: DatasetView) throws(TrainingError) {
        let name: String
        switch family {
        case .recurrent: return
        case .mlp: name = "mlp"
        case .cnn: name = "cnn"
        }
        guard data.featureShape.count == 2 else { return }
        // Whole steps are missing, and none follows.
        let last = data.featureCount - data.featureShape[1]
        for (part, rows) in [("training", data.train), ("validation", data.validation)] {
            for row in 0..<rows.rowCount where unsafe rows.features[row * data.featureStride + last].isNaN {
                throw .data(
                    what: "\(part) row \(row) for \(name)",
                    found: "a sequence that ends before step \(data.featureShape[0])",
                    wanted:
                        "as many steps in all rows; \(RecurrentCell.allCases.map(\.rawValue).joined(separator: " and ")) "
                        + "take sequences that end early")
            }
        }
    }
}
