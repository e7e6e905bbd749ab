import TuningModel

/// Who is still there.
extension Coordinator {
    /// A gap in the coordinator's own time (a stopped process, a paused machine) is no worker's fault: all leases
    /// are extended by it.
    mutating func forgivePause(until now: Duration) {
        let gap = now - self.lastInput
        self.lastInput = max(now, self.lastInput)
        guard gap > self.leases.lease / 2 else { return }
        for index in self.peers.indices {
            self.peers[index].lastHeard += gap
            if let since = self.peers[index].brokenSince { self.peers[index].brokenSince = since + gap }
        }
        for index in self.orphans.indices { self.orphans[index].deadline += gap }
    }

    /// Suspects silent workers, gives up those that stayed silent, and ends the study when its time is over.
    mutating func checkLeases(at now: Duration) {
        for index in self.peers.indices.reversed() {
            let silence = now - self.peers[index].lastHeard
            self.peers[index].isSuspected = silence > self.leases.lease
            if let since = self.peers[index].brokenSince, now - since > self.leases.reconnect {
                self.remove(peerAt: index, reason: "its connection broke", at: now)
            } else if silence > self.leases.lease + self.leases.grace {
                self.remove(peerAt: index, reason: "not heard for \(silence.components.seconds) s", at: now)
            }
        }
        for orphan in self.orphans
        where self.virtual == nil && now > orphan.deadline && self.isOpen(orphan.attempt, at: orphan.worker) {
            self.record(.attemptLost(orphan.attempt, reason: "its worker did not come back after a restart"), at: now)
        }
        self.orphans.removeAll { now > $0.deadline }
        if let limit = self.study.definition.budget.wallTime, let first = self.study.firstAssignment,
            now - first >= limit, !self.study.isFinished
        {
            self.record(.ended(reason: "the wall time of \(limit.components.seconds) s is over"), at: now)
        }
    }
}
