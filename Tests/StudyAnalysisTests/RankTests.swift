import Randomness
import StudyAnalysis
import Testing
import TuningModel

@Suite("Ranks at two rungs")
struct RankTests {
    @Test("have SciPy's coefficients and the intervals of Bonett and Wright")
    func reference() throws {
        for (index, vector) in try AnalysisVectors.read().correlations.enumerated() {
            let rho = try #require(RankCorrelation.spearman(vector.x, vector.y))
            let tau = try #require(RankCorrelation.kendall(vector.x, vector.y))
            let found = [rho.coefficient, rho.low ?? 9, rho.high ?? 9, tau.coefficient, tau.low ?? 9, tau.high ?? 9]
            let wanted = [
                vector.spearman, vector.spearman_low, vector.spearman_high, vector.kendall, vector.kendall_low,
                vector.kendall_high,
            ]
            for (found, wanted) in zip(found, wanted) {
                #expect(abs(found - wanted) < 1e-12, "case \(index): \(found), want \(wanted)")
            }
        }
    }

    @Test("that are not finite are the worst, and what has no order has no correlation")
    func special() throws {
        let losses: [Double] = [1, 2, 3, 4, 5, .nan, .infinity, -.infinity]
        let same = try #require(RankCorrelation.spearman(losses, [1, 2, 3, 4, 5, 6, 6, 6]))
        #expect(same.coefficient == 1)
        #expect((same.low, same.high) == (1, 1))
        #expect(RankCorrelation.kendall(losses, losses.map { -$0 })?.coefficient.isNaN == false)
        #expect(RankCorrelation.spearman([1, 1, 1], [1, 2, 3]) == nil)
        #expect(RankCorrelation.kendall([.nan, .nan], [1, 2]) == nil)
        #expect(RankCorrelation.spearman([1], [1]) == nil)
        let three = try #require(RankCorrelation.spearman([1, 2, 3], [1, 3, 2]))
        #expect(three.low == nil && three.high == nil)
        #expect(three.coefficient == 0.5)
    }

    @Test("give a sentence: good, weak, none, too few")
    func sentences() {
        let losses = (0..<60).map { Double($0 * 37 % 60) }
        let good = RungAgreement(low: 1, high: 9, lower: losses, higher: losses.map { $0 * 2 + 1 }, eta: 3)
        #expect(good.verdict == .good)
        #expect(good.survival == Proportion(20, of: 20))
        #expect(good.sentence == "epoch-1 ranks tell those at epoch 9")
        let noise = RandomStream(seed: 6, purpose: .simulation)
        let other = (0..<60).map { 60 * noise.uniform(at: UInt64($0)) }
        let none = RungAgreement(low: 1, high: 9, lower: losses, higher: other, eta: 3)
        #expect(none.verdict == .noSignal)
        #expect(
            none.sentence
                == "epoch-1 ranks carry no signal on this task that 60 trials could show; raise the scheduler's min")
        let few = RungAgreement(low: 1, high: 9, lower: [1, 2], higher: [2, 1], eta: 3)
        #expect(few.sentence == "2 trials have epochs 1 and 9, too few to compare their ranks")
        let mixed = RungAgreement(
            low: 3, high: 9, lower: losses, higher: zip(losses, other).map { $0 * 0.4 + $1 }, eta: 3)
        #expect(mixed.verdict == .weak, "\(String(describing: mixed.spearman))")
        #expect(RungAgreement(low: 1, high: 3, lower: [], higher: [], eta: 3).survival == Proportion(0, of: 0))
    }

    @Test("of a table compare neighbours, and each rung with the highest, among trials that have both")
    func table() {
        let space = ParameterSpace([float("a", 0, 1)])
        let losses: [[Double?]] = [[1, 2, 3], [2, 1, nil], [3, .nan, 1], [4, nil, nil]]
        let table = RungTable(
            space: space, levels: [1, 3, 9],
            trials: losses.enumerated().map {
                RungTable.Trial(
                    id: TrialID($0), configuration: Configuration([.float(0)]), coordinates: [0], losses: $1)
            })
        #expect(table.agreements(eta: 3).map { [$0.low, $0.high, $0.trials] } == [[1, 3, 3], [3, 9, 2], [1, 9, 2]])
        #expect(table.ranking.map(\.id.rawValue) == [2, 0, 1, 3])
        #expect(table.audit(eta: 3) == nil)
    }
}

@Suite("Proportions and audits")
struct AuditTests {
    @Test("have Wilson's interval")
    func wilson() throws {
        for vector in try AnalysisVectors.read().proportions {
            let interval = Proportion(vector.count, of: vector.total).interval
            #expect(abs(interval.low - vector.low) < 1e-12 && abs(interval.high - vector.high) < 1e-12)
        }
        #expect(Proportion(0, of: 0).share == nil)
        #expect(Proportion(0, of: 0).interval == (0, 1))
    }

    @Test("count the stopped trials that would have been among the best of those that came to the end")
    func audit() {
        let finished: [Double] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, .nan, 0.8]
        // Of nine the best three: better than 0.3.
        let audit = FalseStopAudit(audited: [0.05, 0.25, 0.3, 0.9, .nan, .infinity], finished: finished, eta: 3)
        #expect(audit.falseStops == Proportion(2, of: 6))
        #expect(audit.missedBest == Proportion(1, of: 6))
        let none = FalseStopAudit(audited: [0.1], finished: [], eta: 3)
        #expect(none.falseStops == Proportion(0, of: 0))
    }

    @Test("estimate the rate of all stopped trials without bias")
    func unbiased() {
        // 1,000 stopped trials of which those with losses below the third-best finished one are false stops.
        let finished = (0..<20).map { Double($0) }
        let stopped = (0..<1000).map { Double($0 * 7919 % 1000) / 20 }
        let truth = FalseStopAudit(audited: stopped, finished: finished, eta: 4).falseStops.share ?? -1
        var sum = 0.0
        for group in 0..<20 {
            let sample = stride(from: group, to: 1000, by: 20).map { stopped[$0] }
            sum += FalseStopAudit(audited: sample, finished: finished, eta: 4).falseStops.share ?? -1
        }
        #expect(abs(sum / 20 - truth) < 1e-12)
        #expect(truth == 0.08)
    }

    @Test("add up for the normal distribution as SciPy's do")
    func normal() throws {
        for vector in try AnalysisVectors.read().normal {
            let found = NormalDistribution.cumulative(vector.x)
            #expect(abs(found - vector.cumulative) <= 1e-12 * vector.cumulative, "\(vector.x): \(found)")
        }
        #expect(NormalDistribution.cumulative(.nan).isNaN)
    }
}
