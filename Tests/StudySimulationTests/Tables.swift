import Randomness
import StudySimulation
import TuningModel

/// Small tables for tests.
enum Tables {
    static let space = ParameterSpace([Parameter(name: "x", domain: .float(FloatRange(low: 0, high: 1)))])

    /// Row i has `x = i / (n - 1)` and the losses that a function gives for row and step.
    static func table(
        rows: Int, steps: Int, durations: [Float]? = nil, loss: (Int, Int) -> Double
    ) -> RecordedTable {
        RecordedTable(
            header: TableHeader(space: self.space, stepCount: steps, repeatCount: 1), ids: Array(0..<rows),
            configurations: (0..<rows).map { Configuration([.float(rows > 1 ? Double($0) / Double(rows - 1) : 0)]) },
            losses: (0..<rows).flatMap { row in (1...steps).map { Float(loss(row, $0)) } }, durations: durations)
    }

    /// Curves that fall to a floor of their own, in random order.
    static func falling(rows: Int, steps: Int, seed: UInt64) -> RecordedTable {
        let random = RandomStream(seed: seed, purpose: .simulation)
        return self.table(rows: rows, steps: steps) { row, step in
            random.uniform(at: UInt64(row)) + 1 / Double(step + 1)
        }
    }

    static func study(
        _ scheduler: SchedulerSettings, searcher: SearcherSettings = .random, trials: Int? = nil, epochs: Int? = nil,
        seed: UInt64 = 3
    ) -> StudyDefinition {
        StudyDefinition(
            name: "table", subject: .table(TableSettings(folder: "t", repeatIndex: 0)), space: self.space, settings: [],
            objective: Objective(metric: .validationLoss, direction: .minimize), searcher: searcher,
            scheduler: scheduler, budget: Budget(trials: trials, epochs: epochs), searchSeed: seed, dataSeed: 0)
    }
}
