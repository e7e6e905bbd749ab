import TuningModel

extension Worker {
    /// Minibatch groups trained since the worker began.
    var counter: UInt64 { self.slots.reduce(0) { $0 &+ $1.formerCounter &+ $1.activity.counter } }

    func times(at now: Duration) -> SlotTimes {
        SlotTimes(
            busySeconds: self.slots.reduce(0) { $0 + $1.formerBusySeconds + $1.activity.busySeconds },
            totalSeconds: self.slots.reduce(0) { $0 + $1.totalSeconds(at: now) })
    }

    /// Hands queued attempts to slots, oldest first, each to the ready slot with the least to do.
    mutating func dispatch(at now: Duration, _ effects: inout [WorkerEffect]) {
        guard self.leaving == nil else { return }
        while let i = self.attempts.firstIndex(where: { $0.stage == .queued }), let slot = self.freestSlot {
            self.place(i, in: slot, at: now, &effects)
        }
        self.rebalance(&effects)
    }

    private var freestSlot: Int? {
        var best: Int?
        for i in self.slots.indices where self.slots[i].phase == .ready {
            guard self.slots[i].jobs.count < self.limits.slotQueueCount else { continue }
            if let other = best, self.slots[other].jobs.count <= self.slots[i].jobs.count { continue }
            best = i
        }
        return best
    }

    private mutating func place(_ i: Int, in slot: Int, at now: Duration, _ effects: inout [WorkerEffect]) {
        let record = self.attempts[i]
        let entry = self.resumeEntry(for: record)
        if let checkpoint = record.offeredCheckpoint, (entry?.name.epoch ?? 0) < checkpoint.epoch {
            self.attempts[i].stage = .fetching
            self.prepare(record.attempt, at: now, &effects)
            return
        }
        let job = SlotJob(
            number: self.nextJob, assignment: record.assignment, identity: record.identity, resume: entry?.name)
        self.nextJob += 1
        self.attempts[i].stage = .inSlot(slot, job: job.number)
        self.attempts[i].undurableSeconds = entry?.undurableSeconds ?? 0
        self.attempts[i].jobSeconds = 0
        self.attempts[i].resume = entry?.name
        if self.slots[slot].jobs.isEmpty {
            self.slots[slot].heardAt = now
            self.slots[slot].movedAt = now
        }
        self.slots[slot].jobs.append(SlotRecord.Job(number: job.number))
        effects.append(.slot(slot, .run(job)))
    }

    /// Asks slots with jobs behind the one at work to give one back for each slot that has nothing to do.
    private mutating func rebalance(_ effects: inout [WorkerEffect]) {
        let idle = self.slots.count { $0.phase == .ready && $0.jobs.isEmpty }
        guard idle > 0 else { return }
        var pending = self.slots.reduce(0) { $0 + $1.jobs.dropFirst().count(where: \.isWithdrawn) }
        while pending < idle {
            var best: (slot: Int, job: Int, count: Int)?
            for slot in self.slots.indices {
                let jobs = self.slots[slot].jobs
                guard
                    let job = jobs.indices.dropFirst().last(where: {
                        !jobs[$0].isWithdrawn && jobs[$0].stoppedAt == nil
                    })
                else { continue }
                if jobs.count > best?.count ?? 1 { best = (slot, job, jobs.count) }
            }
            guard let best else { return }
            self.slots[best.slot].jobs[best.job].isWithdrawn = true
            pending += 1
            effects.append(.slot(best.slot, .withdraw(job: self.slots[best.slot].jobs[best.job].number)))
        }
    }

    mutating func stopJob(_ number: UInt64, in slot: Int, at now: Duration, _ effects: inout [WorkerEffect]) {
        guard let job = self.slots[slot].jobs.firstIndex(where: { $0.number == number }),
            self.slots[slot].jobs[job].stoppedAt == nil
        else { return }
        self.slots[slot].jobs[job].stoppedAt = now
        effects.append(.slot(slot, .stop(job: number)))
    }

    /// When a slot needs attention next.
    var slotDeadline: Duration? {
        var deadline: Duration?
        for slot in self.slots {
            if case .down(let until) = slot.phase, self.leaving == nil { deadline = min(deadline ?? until, until) }
            if let time = self.hangDeadline(of: slot) { deadline = min(deadline ?? time, time) }
            for job in slot.jobs {
                guard let time = job.stoppedAt.map({ $0 + self.limits.stopTimeout }) else { continue }
                deadline = min(deadline ?? time, time)
            }
        }
        return deadline
    }

    /// When a slot with work counts as hung, unless something is heard of it before.
    private func hangDeadline(of slot: SlotRecord) -> Duration? {
        guard slot.phase == .ready, !slot.jobs.isEmpty else { return nil }
        return min(slot.heardAt + self.limits.slotSilence, slot.movedAt + self.limits.slotStandstill)
    }

    /// A gap in the worker's own time (a stopped process, a paused machine) is no slot's fault.
    mutating func forgivePause(until now: Duration) {
        let gap = now - self.handledAt
        self.handledAt = now
        guard gap > self.limits.slotSilence / 2 else { return }
        for i in self.slots.indices {
            self.slots[i].heardAt += gap
            self.slots[i].movedAt += gap
        }
    }

    /// Starts slots again, and kills those that do not obey or hang.
    mutating func watchSlots(at now: Duration, _ effects: inout [WorkerEffect]) {
        for i in self.slots.indices {
            if case .down(let until) = self.slots[i].phase, now >= until, self.leaving == nil {
                self.slots[i].phase = .starting
                effects.append(.startSlot(i))
            }
            if let time = self.hangDeadline(of: self.slots[i]), now >= time {
                let isSilent = now >= self.slots[i].heardAt + self.limits.slotSilence
                self.slots[i].heardAt = now
                self.slots[i].movedAt = now
                effects.append(
                    .killSlot(i, reason: isSilent ? "nothing was heard of it" : "its training does not go on"))
            }
            for job in self.slots[i].jobs.indices {
                guard let time = self.slots[i].jobs[job].stoppedAt, now >= time + self.limits.stopTimeout else {
                    continue
                }
                self.slots[i].jobs[job].stoppedAt = now
                effects.append(.killSlot(i, reason: "an assignment was stopped and did not end"))
            }
        }
    }

    mutating func hearSlot(
        _ slot: Int, _ event: SlotEvent, at now: Duration, _ effects: inout [WorkerEffect]
    ) {
        guard self.slots.indices.contains(slot) else { return }
        self.slots[slot].heardAt = now
        switch event {
        case .ready:
            if self.slots[slot].phase == .starting { self.slots[slot].phase = .ready }
            self.slots[slot].failedStarts = 0
        case .reports(let job, let reports, let activity):
            self.slots[slot].note(activity, at: now)
            self.collect(reports, of: job, at: now, &effects)
        case .checkpointed(let job, let checkpoint): self.shelve(checkpoint, of: job, at: now, &effects)
        case .ended(let job, let end, let activity):
            self.slots[slot].note(activity, at: now)
            self.slots[slot].crashes = 0
            self.slots[slot].movedAt = now
            self.finish(job, end, in: slot, at: now, &effects)
        case .withdrawn(let job):
            self.slots[slot].jobs.removeAll { $0.number == job }
            if let i = self.attempts.firstIndex(where: { $0.isJob(job) }) { self.attempts[i].stage = .queued }
        case .resumeFailed(let job, let reason): self.retryResume(job, reason, in: slot, at: now, &effects)
        case .active(let activity): self.slots[slot].note(activity, at: now)
        case .complained(let reason):
            effects.append(.log(.warning, "a slot has trouble", ["slot": "\(slot)", "reason": reason]))
        }
        self.dispatch(at: now, &effects)
    }

    /// Puts reports that the coordinator lacks into the spool; a trial trained again reports only what is new.
    private mutating func collect(
        _ reports: [EpochReport], of job: UInt64, at now: Duration, _ effects: inout [WorkerEffect]
    ) {
        guard let i = self.attempts.firstIndex(where: { $0.isJob(job) }) else { return }
        for report in reports {
            if report.seconds.isFinite { self.attempts[i].jobSeconds += max(0, report.seconds) }
            guard report.epoch == self.attempts[i].reportedEpoch + 1 else { continue }
            guard self.attempts.reduce(0, { $0 + $1.reports.count }) < self.limits.spooledReports else {
                self.giveUp(self.attempts[i].attempt, at: now, &effects)
                return
            }
            self.attempts[i].reports.append(report)
            self.attempts[i].reportedEpoch = report.epoch
        }
    }

    /// The spool is full: the attempt goes back after its last stored epoch.
    private mutating func giveUp(_ attempt: AttemptID, at now: Duration, _ effects: inout [WorkerEffect]) {
        guard let i = self.index(of: attempt), case .inSlot(let slot, let job) = self.attempts[i].stage else { return }
        self.stopJob(job, in: slot, at: now, &effects)
        self.end(attempt, .preempted, at: now)
        effects.append(.log(.warning, "handed back an attempt: too many reports wait", ["attempt": "\(attempt)"]))
    }

    private mutating func finish(
        _ job: UInt64, _ end: AttemptEnd, in slot: Int, at now: Duration, _ effects: inout [WorkerEffect]
    ) {
        self.slots[slot].jobs.removeAll { $0.number == job }
        guard let i = self.attempts.firstIndex(where: { $0.isJob(job) }) else { return }
        let record = self.attempts[i]
        if record.jobSeconds > 0 {
            self.durations.append(record.jobSeconds)
            if self.durations.count > self.limits.durationWindow { self.durations.removeFirst() }
        }
        self.end(record.attempt, end.outcome, at: now)
        if self.leaving != nil, end.outcome == .preempted { self.handOver(record.attempt, at: now, &effects) }
    }

    /// A checkpoint proved useless: the next best way to go on is looked for.
    private mutating func retryResume(
        _ job: UInt64, _ reason: String, in slot: Int, at now: Duration, _ effects: inout [WorkerEffect]
    ) {
        self.slots[slot].jobs.removeAll { $0.number == job }
        guard let i = self.attempts.firstIndex(where: { $0.isJob(job) }) else { return }
        let record = self.attempts[i]
        effects.append(
            .log(
                .warning, "a checkpoint is of no use; going on without it",
                ["attempt": "\(record.attempt)", "reason": reason]))
        if let name = record.resume {
            if self.shelf.entry(named: name)?.isFetched == true { self.attempts[i].ignoresCheckpoint = true }
            self.uploads.removeAll { $0.state == .waiting && $0.name == name }
            self.shelf.remove { $0.name == name }
            effects.append(.removeCheckpoints([name]))
        }
        if self.leaving != nil {
            self.end(record.attempt, .preempted, at: now)
        } else {
            self.attempts[i].stage = .fetching
            self.prepare(record.attempt, at: now, &effects)
        }
    }

    /// A slot process is gone. What it worked on has crashed; what waited behind it goes to other slots.
    mutating func loseSlot(
        _ slot: Int, _ reason: String, at now: Duration, _ effects: inout [WorkerEffect]
    ) {
        guard self.slots.indices.contains(slot) else { return }
        let lost = self.slots[slot]
        self.slots[slot].bury(at: now)
        let doublings = min(lost.crashes, 16)
        let delay = doublings == 0 ? .zero : min(self.limits.backoffMaximum, self.limits.restartBase * (1 << doublings))
        self.slots[slot].phase = .down(until: now + delay)
        self.slots[slot].crashes += 1
        if lost.phase == .starting { self.slots[slot].failedStarts += 1 }
        effects.append(.log(.warning, "lost a slot", ["slot": "\(slot)", "reason": reason]))
        for (position, job) in lost.jobs.enumerated() {
            guard let i = self.attempts.firstIndex(where: { $0.isJob(job.number) }) else { continue }
            let attempt = self.attempts[i].attempt
            if job.stoppedAt != nil {
                self.end(attempt, .stopped, at: now)
            } else if position == 0 {
                self.end(attempt, .crashed(reason: reason), at: now)
            } else if self.leaving != nil {
                self.end(attempt, .preempted, at: now)
            } else {
                self.attempts[i].stage = .queued
            }
        }
        self.giveBackIfHopeless(reason, at: now, &effects)
        self.dispatch(at: now, &effects)
    }

    /// Where no slot comes up, what waits for one goes back, so that other workers train it.
    private mutating func giveBackIfHopeless(
        _ reason: String, at now: Duration, _ effects: inout [WorkerEffect]
    ) {
        guard self.leaving == nil, self.slots.allSatisfy(\.isHopeless) else { return }
        let waiting = self.attempts.filter { $0.stage == .queued || $0.stage == .fetching }
        for record in waiting { self.end(record.attempt, .preempted, at: now) }
        effects.append(
            .log(
                .error, "no slot process comes up; nothing is trained here until one does",
                ["given back": "\(waiting.count)", "reason": reason]))
    }
}
