import TuningModel

extension StudyBuilder {
    private static let mostObjectives = 8

    /// `objectives: [{metric: ..., direction: ...}]`, one or several; the validation loss where nothing is given.
    mutating func objectives(_ node: FileNode?, task: TaskKind?) -> [Objective]? {
        guard let node else { return [Objective(metric: .validationLoss, direction: .minimize)] }
        guard let items = node.items, !items.isEmpty else {
            self.report(
                node.place,
                "objectives: found \(node.found), want [{metric: validation.loss, direction: minimize}]")
            return nil
        }
        guard items.count <= Self.mostObjectives else {
            self.report(
                items[Self.mostObjectives].place,
                "objectives: found \(items.count), want at most \(Self.mostObjectives)")
            return nil
        }
        var objectives: [Objective] = []
        for item in items {
            guard let objective = self.objective(item, task: task) else { continue }
            if objectives.contains(where: { $0.metric == objective.metric }) {
                self.report(item.place, "objectives: \(objective.metric.rawValue) is an objective already")
            }
            objectives.append(objective)
        }
        return objectives.count == items.count ? objectives : nil
    }

    /// Several objectives need a scheduler that can rank by them and a searcher that does not look at one alone.
    mutating func checkObjectives(_ objectives: [Objective], _ search: SearchSettings, _ node: FileNode?) {
        guard objectives.count > 1, let place = node?.items?[1].place else { return }
        if !search.searcher.takesSeveralObjectives {
            self.report(
                place,
                "objectives: found \(objectives.count) for a searcher that looks at one, want one, or the searcher nsga2, "
                    + "random, sobol or grid")
        }
        guard !search.scheduler.takesSeveralObjectives else { return }
        self.report(
            place,
            "objectives: found \(objectives.count) for a scheduler that ranks by one, want one, or the scheduler asha by "
                + "promotion in one bracket, or none")
    }

    private mutating func objective(_ item: FileNode, task: TaskKind?) -> Objective? {
        guard let section = self.section(item, path: "objectives", known: ["metric", "direction"], unbuilt: ["target"])
        else { return nil }
        let metric = self.required("metric", in: section).flatMap {
            self.metric($0, task: task, path: "objectives.metric", takesParameters: true)
        }
        let direction = self.required("direction", in: section)
            .flatMap { self.name($0, path: "objectives.direction", among: ["minimize", "maximize"]) }
            .flatMap(Objective.Direction.init(rawValue:))
        guard let metric, let direction else { return nil }
        let fitting = metric.isBetterWhenLower ? Objective.Direction.minimize : .maximize
        if direction != fitting, let node = section["direction"] {
            self.report(
                node.place,
                "objectives.direction: found \(direction) for \(metric.rawValue), want \(fitting), it is better when "
                    + (metric.isBetterWhenLower ? "lower" : "higher"))
            return nil
        }
        return Objective(metric: metric, direction: direction)
    }

    /// A metric that is measured in each epoch of such a task.
    ///
    /// `takesParameters` says whether the number of a network's parameters, which is known before, is one too.
    mutating func metric(
        _ node: FileNode, task: TaskKind?, path: String, takesParameters: Bool = false
    ) -> Metric? {
        let all = Metric.allCases.filter {
            !$0.rawValue.hasPrefix("test.") && !$0.rawValue.hasPrefix("training.")
                && ($0 != .modelParameters || takesParameters) && !$0.isCount
        }
        let measured = task.map { Figure.always($0) + Figure.optional($0) } ?? Figure.allCases
        let unfit = all.filter { $0.figure.map(measured.contains) == false }
        if let metric = node.text.flatMap(Metric.init(rawValue:)) {
            if metric.rawValue.hasPrefix("test.") {
                self.report(
                    node.place, "\(path): \(metric.rawValue) is seen once, at the end; want a validation metric")
                return nil
            }
            if metric == .modelParameters, !takesParameters {
                self.report(
                    node.place, "\(path): \(metric.rawValue) does not change in training, want a validation metric")
                return nil
            }
            if metric.rawValue.hasPrefix("training.") {
                self.report(
                    node.place, "\(path): \(metric.rawValue) is a setting that is learned, want a validation metric")
                return nil
            }
            if metric.isCount {
                self.report(
                    node.place, "\(path): \(metric.rawValue) counts what was trained, want a validation metric")
                return nil
            }
            if unfit.contains(metric) {
                let fitting = all.filter { !unfit.contains($0) }.map(\.rawValue)
                self.report(
                    node.place,
                    "\(path): \(metric.rawValue) is not measured for \(task?.rawValue ?? "this"), want "
                        + "\(Self.list(fitting))"
                )
                return nil
            }
            return metric
        }
        let names = all.filter { !unfit.contains($0) }.map(\.rawValue)
        return self.name(node, path: path, among: names).flatMap(Metric.init(rawValue:))
    }

    /// The section `budget`; nothing in it where it is absent.
    mutating func budget(_ node: FileNode?) -> Budget {
        var budget = Budget()
        guard let node,
            let section = self.section(
                node, path: "budget", known: ["trials", "epochs", "wall_time", "failures"],
                unbuilt: ["cost", "energy"],
                isOptional: true)
        else { return budget }
        budget.trials = section["trials"].flatMap { self.int($0, path: "budget.trials", in: 1...100_000_000) }
        budget.epochs = section["epochs"].flatMap { self.int($0, path: "budget.epochs", in: 1...1_000_000_000_000) }
        budget.wallTime = section["wall_time"].flatMap { self.duration($0, path: "budget.wall_time") }
        if let node = section["failures"],
            let failures = self.section(
                node, path: "budget.failures", known: ["retries"], unbuilt: ["give_up_after"], isOptional: true),
            let retries = failures["retries"].flatMap({ self.int($0, path: "budget.failures.retries", in: 0...100) })
        {
            budget.retries = retries
        }
        return budget
    }

    /// `30s`, `5m`, `4h`, `1h30m`: whole numbers with their units, the larger unit first.
    private mutating func duration(_ node: FileNode, path: String) -> Duration? {
        if let text = node.text, let seconds = Self.seconds(text), seconds > 0, seconds <= 366 * 86_400 {
            return .seconds(seconds)
        }
        self.report(
            node.place, "\(path): found \(node.found), want a time such as 30s, 5m, 4h or 1h30m, at most a year")
        return nil
    }

    private static func seconds(_ text: String) -> Int? {
        let units: [(letter: UInt8, seconds: Int)] = [
            (UInt8(ascii: "d"), 86_400), (UInt8(ascii: "h"), 3600), (UInt8(ascii: "m"), 60), (UInt8(ascii: "s"), 1),
        ]
        var total = 0
        var number: Int?
        var nextUnit = 0
        for byte in text.utf8 {
            if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                let next = (number ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
                guard next < 1_000_000_000 else { return nil }
                number = next
                continue
            }
            guard let count = number, let unit = units.firstIndex(where: { $0.letter == byte }), unit >= nextUnit else {
                return nil
            }
            total += count * units[unit].seconds
            nextUnit = unit + 1
            number = nil
        }
        return number == nil ? total : nil
    }

    /// The section `seeds`; 0 where nothing is given.
    mutating func seeds(_ node: FileNode?) -> (search: UInt64, data: UInt64) {
        guard let node,
            let section = self.section(
                node, path: "seeds", known: ["search", "data"], unbuilt: ["confirm"], isOptional: true)
        else { return (0, 0) }
        let search = section["search"].flatMap { self.int($0, path: "seeds.search", in: 0...Int.max) } ?? 0
        let data = section["data"].flatMap { self.int($0, path: "seeds.data", in: 0...Int.max) } ?? 0
        return (UInt64(search), UInt64(data))
    }
}
