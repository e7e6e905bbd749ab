/// Sequences of any length in a CSV file, a row for each step; the steps of a sequence follow each other.
package struct SequenceSource: Hashable, Sendable {
    package let file: String
    /// The columns to learn, the same in all steps of a sequence.
    package let targets: [String]
    package let categorical: [String]
    package let ignore: [String]
    /// The column that says to which sequence a step belongs.
    package let series: String
    /// The column that ascends within a sequence; no feature.
    package let time: String?

    package init(
        file: String, targets: [String], categorical: [String] = [], ignore: [String] = [], series: String,
        time: String? = nil
    ) {
        self.file = file
        self.targets = targets
        self.categorical = categorical
        self.ignore = ignore
        self.series = series
        self.time = time
    }

    /// The same columns of another file.
    package func of(file: String) -> SequenceSource {
        SequenceSource(
            file: file, targets: self.targets, categorical: self.categorical, ignore: self.ignore, series: self.series,
            time: self.time)
    }
}
