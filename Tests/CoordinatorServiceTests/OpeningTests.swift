import CoordinatorService
import FileStore
import Foundation
import Logging
import Messaging
import Testing
import TrainingData
import TuningModel

@Suite("Opening a study's folder")
struct OpeningTests {
    private let directory = FileManager.default.temporaryDirectory.appendingPathComponent("winnow-\(UUID().uuidString)")
        .path

    private func open(
        _ study: StudyDefinition = ServedStudy.definition(), endpoint: String = "tcp://127.0.0.1:0", last: Float = 3
    ) throws -> CoordinatorService {
        try CoordinatorService(
            study: study, studyText: "test", dataset: try ServedStudy.dataset(last: last),
            settings: CoordinatorSettings(directory: self.directory, endpoint: endpoint),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func remove() { try? FileManager.default.removeItem(atPath: self.directory) }

    @Test("a study that its scheduler refuses leaves nothing behind")
    func refused() {
        #expect(throws: (any Error).self) {
            try self.open(ServedStudy.definition(.asha(minimum: 9, maximum: 1, eta: 3, isGuarded: true)))
        }
        #expect(!FileManager.default.fileExists(atPath: self.directory))
    }

    @Test("a start that got no further than its lock or an empty journal goes on, a file of somebody else is refused")
    func interrupted() throws {
        defer { self.remove() }
        try FileManager.default.createDirectory(atPath: self.directory, withIntermediateDirectories: true)
        let journal = "\(self.directory)/journal.sqlite"
        #expect(FileManager.default.createFile(atPath: "\(self.directory)/lock", contents: nil))
        _ = try self.open()
        self.remove()
        try FileManager.default.createDirectory(atPath: self.directory, withIntermediateDirectories: true)
        #expect(FileManager.default.createFile(atPath: journal, contents: nil))
        _ = try self.open()
        self.remove()
        try FileManager.default.createDirectory(atPath: self.directory, withIntermediateDirectories: true)
        try Data("notes".utf8).write(to: URL(fileURLWithPath: journal))
        #expect(throws: (any Error).self) { try self.open() }
        #expect(try Data(contentsOf: URL(fileURLWithPath: journal)) == Data("notes".utf8))
    }

    @Test("an empty journal beside what a study has stored is refused and stays as it is")
    func cutJournal() throws {
        defer { self.remove() }
        do { _ = try self.open() }
        let journal = "\(self.directory)/journal.sqlite"
        for name in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: journal + name) }
        try Data().write(to: URL(fileURLWithPath: journal))
        let error = try #require(throws: ServiceError.self) { try self.open() }
        #expect(
            "\(error)"
                == "\(journal) is not a journal of Winnow, and what lies beside it says that it was one; restore it from a "
                + "copy, or name another --dir")
        #expect(try Data(contentsOf: URL(fileURLWithPath: journal)).isEmpty)
    }

    @Test("a data set whose file is gone or damaged is stored again, other data are refused")
    func lostDataset() throws {
        defer { self.remove() }
        // A start that gets no further has named its data, too.
        do { _ = try self.open() }
        #expect(throws: ServiceError.self) { try self.open(last: 4) }
        do {
            // A study of which the journal says something.
            let service = try self.open()
            service.interrupt()
            _ = try service.run(Unobserved())
        }
        let digest = try unsafe ServedStudy.dataset().image.withBytes { unsafe Digest(of: $0) }
        let blobs = try BlobStore(folder: "\(self.directory)/blobs")
        try blobs.remove(digest)
        do { _ = try self.open() }
        let bytes = try blobs.get(digest)
        try Data([UInt8](bytes.dropLast()) + [bytes[bytes.count - 1] ^ 1]).write(
            to: URL(fileURLWithPath: blobs.path(of: digest)))
        do { _ = try self.open() }
        #expect(try blobs.get(digest) == bytes)
        try blobs.remove(digest)
        let error = try #require(throws: ServiceError.self) { try self.open(last: 4) }
        #expect(
            "\(error)"
                == "\(self.directory): the data has changed since this study began; restore it, or begin a new study in "
                + "another --dir")
        #expect(blobs.digests().isEmpty)
    }

    @Test("checkpoints that no trial refers to are removed, the data set stays")
    func unusedBlobs() throws {
        defer { self.remove() }
        let dataset = try unsafe ServedStudy.dataset().image.withBytes { unsafe Digest(of: $0) }
        do { _ = try self.open() }
        let blobs = try BlobStore(folder: "\(self.directory)/blobs")
        let orphan = try blobs.put([1, 2, 3])
        #expect(Set(blobs.digests()) == [dataset, orphan])
        do { _ = try self.open() }
        #expect(blobs.digests() == [dataset])
    }

    @Test("bulk transfers go to the port behind the one that was named, or to a free one")
    func bulkPort() throws {
        defer { self.remove() }
        // Others may hold a port that is drawn: then the next one is tried.
        func attempt(_ body: (Endpoint, Int) throws -> Bool) throws -> Bool {
            for port in stride(from: Int.random(in: 21_000..<30_000), to: 31_000, by: 7) {
                let endpoint = try Endpoint("tcp://127.0.0.1:\(port)")
                if (try? body(endpoint, port)) == true { return true }
            }
            return false
        }
        func behind(_ endpoint: Endpoint, _ port: Int) -> String { endpoint.replacingPort(with: port + 1).description }
        #expect(
            try attempt { endpoint, port in
                try self.open(endpoint: endpoint.description).bulkEndpoint == behind(endpoint, port)
            })
        let context = try MessagingContext()
        #expect(
            try attempt { endpoint, port in
                let holder = try Socket(context, role: .router, plane: .bulk)
                defer { holder.close() }
                _ = try holder.bind(behind(endpoint, port))
                return try self.open(endpoint: endpoint.description).bulkEndpoint != behind(endpoint, port)
            })
    }
}
