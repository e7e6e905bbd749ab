/// A checkpoint in the worker's own folder: what was trained, and up to which epoch. Decides the file's name.
package struct CheckpointName: Hashable, Sendable, CustomStringConvertible {
    package let identity: TrainingIdentity
    package let epoch: Int

    package init(identity: TrainingIdentity, epoch: Int) {
        self.identity = identity
        self.epoch = epoch
    }

    /// - Returns: `nil` unless the text is a name as `fileName` gives it.
    package init?(fileName: String) {
        guard let dash = fileName.firstIndex(of: "-"),
            let identity = TrainingIdentity(hexadecimal: fileName[..<dash]),
            let epoch = Int(fileName[fileName.index(after: dash)...]), epoch >= 0
        else { return nil }
        self.init(identity: identity, epoch: epoch)
    }

    /// The identity in hexadecimal, a dash, the epoch.
    package var fileName: String { "\(self.identity.hexadecimal)-\(self.epoch)" }
    package var description: String { self.fileName }
}

/// A checkpoint file that exists.
package struct StoredCheckpoint: Hashable, Sendable {
    package let name: CheckpointName
    package let byteCount: Int
    package init(name: CheckpointName, byteCount: Int) {
        self.name = name
        self.byteCount = byteCount
    }
}
