import TuningModel

/// The schedulers `pbt` and `pb2` of the section `search.scheduler`.
extension StudyBuilder {
    /// `{name: pbt, population: 16, interval: 4, max: 40}`; ten intervals where none is given.
    mutating func population(
        _ section: Section, _ exploration: PopulationSettings.Exploration, maximum: Int
    ) -> SchedulerSettings? {
        let path = section.path
        if self.recordedSteps != nil {
            self.report(
                section.place,
                "\(path): found \(exploration.rawValue) for a table, want networks: recorded curves have no weights to copy"
            )
            return nil
        }
        var settings = PopulationSettings(
            exploration: exploration, interval: max(1, (maximum + 9) / 10), maximum: maximum)
        if let node = section["population"] {
            guard let count = self.int(node, path: "\(path).population", in: PopulationSettings.counts) else {
                return nil
            }
            settings.count = count
        }
        if let node = section["interval"] {
            guard let interval = self.int(node, path: "\(path).interval", in: 1...maximum) else { return nil }
            settings.interval = interval
        }
        guard settings.levels.count <= PopulationSettings.mostIntervals else {
            self.report(
                section["interval"]?.place ?? section.place,
                "\(path).interval: found \(settings.levels.count) intervals in \(maximum) epochs, want at most "
                    + "\(PopulationSettings.mostIntervals)")
            return nil
        }
        if let node = section["quantile"] {
            guard let share = self.number(node), share > 0, share <= 0.5 else {
                self.report(
                    node.place, "\(path).quantile: found \(node.found), want a share above 0, at most 0.5")
                return nil
            }
            settings.quantile = share
        }
        if let node = section["resample"] {
            guard let share = self.number(node), share >= 0, share <= 1 else {
                self.report(
                    node.place, "\(path).resample: found \(node.found), want a probability in [0, 1]")
                return nil
            }
            settings.resample = share
        }
        if let node = section["synchronous"] {
            guard let isSynchronous = self.bool(node, path: "\(path).synchronous") else { return nil }
            settings.isSynchronous = isSynchronous
        }
        return .population(settings)
    }

    /// Something must be left to explore, and what copies tell of those before them must not be too long.
    mutating func checkExplored(_ definition: StudyDefinition, _ search: FileNode?) {
        guard let settings = definition.scheduler.population,
            let node = search?.entries?.first(where: { $0.key == "scheduler" })?.value
        else { return }
        let count = definition.explorableParameters.count
        if count == 0 {
            self.searchMistakes.append(
                Mistake(
                    node.place,
                    "search.scheduler: nothing that is searched may change while a network is trained, want at least one "
                        + "such setting for \(settings.exploration.rawValue), such as training.learning_rate"))
        } else if count * settings.levels.count > PopulationSettings.mostChanges {
            let place = node.entries?.first { $0.key == "interval" }?.value.place ?? node.place
            self.searchMistakes.append(
                Mistake(
                    place,
                    "search.scheduler.interval: found \(settings.levels.count) intervals for \(count) parameters that are "
                        + "explored, want a product of at most \(PopulationSettings.mostChanges)"))
        }
    }

    private func number(_ node: FileNode) -> Double? {
        switch node.value {
        case .float(let number)?: number
        case .int(let number)?: Double(number)
        default: nil
        }
    }
}
