import TrainingCore
import TrainingData
import TuningModel

extension StudyInput {
    /// Refuses a study that may choose a network whose test would tell nothing: see
    /// ``TrainingRun/checkTestEnds(_:_:data:)``.
    ///
    /// - Throws: ``CommandFailure``.
    func checkTestRows(_ data: LoadedDataset) throws {
        guard let template = self.study.settings.first(where: { $0.name == "model.family" }) else { return }
        switch template.source {
        case .fixed(let family): try Self.checkTestRows(data, families: ["\(family)"])
        case .searched(let parameter):
            guard case .choice(let families) = self.study.space.parameters[parameter].domain else { return }
            try Self.checkTestRows(data, families: families.map { "\($0)" })
        }
    }

    /// The same for some families.
    static func checkTestRows(_ data: LoadedDataset, families: [String]) throws {
        guard let image = data.testImage else { return }
        do {
            var rows: OwnedDataset?
            try TrainingRun.checkTestEnds(families, try OwnedTestRows(image)) {
                let owned = try OwnedDataset(data.image)
                rows = owned
                return owned.view
            }
            withExtendedLifetime(rows) {}
        } catch {
            throw CommandFailure(.wrongInput, "\(error)")
        }
    }
}
