import TuningModel

@testable import SearchAlgorithms

/// A population that trains by formula on any number of workers, with copies that really take over a state.
struct SimulatedPopulation<State> {
    struct Trial {
        let configuration: Configuration
        let origin: TrialOrigin?
        var state: State
        /// The state at the end of each interval, by epoch: what a checkpoint holds.
        var states: [Int: State] = [:]
        var epoch: Int
        var loss = Double.nan
        var reason = ""
    }

    private(set) var scheduler: Scheduler
    private(set) var searcher: Searcher
    private(set) var trials: [Trial] = []
    /// All decisions as texts, in the order of their epochs and trials.
    private(set) var decisions: [String] = []
    private let begin: (Int) -> (configuration: Configuration?, state: State)
    private let train: (inout State, Configuration, Int) -> Double

    /// A population whose members begin with a configuration (`nil`: the searcher's own) and a state, and are trained an epoch
    /// at a time by what gives the loss.
    init(
        _ settings: PopulationSettings, space: ParameterSpace, explorable: [Int], seed: UInt64,
        begin: @escaping (Int) -> (configuration: Configuration?, state: State),
        train: @escaping (inout State, Configuration, Int) -> Double
    ) throws {
        self.scheduler = try Scheduler(.population(settings), seed: seed)
        let explorer = try PopulationExplorer(settings, space: space, explorable: explorable, seed: seed)
        self.searcher = try Searcher(.random, space: space, seed: seed, levels: settings.levels, explorer: explorer)
        self.begin = begin
        self.train = train
    }

    /// The lowest loss that any trial had at the end of an interval or in the end.
    var bestLoss: Double { self.trials.map(\.loss).filter { !$0.isNaN }.min() ?? .infinity }

    /// Whether nothing will ever be left to train.
    var isFinished: Bool {
        var copy = self.scheduler
        return copy.ask() == .finished
    }

    /// Trains until nothing is left. Trials take unlike times, so that their order changes with the number of workers.
    mutating func run(workers: Int) throws {
        var running: [(time: Int, trial: Int, target: Int)] = []
        var now = 0
        var idle = workers
        while true {
            asking: while idle > 0 {
                switch self.scheduler.ask() {
                case .start(let trial, let placement):
                    self.start(trial, placement)
                    running.append(
                        (now + Self.time(trial.rawValue, placement.level), trial.rawValue, placement.level))
                    idle -= 1
                case .resume(let trial, let placement, _):
                    self.searcher.resume(trial, target: placement.level)
                    running.append(
                        (now + Self.time(trial.rawValue, placement.level), trial.rawValue, placement.level))
                    idle -= 1
                case .wait, .finished: break asking
                }
            }
            guard let next = running.indices.min(by: { (running[$0].time, $0) < (running[$1].time, $1) }) else {
                return
            }
            let work = running.remove(at: next)
            now = work.time
            idle += 1
            try self.work(work.trial, to: work.target)
        }
    }

    private static func time(_ trial: Int, _ epochs: Int) -> Int { 1 + (trial * 7919 + epochs * 31) % 13 }

    private mutating func start(_ trial: TrialID, _ placement: Placement) {
        let configuration: Configuration?
        let state: State
        if let origin = placement.origin {
            configuration = self.searcher.suggest(trial, origin: origin)
            let parent = self.trials[origin.parent.rawValue]
            state = parent.states[origin.epoch] ?? parent.state
        } else {
            let own = self.begin(trial.rawValue)
            configuration = own.configuration ?? self.searcher.suggest(trial, target: placement.level)
            state = own.state
        }
        let found = configuration ?? Configuration([])
        self.searcher.start(found, bracket: 0, target: placement.level, origin: placement.origin)
        self.trials.append(
            Trial(configuration: found, origin: placement.origin, state: state, epoch: placement.origin?.epoch ?? 0))
    }

    private mutating func work(_ trial: Int, to target: Int) throws {
        var loss = Double.nan
        for epoch in self.trials[trial].epoch + 1...target {
            loss = self.train(&self.trials[trial].state, self.trials[trial].configuration, epoch)
            self.trials[trial].epoch = epoch
            if epoch < target { _ = try self.scheduler.tell(TrialID(trial), level: epoch, loss: loss) }
        }
        self.trials[trial].loss = loss
        self.trials[trial].states[target] = self.trials[trial].state
        self.searcher.observe(TrialID(trial), .init(level: target, loss: loss))
        for decision in try self.scheduler.tell(TrialID(trial), level: target, loss: loss) {
            self.trials[decision.trial.rawValue].reason = decision.reason.text
            self.searcher.rest(decision.trial)
            if decision.kind == .stop {
                self.decisions.append("\(decision.level): \(decision.trial) \(decision.reason)")
            }
        }
    }
}
