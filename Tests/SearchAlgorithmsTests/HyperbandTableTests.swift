import SearchAlgorithms
import Testing
import TuningModel

private struct HyperbandFile: Decodable {
    struct Rung: Decodable {
        let epochs: Int
        let trials: Int
    }
    struct Bracket: Decodable {
        let bracket: Int
        let rungs: [Rung]
    }
    struct Table: Decodable {
        let maximum: Int
        let eta: Int
        let formula: String
        let configurations: Int
        let evaluations: Int
        let epochsWithResume: Int
        let brackets: [Bracket]
        enum CodingKeys: String, CodingKey {
            case maximum, eta, formula, configurations, evaluations, brackets
            case epochsWithResume = "epochs_with_resume"
        }
    }
    let tables: [Table]
}

@Suite("Hyperband's brackets are those of the papers")
struct HyperbandTableTests {
    @Test("both formulas, sixteen pairs of R and eta", arguments: 0..<32)
    func table(number: Int) throws {
        let file: HyperbandFile = try vectors("hyperband")
        #expect(file.tables.count == 32)
        try self.check(file.tables[number])
    }

    @Test("ten more pairs, by an independent calculation with fractions", arguments: 0..<20)
    func ownTable(number: Int) throws {
        let file: HyperbandFile = try vectors("hyperband-more")
        #expect(file.tables.count == 20)
        try self.check(file.tables[number])
    }

    private func check(_ table: HyperbandFile.Table) throws {
        let formula = try #require(HyperbandFormula(rawValue: table.formula))
        let scheduler = try Scheduler(.hyperband(maximum: table.maximum, eta: table.eta, formula: formula))
        let wanted = table.brackets.map { bracket in
            BracketPlan(
                bracket: bracket.bracket, rungs: bracket.rungs.map { RungPlan(level: $0.epochs, trials: $0.trials) })
        }
        #expect(scheduler.plan == wanted)
        #expect(self.totals(scheduler.plan) == [table.configurations, table.evaluations, table.epochsWithResume])
    }

    @Test("R = 81, eta = 3: the table of the paper, bracket for bracket")
    func paperTable() throws {
        let plan = try BracketPlan.hyperband(maximum: 81, eta: 3, formula: .jmlr)
        #expect(
            plan.map { $0.rungs.map { [$0.trials, $0.level] } } == [
                [[81, 1], [27, 3], [9, 9], [3, 27], [1, 81]],
                [[34, 3], [11, 9], [3, 27], [1, 81]],
                [[15, 9], [5, 27], [1, 81]],
                [[8, 27], [2, 81]],
                [[5, 81]],
            ])
        #expect(plan.map(\.bracket) == [4, 3, 2, 1, 0])
        #expect(self.totals(plan) == [143, 206, 1581])
    }

    @Test(
        "models and epochs of an independent implementation (dask-ml, its test that mirrors the paper)",
        arguments: [(9, 17, 69), (15, 17, 101), (20, 17, 144), (27, 49, 357), (30, 49, 379), (81, 143, 1581)])
    func golden(maximum: Int, models: Int, epochs: Int) throws {
        let plan = try BracketPlan.hyperband(maximum: maximum, eta: 3, formula: .jmlr)
        // It rounds the lowest rung and multiplies up from there, so that its brackets end below R where R is no power
        // of eta: 1, 3, 9 where ours has 1, 5, 15. Trials are the same, and epochs too with its rungs.
        let multiplied = plan.map { bracket in
            var level = bracket.rungs[0].level
            return BracketPlan(
                bracket: bracket.bracket,
                rungs: bracket.rungs.map { rung in
                    defer { level *= 3 }
                    return RungPlan(level: level, trials: rung.trials)
                })
        }
        let totals = self.totals(multiplied)
        #expect([totals[0], totals[2]] == [models, epochs])
        #expect(plan.allSatisfy { $0.rungs.last?.level == maximum })
    }

    @Test("a whole round spends exactly what the table says", arguments: [1, 7, 143])
    func execution(workers: Int) throws {
        var cluster = try SimulatedCluster(
            .hyperband(maximum: 81, eta: 3, formula: .jmlr), workers: workers, trials: 143, loss: randomLoss(seed: 4))
        try cluster.run()
        #expect(cluster.didFinish)
        #expect([cluster.trials.count, cluster.proposals.count, cluster.epochCount] == [143, 206, 1581])
    }

    @Test("after bracket 0 the next round begins with the widest bracket again")
    func nextRound() throws {
        var cluster = try SimulatedCluster(
            .hyperband(maximum: 9, eta: 3, formula: .jmlr), workers: 3, trials: 34, loss: randomLoss(seed: 4))
        try cluster.run()
        let brackets = cluster.proposals.compactMap { proposal -> Int? in
            guard case .start(_, let placement) = proposal else { return nil }
            return placement.bracket
        }
        let round = Array(repeating: 2, count: 9) + Array(repeating: 1, count: 5) + Array(repeating: 0, count: 3)
        #expect(brackets == round + round)
        #expect(cluster.epochCount == 2 * 69)
    }

    /// Trials, evaluations (trials summed over rungs) and epochs where trials go on from where they stopped.
    private func totals(_ plan: [BracketPlan]) -> [Int] {
        let epochs = plan.map { bracket in
            let before = [0] + bracket.rungs.map(\.level)
            return zip(bracket.rungs, before).map { $0.trials * ($0.level - $1) }.reduce(0, +)
        }
        return [
            plan.map { $0.rungs[0].trials }.reduce(0, +), plan.flatMap { $0.rungs.map(\.trials) }.reduce(0, +),
            epochs.reduce(0, +),
        ]
    }

    @Test("brackets that begin above 1 are those of the units in which that is 1, wherever they are whole")
    func minimum() throws {
        for formula in HyperbandFormula.allCases {
            let units = try BracketPlan.hyperband(maximum: 27, eta: 3, formula: formula)
            let plan = try BracketPlan.hyperband(minimum: 10, maximum: 270, eta: 3, formula: formula)
            #expect(
                plan
                    == units.map { bracket in
                        BracketPlan(
                            bracket: bracket.bracket,
                            rungs: bracket.rungs.map { RungPlan(level: 10 * $0.level, trials: $0.trials) })
                    })
        }
        let odd = try BracketPlan.hyperband(minimum: 7, maximum: 100, eta: 3, formula: .jmlr)
        #expect(odd.map { $0.rungs.map(\.level) } == [[11, 33, 100], [33, 100], [100]])
        #expect(throws: SearchError.invalidSetting(name: "min", found: "11", wanted: "1 to max, which is 10")) {
            try BracketPlan.hyperband(minimum: 11, maximum: 10, eta: 3, formula: .jmlr)
        }
    }
}
