import SearchAlgorithms
import Testing
import TuningModel

@Suite("ASHA by promotion")
struct AshaPromotionTests {
    private struct Unexpected: Error {}

    private func started(_ count: Int, isGuarded: Bool = true) throws -> Scheduler {
        var scheduler = try Scheduler(.asha(minimum: 1, maximum: 9, eta: 3, isGuarded: isGuarded))
        for trial in 0..<count {
            #expect(scheduler.ask() == .start(TrialID(trial), Placement(bracket: 0, rung: 0, level: 1)))
        }
        return scheduler
    }

    @Test("a trial out of patience counts, keeps its rank, is never promoted and blocks nobody")
    func outOfPatience() throws {
        for isGuarded in [true, false] {
            var scheduler = try self.started(6, isGuarded: isGuarded)
            #expect(try scheduler.retire(TrialID(0), loss: 0).isEmpty)
            for trial in 1..<6 { _ = try scheduler.tell(TrialID(trial), level: 1, loss: Double(trial)) }
            guard
                case .resume(TrialID(1), _, "rank 2 of 6 at 1 epoch, promoted to 3; loss 1, cut-off 1") =
                    scheduler.ask()
            else {
                throw Unexpected()
            }
            // Trial 2 is the third of six, of which two may go on.
            guard case .start(TrialID(6), _) = scheduler.ask() else { throw Unexpected() }
        }
    }

    @Test("a trial that ends between rungs takes its place in the one above it")
    func retiredOnTheWay() throws {
        var scheduler = try self.started(9)
        for trial in 0..<9 { _ = try scheduler.tell(TrialID(trial), level: 1, loss: Double(trial)) }
        for _ in 0..<3 { _ = scheduler.ask() }
        _ = try scheduler.tell(TrialID(0), level: 2, loss: 0)
        _ = try scheduler.retire(TrialID(0), loss: .nan)
        for trial in 1...2 {
            for epoch in 2...3 { _ = try scheduler.tell(TrialID(trial), level: epoch, loss: Double(trial)) }
        }
        guard case .resume(TrialID(1), let place, let reason) = scheduler.ask() else { throw Unexpected() }
        #expect(place == Placement(bracket: 0, rung: 2, level: 9))
        #expect(reason == "rank 1 of 3 at 3 epochs, promoted to 9; loss 1, cut-off 1")
    }

    @Test("closed, it promotes what may go on, waits while something runs, and then is finished")
    func closing() throws {
        var scheduler = try self.started(4)
        for trial in 0..<2 { _ = try scheduler.tell(TrialID(trial), level: 1, loss: Double(trial)) }
        #expect(scheduler.close().isEmpty)
        #expect(scheduler.ask() == .wait)
        _ = try scheduler.tell(TrialID(2), level: 1, loss: -1)
        guard case .resume(TrialID(2), _, _) = scheduler.ask() else { throw Unexpected() }
        _ = try scheduler.retire(TrialID(3), loss: .nan)
        #expect(scheduler.ask() == .wait)
        for epoch in 2...3 { _ = try scheduler.tell(TrialID(2), level: epoch, loss: 0) }
        #expect(scheduler.ask() == .finished)
        #expect(scheduler.fate(of: TrialID(2)) == "rank 1 of 1 at 3 epochs, 0 went on of at most 0 (eta 3); loss 0")
    }

    @Test("the guard counts promotions given out, although none has come back")
    func guardCount() throws {
        // Each new trial is the best so far: without the guard the fourth and the fifth go on as well.
        for (isGuarded, wanted) in [(true, [2]), (false, [2, 3, 4])] {
            var scheduler = try Scheduler(.asha(minimum: 1, maximum: 9, eta: 3, isGuarded: isGuarded))
            var promoted: [Int] = []
            for trial in 0..<5 {
                guard case .start(TrialID(trial), _) = scheduler.ask() else { throw Unexpected() }
                _ = try scheduler.tell(TrialID(trial), level: 1, loss: -Double(trial))
                var copy = scheduler
                if case .resume(let best, _, _) = copy.ask() {
                    promoted.append(best.rawValue)
                    scheduler = copy
                }
            }
            #expect(promoted == wanted)
        }
    }
}
