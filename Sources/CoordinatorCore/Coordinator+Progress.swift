import TuningModel

/// What workers have trained.
extension Coordinator {
    /// Takes in epochs and ends of attempts; all that is known by then is acknowledged, new or not.
    mutating func progress(_ attempts: [AttemptProgress], from index: Int, at now: Duration) {
        let peer = self.peers[index].id
        var acknowledgements: [Acknowledgement] = []
        for item in attempts { acknowledgements.append(self.progress(item, from: index, at: now)) }
        if !acknowledgements.isEmpty { self.effects.append(.send(.acknowledge(acknowledgements), to: peer)) }
    }

    private mutating func progress(
        _ item: AttemptProgress, from index: Int, at now: Duration
    ) -> Acknowledgement {
        let worker = self.peers[index].worker
        if self.virtual != nil, let record = self.study.record(of: item.attempt.trial),
            item.attempt.ungranted.number <= record.attempts
        {
            self.compare(item, with: record, from: self.peers[index].name)
            return self.holdBack(item, from: index, at: now)
        }
        let isCurrent = self.isOpen(item.attempt, at: worker)
        guard let record = self.study.record(of: item.attempt.trial), item.attempt.number <= record.attempts else {
            // Of a trial or an attempt that was never given out: not a worker of this study.
            let text = "\(self.peers[index].name) reports attempt \(item.attempt), which does not exist"
            self.effects.append(.log(text, isWarning: true))
            self.effects.append(.send(.fenced(item.attempt), to: self.peers[index].id))
            return Acknowledgement(attempt: item.attempt, epoch: item.reports.last?.epoch ?? 0, isEndKnown: true)
        }
        self.compare(item, with: record, from: self.peers[index].name)
        let fresh = item.reports.filter { $0.epoch > record.epochs }
        if self.isUseful(fresh, of: record) {
            self.record(.reported(item.attempt, fresh), at: now)
            self.peers[index].pause.noteEpoch()
        }
        let known = self.study.record(of: item.attempt.trial) ?? record
        guard isCurrent else {
            // A fenced attempt: its epochs were taken where they were the next ones missing, and the rest is not wanted.
            self.peers[index].attempts.removeAll { $0 == item.attempt }
            if item.end == nil { self.effects.append(.send(.fenced(item.attempt), to: self.peers[index].id)) }
            return Acknowledgement(
                attempt: item.attempt, epoch: item.reports.last?.epoch ?? known.epochs, isEndKnown: true)
        }
        var isEndKnown = false
        if let end = item.end {
            isEndKnown = self.close(item.attempt, end, from: index, at: now)
        } else if record.state.isTerminal {
            // The worker trains on because the stop has not reached it, or was lost.
            self.effects.append(.send(.stop(item.attempt), to: self.peers[index].id))
        }
        // Epochs behind a stop are acknowledged too: nobody wants them sent again.
        let epoch = known.state.isResting ? max(known.epochs, item.reports.last?.epoch ?? 0) : known.epochs
        return Acknowledgement(attempt: item.attempt, epoch: epoch, isEndKnown: isEndKnown)
    }

    /// Compares the epoch that the ledger ends with, where it is told again: another attempt may have trained it, with
    /// the same bits unless memory or arithmetic is broken somewhere.
    private mutating func compare(_ item: AttemptProgress, with record: TrialRecord, from name: String) {
        // Parameters were counted here, not told.
        let told = record.metrics.filter { $0.metric != .modelParameters }
        let known = EpochReport(epoch: record.epochs, status: record.status, metrics: told, seconds: 0)
        guard let again = item.reports.first(where: { $0.epoch == record.epochs }), !again.agrees(with: known) else {
            return
        }
        self.disagreements += 1
        let text =
            "\(name) reports epoch \(record.epochs) of trial \(record.id) with other figures than the journal has: two "
            + "hosts compute differently; look for broken memory or another build"
        self.effects.append(.log(text, isWarning: true))
    }

    /// Whether reports would enter the ledger.
    private func isUseful(_ reports: [EpochReport], of record: TrialRecord) -> Bool {
        guard let first = reports.first else { return false }
        return first.epoch == record.epochs + 1 && !record.state.isResting
    }

    /// - Returns: Whether the end is in the journal now, so that the worker may forget the attempt.
    private mutating func close(_ attempt: AttemptID, _ end: AttemptEnd, from index: Int, at now: Duration) -> Bool {
        guard let record = self.study.record(of: attempt.trial) else { return true }
        let isAhead = record.state == .running && end.epoch > record.epochs
        guard !isAhead else { return false }
        self.record(.attemptEnded(attempt, end), at: now)
        if let crashes = self.study.record(of: attempt.trial)?.crashes, crashes > record.crashes {
            self.noteCrash(from: index, at: now)
        }
        self.peers[index].attempts.removeAll { $0 == attempt }
        self.wantCheckpointOfBest(attempt)
        return true
    }
}
