import Randomness
import TrainingData
import TuningModel

/// The training rows that settings learn from and weights do not, and where in the arena what a step of the settings needs stands.
///
/// They are a part of the training rows, drawn by the seed: the validation rows, by which trials are compared, teach nothing.
struct HeldRowsPlan: Hashable {
    /// Held rows, at least 1.
    let count: Int
    /// The other training rows, at least 1.
    let trainedCount: Int
    /// Shape [trained rows + held rows + batch rows], `Int32`: the trained rows, the held ones, and the first held ones again, so that a
    /// minibatch that goes over the end lies in one piece.
    let rows: Int
    /// For each parameter its values before the step; only of weights, and where a penalty is learned.
    let former: [Int?]
    /// For each parameter its first moment before the step; where the momentum is learned.
    let formerFirst: [Int?]

    /// The number of held rows of so many, for a part of them; at least 1, and 0 where there is no other row.
    static func count(_ settings: T1T2Settings, of rowCount: Int) -> Int {
        max(min(1, rowCount - 1), min(Int(settings.share * Double(rowCount)), rowCount - 1))
    }

    init(
        _ settings: T1T2Settings, rowCount: Int, batchRows: Int, parameters: [ParameterPlace],
        layout: inout ArenaLayout
    ) {
        self.count = Self.count(settings, of: rowCount)
        self.trainedCount = rowCount - self.count
        self.rows = layout.reserve(columns: rowCount + batchRows)
        var former: [Int?] = []
        var formerFirst: [Int?] = []
        for place in parameters {
            let keepsValues = place.isWeight && (settings.l2 > 0 || settings.weightDecay > 0)
            former.append(keepsValues ? layout.reserve(columns: place.count) : nil)
            formerFirst.append(
                settings.momentum > 0 && place.first != nil ? layout.reserve(columns: place.count) : nil)
        }
        self.former = former
        self.formerFirst = formerFirst
    }
}

extension TrainingRun {
    /// Training rows that the weights learn from.
    var trainedRowCount: Int { self.plan.trainedRowCount(of: self.data) }

    /// Draws the held rows: the last ones of the order of an epoch that no run comes to.
    func drawHeldRows() {
        guard let held = self.plan.held else { return }
        let rowCount = self.data.train.rowCount
        let batchRows = self.plan.batchRows
        unsafe UnsafeMutableRawPointer(self.arena.base + held.rows).withMemoryRebound(
            to: Int32.self, capacity: rowCount + batchRows
        ) { rows in
            unsafe SampleOrder.write(rows, count: rowCount, seed: self.seed, epoch: Int(UInt32.max))
            for place in 0..<batchRows {
                unsafe rows[rowCount &+ place] = rows[held.trainedCount &+ place % held.count]
            }
        }
    }

    /// Writes an epoch's order of the rows that the weights learn from.
    @unsafe
    func writeOrder(_ order: UnsafeMutablePointer<Int32>, epoch: Int) {
        unsafe SampleOrder.write(order, count: self.trainedRowCount, seed: self.seed, epoch: epoch)
        guard let held = self.plan.held else { return }
        let rows = unsafe UnsafeMutableRawPointer(self.arena.base + held.rows).assumingMemoryBound(to: Int32.self)
        for place in 0..<held.trainedCount { unsafe order[place] = rows[Int(order[place])] }
    }
}
