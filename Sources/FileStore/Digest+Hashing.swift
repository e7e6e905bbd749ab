internal import Crypto
internal import Glibc
package import TuningModel

/// SHA-256 of bytes that come piece by piece.
package struct DigestBuilder: Sendable {
    private var hash = SHA256()

    package init() {}

    package mutating func update(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe self.hash.update(bufferPointer: $0) }
    }

    /// - Parameter bytes: Read before the call returns, and not kept.
    @unsafe
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.hash.update(bufferPointer: bytes)
    }

    /// The digest of all bytes so far; more may follow.
    package func digest() -> TuningModel.Digest {
        guard let digest = TuningModel.Digest(bytes: Array(self.hash.finalize())) else {
            preconditionFailure("SHA-256 has 32 bytes")
        }
        return digest
    }
}

extension TuningModel.Digest {
    /// The SHA-256 of some bytes.
    package init(of bytes: [UInt8]) {
        var builder = DigestBuilder()
        builder.update(bytes)
        self = builder.digest()
    }

    /// The SHA-256 of bytes that lie somewhere else.
    package init(of bytes: UnsafeRawBufferPointer) {
        var builder = DigestBuilder()
        unsafe builder.update(bytes)
        self = builder.digest()
    }

    /// The SHA-256 of a file, read piece by piece.
    package init(ofFile path: String) throws(FileError) {
        let file = try OpenFile(path, O_RDONLY)
        var builder = DigestBuilder()
        var offset = 0
        while case let bytes = try file.read(from: offset, count: 1_048_576), !bytes.isEmpty {
            builder.update(bytes)
            offset += bytes.count
        }
        self = builder.digest()
    }
}
