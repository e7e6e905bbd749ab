import CoordinatorCore
import FileStore
import Foundation
package import Logging
import Messaging
package import SearchAlgorithms
import StudyJournal
package import TrainingData
package import TuningModel
import WireCodec

/// Serves one study: sockets, journal and store around a ``Coordinator``.
///
/// One thread owns everything here. Each round it takes what has arrived, has the core decide, commits the journal
/// once for the whole round, and only then lets messages leave: nobody hears of anything that a crash could undo.
package final class CoordinatorService {
    // A class: it owns sockets, a database and a lock, and callers keep it while it runs.

    /// Messages taken in before the journal is committed; bounds the time until an answer leaves.
    static let mostMessages = 512
    /// How long the last messages may take to leave once the study is over.
    static let farewellMillis = 2000
    /// How long the last messages of workers that have ended may be on their way.
    static let lastWords = Duration.seconds(2)
    /// Milliseconds from one try to the next to write to a disk that is full.
    static let patience = 250
    static let tick = Duration.milliseconds(100)
    static let redraw = Duration.milliseconds(200)

    /// What the poller's tokens stand for.
    static let controlToken = 0
    static let bulkToken = 1
    static let interruptionToken = 2
    static let departureToken = 3

    let settings: CoordinatorSettings
    let folder: StudyFolder
    let logger: Logger
    let dataset: LoadedDataset
    let lock: FileLock
    let journal: Journal
    let blobs: BlobStore
    let control: Socket
    let bulk: Socket
    let poller: Poller
    let context: MessagingContext
    let interruption: WakeUp
    let departure: WakeUp
    let endpoint: String
    /// Where workers fetch data and bring checkpoints.
    package let bulkEndpoint: String

    var coordinator: Coordinator
    var pending: [CoordinatorEffect]
    var peers = PeerDirectory()
    var bulkServer: BulkServer
    var bulkOutbox = BulkOutbox()
    var confirmation: Confirmation?
    var hasLeft = false
    var lastCommit: Duration
    let clock = ContinuousClock()
    let start: ContinuousClock.Instant
    /// Study time at `start`: where the journal ended.
    let offset: Duration
    /// When the last messages of workers that have all ended have had their time; `nil` while there are workers.
    var silence: Duration?

    /// Opens or goes on with a study in its folder, and binds its sockets.
    ///
    /// The study file's text is kept in the folder, and a folder of another text is refused. A study that begins takes in
    /// what it recalls of earlier ones; one that goes on has it in its journal.
    ///
    /// - Throws: ``ServiceError`` and the errors of journal, store and sockets, each naming the place and the remedy.
    package init(
        study: StudyDefinition, studyText: String, grammarLevel: Int = 1, recollections: [Recollection] = [],
        dataset: LoadedDataset,
        settings: CoordinatorSettings, logger: Logger
    ) throws {
        self.settings = settings
        self.folder = StudyFolder(settings.directory)
        self.logger = logger
        self.dataset = dataset
        let endpoint = try Endpoint(settings.endpoint)
        guard endpoint.port != nil else {
            throw ServiceError("endpoint \"\(settings.endpoint)\": want tcp://HOST:PORT, port 0 for a free one")
        }
        guard endpoint.isLoopback || settings.allowsInsecure else {
            throw ServiceError(
                "\(settings.endpoint) is reachable from other hosts, and this version has no encryption yet: listen on "
                    + "127.0.0.1, or add --insecure where you trust the whole network")
        }
        let digest = unsafe dataset.image.withBytes { unsafe Digest(of: $0) }
        // What may be refused comes first: nothing has been written then.
        let shape = try OwnedDataset(dataset.image).view.shape
        var state = try StudyState(study, networks: NetworkMeasure(shape))
        let context = try MessagingContext()
        let control = try Socket(context, role: .router, plane: .control)
        let bulk = try Socket(context, role: .router, plane: .bulk)
        self.endpoint = try control.bind(settings.endpoint)
        let bulkEndpoint = try Endpoint(Self.bind(bulk, beside: endpoint))
        self.bulkEndpoint = bulkEndpoint.description
        if let warning = endpoint.warning(ephemeralPorts: Endpoint.ephemeralPorts()) { logger.warning("\(warning)") }
        try self.folder.checkIsOurs(settings.directory)
        self.context = context
        self.control = control
        self.bulk = bulk
        try self.folder.create()
        self.lock = try FileLock(self.folder.lock, purpose: "the study folder \(settings.directory)")
        self.journal = try Self.openJournal(
            self.folder,
            JournalHeader(
                name: study.name, studyText: studyText, digest: Digest(of: Array(studyText.utf8)),
                created: Date().timeIntervalSince1970, grammarLevel: grammarLevel, shape: shape, dataset: digest))
        var last = Duration.zero
        try self.journal.readAll { _, record in
            _ = state.apply(record.event, at: record.time, recorded: record.decisions)
            last = record.time
        }
        if let wanted = settings.virtualSlots, !state.trials.isEmpty, state.clock.slotCount != wanted {
            let found = state.clock.slotCount
            throw ServiceError(
                "\(settings.directory): the study began "
                    + (found > 0
                        ? "in virtual time with \(found) slots, not \(wanted)" : "in real time, not in virtual time")
                    + "; leave the option out to go on as it began, or begin a new study in another --dir")
        }
        let blobs = try BlobStore(folder: self.folder.blobs)
        self.blobs = blobs
        let isNew = self.journal.lastLSN == 0
        try Self.checkData(digest, of: self.journal, in: blobs, settings.directory)
        let image = try Self.image(digest, of: dataset, in: blobs, logger)
        if isNew {
            // In one piece, so that a start that breaks off here leaves all of it or nothing.
            try self.journal.append(
                recollections.map { recollection in
                    let event = StudyEvent.recalled(recollection)
                    return JournalRecord(time: .zero, event: event, decisions: state.apply(event, at: .zero))
                })
        }
        if !isNew, !state.isFinished {
            logger.notice(
                "going on with the study of this folder",
                metadata: [
                    "folder": "\(settings.directory)", "trials": "\(state.trials.count)",
                    "epochs": "\(state.epochCount)",
                ])
        }
        try Self.removeUnused(blobs, dataset: digest, study: state)
        self.bulkServer = BulkServer(blobs: blobs, dataset: digest, image: image)
        self.offset = last
        self.lastCommit = last
        self.start = self.clock.now
        (self.coordinator, self.pending) = Coordinator.start(
            state, leases: settings.leases, bulkPort: bulkEndpoint.port ?? 0, dataset: digest,
            datasetByteCount: dataset.image.byteCount, virtualSlots: settings.virtualSlots, at: last)
        self.interruption = try WakeUp()
        self.departure = try WakeUp()
        self.poller = Poller()
        self.poller.add(self.control, token: Self.controlToken)
        self.poller.add(self.bulk, token: Self.bulkToken)
        self.poller.add(monitorOf: self.control, token: Self.controlToken)
        self.poller.add(fileDescriptor: self.interruption.fileDescriptor, token: Self.interruptionToken)
        self.poller.add(fileDescriptor: self.departure.fileDescriptor, token: Self.departureToken)
    }

    /// Listens for bulk transfers on the port behind the control socket's, so that a firewall can let both through; on
    /// a free one where that is taken, or where the control socket's was free to choose. Workers are told.
    private static func bind(_ socket: Socket, beside endpoint: Endpoint) throws -> String {
        if let port = endpoint.port, port > 0, port < 65_535 {
            do throws(MessagingError) {
                return try socket.bind(endpoint.replacingPort(with: port + 1).description)
            } catch  where error.code == .addressInUse {
                // Another program has it; any other port will do as well.
            }
        }
        return try socket.bind(endpoint.replacingPort(with: 0).description)
    }

    /// Refuses data that are not those with which the study began: they are named in the journal, and in older folders in the
    /// store alone.
    private static func checkData(
        _ digest: Digest, of journal: Journal, in blobs: BlobStore, _ directory: String
    ) throws {
        let isNew = journal.lastLSN == 0
        guard journal.header.dataset.map({ $0 == digest }) ?? (isNew || blobs.contains(digest)) else {
            throw ServiceError(
                "\(directory): the data has changed since this study began; restore it, or begin a new study in another "
                    + "--dir")
        }
    }

    /// The image of the data as workers are sent it: stored where it is missing, and anew where its file is damaged.
    private static func image(
        _ digest: Digest, of dataset: LoadedDataset, in blobs: BlobStore, _ logger: Logger
    ) throws -> MappedFile {
        do throws(FileError) {
            if blobs.contains(digest) { return try blobs.map(digest) }
        } catch {
            guard error.code == .damaged else { throw error }
            logger.warning("the data set's file is damaged and is written again", metadata: ["error": "\(error)"])
            try blobs.remove(digest)
        }
        _ = try unsafe dataset.image.withBytes { (image) throws(FileError) in try unsafe blobs.put(image) }
        return try blobs.map(digest)
    }

    /// Removes checkpoints that no trial refers to, as its own or as that which its networks come from: a crash came between
    /// their storing and their row in the journal, or between a row that replaced them and their removal.
    private static func removeUnused(_ blobs: BlobStore, dataset: Digest, study: StudyState) throws {
        let own = study.trials.compactMap(\.checkpoint?.digest)
        let used = Set(own + study.originStates).union([dataset])
        for digest in blobs.digests() where !used.contains(digest) { try blobs.remove(digest) }
    }

    /// Opens the journal of this very study, or begins one, also where an earlier start got no further than its file.
    private static func openJournal(_ folder: StudyFolder, _ header: JournalHeader) throws -> Journal {
        if FileManager.default.fileExists(atPath: folder.journal) {
            // Before it is opened, which would remove a log that may be all that is left.
            let attributes = try? FileManager.default.attributesOfItem(atPath: folder.journal)
            if attributes?[.size] as? Int == 0 { try folder.checkHasStoredNothing() }
            if let journal = try Self.existingJournal(folder.path, header) { return journal }
            try folder.checkHasStoredNothing()
        }
        return try Journal.create(directory: folder.path, header: header)
    }

    /// The journal of a study that has begun; `nil` where its file is none: what was begun is gone on with, and a file that is
    /// something else is refused by who makes one.
    private static func existingJournal(
        _ directory: String, _ header: JournalHeader
    ) throws(JournalError) -> Journal? {
        do throws(JournalError) {
            return try Journal.open(directory: directory, expecting: header.digest)
        } catch {
            guard error.code == .notAStudyFolder else { throw error }
            return nil
        }
    }
}
