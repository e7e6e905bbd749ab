import CoordinatorCore
import FileStore
import Foundation
import Logging
import Messaging
import StudyJournal
import TuningModel
import WireCodec

extension CoordinatorService {
    /// Ends ``run(_:)`` soon, with the study to be gone on with later. May be called from any thread.
    package nonisolated var interrupt: @Sendable () -> Void {
        let interruption = self.interruption
        return { interruption.signal() }
    }

    /// Ends ``run(_:)`` as ``interrupt`` does, once what the workers said last has been heard: to be called when every worker
    /// of this study has ended. May be called from any thread.
    package nonisolated var interruptAfterLastWorker: @Sendable () -> Void {
        let departure = self.departure
        return { departure.signal() }
    }

    /// Where workers can attach.
    package var listeningEndpoint: String { self.endpoint }

    /// Serves the study until it is over or interrupted.
    ///
    /// - Throws: What the journal throws where a commit fails: nothing has been said to anybody that is not durable,
    ///   so that the next start on the folder goes on.
    package func run(_ observer: some StudyObserver) throws -> StudyOutcome {
        var nextTick = self.now
        var nextDraw = self.now
        let starting = self.pending
        self.pending = []
        try self.carryOut(starting, observer)
        while !self.hasLeft {
            let ready = try self.poller.wait(milliseconds: self.confirmation?.isAtWork == true ? 0 : self.pause)
            if ready.contains(Self.departureToken) {
                self.departure.clear()
                self.silence = self.now + Self.lastWords
            }
            // Messages may lie in the socket, or come only now: the process that sent them has ended all the same.
            let isSilent =
                self.silence.map { self.now >= $0 || self.coordinator.study.count(of: .running) == 0 } ?? false
            if ready.contains(Self.interruptionToken) || isSilent {
                self.interruption.clear()
                self.sayGoodbye()
                self.control.close(lingerMillis: Self.farewellMillis)
                observer.ended()
                return self.outcome(isFinished: false)
            }
            var effects: [CoordinatorEffect] = []
            self.receiveControl(&effects)
            self.receiveMonitorEvents(&effects)
            self.receiveBulk(&effects)
            if self.now >= nextTick {
                nextTick = self.now + Self.tick
                self.peers.forgetGone(at: self.now)
                effects += self.coordinator.handle(.tick, at: self.now)
            }
            if let confirmation = self.confirmation { effects += try self.advance(confirmation) }
            try self.carryOut(effects, observer)
            if self.now >= nextDraw {
                nextDraw = self.now + Self.redraw
                observer.progressed(self.coordinator.snapshot(at: self.now))
            }
        }
        self.control.close(lingerMillis: Self.farewellMillis)
        observer.ended()
        return self.outcome(isFinished: true)
    }

    /// Milliseconds to wait at most: less where chunks wait for room in the network, which nothing tells.
    private var pause: Int { self.bulkOutbox.isEmpty ? 20 : 2 }

    /// Study time: goes on where the journal ended.
    var now: Duration { self.offset + self.start.duration(to: self.clock.now) }

    private func outcome(isFinished: Bool) -> StudyOutcome {
        let study = self.coordinator.study
        let first = study.firstAssignment ?? self.lastCommit
        return StudyOutcome(
            study: study, isFinished: isFinished, wallSeconds: max(0, (self.lastCommit - first).seconds),
            busyFraction: self.coordinator.busyFraction,
            modelFile: FileManager.default.fileExists(atPath: self.folder.model) ? self.folder.model : nil)
    }

    /// Commits the journal, and only then sends.
    private func carryOut(_ effects: [CoordinatorEffect], _ observer: some StudyObserver) throws {
        let records = effects.compactMap { if case .journal(let record) = $0 { record } else { nil } }
        if !records.isEmpty {
            try self.commit(records)
            self.lastCommit = records.last?.time ?? self.lastCommit
            observer.committed(records, of: self.coordinator.study)
        }
        var unreachable: [PeerID] = []
        for effect in effects {
            switch effect {
            case .journal: break
            case .send(let message, let peer):
                if !self.send(message, to: peer), !unreachable.contains(peer) { unreachable.append(peer) }
            case .discard(let digest):
                do {
                    try self.blobs.remove(digest)
                } catch {
                    self.logger.warning("a checkpoint could not be removed", metadata: ["error": "\(error)"])
                }
            case .confirm(let trial):
                // Whoever can train the network again in less time does not wait for its upload.
                let training = Duration.seconds(min(self.coordinator.study.record(of: trial)?.seconds ?? 0, 5))
                self.confirmation = Confirmation(of: trial, deadline: self.now + training)
            case .leave: self.hasLeft = true
            case .log(let text, let isWarning): self.logger.log(level: isWarning ? .warning : .notice, "\(text)")
            }
        }
        for peer in unreachable {
            try self.carryOut(self.coordinator.handle(.unreachable(peer), at: self.now), observer)
        }
    }

    /// Writes records to the journal, as soon as the disk has room for them.
    ///
    /// Nobody is told anything meanwhile, so that workers keep what they have until they are heard again: for them it is as if
    /// this process stood still.
    ///
    /// - Throws: What the journal throws, for a full disk only where the wait is interrupted or the last worker has ended.
    private func commit(_ records: [JournalRecord]) throws {
        var isTold = false
        while true {
            do throws(JournalError) {
                try self.journal.append(records)
                if isTold { self.logger.warning("there is space again: the study goes on") }
                return
            } catch {
                guard error.code == .noSpace else { throw error }
                if !isTold { self.logger.error("the study waits for space", metadata: ["error": "\(error)"]) }
                isTold = true
                let isInterrupted = self.interruption.wait(milliseconds: Self.patience)
                if isInterrupted || self.silence != nil || self.departure.wait(milliseconds: 0) { throw error }
            }
        }
    }

    /// - Returns: Whether the message is on its way.
    private func send(_ message: CoordinatorMessage, to peer: PeerID) -> Bool {
        guard let routingID = self.peers.routingID(of: peer) else { return false }
        do {
            switch try self.control.send(WireCodec.encode(message), to: routingID) {
            case .sent: return true
            case .full, .unreachable: return false
            }
        } catch {
            self.logger.warning("a message could not be sent", metadata: ["peer": "\(peer)", "error": "\(error)"])
            return false
        }
    }

    private func sayGoodbye() {
        for peer in self.coordinator.connectedPeers { _ = self.send(.goodbye(isFinal: false), to: peer) }
    }
}
