import Randomness
import SearchAlgorithms
import TuningModel

/// Workers without a network: they train for a scheduler in an order that a seed decides, an epoch at a time.
struct SimulatedCluster {
    /// How a simulated trial ends by itself.
    enum End {
        case failed
        case outOfPatience
    }

    /// What became of one trial.
    struct Trial: Hashable {
        var placement: Placement
        var epochs = 0
        var losses: [Double] = []
        var decision: Decision.Kind?
        var hasEnded = false
    }

    var scheduler: Scheduler
    let workerCount: Int
    /// No more trials than this are started.
    let trialLimit: Int
    var seed: UInt64 = 1
    /// The loss of a trial after an epoch.
    let loss: (Int, Int) -> Double
    /// Whether a trial ends by itself with an epoch.
    var end: (Int, Int) -> End? = { _, _ in nil }

    private(set) var trials: [Trial] = []
    private(set) var decisions: [Decision] = []
    private(set) var proposals: [Proposal] = []
    private(set) var epochCount = 0
    private(set) var didFinish = false
    private var running: [Int] = []
    private var steps: UInt64 = 0

    init(
        _ settings: SchedulerSettings, workers: Int, trials: Int, seed: UInt64 = 1,
        loss: @escaping (Int, Int) -> Double, end: @escaping (Int, Int) -> End? = { _, _ in nil }
    ) throws {
        self.scheduler = try Scheduler(settings)
        self.workerCount = workers
        self.trialLimit = trials
        self.seed = seed
        self.loss = loss
        self.end = end
    }

    /// Works until the scheduler is finished.
    mutating func run() throws {
        while try self.step() {}
    }

    /// Hands out what can be handed out and trains one epoch of one running trial.
    ///
    /// - Returns: Whether there is more to do.
    mutating func step() throws -> Bool {
        self.handOut()
        guard !self.running.isEmpty else { return false }
        let random = RandomStream(seed: self.seed, purpose: .sampleOrder)
        let place = Int(random.integer(below: UInt64(self.running.count), at: self.steps))
        self.steps += 1
        let trial = self.running[place]
        self.trials[trial].epochs += 1
        self.epochCount += 1
        let epoch = self.trials[trial].epochs
        let loss = self.loss(trial, epoch)
        self.trials[trial].losses.append(loss)
        if let end = self.end(trial, epoch) {
            self.running.remove(at: place)
            self.trials[trial].hasEnded = true
            self.record(try self.scheduler.retire(TrialID(trial), loss: end == .failed ? .nan : loss))
        } else {
            self.record(try self.scheduler.tell(TrialID(trial), level: epoch, loss: loss))
        }
        return true
    }

    /// How often a proposal was another one than the scheduler's outlook had told.
    private(set) var surprises = 0

    private mutating func handOut() {
        while self.running.count < self.workerCount {
            let outlook = self.scheduler.outlook()
            let proposal = self.scheduler.ask()
            self.surprises += outlook.isOf(proposal) ? 0 : 1
            switch proposal {
            case .start(let trial, let placement):
                self.proposals.append(proposal)
                precondition(trial.rawValue == self.trials.count, "trial \(trial) after \(self.trials.count)")
                self.trials.append(Trial(placement: placement))
                self.running.append(trial.rawValue)
                if self.trials.count == self.trialLimit { self.record(self.scheduler.close()) }
            case .resume(let trial, let placement, _):
                self.proposals.append(proposal)
                precondition(
                    placement.level > self.trials[trial.rawValue].epochs,
                    "trial \(trial) with \(self.trials[trial.rawValue].epochs) epochs is to train to \(placement.level)"
                )
                self.trials[trial.rawValue].placement = placement
                self.trials[trial.rawValue].decision = nil
                self.running.append(trial.rawValue)
            case .wait:
                return
            case .finished:
                self.didFinish = true
                return
            }
        }
    }

    private mutating func record(_ decisions: [Decision]) {
        for decision in decisions {
            self.decisions.append(decision)
            self.trials[decision.trial.rawValue].decision = decision.kind
            self.running.removeAll { $0 == decision.trial.rawValue }
        }
    }
}

/// A loss in [0, 1) that depends on trial and epoch alone.
func randomLoss(seed: UInt64) -> (Int, Int) -> Double {
    { trial, epoch in
        RandomStream(seed: seed, purpose: .searchSpace, stream: UInt32(trial)).uniform(at: UInt64(epoch))
    }
}

extension Outlook {
    fileprivate func isOf(_ proposal: Proposal) -> Bool {
        switch (self, proposal) {
        case (.start(let placement), .start(_, let place)): placement == place
        case (.resume, .resume), (.wait, .wait), (.finished, .finished): true
        case (.start, _), (.resume, _), (.wait, _), (.finished, _): false
        }
    }
}
