internal import Glibc

/// What is done with folders.
package enum Folder {
    /// Makes a folder and those above it, where they are missing.
    package static func create(_ path: String) throws(FileError) {
        if unsafe mkdir(path, 0o755) == 0 { return }
        if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try Self.create(String(path[..<slash]))
            if unsafe mkdir(path, 0o755) == 0 { return }
        }
        if errno == EEXIST || errno == ENOTDIR, !Self.exists(path) {
            throw FileError(
                .notAFolder, path: path, "cannot make the folder \(path): a file is in its way; want another name")
        }
        guard errno == EEXIST else { throw FileError.last("make the folder", path) }
    }

    /// Whether there is a folder of this name.
    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in a folder in the order of their bytes, without `.` and `..`; none where there is no such folder.
    package static func names(in path: String) -> [String] {
        guard let folder = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Waits until the names in a folder are on the disk.
    package static func synchronize(_ path: String) throws(FileError) {
        try OpenFile(path, O_RDONLY | O_DIRECTORY).synchronize()
    }

    /// The folder that a path lies in.
    package static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
