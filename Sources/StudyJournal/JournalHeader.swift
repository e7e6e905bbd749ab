package import TuningModel

/// What a journal says about its study.
package struct JournalHeader: Hashable, Sendable {
    package let name: String
    /// The study file as it was when the study began: a restart goes on with this one.
    package let studyText: String
    /// The SHA-256 of the text.
    package let digest: Digest
    /// Seconds since 1970-01-01 00:00 UTC; for people only.
    package let created: Double
    /// The level of the grammar by which the text is to be read: what is not given in it has that level's defaults.
    package let grammarLevel: Int
    /// What of the data decides a network's size; `nil` in folders of a Winnow that did not keep it.
    package let shape: DataShape?
    /// The SHA-256 of the data set's image; `nil` in folders of a Winnow that did not keep it.
    package let dataset: Digest?

    package init(
        name: String, studyText: String, digest: Digest, created: Double, grammarLevel: Int = 1,
        shape: DataShape? = nil,
        dataset: Digest? = nil
    ) {
        self.name = name
        self.studyText = studyText
        self.digest = digest
        self.created = created
        self.grammarLevel = grammarLevel
        self.shape = shape
        self.dataset = dataset
    }
}
