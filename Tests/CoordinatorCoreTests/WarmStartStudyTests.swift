import CoordinatorCore
import SearchAlgorithms
import Testing
import TuningModel

@Suite("Studies that recall earlier ones")
struct WarmStartStudyTests {
    private static func rate(_ value: Double) -> Configuration { Configuration([.float(value)]) }

    private static func recollection(_ losses: [(rate: Double, loss: Double)], number: Int = 0) -> Recollection {
        Recollection(
            study: "earlier", number: number, isSameData: true,
            trials: losses.map { rate, loss in
                .init(configuration: Self.rate(rate), observations: [.init(level: 9, loss: loss)])
            })
    }

    private static func definition(_ searcher: SearcherSettings) -> StudyDefinition {
        var definition = Studies.definition(Studies.asha, trials: 30, searcher: searcher)
        definition.tryFirst = [Self.rate(0.5), Self.rate(0.02)]
        definition.warmStart = WarmStartSettings(studies: ["a", "b"], tryBest: 3)
        return definition
    }

    private static func started(_ state: inout StudyState, _ count: Int) -> [Configuration] {
        let worker = WorkerID("w")
        _ = state.apply(.workerJoined(worker, name: "w", slots: 100), at: .zero)
        return (0..<count).compactMap { _ in
            for case .started(_, _, let configuration, _) in state.apply(.workRequested(worker), at: .zero) {
                return configuration
            }
            return nil
        }
    }

    @Test("the study file's own configurations come first, then the best of earlier studies, each once")
    func order() throws {
        var state = try StudyState(Self.definition(.random))
        let first = Self.recollection([(0.1, 3), (0.2, 1), (0.02, 2), (7, 0)])
        #expect(state.apply(.recalled(first), at: .zero).isEmpty)
        _ = state.apply(.recalled(Self.recollection([(0.3, 9)], number: 1)), at: .zero)
        var cold = try StudyState(Self.definition(.random))
        let found = Self.started(&state, 6)
        let own = Self.started(&cold, 4)
        // 7 is outside of the range; 0.02 is the second best of the first study, and in the list already.
        #expect(Array(found.prefix(4)) == [0.5, 0.02, 0.2, 0.3].map(Self.rate))
        #expect(Array(found.suffix(2)) == Array(own.suffix(2)), "the searcher's own begin with its first")
        #expect(state.recollections.map(\.trials.count) == [3, 1])
    }

    @Test("what comes after the first trial is not recalled")
    func late() throws {
        var state = try StudyState(Self.definition(.tpe(TPESettings())))
        _ = Self.started(&state, 1)
        let before = state
        #expect(state.apply(.recalled(Self.recollection([(0.1, 3)])), at: .zero).isEmpty)
        #expect(state == before)
    }

    @Test("a study is derived again from its journal, which holds what it recalls")
    func replay() throws {
        for searcher in [SearcherSettings.tpe(TPESettings()), .automatic, .genetic(GeneticSettings())] {
            let definition = Self.definition(searcher)
            let recollection = Self.recollection((1...12).map { (0.004 * Double($0), abs(Double($0) - 7)) })
            var state = try StudyState(definition)
            var journal = [JournalRecord(time: .zero, event: .recalled(recollection), decisions: [])]
            _ = state.apply(.recalled(recollection), at: .zero)
            let worker = WorkerID("w")
            func handle(_ event: StudyEvent) -> [StudyDecision] {
                let decisions = state.apply(event, at: .zero)
                journal.append(JournalRecord(time: .zero, event: event, decisions: decisions))
                return decisions
            }
            _ = handle(.workerJoined(worker, name: "w", slots: 1))
            while !state.isFinished {
                _ = handle(.workRequested(worker))
                guard let trial = state.trials.first(where: { $0.openAttempt != nil }) else { break }
                let reports = (trial.epochs + 1...trial.placement.level).map { Studies.report(trial.id, $0) }
                _ = handle(.reported(trial.currentAttempt, reports))
                _ = handle(
                    .attemptEnded(
                        trial.currentAttempt, AttemptEnd(outcome: .finished, epoch: trial.placement.level)))
            }
            #expect(state.isFinished && state.trials.count == 30)
            var again = try StudyState(definition)
            for record in journal { #expect(again.apply(record.event, at: record.time) == record.decisions) }
            #expect(again == state)
            var read = try StudyState(definition)
            for record in journal {
                #expect(read.apply(record.event, at: record.time, recorded: record.decisions) == record.decisions)
            }
            #expect(read == state)
            var forgetful = try StudyState(definition)
            let differs = journal.dropFirst().contains {
                forgetful.apply($0.event, at: $0.time) != $0.decisions
            }
            #expect(differs, "\(searcher) does the same without what it recalls")
        }
    }

    @Test("losses of an earlier study are read at the later one's levels, for its objectives and its constraints")
    func gathering() throws {
        var definition = Studies.definition(.none(maximum: 6), trials: 4)
        let worker = WorkerID("w")
        var earlier = try StudyState(definition)
        definition.scheduler = .successiveHalving(minimum: 2, maximum: 8, eta: 2)
        definition.constraints = [Constraint(metric: .validationLoss, atMost: 4)]
        var gathered = EarlierTrials(for: try StudyState(definition))
        func handle(_ event: StudyEvent) {
            let decisions = earlier.apply(event, at: .zero)
            gathered.take(JournalRecord(time: .zero, event: event, decisions: decisions))
        }
        handle(.workerJoined(worker, name: "w", slots: 4))
        for _ in 0..<4 { handle(.workRequested(worker)) }
        // The first one to its end, and twice; the second diverges, the third loses patience, the fourth is on its way.
        for _ in 0..<2 {
            handle(
                .reported(
                    AttemptID(trial: TrialID(0), number: 1),
                    (1...6).map { Studies.report(TrialID(0), $0, loss: Double(10 - $0)) }))
        }
        handle(
            .reported(AttemptID(trial: TrialID(1), number: 1), (1...2).map { Studies.report(TrialID(1), $0, loss: 4) }))
        handle(
            .reported(
                AttemptID(trial: TrialID(1), number: 1), [Studies.report(TrialID(1), 3, status: .diverged, loss: .nan)])
        )
        handle(.reported(AttemptID(trial: TrialID(2), number: 1), [Studies.report(TrialID(2), 1, loss: 3)]))
        handle(
            .reported(
                AttemptID(trial: TrialID(2), number: 1),
                [Studies.report(TrialID(2), 2, status: .finishedEarly, loss: 2)]))
        handle(
            .reported(AttemptID(trial: TrialID(3), number: 1), (1...5).map { Studies.report(TrialID(3), $0, loss: 1) }))
        let trials = gathered.trials(of: earlier)
        #expect(trials.map(\.configuration) == earlier.trials.map(\.configuration))
        let losses = trials.map { $0.observations.map { [Double($0.level), $0.loss] } }
        #expect(losses == [[[2, 8], [4, 6]], [[2, 4], [4, .infinity]], [[2, 2], [4, 2]], [[2, 1], [4, 1]]])
        #expect(abs(trials[0].observations[1].seconds - 0.004) < 1e-12)
        #expect(
            trials[0].observations.map(\.violation) == [1, 0.5]
                && trials[3].observations.allSatisfy { $0.violation == 0 })
    }
}
