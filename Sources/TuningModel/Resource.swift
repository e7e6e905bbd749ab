/// What a scheduler hands out to trials bit by bit, and rungs are counted in.
///
/// Raw values are the names in study files.
package enum Resource: String, Hashable, Sendable, CaseIterable {
    case epochs
    /// Time that a worker's slot spent on a trial's epochs, training and validation.
    case seconds
    /// Rows that were trained on, each as often as a network saw it.
    case samples
    /// Networks with a seed of their own, trained to their end one after the other.
    case repeats
    /// Networks for the folds of the data, repeat by repeat, trained to their end one after the other.
    case folds

    /// Whether a unit is a network that is trained to its end.
    package var countsNetworks: Bool { self == .repeats || self == .folds }
}
