import SearchAlgorithms
import Testing
import TuningModel

private struct PromotionSequence: Decodable {
    struct Job: Decodable, Equatable {
        let start: Int?
        let resume: Int?
        let epochs: Int
        let rung: Int
    }
    struct Report: Decodable {
        let trial: Int
        let rung: Int
        let loss: VectorLoss
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
    let eta: Int
    let steps: [Step]
}

private struct SequenceFile<Sequence: Decodable>: Decodable { let sequences: [Sequence] }

@Suite("ASHA answers the conformance vectors word for word")
struct AshaVectorTests {
    @Test("promotion, with and without the guard", arguments: 0..<18)
    func promotion(number: Int) throws {
        let file: SequenceFile<PromotionSequence> = try vectors("asha-promotion")
        #expect(file.sequences.count == 18)
        try self.replay(file.sequences[number])
    }

    @Test("promotion with odd ladders, minus infinity and late losers", arguments: 0..<12)
    func ownPromotion(number: Int) throws {
        let file: SequenceFile<PromotionSequence> = try vectors("asha-promotion-more")
        #expect(file.sequences.count == 12)
        try self.replay(file.sequences[number])
    }

    private func replay(_ sequence: PromotionSequence) throws {
        let maximum = try #require(sequence.rungs.last)
        var scheduler = try Scheduler(
            .asha(minimum: sequence.rungs[0], maximum: maximum, eta: sequence.eta, isGuarded: sequence.guarded))
        #expect(scheduler.plan[0].rungs.map(\.level) == sequence.rungs)
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
                let target = sequence.rungs[report.rung]
                // The epochs before the rung do not matter, whatever their losses are.
                while epochs[report.trial] < target - 1 {
                    epochs[report.trial] += 1
                    let early = try scheduler.tell(TrialID(report.trial), level: epochs[report.trial], loss: -1)
                    #expect(early.isEmpty)
                }
                epochs[report.trial] = target
                if report.loss.isFailure {
                    #expect(try scheduler.retire(TrialID(report.trial), loss: .nan).isEmpty)
                } else {
                    let told = try scheduler.tell(TrialID(report.trial), level: target, loss: report.loss.value)
                    let isTop = report.rung == sequence.rungs.count - 1
                    let kind: Decision.Kind = isTop ? .complete : report.loss.value.isFinite ? .pause : .stop
                    #expect(told.map(\.kind) == [kind] && told.map(\.rung) == [report.rung])
                }
            }
        }
    }

    @Test("stopping", arguments: 0..<4)
    func stopping(number: Int) throws {
        let file: SequenceFile<StoppingSequence> = try vectors("asha-stopping")
        #expect(file.sequences.count == 4)
        let sequence = file.sequences[number]
        // The vectors decide at four rungs; a fifth one above them is the end, at which nothing is decided.
        let epochs = [1, 3, 9, 27, 81]
        var scheduler = try Scheduler(.ashaStopping(minimum: 1, maximum: 81, eta: sequence.eta))
        for step in sequence.steps {
            let trial = TrialID(step.trial)
            if step.rung == 0 {
                #expect(scheduler.ask() == .start(trial, Placement(bracket: 0, rung: 0, level: 81)))
            }
            for epoch in (step.rung == 0 ? 1 : epochs[step.rung - 1] + 1)..<epochs[step.rung] {
                #expect(try scheduler.tell(trial, level: epoch, loss: 0).isEmpty)
            }
            if step.loss.isFailure {
                #expect(try scheduler.retire(trial, loss: .nan).isEmpty)
                #expect(!step.goesOn)
            } else {
                let told = try scheduler.tell(trial, level: epochs[step.rung], loss: step.loss.value)
                #expect(told.map(\.kind) == (step.goesOn ? [] : [.stop]), "\(sequence.name), trial \(trial)")
            }
        }
    }
}
