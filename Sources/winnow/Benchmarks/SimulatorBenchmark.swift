import CoordinatorCore
import Randomness
import SearchAlgorithms
import StudySimulation
import TuningModel

/// Measures how many epochs of recorded curves the coordinator's core takes in on one core.
struct SimulatorBenchmark {
    let rows: Int
    let trials: Int
    let workers: Int
    let studies: Int

    struct Result {
        let epochs: Int
        /// Processor time inside the simulations; tables are made and rows are sorted before.
        let seconds: Double

        var epochsPerSecond: Double { self.seconds > 0 ? Double(self.epochs) / self.seconds : 0 }
    }

    private static let steps = 50

    /// - Throws: ``SearchError`` never, for these settings.
    func run() throws -> Result {
        let table = self.table()
        var epochs = 0
        var seconds = 0.0
        for seed in 0..<self.studies {
            let study = StudyDefinition(
                name: "bench", subject: .table(TableSettings(folder: "", repeatIndex: 0)), space: table.header.space,
                settings: [], objective: Objective(metric: .validationLoss, direction: .minimize), searcher: .random,
                scheduler: .asha(minimum: 1, maximum: Self.steps, eta: 3, isGuarded: true),
                budget: Budget(trials: min(self.trials, self.rows)), searchSeed: UInt64(seed), dataSeed: 0)
            var simulation = try Simulation(study, table: table, workers: self.workers)
            let start = ProcessorTime.now
            simulation.run()
            seconds += ProcessorTime.now - start
            epochs += simulation.study.epochCount
        }
        return Result(epochs: epochs, seconds: seconds)
    }

    /// Curves that fall to a floor of their own over a space of eight parameters, as optimisers have them.
    private func table() -> RecordedTable {
        let space = ParameterSpace(
            (0..<8).map { i in
                Parameter(
                    name: "x\(i)",
                    domain: .float(FloatRange(low: i < 4 ? 1e-6 : 0, high: 1, isLogarithmic: i < 4)))
            })
        let random = RandomStream(seed: 1, purpose: .simulation)
        let losses = (0..<self.rows).flatMap { row -> [Float] in
            let floor = Float(random.uniform(at: UInt64(2 * row)))
            let speed = Float(random.uniform(at: UInt64(2 * row + 1)))
            return (1...Self.steps).map { floor + 1 / (1 + speed * Float($0)) }
        }
        return RecordedTable(
            header: TableHeader(space: space, stepCount: Self.steps, repeatCount: 1), ids: Array(0..<self.rows),
            configurations: (0..<self.rows).map { row in
                space.configuration { random.uniform(at: UInt64(1 << 32 + 8 * row + $0)) }
            }, losses: losses, durations: nil)
    }
}
