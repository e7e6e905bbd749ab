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

    package init(name: String, studyText: String, digest: Digest, created: Double) {
        self.name = name
        self.studyText = studyText
        self.digest = digest
        self.created = created
    }
}
