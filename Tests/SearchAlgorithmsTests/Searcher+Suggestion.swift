import SearchAlgorithms
import TuningModel

extension Searcher {
    /// What the searcher would suggest now, asked of a copy: nothing that a suggestion depends on is changed by asking.
    func suggestion(_ trial: TrialID, target: Int = 1) -> Configuration? {
        var copy = self
        return copy.suggest(trial, target: target)
    }
}
