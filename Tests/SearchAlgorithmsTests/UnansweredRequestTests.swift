import SearchAlgorithms
import Testing
import TuningModel

/// A request that gives no work is in no journal, so it must change nothing.
@Suite("Requests without an answer")
struct UnansweredRequestTests {
    @Test(
        "asking changes no scheduler that has nothing to give, however often",
        arguments: [
            SchedulerSettings.none(maximum: 9), .successiveHalving(minimum: 1, maximum: 9, eta: 3),
            .hyperband(maximum: 9, eta: 3, formula: .jmlr), .asha(minimum: 1, maximum: 9, eta: 3, isGuarded: true),
            .ashaStopping(minimum: 1, maximum: 9, eta: 3), .pasha(minimum: 1, maximum: 9, eta: 3, isGuarded: true),
            .median(maximum: 9, grace: 2, minimumTrials: 2), .curve(maximum: 9, grace: 4, threshold: 0.05),
            .automatic(minimum: 1, maximum: 9, eta: 3),
        ], 1...6 as ClosedRange<UInt64>)
    func unanswered(settings: SchedulerSettings, seed: UInt64) throws {
        let loss = randomLoss(seed: seed)
        var waits = 0
        var cluster = try SimulatedCluster(settings, workers: 10, trials: 25, seed: seed, loss: loss)
        while try cluster.step() {
            var asked = cluster.scheduler
            switch asked.ask() {
            case .wait, .finished:
                waits += 1
                #expect(asked == cluster.scheduler)
            case .start, .resume: continue
            }
        }
        #expect(waits > 0 && cluster.didFinish)
    }
}
