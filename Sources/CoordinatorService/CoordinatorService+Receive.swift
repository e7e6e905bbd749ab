import CoordinatorCore
import Logging
import Messaging
import TuningModel
import WireCodec

/// What arrives at the sockets.
extension CoordinatorService {
    /// Takes in at most one round of control messages.
    func receiveControl(_ effects: inout [CoordinatorEffect]) {
        for _ in 0..<Self.mostMessages {
            let frame: ReceivedFrame
            do {
                guard let next = try self.control.receive() else { return }
                frame = next
            } catch {
                self.logger.warning("a frame could not be received", metadata: ["error": "\(error)"])
                continue
            }
            guard let sender = frame.sender else { continue }
            // The end of an earlier connection on the same descriptor comes first.
            if !self.peers.isKnown(sender) { self.receiveMonitorEvents(&effects) }
            let peer = self.peers.number(of: sender, connection: frame.connection)
            do {
                let message = try WireCodec.decodeWorkerMessage(frame.payload)
                effects += self.coordinator.handle(.message(peer, message), at: self.now)
            } catch {
                self.refuse(error, from: peer, sender)
            }
        }
    }

    /// Answers a message that can't be read: politely and once where it speaks our protocol, not at all where it does
    /// not, so that garbage is never amplified.
    private func refuse(_ error: WireError, from peer: PeerID, _ sender: RoutingID) {
        let count = self.peers.countRefusal(of: peer)
        if count <= 3 {
            self.logger.warning("a message was refused", metadata: ["peer": "\(peer)", "error": "\(error)"])
        }
        guard count == 1, error.code != .badMagic, error.code != .tooShort else { return }
        let code: RejectionCode = error.code == .wrongVersion ? .version : .malformed
        let rejection = CoordinatorMessage.reject(code: code, retryAfterMillis: 0, text: "\(error)")
        do {
            _ = try self.control.send(WireCodec.encode(rejection), to: sender)
        } catch {
            self.logger.info("a refusal could not be sent", metadata: ["peer": "\(peer)"])
        }
    }

    /// Connections that have closed: a killed worker is seen here within milliseconds.
    func receiveMonitorEvents(_ effects: inout [CoordinatorEffect]) {
        for _ in 0..<Self.mostMessages {
            guard let event = self.control.receiveMonitorEvent() else { return }
            guard case .disconnected(let connection) = event,
                let peer = self.peers.closed(connection: connection, at: self.now)
            else { continue }
            effects += self.coordinator.handle(.disconnected(peer), at: self.now)
        }
    }

    /// Chunks of data and checkpoints; a bounded number a round, so that control messages do not wait.
    ///
    /// While too many chunks wait to be sent nothing more is taken in: who asks faster than the network carries
    /// waits. The bulk socket is not waited for meanwhile, since requests that lie there would end each wait at once.
    func receiveBulk(_ effects: inout [CoordinatorEffect]) {
        let wasBlocked = self.bulkOutbox.isFull
        defer {
            let isBlocked = self.bulkOutbox.isFull
            if isBlocked, !wasBlocked { self.poller.remove(token: Self.bulkToken) }
            if !isBlocked, wasBlocked { self.poller.add(self.bulk, token: Self.bulkToken) }
        }
        self.flushBulk()
        for _ in 0..<16 where !self.bulkOutbox.isFull {
            let frame: ReceivedFrame
            do {
                guard let next = try self.bulk.receive() else { return }
                frame = next
            } catch {
                self.logger.warning("a bulk frame could not be received", metadata: ["error": "\(error)"])
                continue
            }
            guard let sender = frame.sender else { continue }
            do {
                let message = try WireCodec.decodeBulkMessage(frame.payload)
                let result = self.bulkServer.handle(
                    message, from: sender, study: self.coordinator.study, at: self.now)
                for answer in result.answers {
                    self.bulkOutbox.add(WireCodec.encode(answer), to: sender, at: self.now)
                }
                self.flushBulk()
                if let (trial, reference) = result.stored {
                    effects += self.coordinator.handle(.checkpointStored(trial, reference), at: self.now)
                }
            } catch {
                self.logger.warning("a bulk message was refused", metadata: ["error": "\(error)"])
            }
        }
    }

    private func flushBulk() {
        self.bulkOutbox.flush(at: self.now) { frame, receiver in
            // A socket that fails has lost its peer, who asks again on its next connection.
            (try? self.bulk.send(frame, to: receiver)) ?? .unreachable
        }
    }
}
