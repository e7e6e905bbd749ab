/// Where a sequence of the shape [steps, features] may end before its last step: the steps behind its end are NaN in all
/// their numbers, and at least one step is there.
enum SequenceEnd {
    /// What stands at a step and may not.
    struct Mistake {
        let step: Int
        let message: String
    }

    /// The first step that is neither finite nor behind the end.
    ///
    /// - Parameters:
    ///   - values: Shape [steps, features].
    ///   - steps: At least 1.
    ///   - features: At least 1.
    /// - Returns: `nil` where the sequence can stand.
    /// - Complexity: O(steps * features).
    @unsafe
    static func mistake(in values: UnsafePointer<Float>, steps: Int, features: Int) -> Mistake? {
        var end: Int?
        for step in 0..<steps {
            let numbers = unsafe UnsafeBufferPointer(start: values + step * features, count: features)
            let missing = unsafe numbers.count { $0.isNaN }
            if unsafe numbers.contains(where: \.isInfinite) {
                return Mistake(step: step, message: "a number that is not finite, want finite numbers")
            }
            if missing > 0, missing < features {
                return Mistake(
                    step: step,
                    message:
                        "\(missing) of \(features) numbers are NaN, want finite numbers, or NaN in all of them from the "
                        + "sequence's end on")
            }
            if missing == 0, let end {
                return Mistake(
                    step: end,
                    message:
                        "NaN before the sequence's end, step \(step) has numbers again; want finite numbers, or NaN in "
                        + "all steps that follow")
            }
            if missing > 0, end == nil { end = step }
        }
        return end == 0 ? Mistake(step: 0, message: "NaN in all steps, want at least one step with numbers") : nil
    }
}
