import Randomness
import Testing
import TuningModel

@testable import SearchAlgorithms

@Suite("MOBSTER: one model for all levels")
struct JointModelTests {
    private static let space = ParameterSpace([Parameter(name: "x", domain: .float(FloatRange(low: 0, high: 1)))])
    private static let levels = [1, 3, 9]

    /// A loss that falls from level to level, with its best place at 0.7.
    private static func loss(_ x: Double, _ level: Int) -> Double { (x - 0.7) * (x - 0.7) + 5 / Double(level) }

    /// Trials spread evenly; the best of them are seen at higher levels too, and only they.
    private static func history(_ count: Int, promoted: [Int]) -> SearchHistory {
        var history = SearchHistory(space: self.space, levels: self.levels)
        for trial in 0..<count {
            history.start(Configuration([.float((Double(trial) + 0.5) / Double(count))]), bracket: 0, target: 1)
        }
        for (number, level) in self.levels.enumerated() {
            let order = (0..<count).sorted { left, right in
                abs((Double(left) + 0.5) / Double(count) - 0.7) < abs((Double(right) + 0.5) / Double(count) - 0.7)
            }
            for trial in number == 0 ? Array(0..<count) : Array(order.prefix(promoted[number - 1])) {
                let x = (Double(trial) + 0.5) / Double(count)
                history.observe(TrialID(trial), .init(level: level, loss: self.loss(x, level)))
            }
        }
        for trial in 0..<count { history.rest(TrialID(trial)) }
        return history
    }

    @Test("what few good trials show at a high level is not taken for the average there")
    func offsets() throws {
        let history = Self.history(27, promoted: [9, 3])
        var model = JointModel(KernelFeatures(Self.space))
        model.update(history)
        let process = try #require(model.process)
        #expect(process.count == 39)
        // The same order of places at the highest level, where only those around 0.7 were seen.
        let surrogate = SurrogateEnsemble(members: [.init(process: process, weight: 1, further: [1])])
        let means = surrogate.means([[0.05], [0.3], [0.5], [0.7]])
        #expect(means == means.sorted(by: >), "\(means)")
        #expect(means[0] - means[3] > 1.5)
        let best = model.best(2, at: 2)
        #expect(best.allSatisfy { abs((Double($0) + 0.5) / 27 - 0.7) < 0.06 } && best.count == 2)
        #expect(JointModel.place(1, in: Self.levels) == 0.5)
    }

    @Test("trials that run are held to come out as expected at the level they are heading for")
    func pending() throws {
        var history = Self.history(18, promoted: [6, 2])
        history.resume(TrialID(0), target: 3)
        history.start(Configuration([.float(0.123)]), bracket: 0, target: 1)
        var model = JointModel(KernelFeatures(Self.space))
        model.update(history)
        let before = try #require(model.process)
        model.pend(history)
        let after = try #require(model.process)
        #expect(after.pendingCount == 2)
        let x = SurrogateEnsemble.lanes([[0.123, 0], [(0.5 / 18), 0.5]])
        let (known, fantasised) = (before.predict(x), after.predict(x))
        for lane in 0..<2 {
            #expect(abs(known.mean[lane] - fantasised.mean[lane]) < 1e-6)
            #expect(fantasised.variance[lane] < known.variance[lane])
        }
        model.update(history)
        #expect(model.process?.pendingCount == 0)
    }

    @Test("suggestions gather where the highest level is best, though it was seen in few places")
    func suggestions() throws {
        var searcher = try Searcher(
            .mobster(GaussianProcessSettings()), space: Self.space, seed: 4, levels: Self.levels)
        var near = 0
        for number in 0..<40 {
            let trial = TrialID(number)
            let suggestion = searcher.suggest(trial, target: 1)
            let x = try #require(suggestion?.values[0]?.number)
            searcher.start(Configuration([.float(x)]), bracket: 0, target: 1)
            for level in Self.levels.prefix(number % 9 == 0 ? 3 : number % 3 == 0 ? 2 : 1) {
                searcher.observe(trial, .init(level: level, loss: Self.loss(x, level)))
            }
            searcher.rest(trial)
            if number >= 20, abs(x - 0.7) < 0.05 { near += 1 }
        }
        #expect(near >= 12, "\(near) of 20")
    }
}
