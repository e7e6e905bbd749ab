internal import Glibc

/// Files that are there as a whole or not at all.
package enum AtomicFile {
    /// Writes a file beside its place, brings it to the disk, and puts it in its place by renaming.
    ///
    /// After a crash at any moment the path holds the old bytes or the new ones. On an error the old ones stay and
    /// nothing is left behind. Where not `isDurable`, it does not wait for the disk: a power cut may lose the file, but no
    /// running process ever sees half of it.
    package static func write(_ bytes: [UInt8], to path: String, isDurable: Bool = true) throws(FileError) {
        try unsafe bytes.withUnsafeBufferPointer { (bytes) throws(FileError) in
            try unsafe self.write(UnsafeRawBufferPointer(bytes), to: path, isDurable: isDurable)
        }
    }

    /// The same with bytes that lie somewhere else.
    package static func write(
        _ bytes: UnsafeRawBufferPointer, to path: String, isDurable: Bool = true
    ) throws(FileError) {
        let aside = Self.aside(path)
        do throws(FileError) {
            let file = try OpenFile(aside, O_WRONLY | O_CREAT | O_EXCL)
            try unsafe file.write(bytes, at: 0)
            if isDurable { try file.synchronize() }
            try Self.rename(aside, to: path, isDurable: isDurable)
        } catch {
            _ = unsafe unlink(aside)
            throw error
        }
    }

    /// The whole of a file.
    package static func read(_ path: String) throws(FileError) -> [UInt8] {
        let file = try OpenFile(path, O_RDONLY)
        return try file.read(from: 0, count: try file.byteCount())
    }

    static func rename(_ source: String, to target: String, isDurable: Bool) throws(FileError) {
        guard unsafe Glibc.rename(source, target) == 0 else { throw FileError.last("write", target) }
        if isDurable { try Folder.synchronize(Folder.parent(of: target)) }
    }

    /// A name in the same folder that no other process uses.
    private static func aside(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? "file"
        return "\(Folder.parent(of: path))/.\(name).\(String(UInt64.random(in: 0 ... .max), radix: 36)).part"
    }
}
