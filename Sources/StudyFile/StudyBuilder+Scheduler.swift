import TuningModel

/// The section `search.scheduler`.
extension StudyBuilder {
    private static let largestMaximum = 1_000_000
    private static let largestReduction = 1000

    /// Keys that mean something to a scheduler, beside `name`, `resource` and `max`.
    private static let schedulerKeys = [
        "none": ["epochs"], "successive_halving": ["epochs", "min", "eta"],
        "hyperband": ["epochs", "min", "eta", "formula"],
        "asha": ["epochs", "min", "eta", "brackets", "allocation", "variant", "guard"],
        "pasha": ["min", "eta", "guard"], "auto": ["epochs", "min", "eta"], "median": ["min", "min_trials"],
        "curve": ["min", "threshold"],
        "pbt": ["population", "interval", "quantile", "resample", "synchronous"],
        "pb2": ["population", "interval", "quantile", "synchronous"],
    ]

    /// Whether a scheduler may hand out something else than epochs, of which `epochs` is then the most.
    static func takesAnyResource(_ name: String) -> Bool { self.schedulerKeys[name]?.contains("epochs") == true }

    mutating func scheduler(_ node: FileNode) -> (SchedulerSettings, ResourceSettings)? {
        let path = "search.scheduler"
        let names = [
            "none", "successive_halving", "hyperband", "asha", "pasha", "median", "curve", "pbt", "pb2", "auto",
        ]
        let unbuilt = ["bohb", "dehb", "hyperjump", "freeze_thaw", "fasha"]
        guard let name = self.methodName(node, path: path, names: names, unbuilt: unbuilt) else { return nil }
        let all = [
            "name", "resource", "epochs", "max", "min", "eta", "brackets", "allocation", "variant", "guard", "formula",
            "min_trials", "threshold", "population", "interval", "quantile", "resample", "synchronous",
        ]
        guard let section = self.section(node, path: path, known: all) else { return nil }
        let fitting = ["name", "resource", "max"] + (Self.schedulerKeys[name] ?? [])
        for entry in section.entries where all.contains(entry.key) && !fitting.contains(entry.key) {
            self.report(
                entry.place, "\(path): \(entry.key) means nothing to \(name), want \(Self.list(fitting))")
        }
        let resource = self.resource(section, scheduler: name)
        let eta = section["eta"].map { self.int($0, path: "\(path).eta", in: 2...Self.largestReduction) } ?? 3
        let amounts =
            resource.map { $0.resource == .epochs } ?? true
            ? self.epochs(section, scheduler: name)
            : resource.flatMap { self.amounts(of: $0.resource, section, scheduler: name) }
        guard let (minimum, maximum) = amounts, let eta else { return nil }
        if name != "none", minimum > maximum, let place = (section["min"] ?? section["max"])?.place {
            self.report(place, "\(path): min \(minimum) is above max \(maximum), want min <= max")
            return nil
        }
        let settings = self.scheduler(name, section, minimum: minimum, maximum: maximum, eta: eta)
        return settings.flatMap { settings in resource.map { (settings, $0) } }
    }

    /// The least and the greatest number of epochs.
    private mutating func epochs(_ section: Section, scheduler name: String) -> (Int, Int)? {
        let path = section.path
        let limit = 1...Self.largestMaximum
        let maximum = section["max"].map { self.int($0, path: "\(path).max", in: limit) } ?? self.recordedSteps ?? 81
        let fallback = maximum.map { Self.defaultMinimum(of: name, maximum: $0) } ?? 1
        let minimum = section["min"].map { self.int($0, path: "\(path).min", in: limit) } ?? fallback
        guard let maximum, let minimum else { return nil }
        return (minimum, maximum)
    }

    /// The settings of a scheduler whose levels are known.
    private mutating func scheduler(
        _ name: String, _ section: Section, minimum: Int, maximum: Int, eta: Int
    ) -> SchedulerSettings? {
        let path = section.path
        switch name {
        case "none": return SchedulerSettings.none(maximum: maximum)
        case "successive_halving": return .successiveHalving(minimum: minimum, maximum: maximum, eta: eta)
        case "auto": return .automatic(minimum: minimum, maximum: maximum, eta: eta)
        case "hyperband": return self.hyperband(section, minimum: minimum, maximum: maximum, eta: eta)
        case "pasha":
            return self.isGuarded(section).map {
                .pasha(minimum: minimum, maximum: maximum, eta: eta, isGuarded: $0)
            }
        case "median":
            let limit = 1...Self.largestMaximum
            let trials = section["min_trials"].map { self.int($0, path: "\(path).min_trials", in: limit) } ?? 3
            return trials.map { .median(maximum: maximum, grace: minimum, minimumTrials: $0) }
        case "curve": return self.curve(section, minimum: minimum, maximum: maximum)
        case "pbt": return self.population(section, .perturbation, maximum: maximum)
        case "pb2": return self.population(section, .bandit, maximum: maximum)
        default: return self.asha(section, minimum: minimum, maximum: maximum, eta: eta)
        }
    }

    /// One epoch, but where a scheduler compares unlike epochs or needs a curve, some more.
    private static func defaultMinimum(of name: String, maximum: Int) -> Int {
        switch name {
        case "median": min(4, maximum)
        case "curve": min(8, maximum)
        default: 1
        }
    }

    private mutating func hyperband(
        _ section: Section, minimum: Int, maximum: Int, eta: Int
    ) -> SchedulerSettings? {
        let names = HyperbandFormula.allCases.map(\.rawValue)
        let formula = section["formula"].map { self.name($0, path: "\(section.path).formula", among: names) } ?? "jmlr"
        guard let formula = formula.flatMap(HyperbandFormula.init(rawValue:)) else { return nil }
        return .hyperband(minimum: minimum, maximum: maximum, eta: eta, formula: formula)
    }

    private mutating func curve(_ section: Section, minimum: Int, maximum: Int) -> SchedulerSettings? {
        guard let node = section["threshold"] else {
            return .curve(maximum: maximum, grace: minimum, threshold: 0.05)
        }
        switch node.value {
        case .float(let threshold)? where threshold > 0 && threshold < 1:
            return .curve(maximum: maximum, grace: minimum, threshold: threshold)
        default:
            self.report(node.place, "\(section.path).threshold: found \(node.found), want a number in (0, 1)")
            return nil
        }
    }

    private mutating func isGuarded(_ section: Section) -> Bool? {
        section["guard"].map { self.bool($0, path: "\(section.path).guard") } ?? true
    }

    private mutating func asha(_ section: Section, minimum: Int, maximum: Int, eta: Int) -> SchedulerSettings? {
        let path = section.path
        let variants = ["promotion", "stopping"]
        let variant = section["variant"].map { self.name($0, path: "\(path).variant", among: variants) } ?? "promotion"
        guard let variant else { return nil }
        if variant == "stopping" {
            let foreign = ["guard", "brackets", "allocation"].compactMap { section.entry($0) }
            for entry in foreign where entry.value.value != .int(1) || entry.key != "brackets" {
                self.report(
                    entry.place,
                    "\(path): \(entry.key) means nothing to the variant stopping, only to promotion")
                return nil
            }
            return .ashaStopping(minimum: minimum, maximum: maximum, eta: eta)
        }
        let largest = Self.rungCount(minimum: minimum, maximum: maximum, eta: eta)
        let brackets = section["brackets"].map { self.int($0, path: "\(path).brackets", in: 1...largest) } ?? 1
        let names = BracketAllocation.allCases.map(\.rawValue)
        let allocation =
            section["allocation"].map { self.name($0, path: "\(path).allocation", among: names) } ?? "learned"
        guard let isGuarded = self.isGuarded(section), let brackets,
            let allocation = allocation.flatMap(BracketAllocation.init(rawValue:))
        else { return nil }
        guard brackets > 1 else {
            if let entry = section.entry("allocation") {
                self.report(entry.place, "\(path): allocation means nothing to one bracket, want brackets: 2 or more")
                return nil
            }
            return .asha(minimum: minimum, maximum: maximum, eta: eta, isGuarded: isGuarded)
        }
        return .asynchronousHyperband(
            minimum: minimum, maximum: maximum, eta: eta, isGuarded: isGuarded, brackets: brackets,
            allocation: allocation)
    }

    /// How many rungs the ladder has: min, min * eta, ... and max.
    private static func rungCount(minimum: Int, maximum: Int, eta: Int) -> Int {
        var count = 1
        var epochs = minimum
        while epochs <= maximum / eta {
            epochs *= eta
            count += 1
        }
        return epochs < maximum ? count + 1 : count
    }
}
