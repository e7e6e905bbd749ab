import Randomness
import StudyAnalysis
import Testing
import TuningModel

@Suite("Importance of parameters")
struct ImportanceTests {
    /// Random points of the unit cube, a column for each coordinate.
    private static func columns(_ count: Int, dimensions: Int) -> [[Double]] {
        (0..<dimensions).map { dimension in
            let stream = RandomStream(seed: 11, purpose: .simulation, stream: UInt32(dimension))
            return (0..<count).map { stream.uniform(at: UInt64($0)) }
        }
    }

    private static func sine(_ x: Double) -> Double {
        var term = x
        var sum = x
        for n in stride(from: 2.0, through: 40, by: 2) {
            term *= -x * x / (n * (n + 1))
            sum += term
        }
        return sum
    }

    @Test("of Ishigami's function are its Sobol indices")
    func ishigami() throws {
        let columns = Self.columns(20_000, dimensions: 3)
        let losses = columns[0].indices.map { row in
            let x = columns.map { (2 * $0[row] - 1) * Double.pi }
            let second = Self.sine(x[1])
            return Self.sine(x[0]) * (1 + 0.1 * x[2] * x[2] * x[2] * x[2]) + 7 * second * second
        }
        let forest = RegressionForest(
            features: [.number(), .number(), .number()], columns: columns, targets: losses,
            settings: .init(trees: 8, leafWeight: 5), seed: 5)
        let fanova = try #require(Fanova(forest))
        // T. Ishigami and T. Homma, 1990, with a = 7 and b = 0.1: 0.3139, 0.4424, 0 and 0.2437 for the first with the third.
        let main = (0..<3).map { fanova.share(of: $0).mean }
        #expect(abs(main[0] - 0.3139) < 0.04, "\(main)")
        #expect(abs(main[1] - 0.4424) < 0.04, "\(main)")
        #expect(main[2] < 0.02, "\(main)")
        #expect(abs(fanova.interaction(of: 0, 2).mean - 0.2437) < 0.06, "\(fanova.interaction(of: 0, 2))")
        #expect(fanova.interaction(of: 0, 1).mean < 0.03, "\(fanova.interaction(of: 0, 1))")
        #expect(fanova.interaction(of: 1, 2).mean < 0.03, "\(fanova.interaction(of: 1, 2))")
    }

    @Test("of a sum are the shares of the variances of its terms, with no interactions")
    func sum() throws {
        let columns = Self.columns(2000, dimensions: 4)
        let losses = columns[0].indices.map { 4 * columns[0][$0] + 2 * columns[1][$0] + columns[2][$0] }
        let forest = RegressionForest(
            features: Array(repeating: .number(), count: 4), columns: columns, targets: losses, seed: 1)
        let fanova = try #require(Fanova(forest))
        for (feature, wanted) in [16.0 / 21, 4.0 / 21, 1.0 / 21, 0].enumerated() {
            let share = fanova.share(of: feature)
            #expect(abs(share.mean - wanted) < 0.02, "feature \(feature): \(share), want \(wanted)")
            #expect(share.spread < 0.03)
        }
        #expect(fanova.interaction(of: 0, 1).mean < 0.02)
    }

    @Test("of an exclusive or are in the pair alone")
    func exclusiveOr() throws {
        let columns = Self.columns(800, dimensions: 2)
        let sides = columns.map { $0.map { $0 < 0.5 ? 0.0 : 1.0 } }
        let losses = sides[0].indices.map { sides[0][$0] == sides[1][$0] ? 0.0 : 1.0 }
        let forest = RegressionForest(
            features: [.category(shares: [0.5, 0.5]), .number()], columns: [sides[0], columns[1]], targets: losses,
            seed: 3)
        let fanova = try #require(Fanova(forest))
        #expect(fanova.interaction(of: 0, 1).mean > 0.97, "\(fanova.interaction(of: 0, 1))")
        #expect(fanova.share(of: 0).mean < 0.02)
        #expect(fanova.share(of: 1).mean < 0.02)
    }

    @Test("are the same for the same seed, and of no meaning where all losses are equal")
    func repeatable() {
        let columns = Self.columns(60, dimensions: 2)
        let make = { (seed: UInt64) in
            RegressionForest(
                features: [.number(), .number()], columns: columns, targets: columns[0].map { $0 * $0 }, seed: seed)
        }
        #expect(make(4) == make(4))
        #expect(make(4) != make(5))
        let flat = RegressionForest(
            features: [.number(), .number()], columns: columns, targets: columns[0].map { _ in 2 }, seed: 1)
        #expect(Fanova(flat) == nil)
        #expect(flat.value(at: [0.5, 0.5]) == 2)
    }

    @Test("by fANOVA agree with Optuna's and by PED-ANOVA too")
    func optuna() throws {
        let vectors = try AnalysisVectors.read().importances
        let space = ParameterSpace([
            float("rate", -2, 3), int("layers", 1, 5), choice("kind", ["a", "b", "c"]), float("noise", 0, 1),
        ])
        let configurations = vectors.rows.map { row in
            Configuration([
                row.rate.map { .float($0) }, row.layers.map { .int($0) }, .text(row.kind),
                row.noise.map { .float($0) },
            ])
        }
        let table = RungTable(
            space: space, levels: [1],
            trials: zip(configurations, vectors.rows).enumerated().map { index, pair in
                RungTable.Trial(
                    id: TrialID(index), configuration: pair.0, coordinates: space.coordinates(of: pair.0),
                    losses: [pair.1.loss])
            })
        let coordinates = table.trials.map(\.coordinates)
        let forest = RegressionForest(
            features: [.number(), .number(), .category(shares: Array(repeating: 1.0 / 3, count: 3)), .number()],
            columns: [
                coordinates.map { $0[0] },
                // Optuna's range of whole numbers ends at the outer ones, which so have half of the others' weight.
                vectors.rows.map { min(Double(($0.layers ?? 1) - 1) / 4, 1 - 0x1p-53) },
                coordinates.map { Double(Int($0[2] * 3)) }, coordinates.map { $0[3] },
            ], targets: vectors.rows.map(\.loss), seed: 2)
        let fanova = try #require(Fanova(forest))
        let names = space.parameters.map(\.name)
        for (index, name) in names.enumerated() {
            let wanted = try #require(vectors.fanova?[name])
            let found = fanova.share(of: index)
            #expect(abs(found.mean - wanted) < 0.02, "\(name): \(found), Optuna \(wanted)")
        }
        let report = try #require(ImportanceReport(table, level: 0, seed: 2))
        #expect(report.entries.map { names[$0.parameter] }.first == "rate")
        let ped = PedAnova(
            space: space, coordinates: coordinates, losses: vectors.rows.map(\.loss))
        for (index, name) in names.enumerated() {
            let wanted = try #require(vectors.ped[name])
            // Whole numbers and choices have the same grid; Optuna's points of a float lie on both ends of its range.
            let tolerance = name == "rate" || name == "noise" ? 0.15 * wanted : 1e-9 * wanted
            #expect(abs(ped.importances[index] - wanted) <= tolerance, "\(name): \(ped.importances[index]), \(wanted)")
        }
    }

    @Test("of conditional parameters by PED-ANOVA agree with Optuna's")
    func conditionalPed() throws {
        let vectors = try AnalysisVectors.read().conditional
        let space = ParameterSpace([
            choice("kind", ["a", "b"]),
            int("depth", 0, 9, when: [.isOneOf(parameter: 0, values: [.text("b")])]),
        ])
        let coordinates = vectors.rows.map { row in
            space.coordinates(of: Configuration([.text(row.kind), row.depth.map { .int($0) }]))
        }
        let ped = PedAnova(space: space, coordinates: coordinates, losses: vectors.rows.map(\.loss))
        for (index, name) in ["kind", "depth"].enumerated() {
            let wanted = try #require(vectors.ped[name])
            #expect(abs(ped.importances[index] - wanted) <= 1e-9 * wanted, "\(name)")
        }
    }

    @Test("of a conditional parameter are those where it is active")
    func conditional() throws {
        let space = ParameterSpace([
            choice("optimizer", ["sgd", "adam"]),
            float("momentum", 0, 1, when: [.isOneOf(parameter: 0, values: [.text("sgd")])]),
            float("rate", 0, 1),
        ])
        let trials = (0..<600).map { index in
            let stream = RandomStream(seed: 21, purpose: .simulation, stream: UInt32(index))
            let configuration = space.configuration { stream.uniform(at: UInt64($0)) }
            var loss = 10.0 * (configuration.values[2]?.number ?? 0)
            if let momentum = configuration.values[1]?.number { loss += 10 * momentum }
            return RungTable.Trial(
                id: TrialID(index), configuration: configuration, coordinates: space.coordinates(of: configuration),
                losses: [loss])
        }
        let report = try #require(
            ImportanceReport(RungTable(space: space, levels: [3], trials: trials), level: 0, seed: 1))
        let main = Dictionary(uniqueKeysWithValues: report.entries.map { ($0.parameter, $0) })
        let momentum = try #require(main[1]?.main)
        // Where there is momentum, both terms have the same variance.
        #expect(abs(momentum.mean - 0.5) < 0.04, "\(momentum)")
        #expect(main[1]?.trials == trials.count { $0.configuration.values[1] != nil })
        // Over the whole space: rate 100/12; the choice 25/4; momentum within its branch adds 100/24.
        let rate = try #require(main[2]?.main)
        #expect(abs(rate.mean - (100.0 / 12) / (100.0 / 12 + 25.0 / 4 + 100.0 / 24)) < 0.05, "\(rate)")
        #expect(report.level == 3)
        #expect(report.trials == 600)
    }

    @Test("of the existence of layers weigh the layers where they are, though most trials have none")
    func layers() throws {
        let space = ParameterSpace([
            int("layers", 1, 3),
            float("dropout.0", 0, 1, when: [.exceeds(parameter: 0, count: 0)]),
            float("dropout.2", 0, 1, when: [.exceeds(parameter: 0, count: 2)]),
        ])
        let trials = (0..<500).map { index in
            let stream = RandomStream(seed: 8, purpose: .simulation, stream: UInt32(index))
            let configuration = space.configuration { stream.uniform(at: UInt64($0)) }
            let loss = configuration.values[2]?.number ?? 0.5
            return RungTable.Trial(
                id: TrialID(index), configuration: configuration, coordinates: space.coordinates(of: configuration),
                losses: [loss])
        }
        let report = try #require(
            ImportanceReport(RungTable(space: space, levels: [1], trials: trials), level: 0, seed: 1))
        #expect(report.entries.first?.parameter == 2)
        #expect((report.entries.first?.main?.mean ?? 0) > 0.95)
        #expect(report.entries.first { $0.parameter == 1 }?.main.map { $0.mean < 0.05 } == true)
    }

    @Test("are told with NaN, infinite and few losses, and never trap")
    func broken() throws {
        let space = ParameterSpace([float("a", 0, 1), float("b", 1, 1)])
        let table = { (losses: [Double]) -> RungTable in
            RungTable(
                space: space, levels: [1],
                trials: losses.enumerated().map { (index: Int, loss: Double) -> RungTable.Trial in
                    let configuration = Configuration([.float(Double(index) / 40), .float(1)])
                    return RungTable.Trial(
                        id: TrialID(index), configuration: configuration,
                        coordinates: space.coordinates(of: configuration), losses: [loss])
                })
        }
        #expect(ImportanceReport(table([]), level: 0, seed: 1) == nil)
        #expect(ImportanceReport(table(Array(repeating: 1, count: 15)), level: 0, seed: 1) == nil)
        #expect(ImportanceReport(table(Array(repeating: .nan, count: 40)), level: 0, seed: 1) == nil)
        var mixed = (0..<40).map { Double($0) }
        for index in stride(from: 0, to: 40, by: 7) { mixed[index] = .nan }
        for index in stride(from: 5, to: 40, by: 5) { mixed[index] = 1e300 }
        let report = try #require(ImportanceReport(table(mixed), level: 0, seed: 1))
        #expect(report.entries.map(\.parameter) == [0, 1])
        #expect(report.entries[0].main.map { $0.mean > 0.99 } == true)
        #expect(report.entries[1].main == nil)
        let flat = try #require(ImportanceReport(table(Array(repeating: 1, count: 20)), level: 0, seed: 1))
        #expect(flat.entries.allSatisfy { $0.main == nil })
    }
}
