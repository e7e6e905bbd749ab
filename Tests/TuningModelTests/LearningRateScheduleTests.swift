import Foundation
import Testing
import TuningModel

@Suite("Schedules of the learning rate")
struct LearningRateScheduleTests {
    @Test(
        "are their formulas",
        arguments: [
            (LearningRateSchedule.constant, 7.25, 1.0),
            (.step(every: 3, factor: 0.5), 2.99, 1), (.step(every: 3, factor: 0.5), 7.5, 0.25),
            (.exponential(factor: 0.9), 4.7, 0.6561),
            (.polynomial(power: 1, end: 0), 2.5, 0.75), (.polynomial(power: 2, end: 0.2), 5, 0.4),
            (.polynomial(power: 2, end: 0.2), 12, 0.2),
            (.cosine(end: 0), 0, 1), (.cosine(end: 0), 5, 0.5), (.cosine(end: 0.1), 10, 0.1),
            (.cosine(end: 0.1), 99, 0.1), (.cosine(end: 0), 10.0 / 3, 0.75),
            (.oneCycle(rise: 0.3, start: 0.04, end: 0.001), 0, 0.04),
            (.oneCycle(rise: 0.3, start: 0.04, end: 0.001), 1.5, 0.52),
            (.oneCycle(rise: 0.3, start: 0.04, end: 0.001), 3, 1),
            (.oneCycle(rise: 0.3, start: 0.04, end: 0.001), 10, 0.001),
        ])
    func formulas(schedule: LearningRateSchedule, time: Double, wanted: Double) {
        let found = schedule.factor(epoch: Int(time), time: time, epochs: 10)
        #expect(abs(found - wanted) < 1e-12, "\(found)")
    }

    @Test("the cosine needs no library, and is as exact as one")
    func cosine() {
        for i in 0...1000 {
            let share = Double(i) / 1000
            let found = LearningRateSchedule.cosine(end: 0).factor(epoch: 0, time: share, epochs: 1)
            #expect(abs(found - (1 + cos(Double.pi * share)) / 2) < 1e-14)
        }
    }

    @Test("a long exponential ends at 0 at once")
    func underflow() {
        #expect(LearningRateSchedule.exponential(factor: 0.5).factor(epoch: .max, time: 1, epochs: 1) == 0)
    }

    @Test("come from settings by name, and need their epochs")
    func settings() throws {
        let least = [
            Setting("model.family", .text("mlp")), Setting("model.family.mlp.layers", .int(0)),
            Setting("training.schedule", .text("one_cycle")),
        ]
        #expect(throws: SettingError.self) { try TrainingConfiguration(least) }
        let configuration = try TrainingConfiguration(
            least + [
                Setting("training.schedule_epochs", .int(27)), Setting("training.schedule.one_cycle.rise", .float(0.2)),
                Setting("training.warmup_epochs", .float(1.5)),
            ])
        #expect(configuration.schedule == .oneCycle(rise: 0.2, start: 0.04, end: 0))
        #expect(configuration.scheduleEpochs == 27)
        #expect(configuration.warmupEpochs == 1.5)
    }
}
