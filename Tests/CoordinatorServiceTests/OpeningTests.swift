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
        _ study: StudyDefinition = ServedStudy.definition(), endpoint: String = "tcp://127.0.0.1:0"
    ) throws -> CoordinatorService {
        try CoordinatorService(
            study: study, studyText: "test", dataset: try ServedStudy.dataset(),
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

    @Test("a start that got no further than an empty journal is gone on with, a file of somebody else is refused")
    func interrupted() throws {
        defer { self.remove() }
        try FileManager.default.createDirectory(atPath: self.directory, withIntermediateDirectories: true)
        let journal = "\(self.directory)/journal.sqlite"
        #expect(FileManager.default.createFile(atPath: journal, contents: nil))
        _ = try self.open()
        self.remove()
        try FileManager.default.createDirectory(atPath: self.directory, withIntermediateDirectories: true)
        try Data("notes".utf8).write(to: URL(fileURLWithPath: journal))
        #expect(throws: (any Error).self) { try self.open() }
        #expect(try Data(contentsOf: URL(fileURLWithPath: journal)) == Data("notes".utf8))
    }

    @Test("checkpoints that no trial refers to are removed, the data set stays")
    func unusedBlobs() throws {
        defer { self.remove() }
        let dataset = Digest(of: try ServedStudy.dataset().image)
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
        let context = try MessagingContext()
        // A pair of ports that are free now.
        var named: Endpoint?
        for port in 21_000..<21_200 where named == nil {
            let pair = try (0..<2).map { _ in try Socket(context, role: .router, plane: .bulk) }
            let endpoints = (0..<2).map { "tcp://127.0.0.1:\(port + $0)" }
            if zip(pair, endpoints).allSatisfy({ (try? $0.bind($1)) != nil }) { named = try Endpoint(endpoints[0]) }
            for socket in pair { socket.close() }
        }
        let endpoint = try #require(named)
        let port = try #require(endpoint.port)
        do {
            let service = try self.open(endpoint: endpoint.description)
            #expect(service.bulkEndpoint == endpoint.replacingPort(with: port + 1).description)
        }
        let holder = try Socket(context, role: .router, plane: .bulk)
        _ = try holder.bind(endpoint.replacingPort(with: port + 1).description)
        let service = try self.open(endpoint: endpoint.description)
        #expect(service.bulkEndpoint != endpoint.replacingPort(with: port + 1).description)
    }
}
