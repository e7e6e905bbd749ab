import TuningModel

/// Reads study files.
package enum StudyReader {
    /// Reads a study file and checks all of it in one pass.
    ///
    /// The grammar is closed: each key is known, known but not built yet, or a mistake with the nearest known key.
    /// Values and the bounds of ranges are checked against ``SettingRule``. Relative paths stay as written; they are
    /// meant relative to the file's folder.
    ///
    /// A file of at most 1 MiB is accepted, nested at most 24 levels, without anchors and aliases; the grammar itself
    /// bounds the space to a few hundred parameters, because layers do not repeat more than 64 times.
    ///
    /// - Parameters:
    ///   - text: The whole file.
    ///   - lookup: Finds the table of a study on recorded curves.
    ///   - level: By which level of the grammar; that of today for a study that begins.
    /// - Returns: The study, or every mistake in the order of the file.
    /// - Complexity: O(bytes).
    package static func read(
        text: String,
        lookup: TableLookup = .none,
        level: Int = StudyReader.currentLevel
    ) -> StudyReading {
        var mistakes: [Mistake] = []
        guard let root = FileNode.compose(text, mistakes: &mistakes) else {
            return StudyReading(study: nil, mistakes: mistakes, searchMistakes: [], earlierStudyPlaces: [])
        }
        var builder = StudyBuilder(mistakes: mistakes, level: level)
        let isTable = root.entries?.contains { $0.key == "table" } ?? false
        let study = isTable ? builder.tableStudy(root, lookup: lookup) : builder.study(root)
        let found = builder.mistakes.sortedAndUnique()
        return StudyReading(
            study: found.isEmpty ? study : nil, mistakes: found,
            searchMistakes: builder.searchMistakes.sortedAndUnique(), earlierStudyPlaces: builder.earlierStudyPlaces)
    }
}

extension StudyReader {
    /// Rises with every change of what a setting means that is not given.
    ///
    /// A study goes on, and is replayed, by the level at which it began. Level 1: random search under ASHA from 1 epoch on
    /// with eta 3. Level 2: searcher and scheduler choose for themselves, or NSGA-II under that ASHA for several objectives.
    package static let currentLevel = 2
}

/// What is gathered while a study file is walked.
struct StudyBuilder {
    var mistakes: [Mistake]
    var searchMistakes: [Mistake] = []
    var settings: [DraftSetting] = []
    var parameters: [DraftParameter] = []
    /// The level of the grammar; see ``StudyReader/currentLevel``.
    let level: Int
    /// How far the curves of a table go; `nil` where networks are trained.
    var recordedSteps: Int?
    /// Whether those curves tell the time of each step.
    var hasRecordedTime = false
    /// Where the folders of earlier studies stand, in their order.
    var earlierStudyPlaces: [Place] = []

    /// Top-level keys that the grammar has and this version does not.
    private static let unbuilt = ["program", "parameters", "resources", "output"]

    init(mistakes: [Mistake] = [], level: Int = StudyReader.currentLevel) {
        self.mistakes = mistakes
        self.level = level
    }

    mutating func report(_ place: Place, _ message: String) {
        self.mistakes.append(Mistake(place, message))
    }

    /// Walks the whole file; `nil` where something necessary is missing, and then there is a mistake.
    mutating func study(_ root: FileNode) -> StudyDefinition? {
        let known = [
            "version", "name", "data", "task", "model", "training", "objectives", "constraints", "search", "budget",
            "seeds",
        ]
        guard let section = self.section(root, path: "", known: known, unbuilt: Self.unbuilt) else { return nil }
        self.readVersion(section)
        let name = self.studyName(section)
        let task = self.task(section)
        let data = self.required("data", in: section).flatMap { self.data($0, task: task) }
        // Model and training in the order of the file: it is the order of the parameters.
        for entry in section.entries {
            if entry.key == "model" { self.readModel(entry.value) }
            if entry.key == "training" { self.readTraining(entry.value, task: task) }
        }
        if section["model"] == nil { self.reportMissing("model", in: section) }
        let objectives = self.objectives(section["objectives"], task: task)
        let search = self.search(section["search"], objectiveCount: objectives?.count ?? 1)
        if let search { self.addResource(search, data: data) }
        self.addScheduleEpochs(search)
        let constraints = self.constraints(section["constraints"], task: task)
        for metric in (objectives ?? []).map(\.metric) + (constraints ?? []).map(\.metric) {
            self.addMetric(metric, task: task)
        }
        if let objectives, let search { self.checkObjectives(objectives, search, section["objectives"]) }
        if let constraints, let search { self.checkConstraints(constraints, search, section["constraints"]) }
        let space = self.finishedSpace()
        let tryFirst = self.tryFirst(section["search"], space: space)
        let warmStart = self.warmStart(section["search"], space: space)
        let budget = self.budget(section["budget"])
        let seeds = self.seeds(section["seeds"])
        self.checkSearchable(
            space, budget: budget, section: section, endsByItself: Self.namesPopulation(section["search"]))
        guard let name, let task, let data, let objectives, let constraints, let search, let space else { return nil }
        var definition = StudyDefinition(
            name: name, subject: .networks(data: data, task: task), space: space.space, settings: space.templates,
            objective: objectives[0],
            searcher: search.searcher, scheduler: search.scheduler, tryFirst: tryFirst, budget: budget,
            searchSeed: seeds.search, dataSeed: seeds.data)
        definition.resource = search.resource.resource
        definition.epochLimit = search.resource.epochLimit
        definition.auditShare = search.auditShare
        definition.warmStart = warmStart
        definition.furtherObjectives = Array(objectives.dropFirst())
        definition.constraints = constraints
        self.checkExplored(definition, section["search"])
        return definition
    }

    /// A schedule of the learning rate runs over the epochs that the scheduler gives at most, unless told otherwise.
    private mutating func addScheduleEpochs(_ search: SearchSettings?) {
        let name = "training.schedule_epochs"
        guard let search, let schedule = self.settings.first(where: { $0.name == "training.schedule" }),
            !self.settings.contains(where: { $0.name == name })
        else { return }
        let epochs = search.resource.epochLimit ?? search.scheduler.maximumLevel
        self.settings.append(DraftSetting(name: name, place: schedule.place, value: .int(epochs), conditions: []))
    }

    /// A metric of an objective or a constraint that is not measured after every epoch anyway is asked for.
    private mutating func addMetric(_ metric: Metric, task: TaskKind?) {
        guard let task, let figure = metric.figure, !Figure.always(task).contains(figure) else { return }
        self.ask(for: metric, at: Place(line: 1, column: 1))
    }

    /// Has a metric measured after every epoch.
    mutating func ask(for metric: Metric, at place: Place) {
        let name = ParameterValue.text(metric.rawValue)
        let asked = self.settings.filter { $0.name.hasPrefix("training.metrics.") }
        guard !asked.contains(where: { $0.value == name }) else { return }
        self.settings.append(
            DraftSetting(name: "training.metrics.\(asked.count)", place: place, value: name, conditions: []))
    }

    mutating func readVersion(_ section: Section) {
        guard let node = self.required("version", in: section), node.value != .int(1) else { return }
        self.report(node.place, "version: found \(node.found), want 1")
    }

    mutating func studyName(_ section: Section) -> String? {
        guard let node = self.required("name", in: section) else { return nil }
        guard let text = node.text, Self.isName(text) else {
            self.report(
                node.place,
                "name: found \(node.found), want 1 to 100 letters, digits, '-', '_' or '.', not beginning with '.'")
            return nil
        }
        return text
    }

    /// Names of studies become names of folders.
    private static func isName(_ text: String) -> Bool {
        let bytes = text.utf8
        return (1...100).contains(bytes.count) && bytes.first != UInt8(ascii: ".")
            && bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    private mutating func task(_ section: Section) -> TaskKind? {
        guard let node = self.required("task", in: section) else { return nil }
        return self.name(node, path: "task", among: TaskKind.allCases.map(\.rawValue))
            .flatMap(TaskKind.init(rawValue:))
    }

    /// Whether the scheduler is a population, which ends by itself, also one with mistakes.
    private static func namesPopulation(_ search: FileNode?) -> Bool {
        let scheduler = search?.entries?.first { $0.key == "scheduler" }?.value
        let name = scheduler?.nameOfMethod
        return name == "pbt" || name == "pb2"
    }

    /// What only a search needs.
    private mutating func checkSearchable(
        _ space: FinishedSpace?, budget: Budget, section: Section, endsByItself: Bool
    ) {
        if let space, !space.space.parameters.contains(where: { !$0.conditions.contains(.never) }) {
            let place = section.entries.first { $0.key == "model" }?.place ?? section.place
            self.searchMistakes.append(
                Mistake(
                    place,
                    "nothing is searched: every setting has a plain value; give at least one a range, such as "
                        + "training.learning_rate: {float: [1.0e-4, 1.0e-1], log: true}"))
        }
        if budget.trials == nil, budget.epochs == nil, budget.wallTime == nil, !endsByItself {
            let place = section.entries.first { $0.key == "budget" }?.place ?? section.place
            // A limit that is there and wrong has been told already.
            guard !self.mistakes.contains(where: { $0.message.hasPrefix("budget.") }) else { return }
            self.searchMistakes.append(
                Mistake(place, "budget: nothing ends the search, want at least one of trials, epochs, wall_time"))
        }
    }
}

extension Array where Element == Mistake {
    /// In the order of the file; a mistake inside `each` is found for each layer and kept once.
    fileprivate func sortedAndUnique() -> [Mistake] {
        var result: [Mistake] = []
        let order = self.indices.sorted {
            (self[$0].line, self[$0].column, $0) < (self[$1].line, self[$1].column, $1)
        }
        for index in order {
            let mistake = self[index]
            let isKnown = result.reversed().prefix { $0.line == mistake.line && $0.column == mistake.column }
                .contains(mistake)
            if !isKnown { result.append(mistake) }
        }
        return result
    }
}
