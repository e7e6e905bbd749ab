package import TuningModel

/// Why a run cannot begin, or cannot go on from a checkpoint.
package enum TrainingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A setting that no network can be built or trained from.
    case setting(SettingError)
    /// The data cannot be trained on: what, what was found, what is wanted.
    case data(what: String, found: String, wanted: String)
    /// The network with its optimiser's state and buffers needs more memory than a trial may have.
    case tooLarge(bytes: Int, limit: Int)
    /// The bytes are not a checkpoint of this version: what, what was found, what is wanted.
    case checkpoint(what: String, found: String, wanted: String)
    /// A network can't be taken over under a configuration: what, what was found, what is wanted.
    case adoption(what: String, found: String, wanted: String)

    package var description: String {
        switch self {
        case .setting(let error):
            error.description
        case .data(let what, let found, let wanted):
            "data set: \(what) = \(found), want \(wanted)"
        case .tooLarge(let bytes, let limit):
            "the network needs \(bytes >= .max / 2 ? "more than any memory" : "\(bytes) bytes"), "
                + "want at most \(limit); use fewer or narrower layers, a smaller training.batch_size, or fewer folds or repeats"
        case .checkpoint(let what, let found, let wanted):
            "checkpoint: \(what) = \(found), want \(wanted); train this trial from its beginning"
        case .adoption(let what, let found, let wanted):
            "the network of another trial can't be taken over: \(what) = \(found), want \(wanted)"
        }
    }
}
