import TuningModel

/// Reads two arrays of one npz file, as `numpy.savez` and `numpy.savez_compressed` write it: a zip with an npy file for each
/// array.
enum NPZReader {
    /// Calls with two arrays, by their names without `.npy`; they are valid during the call only.
    ///
    /// - Throws: ``DataFileError`` for a damaged archive, a name that is not there, and as ``NPYReader`` does.
    static func withArrays<Result>(
        _ names: (features: String, targets: String), in bytes: UnsafeRawBufferPointer, file: String,
        _ body: (BinaryArray, BinaryArray) throws(DataFileError) -> Result
    ) throws(DataFileError) -> Result {
        let archive = try unsafe ZipArchive(bytes, file: file)
        let features = try self.entry(names.features, of: archive)
        let targets = try self.entry(names.targets, of: archive)
        return try unsafe archive.withBytes(of: features) { (first) throws(DataFileError) in
            try unsafe archive.withBytes(of: targets) { (second) throws(DataFileError) in
                try unsafe body(
                    NPYReader.read(first, file: "\(file), array \(shown(names.features.utf8))"),
                    NPYReader.read(second, file: "\(file), array \(shown(names.targets.utf8))"))
            }
        }
    }

    private static func entry(_ name: String, of archive: ZipArchive) throws(DataFileError) -> ZipArchive.Entry {
        if let entry = archive.entries.first(where: { $0.name == name + ".npy" }) { return entry }
        let names = archive.entries.map { $0.name.hasSuffix(".npy") ? String($0.name.dropLast(4)) : $0.name }
        let guess = NearestName.of(name, among: names).map { ", did you mean \"\(shown($0.utf8))\"?" } ?? ","
        let list = names.prefix(8).map { "\"\(shown($0.utf8))\"" }.joined(separator: ", ")
        throw DataFileError(
            file: archive.file,
            "there is no array \"\(shown(name.utf8))\"\(guess) want \(names.isEmpty ? "a file with arrays" : "one of " + list)"
        )
    }
}
