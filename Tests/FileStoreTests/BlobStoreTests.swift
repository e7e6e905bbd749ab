import FileStore
import Foundation
import Testing
import TuningModel

@Suite("Blobs")
struct BlobStoreTests {
    private let folder: TemporaryFolder
    private let store: BlobStore
    private let bytes = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    private var digest: Digest { Digest(of: self.bytes) }

    init() throws {
        self.folder = try TemporaryFolder()
        self.store = try BlobStore(folder: "\(self.folder.path)/blobs")
    }

    @Test("what is put is there under its digest, in the folder of its first two digits")
    func put() throws {
        let digest = try self.store.put([97, 98, 99])
        #expect(digest.hexadecimal == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(self.folder.files == ["blobs/ba/7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"])
        #expect(try self.store.put([97, 98, 99]) == digest)
        #expect(try self.store.get(digest) == [97, 98, 99])
        #expect(unsafe try self.store.map(digest).withBytes { unsafe Array($0) } == [97, 98, 99])
        #expect(self.store.byteCount(of: digest) == 3)
        #expect(self.store.totalByteCount() == 3)
        #expect(self.store.digests() == [digest])
        try self.store.remove(digest)
        try self.store.remove(digest)
        #expect(!self.store.contains(digest))
        #expect(self.store.digests() == [])
        let error = #expect(throws: FileError.self) { try self.store.get(digest) }
        #expect(error?.code == .notFound)
    }

    @Test("pieces are read from any place, shorter at the end, none behind it")
    func pieces() throws {
        let digest = try self.store.put(self.bytes)
        #expect(try self.store.read(digest, from: 0, count: 262_144) == Array(self.bytes[..<262_144]))
        #expect(try self.store.read(digest, from: 524_288, count: 262_144) == Array(self.bytes[524_288...]))
        #expect(try self.store.read(digest, from: 600_000, count: 10) == [])
        #expect(try self.store.read(digest, from: 1_000_000, count: 10) == [])
    }

    @Test("a damaged blob is refused")
    func damaged() throws {
        let digest = try self.store.put(self.bytes)
        try AtomicFile.write([1, 2, 3], to: self.store.path(of: digest), isDurable: false)
        let error = #expect(throws: FileError.self) { try self.store.get(digest) }
        #expect(error?.code == .damaged)
        #expect(throws: FileError.self) { try self.store.map(digest) }
    }

    @Test("a blob that comes in chunks is there after the last one is checked, and not before")
    func chunks() throws {
        let partial = try self.store.receive(self.digest, byteCount: self.bytes.count)
        for offset in stride(from: 0, to: self.bytes.count, by: 262_144) {
            #expect(partial.offset == offset)
            #expect(!partial.isComplete)
            #expect(!self.store.contains(self.digest))
            try partial.append(Array(self.bytes[offset..<min(offset + 262_144, self.bytes.count)]), at: offset)
        }
        #expect(partial.isComplete)
        try partial.commit()
        #expect(try self.store.get(self.digest) == self.bytes)
        #expect(self.folder.files.count == 1)
    }

    @Test("a chunk at a wrong place, beyond the end, or after the end changes nothing")
    func wrongChunks() throws {
        let partial = try self.store.receive(Digest(of: [1, 2, 3]), byteCount: 3)
        try partial.append([1, 2], at: 0)
        for (bytes, offset) in [([1, 2], 0), ([3], 3), ([3, 4], 2), ([3], -1)] as [([UInt8], Int)] {
            let error = #expect(throws: FileError.self) { try partial.append(bytes, at: offset) }
            #expect(error?.code == .wrongOffset)
        }
        let early = #expect(throws: FileError.self) { try partial.commit() }
        #expect(early?.code == .wrongOffset)
        try partial.append([3], at: 2)
        try partial.commit()
        #expect(try self.store.get(Digest(of: [1, 2, 3])) == [1, 2, 3])
        #expect(throws: FileError.self) { try partial.append([], at: 3) }
        #expect(throws: FileError.self) { try partial.commit() }
    }

    @Test("bytes that are not those of the digest never become a blob")
    func wrongBytes() throws {
        let partial = try self.store.receive(self.digest, byteCount: 3)
        try partial.append([1, 2, 3], at: 0)
        let error = #expect(throws: FileError.self) { try partial.commit() }
        #expect(error?.code == .damaged)
        #expect(self.folder.files == [])
    }

    @Test("what was cancelled, dropped or left by a process that died is gone")
    func garbage() throws {
        try self.store.receive(self.digest, byteCount: 3).append([1], at: 0)
        #expect(self.folder.files == [])
        let partial = try self.store.receive(self.digest, byteCount: 3)
        try partial.append([1], at: 0)
        #expect(self.folder.files.count == 1)
        partial.cancel()
        #expect(self.folder.files == [])
        try AtomicFile.write([1, 2], to: "\(self.folder.path)/blobs/partial/left", isDurable: false)
        let digest = try self.store.put([5])
        let again = try BlobStore(folder: self.store.folder)
        #expect(again.digests() == [digest])
        #expect(self.folder.files.count == 1)
    }
}
