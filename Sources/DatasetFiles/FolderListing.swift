import Glibc

/// The names in a folder.
enum FolderListing {
    /// All names but those that begin with a point, ascending by their bytes.
    ///
    /// - Parameters:
    ///   - path: The folder on disk.
    ///   - name: For messages.
    /// - Returns: The names.
    /// - Throws: ``DataFileError`` where it is no folder, cannot be read or has a name that is not UTF-8.
    static func names(in path: String, shown name: String) throws(DataFileError) -> [String] {
        guard let folder = unsafe opendir(path) else {
            let reason = errno == ENOTDIR ? "not a folder, want one" : "cannot be opened: \(Self.reason(errno))"
            throw DataFileError(file: name, reason)
        }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let bytes = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
            guard bytes.first != 0x2E else { continue }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw DataFileError(file: name, "the name \"\(shown(bytes))\" is not UTF-8; rename it")
            }
            names.append(text)
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func reason(_ number: Int32) -> String {
        unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    }
}
