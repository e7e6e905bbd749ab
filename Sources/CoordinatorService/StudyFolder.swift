import FileStore

/// The places inside a study's folder.
///
/// `journal.sqlite` is the study; everything else can be made again from it and the data.
package struct StudyFolder: Sendable {
    package let path: String

    package init(_ path: String) { self.path = path }

    /// What has happened in the study.
    var journal: String { self.path + "/journal.sqlite" }
    /// Checkpoints, and the prepared data set that workers fetch, by their digests.
    package var blobs: String { self.path + "/blobs" }
    /// Held by the one coordinator that serves the study.
    package var lock: String { self.path + "/lock" }
    /// The best network, in a form that others open.
    package var model: String { self.path + "/best.safetensors" }

    /// Refuses a folder without a study that has files of the names that a study would write; a lock alone is what a start
    /// leaves that got no further.
    func checkIsOurs(_ name: String) throws {
        let names = Folder.names(in: self.path)
        guard !names.contains("journal.sqlite"),
            let found = names.first(where: { ["best.safetensors", "blobs"].contains($0) })
        else { return }
        throw ServiceError(
            "\(name): has a \(found) but no study, and a study would write over it; name another --dir, or remove it")
    }

    /// Refuses a folder whose journal says nothing although a study has stored something here: a start makes its journal first.
    func checkHasStoredNothing() throws {
        guard Folder.names(in: self.path).contains("blobs") else { return }
        throw ServiceError(
            "\(self.journal) is not a journal of Winnow, and what lies beside it says that it was one; restore it from a "
                + "copy, or name another --dir")
    }

    /// Makes the folder and those above it.
    package func create() throws {
        try Folder.create(self.path)
    }
}
