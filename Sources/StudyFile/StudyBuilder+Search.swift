import TuningModel

/// The searcher and the scheduler of a study.
struct SearchSettings: Hashable, Sendable {
    let searcher: SearcherSettings
    let scheduler: SchedulerSettings
    var auditShare = 0.0
    var resource = ResourceSettings()
}

extension StudyBuilder {
    /// The section `search`; searcher and scheduler choose for themselves where nothing is given, from 1 to 81 epochs or to
    /// the end of recorded curves. Several objectives are searched by NSGA-II under ASHA.
    mutating func search(_ node: FileNode?, objectiveCount: Int = 1) -> SearchSettings? {
        let fallback = self.searchOfNothing(objectiveCount: objectiveCount)
        guard let node else { return fallback }
        let known = ["searcher", "scheduler", "try_first", "warm_start", "audit"]
        let unbuilt = ["narrowing", "confirm"]
        guard let section = self.section(node, path: "search", known: known, unbuilt: unbuilt, isOptional: true) else {
            return nil
        }
        let searcher = section["searcher"].map { self.searcher($0.method) } ?? fallback.searcher
        let scheduled =
            section["scheduler"].map { self.scheduler($0.method) } ?? (fallback.scheduler, fallback.resource)
        guard var searcher, let scheduled else { return nil }
        var scheduler = scheduled.0
        if objectiveCount > 1, self.level > 1 { Self.chooseForSeveral(&searcher, &scheduler) }
        if case .dehb = searcher, let place = section["searcher"]?.place {
            guard case .hyperband = scheduler else {
                self.report(place, "search: the searcher dehb needs brackets, want scheduler: {name: hyperband}")
                return nil
            }
        }
        guard let share = section["audit"].map({ self.auditShare($0) }) ?? 0 else { return nil }
        return SearchSettings(searcher: searcher, scheduler: scheduler, auditShare: share, resource: scheduled.1)
    }

    /// What is searched with where nothing is given, by the level of the grammar.
    private func searchOfNothing(objectiveCount: Int) -> SearchSettings {
        let maximum = self.recordedSteps ?? 81
        guard self.level > 1 else {
            return SearchSettings(
                searcher: .random, scheduler: .asha(minimum: 1, maximum: maximum, eta: 3, isGuarded: true))
        }
        var searcher = SearcherSettings.automatic
        var scheduler = SchedulerSettings.automatic(minimum: 1, maximum: maximum, eta: 3)
        if objectiveCount > 1 { Self.chooseForSeveral(&searcher, &scheduler) }
        return SearchSettings(searcher: searcher, scheduler: scheduler)
    }

    /// What `auto` stands for where there are several objectives.
    private static func chooseForSeveral(_ searcher: inout SearcherSettings, _ scheduler: inout SchedulerSettings) {
        if case .automatic = searcher { searcher = .nsga2(Nsga2Settings()) }
        if case .automatic(let minimum, let maximum, let eta) = scheduler {
            scheduler = .asha(minimum: minimum, maximum: maximum, eta: eta, isGuarded: true)
        }
    }

    /// `audit: 0.01`: the share of given up trials that are trained to the end all the same.
    private mutating func auditShare(_ node: FileNode) -> Double? {
        switch node.value {
        case .float(let share)? where share >= 0 && share <= 1: return share
        case .int(let share)? where share == 0 || share == 1: return Double(share)
        default:
            self.report(node.place, "search.audit: found \(node.found), want a share in [0, 1] such as 0.01")
            return nil
        }
    }

    private mutating func searcher(_ node: FileNode) -> SearcherSettings? {
        let path = "search.searcher"
        let names =
            ["random", "grid", "sobol", "tpe", "bohb", "gp", "hyper_tune", "mobster"] + Self.evolutionKeys.map(\.name)
            + ["auto"]
        let unbuilt = [
            "motpe", "bayes", "smac", "bore", "cma", "cma_es", "evolution", "de", "hebo", "turbo", "gradient", "halton",
            "latin",
        ]
        let aliases = ["bayesian": "gp", "hypertune": "hyper_tune"]
        guard let name = self.methodName(node, path: path, names: names, unbuilt: unbuilt, aliases: aliases),
            let section = self.section(node, path: path, known: ["name"] + self.ownKeys(ofSearcher: name))
        else { return nil }
        switch name {
        case "grid":
            guard let node = section["points"] else { return .grid(points: Self.usualGridPoints) }
            return self.int(node, path: "\(path).points", in: 1...10_000).map { .grid(points: $0) }
        case "sobol": return .sobol
        case "random": return .random
        case "auto": return .automatic
        case "tpe", "bohb": return self.parzen(section, preset: name == "tpe" ? TPESettings() : .bohb).map { .tpe($0) }
        case "gp": return self.surrogate(section).map { .gaussianProcess($0) }
        case "hyper_tune": return self.surrogate(section).map { .hyperTune($0) }
        case "mobster": return self.surrogate(section).map { .mobster($0) }
        default: return self.evolution(name, section)
        }
    }

    /// Values of a grid on each range; a list has all of its own.
    private static let usualGridPoints = 5

    /// The settings that a searcher has beside its name.
    private func ownKeys(ofSearcher name: String) -> [String] {
        switch name {
        case "grid": ["points"]
        case "tpe", "bohb": Self.parzenKeys(name)
        case "gp", "hyper_tune", "mobster": Self.surrogateKeys
        default: Self.evolutionKeys.first { $0.name == name }?.keys ?? []
        }
    }

    private static let surrogateKeys = ["startup_trials", "candidates"]

    /// The settings of a searcher with a Gaussian process.
    private mutating func surrogate(_ section: Section) -> GaussianProcessSettings? {
        var settings = GaussianProcessSettings()
        if let node = section["startup_trials"] {
            guard let count = self.int(node, path: "\(section.path).startup_trials", in: 1...10_000) else { return nil }
            settings.startupTrials = count
        }
        if let node = section["candidates"] {
            guard let count = self.int(node, path: "\(section.path).candidates", in: 1...100_000) else { return nil }
            settings.candidates = count
        }
        return settings
    }

    /// The `name` of `{name: random, ...}`, with an alias replaced by what it stands for.
    mutating func methodName(
        _ node: FileNode, path: String, names: [String], unbuilt: [String], aliases: [String: String] = [:]
    ) -> String? {
        guard let entries = node.entries else {
            self.report(
                node.place,
                "\(path): found \(node.found), want a name such as \(names[0]), or a mapping such as {name: \(names[0])}"
            )
            return nil
        }
        guard let name = entries.first(where: { $0.key == "name" })?.value else {
            self.report(node.place, "\(path).name is missing, want \(Self.list(names))")
            return nil
        }
        if let text = name.text, let meaning = aliases[text] { return meaning }
        let what = path == "search.searcher" ? "searcher" : "scheduler"
        if let text = name.text, unbuilt.contains(text) {
            self.report(name.place, "\(what) \(text) is not built yet, want \(Self.list(names))")
            return nil
        }
        return self.name(name, path: "\(path).name", among: names)
    }

    /// `try_first`: configurations to start with, each a mapping of dotted names.
    mutating func tryFirst(_ node: FileNode?, space: FinishedSpace?) -> [Configuration] {
        guard let list = node?.entries?.first(where: { $0.key == "try_first" })?.value, let space else { return [] }
        guard let items = list.items, items.count <= 1000 else {
            let found = list.items.map { "a list of \($0.count)" } ?? list.found
            self.report(list.place, "search.try_first: found \(found), want a list of at most 1000 configurations")
            return []
        }
        return items.compactMap { self.configuration($0, space: space) }
    }

    private mutating func configuration(_ node: FileNode, space: FinishedSpace) -> Configuration? {
        let path = "search.try_first"
        guard let entries = node.entries else {
            self.report(
                node.place, "\(path): found \(node.found), want a mapping such as {training.learning_rate: 1.0e-3}")
            return nil
        }
        var values = [ParameterValue?](repeating: nil, count: space.space.count)
        for entry in entries {
            guard let index = space.space.index(of: entry.key) else {
                self.checkFixed(entry, space: space, path: path)
                continue
            }
            let parameter = space.space.parameters[index]
            guard let value = entry.value.value.flatMap(parameter.domain.member) else {
                self.report(
                    entry.value.place,
                    "\(path): \(parameter.name): found \(entry.value.found), want \(parameter.domain.wanted)")
                continue
            }
            values[index] = value
        }
        for entry in entries {
            guard let index = space.space.index(of: entry.key),
                let obstacle = space.obstacle(to: index, in: values)
            else { continue }
            self.report(entry.place, "\(path): \(entry.key) does not exist here, it needs \(obstacle)")
        }
        return Configuration(values)
    }

    /// A plain setting may be repeated with its own value.
    private mutating func checkFixed(_ entry: FileEntry, space: FinishedSpace, path: String) {
        guard let template = space.templates.first(where: { $0.name == entry.key }),
            case .fixed(let fixed) = template.source, let rule = SettingRule.rule(for: entry.key)
        else {
            let names = space.space.parameters.map(\.name)
            let guess = NearestName.of(entry.key, among: names).map { ", did you mean \($0)?" } ?? ","
            self.report(
                entry.place, "\(path): unknown parameter \"\(FileNode.shown(entry.key))\"\(guess) want a searched one")
            return
        }
        guard let value = entry.value.value, (try? rule.accept(value, for: entry.key)) == fixed else {
            self.report(
                entry.value.place,
                "\(path): \(entry.key): found \(entry.value.found), want \(fixed), it is not searched")
            return
        }
    }
}

extension FinishedSpace {
    /// What keeps a parameter from existing under the values that are given; a parent without a value keeps nothing.
    fileprivate func obstacle(to index: Int, in values: [ParameterValue?]) -> String? {
        for condition in self.space.parameters[index].conditions {
            switch condition {
            case .isOneOf(let parent, let allowed):
                if let value = values[parent], !allowed.contains(value) {
                    return "\(self.space.parameters[parent].name) = \(StudyBuilder.list(allowed.map(\.description)))"
                }
            case .exceeds(let parent, let count):
                if case .int(let value)? = values[parent], value <= count {
                    return "\(self.space.parameters[parent].name) > \(count)"
                }
            case .never: return "a condition that is never true"
            }
        }
        return nil
    }
}
