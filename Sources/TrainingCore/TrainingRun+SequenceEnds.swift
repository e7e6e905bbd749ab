import KernelInterface
package import TrainingData
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
                throw self.refusal(of: "\(part) row \(row)", family: name, steps: data.featureShape[0])
            }
        }
    }

    private static func refusal(of row: String, family: String, steps: Int) -> TrainingError {
        .data(
            what: "\(row) for \(family)", found: "a sequence that ends before step \(steps)",
            wanted:
                "as many steps in all rows; \(RecurrentCell.allCases.map(\.rawValue).joined(separator: " and ")) "
                + "take sequences that end early")
    }

    /// Refuses test rows that end early where a family that may be chosen could train, and would take what lies behind their
    /// end for numbers when it is tested.
    ///
    /// - Parameters:
    ///   - families: By their names; those that take such sequences are passed over.
    ///   - test: The test rows.
    ///   - data: Training and validation rows; asked for only where a test row ends early. Where one of them does so too, the
    ///     families that cannot take it train no network.
    /// - Throws: ``TrainingError`` naming the row.
    /// - Complexity: O(test rows), and O(rows) where it asks for them.
    package static func checkTestEnds(
        _ families: [String], _ test: OwnedTestRows, data: () throws -> DatasetView
    ) throws {
        let takers = RecurrentCell.allCases.map(\.rawValue)
        guard test.featureShape.count == 2, let family = families.first(where: { !takers.contains($0) }) else { return }
        let stride = paddedWidth(test.featureCount)
        let last = test.featureCount - test.featureShape[1]
        guard
            let row = (0..<test.part.rowCount).first(where: {
                unsafe test.part.features[$0 * stride + last].isNaN
            })
        else { return }
        let view = try data()
        let trains = [view.train, view.validation].allSatisfy { part in
            (0..<part.rowCount).allSatisfy { unsafe !part.features[$0 * stride + last].isNaN }
        }
        if trains { throw self.refusal(of: "test row \(row)", family: family, steps: test.featureShape[0]) }
    }
}
