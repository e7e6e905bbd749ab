import CoordinatorCore
import SearchAlgorithms
import Testing
import TuningModel

/// Rungs that are counted in seconds, samples and networks.
@Suite("A resource other than epochs")
struct ResourceTests {
    /// A worker that trains what it is given, one trial at a time.
    private struct Training {
        var study: StudyState
        /// All events with their decisions, as a journal has them.
        var journal: [JournalRecord] = []
        /// For each trial what its epochs reported.
        var reports: [[EpochReport]] = []
        /// Epochs that were trained in one go, attempt by attempt in the order of their ends.
        var parts: [Int] = []

        init(_ definition: StudyDefinition) throws { self.study = try StudyState(definition) }

        @discardableResult
        mutating func apply(_ event: StudyEvent) -> [StudyDecision] {
            let decisions = self.study.apply(event, at: .zero)
            self.journal.append(JournalRecord(time: .zero, event: event, decisions: decisions))
            #expect(self.study.brokenInvariant() == nil)
            return decisions
        }

        /// Lets as many workers take turns, an epoch each, until the study is over.
        mutating func run(
            workers: Int = 1, endsAtNetworks: Bool = false, _ report: (Int, Int) -> EpochReport
        ) {
            var work: [AttemptID?] = Array(repeating: nil, count: workers)
            var trained = Array(repeating: 0, count: workers)
            var steps = 0
            while !self.study.isFinished, steps < 20_000 {
                for worker in work.indices {
                    steps += 1
                    guard let attempt = work[worker] else {
                        work[worker] = self.begun(self.apply(.workRequested(WorkerID("\(worker)"))))
                        trained[worker] = 0
                        continue
                    }
                    guard let record = self.study.record(of: attempt.trial), let open = record.openAttempt else {
                        continue
                    }
                    let next = report(attempt.trial.rawValue, record.epochs + 1)
                    while self.reports.count <= attempt.trial.rawValue { self.reports.append([]) }
                    self.reports[attempt.trial.rawValue].append(next)
                    trained[worker] += 1
                    self.apply(.reported(attempt, [next]))
                    let isEnd = endsAtNetworks && next.metrics[.trainNetworks] != record.metrics[.trainNetworks] ?? 0
                    guard
                        next.epoch == open.targetEpoch || isEnd
                            || self.study.record(of: attempt.trial)?.state != .running
                    else { continue }
                    self.apply(.attemptEnded(attempt, AttemptEnd(outcome: .finished, epoch: next.epoch)))
                    work[worker] = nil
                    self.parts.append(trained[worker])
                }
            }
            #expect(self.study.isFinished)
        }

        private func begun(_ decisions: [StudyDecision]) -> AttemptID? {
            for decision in decisions {
                switch decision {
                case .started(let trial, _, _, _): return AttemptID(trial: trial, number: 1)
                case .promoted(let attempt, _, _, _), .retried(let attempt, _, _): return attempt
                default: continue
                }
            }
            return nil
        }
    }

    private static func definition(
        _ resource: Resource, _ scheduler: SchedulerSettings, epochs: Int, trials: Int = 27
    ) -> StudyDefinition {
        var definition = Studies.definition(scheduler, trials: trials)
        definition.resource = resource
        definition.epochLimit = epochs
        return definition
    }

    private static let asha = SchedulerSettings.asha(minimum: 2, maximum: 18, eta: 3, isGuarded: true)

    /// Epochs of 0.25 to 3 seconds, by trial.
    private static func seconds(_ trial: Int) -> Double { [0.25, 0.5, 1, 3][trial % 4] }

    private static func report(_ trial: Int, _ epoch: Int, seconds: Double, _ more: [MetricValue] = []) -> EpochReport {
        EpochReport(
            epoch: epoch, metrics: [MetricValue(.validationLoss, Studies.loss(TrialID(trial), epoch))] + more,
            seconds: seconds)
    }

    @Test(
        "seconds: a trial is compared after the first epoch at which it has used a rung's time, and trains no epoch beyond"
    )
    func seconds() throws {
        var training = try Training(Self.definition(.seconds, Self.asha, epochs: 1000))
        training.run { trial, epoch in Self.report(trial, epoch, seconds: Self.seconds(trial)) }
        let study = training.study
        #expect(study.trials.count == 27 && study.incumbent?.level == 18)
        for trial in study.trials {
            let epoch = Self.seconds(trial.id.rawValue)
            let rung = try #require([2.0, 6, 18].last { $0 <= trial.seconds })
            // The first epoch that reaches a rung is the last one.
            #expect(trial.seconds - epoch < rung && trial.level == Int(trial.seconds))
            #expect(trial.epochs == Int((rung / epoch).rounded(.up)))
        }
        let counts = [2, 6, 18].map { rung in study.trials.count { $0.seconds >= Double(rung) } }
        #expect(counts == [27, 9, 3])
    }

    @Test("seconds: reasons count seconds")
    func wording() throws {
        var training = try Training(Self.definition(.seconds, Self.asha, epochs: 1000, trials: 9))
        training.run { trial, epoch in Self.report(trial, epoch, seconds: 1) }
        let reasons = training.study.trials.map(\.reason.text)
        let last = "trained to 18 s, the last rung"
        #expect(reasons.filter { $0 == last || $0.contains(" at 2 s, ") || $0.contains(" at 6 s, ") } == reasons)
        #expect(reasons.contains { $0.contains("at 2 s, ") } && !reasons.contains { $0.contains("epoch") })
    }

    @Test("seconds: a trial that has all the epochs it may have is complete, and compared with those at the top")
    func limit() throws {
        var training = try Training(Self.definition(.seconds, .none(maximum: 10), epochs: 6, trials: 3))
        training.run { trial, epoch in Self.report(trial, epoch, seconds: [1, 4, 20][trial]) }
        let trials = training.study.trials
        #expect(trials.map(\.epochs) == [6, 3, 1] && trials.map(\.state) == [.complete, .complete, .complete])
        #expect(trials[0].reason == "trained for 6 epochs, the most that a trial may have")
        #expect(trials[1].reason == "trained to 10 s, the last rung")
        let best = try #require(training.study.incumbent)
        #expect(best.level == 10 && best.trial == TrialID(0))
    }

    @Test("seconds: one long epoch passes several rungs at once")
    func severalRungs() throws {
        let stopping = SchedulerSettings.ashaStopping(minimum: 2, maximum: 18, eta: 3)
        var training = try Training(Self.definition(.seconds, stopping, epochs: 1000, trials: 4))
        training.run { trial, epoch in Self.report(trial, epoch, seconds: 7) }
        // The first passes both rungs with its first epoch; each other one is worse than it or better.
        let losses = (0..<4).map { Studies.loss(TrialID($0), 1) }
        let best = losses.indices.map { trial in losses[...trial].min() == losses[trial] }
        #expect(training.study.trials.map { $0.epochs == 3 } == best)
    }

    @Test("seconds: an epoch that is longer than the next rung is as good there, and none is trained again")
    func longEpochs() throws {
        var training = try Training(Self.definition(.seconds, Self.asha, epochs: 100, trials: 9))
        training.run { trial, epoch in Self.report(trial, epoch, seconds: 7) }
        // One epoch is 7 s, above the rungs at 2 and 6 s; three are 21 s, above the last one.
        #expect(training.study.trials.map(\.epochs).sorted() == [1, 1, 1, 1, 1, 1, 1, 1, 3])
        #expect(training.study.trials.count { $0.reason.text.contains(" at 6 s, ") } == 2)
        #expect(training.study.trials.count { $0.reason.text.contains(" at 2 s, ") } == 6)
    }

    @Test("seconds: what a broken clock or a foreign worker tells traps nothing, and the most epochs end it")
    func hostileSeconds() throws {
        for seconds in [0, -1, .nan, .infinity, 1e300, -.infinity, .leastNonzeroMagnitude] as [Double] {
            var training = try Training(Self.definition(.seconds, Self.asha, epochs: 5, trials: 4))
            training.run { trial, epoch in Self.report(trial, epoch, seconds: seconds) }
            let isLong = seconds > 1
            #expect(training.study.trials.allSatisfy { $0.epochs == (isLong ? 1 : 5) }, "\(seconds)")
        }
    }

    @Test(
        "seconds are given at once: a worker ends where they are used up, and no epoch of a budget is promised for nothing"
    )
    func parts() throws {
        var training = try Training(Self.definition(.seconds, .none(maximum: 1000), epochs: 100_000, trials: 1))
        training.apply(.workRequested(WorkerID("a")))
        let dataset = try #require(Studies.dataset)
        let first = try #require(
            training.study.assignment(of: TrialID(0), dataset: dataset, datasetByteCount: 1))
        #expect(first.targetEpoch == 100_000 && first.timeLimit == 1000 * (1 - 1e-12))
        training.apply(.reported(first.attempt, [Self.report(0, 1, seconds: 400)]))
        let again = try #require(
            training.study.assignment(of: TrialID(0), dataset: dataset, datasetByteCount: 1))
        #expect(again.ledgerEpoch == 1 && again.timeLimit == 600 * (1 - 1e-12))

        var definition = Self.definition(.seconds, .none(maximum: 1000), epochs: 100_000, trials: 1)
        definition.budget.epochs = 2000
        var frugal = try Training(definition)
        frugal.run { _, epoch in Self.report(0, epoch, seconds: 1) }
        #expect(frugal.parts == [1, 999])
    }

    @Test(
        "samples: a rung is reached with the epoch that has seen as many, in at most two parts", arguments: [1, 3, 8])
    func samples(workers: Int) throws {
        let scheduler = SchedulerSettings.asha(minimum: 1000, maximum: 9000, eta: 3, isGuarded: true)
        var training = try Training(Self.definition(.samples, scheduler, epochs: 100))
        training.run(workers: workers) { trial, epoch in
            Self.report(trial, epoch, seconds: 1, [MetricValue(.trainSamples, 400)])
        }
        // 1,000, 3,000 and 9,000 samples are 3, 8 and 23 epochs of 400.
        #expect(Set(training.study.trials.map(\.epochs)) == [3, 8, 23])
        #expect(training.study.trials.contains { $0.reason == "trained to 9000 samples, the last rung" })
        #expect(training.study.trials.allSatisfy { $0.attempts <= 4 })
    }

    @Test("samples: synchronous halving gives the same trials whatever the number of workers")
    func sameSamples() throws {
        let scheduler = SchedulerSettings.successiveHalving(minimum: 1000, maximum: 9000, eta: 3)
        let studies = try [1, 8, 64].map { workers in
            var training = try Training(Self.definition(.samples, scheduler, epochs: 100))
            training.run(workers: workers) { trial, epoch in
                Self.report(trial, epoch, seconds: 1, [MetricValue(.trainSamples, 400)])
            }
            return training.study.trials.map { "\($0.configuration) \($0.epochs) \($0.state) \($0.metrics)" }
        }
        #expect(studies[0].count == 27 && studies[1] == studies[0] && studies[2] == studies[0])
    }

    @Test("repeats: a rung has as many networks, however many epochs each took, and no end of one is a crash")
    func repeats() throws {
        let scheduler = SchedulerSettings.asha(minimum: 1, maximum: 9, eta: 3, isGuarded: true)
        // Even trials are out of patience after 3 of 5 epochs of each network.
        func length(_ trial: Int) -> Int { trial.isMultiple(of: 2) ? 3 : 5 }
        var training = try Training(Self.definition(.repeats, scheduler, epochs: 5))
        training.run(workers: 4, endsAtNetworks: true) { trial, epoch in
            Self.report(
                trial, epoch, seconds: 1, [MetricValue(.trainNetworks, Double(epoch / length(trial)))])
        }
        let trials = training.study.trials
        #expect(trials.allSatisfy { [1, 3, 9].contains($0.level) && $0.epochs == $0.level * length($0.id.rawValue) })
        #expect(Set(trials.map(\.level)) == [1, 3, 9] && trials.allSatisfy { $0.crashes == 0 })
        #expect(training.study.incumbent?.level == 9)
        #expect(training.parts.allSatisfy { $0 <= 5 })
    }

    @Test("a worker that ends attempts with nothing to show counts as one that crashes", arguments: Resource.allCases)
    func crash(resource: Resource) throws {
        var training = try Training(Self.definition(resource, Self.asha, epochs: 5, trials: 1))
        training.apply(.workRequested(WorkerID("a")))
        let attempt = AttemptID(trial: TrialID(0), number: 1)
        let report = Self.report(0, 1, seconds: 1, [MetricValue(.trainNetworks, 1)])
        if resource != .epochs {
            // One epoch is a part of what was given.
            training.apply(.reported(attempt, [report]))
            training.apply(.attemptEnded(attempt, AttemptEnd(outcome: .finished, epoch: 1)))
            #expect(training.study.record(of: TrialID(0))?.crashes == 0)
            training.apply(.workRequested(WorkerID("a")))
        }
        var numbers = 0
        while let record = training.study.record(of: TrialID(0)), record.openAttempt != nil, numbers < 10 {
            numbers += 1
            training.apply(
                .attemptEnded(record.currentAttempt, AttemptEnd(outcome: .finished, epoch: record.epochs)))
            training.apply(.workRequested(WorkerID("a")))
        }
        let trial = try #require(training.study.record(of: TrialID(0)))
        #expect(numbers == 3 && trial.state == .failed && trial.crashes == 3)
    }

    @Test("a trial that reaches a rung with its last epoch goes on from there without another one")
    func lastEpoch() throws {
        // Steps of a second: the rung at 6 s is the last epoch.
        var definition = Self.definition(.seconds, Self.asha, epochs: 6, trials: 27)
        definition.auditShare = 0.3
        var training = try Training(definition)
        training.run { trial, epoch in Self.report(trial, epoch, seconds: 1) }
        let trials = training.study.trials
        let plain = trials.filter { $0.auditedFrom == nil }
        #expect(plain.allSatisfy { $0.epochs == 2 || $0.epochs == 6 })
        let complete = plain.filter { $0.state == .complete }
        #expect(complete.count == 3)
        #expect(complete.allSatisfy { $0.reason == "trained for 6 epochs, the most that a trial may have" })
        #expect(training.study.incumbent?.level == 18 && training.study.incumbent?.epoch == 6)
        let audited = trials.filter { $0.auditedFrom != nil }
        #expect(audited.contains { $0.auditedFrom == 6 } && audited.contains { $0.auditedFrom == 2 })
        #expect(audited.allSatisfy { $0.epochs == 6 && $0.state == .complete })
    }

    @Test("an audit of a trial that has used all when it is given up trains nothing")
    func auditOfLongEpochs() throws {
        var definition = Self.definition(.seconds, Self.asha, epochs: 100)
        definition.auditShare = 1
        var training = try Training(definition)
        training.run { trial, epoch in Self.report(trial, epoch, seconds: 30) }
        let trials = training.study.trials
        #expect(trials.allSatisfy { $0.epochs == 1 && $0.state == .complete })
        #expect(trials.count { $0.reason == "audit: at its end though given up at epoch 1" } == 24)
    }

    @Test("a budget of epochs is spent and never passed", arguments: [Resource.seconds, .samples])
    func budget(resource: Resource) throws {
        var definition = Self.definition(resource, Self.asha, epochs: 100, trials: 1000)
        definition.budget.epochs = 50
        var training = try Training(definition)
        training.run(workers: 3) { trial, epoch in
            Self.report(trial, epoch, seconds: 0.3, [MetricValue(.trainSamples, 1)])
        }
        #expect(training.study.epochCount == 50)
    }

    @Test("audits are trained to the end of the resource", arguments: [Resource.seconds, .samples])
    func audits(resource: Resource) throws {
        var definition = Self.definition(resource, Self.asha, epochs: 100)
        definition.auditShare = 0.5
        var training = try Training(definition)
        training.run { trial, epoch in
            Self.report(trial, epoch, seconds: Self.seconds(trial), [MetricValue(.trainSamples, 1)])
        }
        let audited = training.study.trials.filter { $0.auditedFrom != nil }
        #expect(audited.count > 3 && audited.allSatisfy { $0.state == .complete && $0.level >= 18 })
    }

    @Test("a journal read again gives the same study and the same decisions", arguments: Resource.allCases)
    func replay(resource: Resource) throws {
        let definition = Self.definition(resource, Self.asha, epochs: 40)
        var training = try Training(definition)
        training.run(workers: 3, endsAtNetworks: resource.countsNetworks) { trial, epoch in
            Self.report(
                trial, epoch, seconds: Self.seconds(trial),
                [MetricValue(.trainSamples, 3), MetricValue(.trainNetworks, Double(epoch / 40))])
        }
        var again = try StudyState(definition)
        for record in training.journal {
            #expect(again.apply(record.event, at: record.time) == record.decisions)
        }
        #expect(again == training.study)
    }

    @Test("a later study reads the losses of an earlier one at its own levels, whatever either counts")
    func warmStart() throws {
        var earlier = try Training(Self.definition(.seconds, Self.asha, epochs: 30, trials: 9))
        earlier.run { trial, epoch in
            // The sixth has all its epochs before any rung.
            Self.report(
                trial, epoch, seconds: trial == 5 ? 0.01 : Self.seconds(trial), [MetricValue(.trainSamples, 100)])
        }
        let places = [
            (Resource.seconds, 6), (.epochs, 2), (.samples, 600), (.repeats, 1),
        ].map { resource, level in
            var definition = Self.definition(resource, .none(maximum: level), epochs: 40)
            if resource == .epochs { definition.epochLimit = nil }
            return (resource, level, definition)
        }
        for (resource, level, definition) in places {
            var gathered = EarlierTrials(for: try StudyState(definition))
            for record in earlier.journal { gathered.take(record) }
            let found = gathered.trials(of: earlier.study).map(\.observations)
            for (trial, reports) in earlier.reports.enumerated() {
                var wanted: [SearchHistory.Observation] = []
                for count in 1...reports.count {
                    let seconds = reports.prefix(count).reduce(0) { $0 + $1.seconds }
                    let reached =
                        switch resource {
                        case .seconds: Int(seconds)
                        case .epochs: count
                        case .samples: count * 100
                        case .repeats, .folds: 0
                        }
                    guard wanted.isEmpty, reached >= level else { continue }
                    wanted = [.init(level: level, loss: Studies.loss(TrialID(trial), count), seconds: seconds)]
                }
                if resource == .seconds, trial == 5 {
                    // It never comes to the level, and was to be compared before it.
                    #expect(found[trial].isEmpty)
                } else {
                    #expect(found[trial] == wanted, "\(resource) \(trial)")
                }
            }
        }
    }

    @Test("a later study that counts what the earlier one did not learns nothing of it, its failures neither")
    func uncounted() throws {
        var earlier = try Training(Self.definition(.seconds, Self.asha, epochs: 30, trials: 9))
        earlier.run { trial, epoch in
            let status: EpochReport.Status = trial == 3 ? .diverged : .normal
            return EpochReport(
                epoch: epoch, status: status, metrics: [MetricValue(.validationLoss, status == .diverged ? .nan : 1)],
                seconds: 1)
        }
        #expect(earlier.study.trials[3].status == .diverged)
        var gathered = EarlierTrials(for: try StudyState(Self.definition(.samples, Self.asha, epochs: 30)))
        for record in earlier.journal { gathered.take(record) }
        #expect(gathered.trials(of: earlier.study).allSatisfy { $0.observations.isEmpty })
    }

    @Test("several objectives are ranked at a resource's rungs too")
    func objectives() throws {
        var definition = Self.definition(.seconds, Self.asha, epochs: 100)
        definition.furtherObjectives = [Objective(metric: .validationAccuracy, direction: .maximize)]
        var training = try Training(definition)
        training.run { trial, epoch in
            Self.report(
                trial, epoch, seconds: Self.seconds(trial), [MetricValue(.validationAccuracy, Double(trial % 10) / 10)])
        }
        #expect(training.study.front.first?.level == 18)
        #expect(training.study.trials.allSatisfy { $0.seconds - Self.seconds($0.id.rawValue) < 18 })
    }
}
