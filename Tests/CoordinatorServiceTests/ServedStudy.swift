import CoordinatorCore
import CoordinatorService
import TrainingData
import TuningModel

/// A study of one trial on four rows, for coordinators that are served in tests.
enum ServedStudy {
    static func definition(_ scheduler: SchedulerSettings = .none(maximum: 5)) -> StudyDefinition {
        StudyDefinition(
            name: "test",
            subject: .networks(
                data: DataSettings(
                    train: .npy(features: "x", targets: "y"), validation: .holdout(share: 0.5, stratify: true),
                    test: nil), task: .classification),
            space: ParameterSpace([
                Parameter(name: "training.learning_rate", domain: .float(FloatRange(low: 0.1, high: 1)))
            ]),
            settings: [SettingTemplate(name: "training.learning_rate", source: .searched(parameter: 0))],
            objective: Objective(metric: .validationLoss, direction: .minimize), searcher: .random,
            scheduler: scheduler, budget: Budget(trials: 1), searchSeed: 1, dataSeed: 1)
    }

    static func dataset(last: Float = 3) throws -> LoadedDataset {
        let rows = try DatasetRows(
            rowCount: 4, featureNames: ["x"], features: [0, 1, 2, last],
            targets: .classes([0, 1, 0, 1], names: ["a", "b"]))
        let holdout = LoadedDataset.Part.holdout(Holdout(share: 0.5, isStratified: true))
        return try LoadedDataset(rows, validation: holdout, test: nil, seed: 1)
    }
}

/// Sees nothing of a study.
final class Unobserved: StudyObserver {
    func committed(_ records: [JournalRecord], of study: StudyState) {}
    func progressed(_ snapshot: StudySnapshot) {}
    func ended() {}
}
