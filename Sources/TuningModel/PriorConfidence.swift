/// How sure the user is that a parameter's default is nearly right: `prior:` in the study file.
///
/// Source: N. Mallik et al., "PriorBand: practical hyperparameter optimization in the age of deep learning", NeurIPS 2023,
/// whose software has the same three grades.
package enum PriorConfidence: String, Hashable, Sendable, CaseIterable {
    case low, medium, high

    /// The deviation of a normal distribution around the default, as a share of the range.
    package var deviation: Double {
        switch self {
        case .low: 0.5
        case .medium: 0.25
        case .high: 0.125
        }
    }

    /// By how much the odds of the default grow where values have no order.
    package var odds: Double {
        switch self {
        case .low: 2
        case .medium: 4
        case .high: 6
        }
    }
}
