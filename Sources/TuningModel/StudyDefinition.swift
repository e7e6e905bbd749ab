/// Where rows of data come from.
package enum DataSource: Hashable, Sendable {
    /// Numeric columns with a header; `target` is the column to learn. `.gz` by its name.
    case csv(
        file: String, target: String, categorical: [String], ignore: [String], missing: MissingCells = .refused)
    /// The same with several columns to learn, in their order.
    case table(
        file: String, targets: [String], categorical: [String], ignore: [String], missing: MissingCells = .refused)
    case series(SeriesSource)
    case sequences(SequenceSource)
    case npy(features: String, targets: String)
    case idx(images: String, labels: String)
    /// Two arrays of one file, by name.
    case npz(file: String, features: String, targets: String)
    /// A row a line as `LABEL INDEX:VALUE ...`, indices from 1 on unless `isZeroBased`; as many features as the greatest
    /// index says where `features` is `nil`.
    case libsvm(file: String, features: Int?, isZeroBased: Bool)
    /// PNG and JPEG files in a folder for each class; scaled to [height, width] where there is a size.
    case images(folder: String, resize: [Int]?, color: ImageColor?)
}

extension DataSource {
    /// What is done with missing cells; `nil` for what has no cells that could be missing.
    package var missing: MissingCells? {
        switch self {
        case .csv(_, _, _, _, let missing), .table(_, _, _, _, let missing): missing
        case .series, .sequences, .npy, .idx, .npz, .libsvm, .images: nil
        }
    }
}

/// How many numbers a pixel has: one, or three.
package enum ImageColor: String, Hashable, Sendable, CaseIterable { case grey, rgb }

/// Where the validation or the test rows come from.
package enum DataPart: Hashable, Sendable {
    /// This share of the rows, in (0, 1), split off at random; in equal shares of each class where `stratify`, or in whole
    /// groups, the rows with the same cell in the column `group`.
    case holdout(share: Double, stratify: Bool, group: String? = nil)
    /// This share of the rows, or of the steps of a series, in (0, 1): the last ones, in the order of the file.
    case last(share: Double)
    /// One of several folds, from 0 on, of all rows that are no test rows; `nil`: each of them in turn, for a network of its
    /// own.
    case fold(Int?, of: Int, stratify: Bool, group: String?)
    case source(DataSource)

    /// The column whose cells say which rows stay together.
    package var group: String? {
        switch self {
        case .holdout(_, _, let group), .fold(_, _, _, let group): group
        case .last, .source: nil
        }
    }
}

/// The section `data` of a study file: which rows train, which choose, which are seen once at the end.
package struct DataSettings: Hashable, Sendable {
    package let train: DataSource
    package let validation: DataPart
    /// Split off first, seen once, at the end.
    package let test: DataPart?
    package init(train: DataSource, validation: DataPart, test: DataPart?) {
        self.train = train
        self.validation = validation
        self.test = test
    }

    /// The same data with another fold as validation rows; `nil` where they are no fold, or there is no such fold.
    package func fold(_ index: Int) -> DataSettings? {
        guard case .fold(_, let count, let stratify, let group) = self.validation, (0..<count).contains(index) else {
            return nil
        }
        return DataSettings(
            train: self.train, validation: .fold(index, of: count, stratify: stratify, group: group), test: self.test)
    }
}

/// What the study file says the network learns; the number of classes or outputs comes from the data.
package enum TaskKind: String, Hashable, Sendable, CaseIterable {
    case classification, regression
    /// Several targets of 0 or 1.
    case multiLabel = "multi_label"
    /// The next steps of a series.
    case forecasting
}

/// A series in time order, a row of a CSV file for each step, of which windows are learnt from.
package struct SeriesSource: Hashable, Sendable {
    package let file: String
    /// The columns to tell, which are given too.
    package let targets: [String]
    package let categorical: [String]
    package let ignore: [String]
    /// Steps that are given, and steps that are told.
    package let window: Int
    package let horizon: Int

    package init(
        file: String, targets: [String], categorical: [String] = [], ignore: [String] = [], window: Int, horizon: Int
    ) {
        self.file = file
        self.targets = targets
        self.categorical = categorical
        self.ignore = ignore
        self.window = window
        self.horizon = horizon
    }

    /// The same of another file.
    package func of(file: String) -> SeriesSource {
        SeriesSource(
            file: file, targets: self.targets, categorical: self.categorical, ignore: self.ignore, window: self.window,
            horizon: self.horizon)
    }
}

/// A setting below `model` or `training` as the study file gives it.
package struct SettingTemplate: Hashable, Sendable {
    package enum Source: Hashable, Sendable {
        case fixed(ParameterValue)
        /// The value of this parameter of the space.
        case searched(parameter: Int)
    }
    package let name: String
    package let source: Source
    package let conditions: [Condition]
    package init(name: String, source: Source, conditions: [Condition] = []) {
        self.name = name
        self.source = source
        self.conditions = conditions
    }
}

/// How many trials each bracket of Hyperband starts with: the formula of the JMLR paper of 2018, or that of the blog post
/// of 2016, which starts a few more.
package enum HyperbandFormula: String, Hashable, Sendable, CaseIterable { case jmlr, blog }

/// How asynchronous Hyperband shares out new trials: in Hyperband's ratio, or by how well the order of trials after each
/// bracket's first epochs agrees with the order at the top.
package enum BracketAllocation: String, Hashable, Sendable, CaseIterable { case hyperband, learned }

/// What decides how long each trial is trained.
package enum SchedulerSettings: Hashable, Sendable {
    /// Every trial to `maximum` epochs.
    case none(maximum: Int)
    /// One bracket after the other, each starting with as many trials as reach `maximum` alone: eta^(rungs - 1).
    case successiveHalving(minimum: Int, maximum: Int, eta: Int)
    /// Brackets that begin at `minimum`, at `minimum * eta` and so on.
    case hyperband(minimum: Int = 1, maximum: Int, eta: Int, formula: HyperbandFormula)
    /// Promotion, with the D-ASHA guard unless told otherwise.
    case asha(minimum: Int, maximum: Int, eta: Int, isGuarded: Bool)
    case ashaStopping(minimum: Int, maximum: Int, eta: Int)
    /// Promotion in so many brackets, each of which leaves out one more of the lowest rungs.
    case asynchronousHyperband(
        minimum: Int, maximum: Int, eta: Int, isGuarded: Bool, brackets: Int, allocation: BracketAllocation)
    /// Promotion up to a rung that rises only while the order of trials changes from rung to rung.
    case pasha(minimum: Int, maximum: Int, eta: Int, isGuarded: Bool)
    /// Stops a trial whose best loss is above the median of the others' running averages, from `grace` epochs on.
    case median(maximum: Int, grace: Int, minimumTrials: Int)
    /// Stops a trial whose loss after `maximum` epochs, foretold from its curve, is better than the best one's with a
    /// probability below `threshold`, from `grace` epochs on.
    case curve(maximum: Int, grace: Int, threshold: Double)
    /// ASHA by promotion whose lowest rung is learned.
    case automatic(minimum: Int, maximum: Int, eta: Int)
    /// Members that copy each other's networks.
    case population(PopulationSettings)

    /// Whether it can rank trials by several objectives, or ranks none.
    package var takesSeveralObjectives: Bool {
        switch self {
        case .none, .asha: true
        case .successiveHalving, .hyperband, .ashaStopping, .asynchronousHyperband, .pasha, .median, .curve,
            .automatic, .population:
            false
        }
    }

    /// How a population is trained; `nil` for schedulers whose trials all begin anew.
    package var population: PopulationSettings? {
        guard case .population(let settings) = self else { return nil }
        return settings
    }

    /// Whether a trial may be stopped at any epoch, and not only where it reaches a rung.
    package var decidesAtEveryEpoch: Bool {
        switch self {
        case .median, .curve: true
        case .none, .successiveHalving, .hyperband, .asha, .ashaStopping, .asynchronousHyperband, .pasha, .automatic,
            .population:
            false
        }
    }

    /// Whether losses are of use to it at its rungs alone, so that it may hand out anything that is counted.
    package var takesAnyResource: Bool {
        switch self {
        case .none, .successiveHalving, .hyperband, .asha, .ashaStopping, .asynchronousHyperband, .automatic: true
        case .pasha, .median, .curve, .population: false
        }
    }

    /// Whether it compares trials by their order at rungs alone, so that trials that break constraints can stand behind all
    /// others; other schedulers average losses over epochs or foretell them.
    package var ranksByOrder: Bool { !self.decidesAtEveryEpoch }

    /// How much of the resource a trial may get at most.
    package var maximumLevel: Int {
        switch self {
        case .none(let maximum), .successiveHalving(_, let maximum, _), .hyperband(_, let maximum, _, _),
            .asha(_, let maximum, _, _), .ashaStopping(_, let maximum, _), .automatic(_, let maximum, _),
            .asynchronousHyperband(_, let maximum, _, _, _, _), .pasha(_, let maximum, _, _),
            .median(let maximum, _, _), .curve(let maximum, _, _):
            maximum
        case .population(let settings): settings.maximum
        }
    }
}

/// When a study ends. At least one of the first three is given.
package struct Budget: Hashable, Sendable {
    /// How many trials are created.
    package var trials: Int?
    /// Epochs summed over all trials; never passed.
    package var epochs: Int?
    /// From the first assignment on, while a coordinator runs.
    package var wallTime: Duration?
    /// How often a trial that took its worker with it is tried again on another before it counts as failed.
    package var retries: Int = 2
    package init(trials: Int? = nil, epochs: Int? = nil, wallTime: Duration? = nil) {
        self.trials = trials
        self.epochs = epochs
        self.wallTime = wallTime
    }
}

/// Everything a study file says.
package struct StudyDefinition: Hashable, Sendable {
    package var name: String
    package var subject: StudySubject
    package var space: ParameterSpace
    package var settings: [SettingTemplate]
    package var objective: Objective
    /// More objectives, beside which trials are compared for none being worse; empty where there is one.
    package var furtherObjectives: [Objective] = []
    /// Bounds that metrics of acceptable trials have.
    package var constraints: [Constraint] = []
    package var searcher: SearcherSettings
    package var scheduler: SchedulerSettings
    /// What the scheduler hands out.
    package var resource = Resource.epochs
    /// Epochs that one network is trained for at most; `nil` where the scheduler hands out epochs.
    package var epochLimit: Int?
    /// The share of given up trials that are trained to the end all the same once everything else is done.
    package var auditShare = 0.0
    /// Configurations to start with, in order; `nil` means the default or, where there is none, what the searcher draws.
    package var tryFirst: [Configuration]
    /// Earlier studies whose trials count; `nil` where the study knows nothing but its own.
    package var warmStart: WarmStartSettings?
    package var budget: Budget
    package var searchSeed: UInt64
    package var dataSeed: UInt64

    package init(
        name: String, subject: StudySubject, space: ParameterSpace, settings: [SettingTemplate],
        objective: Objective, searcher: SearcherSettings, scheduler: SchedulerSettings, tryFirst: [Configuration] = [],
        budget: Budget, searchSeed: UInt64, dataSeed: UInt64
    ) {
        self.name = name
        self.subject = subject
        self.space = space
        self.settings = settings
        self.objective = objective
        self.searcher = searcher
        self.scheduler = scheduler
        self.tryFirst = tryFirst
        self.budget = budget
        self.searchSeed = searchSeed
        self.dataSeed = dataSeed
    }

    /// All objectives, the first one first.
    package var objectives: [Objective] { [self.objective] + self.furtherObjectives }

    /// Constraints that are known before training: what breaks one never becomes a trial.
    package var knownConstraints: [Constraint] { self.constraints.filter(\.isKnownBefore) }

    /// Constraints on what training gives: whoever breaks one ranks behind all who do not.
    package var outcomeConstraints: [Constraint] { self.constraints.filter { !$0.isKnownBefore } }

    /// The data that networks are trained on; `nil` where curves are looked up.
    package var data: DataSettings? {
        guard case .networks(let data, _) = self.subject else { return nil }
        return data
    }

    /// What networks learn; `nil` where curves are looked up.
    package var task: TaskKind? {
        guard case .networks(_, let task) = self.subject else { return nil }
        return task
    }

    /// Epochs that one network is trained for at most.
    package var networkEpochs: Int { self.epochLimit ?? self.scheduler.maximumLevel }

    /// Epochs that a trial is trained for at most, over all networks that are trained one after the other.
    package var mostEpochs: Int {
        self.resource.countsNetworks ? self.networkEpochs * self.scheduler.maximumLevel : self.networkEpochs
    }

    /// What trials are given, and how much of it.
    package var resourceScale: ResourceScale {
        ResourceScale(
            resource: self.resource, maximumLevel: self.scheduler.maximumLevel, mostEpochs: self.mostEpochs)
    }

    /// The settings that hold under a configuration, searched values filled in.
    package func settings(for configuration: Configuration) -> [Setting] {
        self.settings.compactMap { template in
            guard self.space.holds(template.conditions, in: configuration.values) else { return nil }
            switch template.source {
            case .fixed(let value): return Setting(template.name, value)
            case .searched(let parameter):
                guard let value = configuration.values[parameter] else { return nil }
                return Setting(template.name, value)
            }
        }
    }
}
