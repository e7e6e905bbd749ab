import SearchAlgorithms
import TuningModel

/// A study of full fidelity: one trial after the other, each observed at the one level 1.
struct ParzenStudy {
    var searcher: Searcher
    private(set) var losses: [Double] = []
    private(set) var configurations: [Configuration] = []

    init(_ settings: TPESettings, _ space: ParameterSpace, seed: UInt64) throws {
        self.searcher = try Searcher(.tpe(settings), space: space, seed: seed, levels: [1])
    }

    mutating func run(trials: Int, loss: (Configuration) -> Double) throws {
        for _ in 0..<trials {
            let trial = TrialID(self.configurations.count)
            guard let configuration = self.searcher.suggest(trial) else { return }
            self.searcher.start(configuration, bracket: 0, target: 1)
            self.configurations.append(configuration)
            self.losses.append(loss(configuration))
            self.searcher.observe(trial, .init(level: 1, loss: self.losses[self.losses.count - 1]))
            self.searcher.rest(trial)
        }
    }
}
