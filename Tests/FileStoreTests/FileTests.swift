import FileStore
import Foundation
import Testing
import TuningModel

@Suite("Files")
struct FileTests {
    /// Source: NIST, "SHA Examples: SHA-256", messages of 0, 3 and 56 bytes.
    @Test(
        "SHA-256 of the standard's examples",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func digests(_ text: String, _ hexadecimal: String) throws {
        let folder = try TemporaryFolder()
        let bytes = Array(text.utf8)
        #expect(Digest(of: bytes).hexadecimal == hexadecimal)
        try AtomicFile.write(bytes, to: "\(folder.path)/x", isDurable: false)
        #expect(try Digest(ofFile: "\(folder.path)/x").hexadecimal == hexadecimal)
        var builder = DigestBuilder()
        for byte in bytes { builder.update([byte]) }
        #expect(builder.digest().hexadecimal == hexadecimal)
    }

    @Test("the digest of a file of many pieces is that of its bytes")
    func longFile() throws {
        let folder = try TemporaryFolder()
        let bytes = (0..<2_500_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try AtomicFile.write(bytes, to: "\(folder.path)/x", isDurable: false)
        #expect(try Digest(ofFile: "\(folder.path)/x") == Digest(of: bytes))
        #expect(try AtomicFile.read("\(folder.path)/x") == bytes)
    }

    @Test("a file is written as a whole, replaces the old one, and leaves nothing beside it")
    func atomicFile() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/study.yaml"
        try AtomicFile.write([1, 2, 3], to: path)
        try AtomicFile.write([4], to: path)
        #expect(try AtomicFile.read(path) == [4])
        #expect(folder.files == ["study.yaml"])
    }

    @Test("a write that fails leaves the old file and nothing else")
    func failedWrite() throws {
        let folder = try TemporaryFolder()
        try Folder.create("\(folder.path)/a/b")
        try AtomicFile.write([1], to: "\(folder.path)/a/b/c")
        // A folder is in the way of the new file.
        let error = #expect(throws: FileError.self) { try AtomicFile.write([2], to: "\(folder.path)/a/b") }
        #expect(error?.code == .system)
        #expect(folder.files == ["a/b/c"])
        let missing = #expect(throws: FileError.self) { try AtomicFile.write([2], to: "\(folder.path)/none/x") }
        #expect(missing?.code == .notFound)
        #expect(throws: FileError.self) { try Folder.create("\(folder.path)/a/b/c") }
        #expect(throws: FileError.self) { try AtomicFile.read("\(folder.path)/none") }
    }

    @Test("a mapped file shows its bytes, also after its name is gone; an empty one has none")
    func mappedFile() throws {
        let folder = try TemporaryFolder()
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0) }
        try AtomicFile.write(bytes, to: "\(folder.path)/x", isDurable: false)
        try AtomicFile.write([], to: "\(folder.path)/empty", isDurable: false)
        let file = try MappedFile("\(folder.path)/x")
        try FileManager.default.removeItem(atPath: "\(folder.path)/x")
        #expect(unsafe file.withBytes { unsafe Array($0) } == bytes)
        #expect(file.byteCount == 10_000)
        #expect(try MappedFile("\(folder.path)/empty").byteCount == 0)
        let error = #expect(throws: FileError.self) { try MappedFile("\(folder.path)/none") }
        #expect(error?.code == .notFound)
    }

    @Test("a lock has one holder, the second is told who it is, and it is free after the first")
    func lock() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/lock"
        func take() throws(FileError) { _ = try FileLock(path, purpose: "the study folder X") }
        do {
            let first = try FileLock(path, purpose: "the study folder X")
            let error = #expect(throws: FileError.self) { try take() }
            #expect(error?.code == .locked)
            #expect(error?.message == "the study folder X is in use by process \(getpid()); stop it first")
            _ = consume first
        }
        try take()
    }
}
