import TuningModel

/// What to know of a study before it runs, though nothing is wrong with it.
enum StudyNotes {
    /// What `auto` stands for, and what cannot come of the budget.
    static func of(_ study: StudyDefinition) -> [String] {
        [self.searcher(of: study), self.scheduler(of: study), self.budget(of: study)].compactMap(\.self)
    }

    /// That the budget ends before any trial can be trained to the end; `nil` where one can.
    static func budget(of study: StudyDefinition) -> String? {
        // Who runs out of patience is complete earlier.
        guard !study.settings.contains(where: { $0.name == "training.early_stopping.patience" }) else { return nil }
        // Of seconds and samples nobody knows before how many epochs they are.
        guard study.resource == .epochs || study.resource.countsNetworks, let epochs = study.budget.epochs,
            epochs < study.mostEpochs
        else { return nil }
        return "a budget of \(Resource.epochs.amount(epochs)) ends before any trial is trained to its end, which takes "
            + "\(study.mostEpochs); raise it, or give each trial less"
    }

    private static func searcher(of study: StudyDefinition) -> String? {
        guard study.searcher == .automatic else { return nil }
        return
            "searcher auto: hyper_tune while a suggestion costs at most 2 % of the median trial, else tpe, else random"
    }

    private static func scheduler(of study: StudyDefinition) -> String? {
        guard case .automatic(let minimum, let maximum, let eta) = study.scheduler, minimum <= maximum / eta else {
            return nil
        }
        return
            "scheduler auto: asha with its first rung at \(study.resource.amount(minimum)), or at \(minimum * eta) "
            + "where the ranks of the first eight trials change until then"
    }
}
