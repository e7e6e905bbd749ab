import TuningModel

/// Who is connected and what it holds.
extension Coordinator {
    mutating func receive(_ message: WorkerMessage, from peer: PeerID, at now: Duration) {
        switch message {
        case .hello(let hello): self.welcome(hello, from: peer, at: now)
        case .heartbeat(let session, let capacity, _, let times):
            guard let index = self.hear(peer, session, at: now) else { return }
            self.peers[index].capacity = capacity
            self.peers[index].times = times
            self.effects.append(.send(.heartbeatAcknowledged, to: peer))
        case .progress(let session, let capacity, let times, let attempts):
            guard let index = self.hear(peer, session, at: now) else { return }
            self.peers[index].capacity = capacity
            self.peers[index].times = times
            self.progress(attempts, from: index, at: now)
        case .drain(let session):
            guard let index = self.hear(peer, session, at: now) else { return }
            self.peers[index].isDraining = true
        case .bye(let session):
            guard let index = self.hear(peer, session, at: now) else { return }
            self.remove(peerAt: index, reason: "it left", at: now)
        }
    }

    /// The place of a known session's peer, its lease extended; an unknown one is asked to say hello.
    private mutating func hear(_ peer: PeerID, _ session: UInt64, at now: Duration) -> Int? {
        guard let index = self.peers.firstIndex(where: { $0.id == peer && $0.session == session }) else {
            self.effects.append(.send(.resync, to: peer))
            return nil
        }
        self.peers[index].lastHeard = now
        self.peers[index].brokenSince = nil
        self.peers[index].isSuspected = false
        return index
    }

    private mutating func welcome(_ hello: Hello, from peer: PeerID, at now: Duration) {
        guard !self.hasLeft else {
            self.effects.append(.send(.goodbye(isFinal: true), to: peer))
            return
        }
        if let other = self.peers.firstIndex(where: { $0.id == peer && $0.worker != hello.worker }) {
            self.remove(peerAt: other, reason: "its connection said hello for another worker", at: now)
        }
        let former = self.peers.firstIndex { $0.worker == hello.worker }
        if former == nil, self.peers.count >= self.leases.mostWorkers {
            let text = "\(self.leases.mostWorkers) workers are attached, which is the most this coordinator takes"
            self.effects.append(.send(.reject(code: .overloaded, retryAfterMillis: 10_000, text: text), to: peer))
            return
        }
        var earlier: [AttemptID] = []
        if let former {
            // The same process on a new connection: its attempts move over to the new session.
            earlier = self.peers[former].attempts
            self.peers.remove(at: former)
        }
        self.departed.removeAll { $0.worker == hello.worker }
        self.nextSession += 1
        self.peers.append(
            Peer(
                id: peer, session: self.nextSession, worker: hello.worker, name: hello.name, slots: hello.slots,
                capacity: hello.capacity, lastHeard: now))
        let index = self.peers.count - 1
        if former == nil {
            self.record(.workerJoined(hello.worker, name: hello.name, slots: hello.slots), at: now)
        }
        earlier += self.orphans.filter { $0.worker == hello.worker }.map(\.attempt)
        self.orphans.removeAll { $0.worker == hello.worker }
        self.reattach(hello.held, earlier, to: index, at: now)
    }

    /// Settles which attempts a worker that said hello still has: those it names and that are still its own stay,
    /// others that it names are fenced off, and assignments that never reached it are sent again.
    private mutating func reattach(
        _ held: [HeldAttempt], _ earlier: [AttemptID], to index: Int, at now: Duration
    ) {
        let worker = self.peers[index].worker
        var fenced: [AttemptID] = []
        for item in held {
            if self.isOpen(item.attempt, at: worker) {
                self.peers[index].attempts.append(item.attempt)
                let own = item.attempt.ungranted
                self.orphans.removeAll { $0.attempt == item.attempt || $0.attempt == own }
                self.virtual?.setHolder(worker, of: item.attempt.trial)
            } else {
                fenced.append(item.attempt)
            }
        }
        let peer = self.peers[index].id
        self.effects.append(.send(.welcome(self.welcome(self.peers[index].session, fenced)), to: peer))
        for attempt in self.peers[index].attempts {
            if self.study.record(of: attempt.trial)?.state != .running {
                self.effects.append(.send(.stop(attempt), to: peer))
            }
        }
        for attempt in earlier where !self.peers[index].attempts.contains(attempt) && self.isOpen(attempt, at: worker) {
            guard self.study.record(of: attempt.trial)?.state == .running,
                let assignment = self.assignment(of: attempt.trial)?.renumbered(attempt)
            else {
                guard self.virtual == nil else { continue }
                // Its trial was settled meanwhile: nobody trains it, and nobody will tell of its end.
                self.record(.attemptLost(attempt, reason: "it never reached its worker"), at: now)
                continue
            }
            self.peers[index].attempts.append(attempt)
            self.effects.append(.send(.assign(assignment), to: peer))
        }
    }

    private func welcome(_ session: UInt64, _ fenced: [AttemptID]) -> Welcome {
        Welcome(
            session: session, coordinatorEpoch: self.study.coordinatorEpoch,
            heartbeatMillis: self.leases.heartbeat.milliseconds, silenceMillis: self.leases.silence.milliseconds,
            orphanMillis: self.leases.orphan.milliseconds, bulkPort: self.bulkPort, fenced: fenced)
    }

    /// Whether an attempt is its trial's open one and belongs to this worker.
    func isOpen(_ attempt: AttemptID, at worker: WorkerID) -> Bool {
        guard self.virtual == nil else { return self.isFree(attempt, for: worker) }
        guard let open = self.study.record(of: attempt.trial)?.openAttempt else { return false }
        return open.number == attempt.number && open.worker == worker
    }

    func assignment(of trial: TrialID) -> Assignment? {
        self.study.assignment(of: trial, dataset: self.dataset, datasetByteCount: self.datasetByteCount)
    }

    /// Ends a session whose worker may have missed a message. Its next message is answered with `resync`, and the hello
    /// that follows says what it really holds.
    mutating func drop(_ peer: PeerID, at now: Duration) {
        guard let index = self.peers.firstIndex(where: { $0.id == peer }) else { return }
        let dropped = self.peers.remove(at: index)
        self.departed.append(Departed(worker: dropped.worker, times: dropped.times))
        let deadline = (dropped.brokenSince ?? now + self.leases.heartbeat) + self.leases.reconnect
        self.record(.workerLeft(dropped.worker, reason: "a message could not reach it"), at: now)
        for attempt in dropped.attempts where self.isOpen(attempt, at: dropped.worker) {
            self.orphans.append(Orphan(attempt: attempt, worker: dropped.worker, deadline: deadline))
        }
    }

    /// Lets a worker go; what it held is lost to it and waits for others.
    mutating func remove(peerAt index: Int, reason: String, at now: Duration) {
        let peer = self.peers.remove(at: index)
        self.departed.append(Departed(worker: peer.worker, times: peer.times))
        self.leaveToOthers(peer.attempts, reason: "\(peer.name): \(reason)")
        for attempt in peer.attempts where self.virtual == nil && self.isOpen(attempt, at: peer.worker) {
            self.record(.attemptLost(attempt, reason: "\(peer.name): \(reason)"), at: now)
        }
        self.record(.workerLeft(peer.worker, reason: reason), at: now)
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    var milliseconds: Int {
        Int(clamping: self.components.seconds) * 1000 + Int(self.components.attoseconds / 1_000_000_000_000_000)
    }
}
