/// Earlier studies that a study learns from.
package struct WarmStartSettings: Hashable, Sendable {
    /// Folders of studies, as the study file names them: relative to its own folder.
    package var studies: [String]
    /// How many of their best configurations are tried first.
    package var tryBest: Int
    /// Plain settings that an earlier trial may have had with another value, because they matter little.
    package var ignored: [String]

    package init(studies: [String], tryBest: Int = 3, ignored: [String] = []) {
        self.studies = studies
        self.tryBest = tryBest
        self.ignored = ignored
    }
}
