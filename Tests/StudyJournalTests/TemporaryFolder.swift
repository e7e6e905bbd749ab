import Foundation

/// A folder that is gone after its test.
final class TemporaryFolder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "winnow-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        self.path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    /// All files below, in the order of their names.
    var files: [String] {
        (FileManager.default.subpaths(atPath: self.path) ?? []).filter { path in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(self.path)/\(path)")
            return attributes?[.type] as? FileAttributeType == .typeRegular
        }.sorted()
    }
}
