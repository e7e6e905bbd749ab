import SearchAlgorithms
import Testing
import TuningModel

private struct SequenceFile<Sequence: Decodable>: Decodable { let sequences: [Sequence] }

private struct StoppingSequence: Decodable {
    struct Step: Decodable {
        let trial: Int
        let rung: Int
        let loss: VectorLoss
        let goesOn: Bool
        enum CodingKeys: String, CodingKey {
            case trial, rung, loss
            case goesOn = "goes_on"
        }
    }
    let name: String
    let rungs: [Int]
    let eta: Int
    let steps: [Step]
}

private struct ProgressiveSequence: Decodable {
    struct Job: Decodable {
        let start: Int?
        let resume: Int?
        let epochs: Int
        let rung: Int
    }
    struct Report: Decodable {
        let trial: Int
        let rung: Int
        let losses: [Double]
        let top: Int
    }
    struct Step: Decodable {
        let ask: Job?
        let tell: Report?
    }
    let name: String
    let rungs: [Int]
    let eta: Int
    let guarded: Bool
    let steps: [Step]

    enum CodingKeys: String, CodingKey {
        case name, rungs, eta, steps
        case guarded = "guard"
    }
}

private struct MedianSequence: Decodable {
    struct Step: Decodable {
        let trial: Int
        let loss: VectorLoss
        let goesOn: Bool
        enum CodingKeys: String, CodingKey {
            case trial, loss
            case goesOn = "goes_on"
        }
    }
    let name: String
    let maximum: Int
    let grace: Int
    let minimumTrials: Int
    let workers: Int
    let steps: [Step]

    enum CodingKeys: String, CodingKey {
        case name, maximum, grace, workers, steps
        case minimumTrials = "min_trials"
    }
}

/// Conversations written by slow, independent readings of the papers: Vectors/make_scheduler_vectors.py.
@Suite("Schedulers answer the vectors word for word")
struct SchedulerVectorTests {
    @Test("ASHA by stopping with several workers", arguments: 0..<10)
    func stopping(number: Int) throws {
        let file: SequenceFile<StoppingSequence> = try vectors("asha-stopping-more")
        #expect(file.sequences.count == 10)
        let sequence = file.sequences[number]
        let last = try #require(sequence.rungs.last)
        var scheduler = try Scheduler(
            .ashaStopping(minimum: sequence.rungs[0], maximum: last * sequence.eta, eta: sequence.eta))
        #expect(scheduler.plan[0].rungs.map(\.level) == sequence.rungs + [last * sequence.eta])
        for step in sequence.steps where step.rung == 0 {
            // The vectors start trials in order; when makes no difference to this rule.
            if step.trial >= 0 { _ = scheduler.ask() }
        }
        for step in sequence.steps {
            let trial = TrialID(step.trial)
            for epoch in (step.rung == 0 ? 1 : sequence.rungs[step.rung - 1] + 1)..<sequence.rungs[step.rung] {
                #expect(try scheduler.tell(trial, level: epoch, loss: 0).isEmpty)
            }
            if step.loss.isFailure {
                #expect(try scheduler.retire(trial, loss: .nan).isEmpty)
                #expect(!step.goesOn)
            } else {
                let told = try scheduler.tell(trial, level: sequence.rungs[step.rung], loss: step.loss.value)
                #expect(told.map(\.kind) == (step.goesOn ? [] : [.stop]), "\(sequence.name), trial \(trial)")
            }
        }
    }

    @Test("PASHA, as by an implementation that compares all pairs over all epochs at each report", arguments: 0..<10)
    func progressive(number: Int) throws {
        let file: SequenceFile<ProgressiveSequence> = try vectors("pasha")
        #expect(file.sequences.count == 10)
        let sequence = file.sequences[number]
        let maximum = try #require(sequence.rungs.last)
        var scheduler = try Scheduler(
            .pasha(minimum: sequence.rungs[0], maximum: maximum, eta: sequence.eta, isGuarded: sequence.guarded))
        var epochs: [Int] = []
        for (number, step) in sequence.steps.enumerated() {
            if let wanted = step.ask {
                let place = Placement(bracket: 0, rung: wanted.rung, level: wanted.epochs)
                switch scheduler.ask() {
                case .start(let trial, let placement):
                    #expect(trial.rawValue == wanted.start && placement == place, "\(sequence.name), step \(number)")
                    epochs.append(0)
                case .resume(let trial, let placement, _):
                    #expect(trial.rawValue == wanted.resume && placement == place, "\(sequence.name), step \(number)")
                case .wait, .finished:
                    Issue.record("\(sequence.name), step \(number): no answer")
                }
            }
            if let report = step.tell {
                var told: [Decision] = []
                for loss in report.losses {
                    #expect(told.isEmpty)
                    epochs[report.trial] += 1
                    told = try scheduler.tell(TrialID(report.trial), level: epochs[report.trial], loss: loss)
                }
                let isLast = report.rung == sequence.rungs.count - 1
                #expect(told.map(\.kind) == [isLast ? .complete : .pause] && told.map(\.rung) == [report.rung])
                let isHighest = told.first?.reason.text.contains("the highest rung while ranks agree") == true
                #expect(isHighest == (report.rung == report.top && !isLast), "\(sequence.name), step \(number)")
            }
        }
    }

    @Test("the median stopping rule", arguments: 0..<5)
    func median(number: Int) throws {
        let file: SequenceFile<MedianSequence> = try vectors("median")
        #expect(file.sequences.count == 5)
        let sequence = file.sequences[number]
        var scheduler = try Scheduler(
            .median(maximum: sequence.maximum, grace: sequence.grace, minimumTrials: sequence.minimumTrials))
        var epochs: [Int] = []
        for (number, step) in sequence.steps.enumerated() {
            while epochs.count <= step.trial {
                let placement = Placement(bracket: 0, rung: 0, level: sequence.maximum)
                #expect(scheduler.ask() == .start(TrialID(epochs.count), placement))
                epochs.append(0)
            }
            epochs[step.trial] += 1
            let epoch = epochs[step.trial]
            let told = try scheduler.tell(TrialID(step.trial), level: epoch, loss: step.loss.value)
            let wanted: [Decision.Kind] = epoch == sequence.maximum ? [.complete] : step.goesOn ? [] : [.stop]
            #expect(told.map(\.kind) == wanted, "\(sequence.name), step \(number)")
        }
    }
}
