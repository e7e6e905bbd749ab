import TuningModel

/// What is in the local checkpoint folder. The files are the slots' and the shell's; the choice is made here.
struct CheckpointShelf: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        let name: CheckpointName
        let byteCount: Int
        /// The attempt it came from; `nil` for one left by a former worker.
        let attempt: AttemptID?
        /// Whether it came from the coordinator rather than from a slot here.
        let isFetched: Bool
        /// Seconds of training that would be lost with it.
        var undurableSeconds: Double
        /// Nobody will ask for it again; it goes when its upload is done.
        var isForgotten = false
    }

    /// Oldest first.
    private(set) var entries: [Entry] = []
    private(set) var byteCount = 0

    /// The newest state of an identity that is not beyond an epoch.
    func newest(of identity: TrainingIdentity, through epoch: Int) -> Entry? {
        self.entries.filter { $0.name.identity == identity && $0.name.epoch <= epoch }
            .max { $0.name.epoch < $1.name.epoch }
    }

    func entry(named name: CheckpointName) -> Entry? { self.entries.first { $0.name == name } }

    /// The state that an attempt's trial had after an epoch.
    func entry(of trial: TrialID, epoch: Int) -> Entry? {
        self.entries.last { $0.attempt?.trial == trial && $0.name.epoch == epoch }
    }

    /// An entry of the same name is replaced.
    mutating func add(_ entry: Entry) {
        self.remove { $0.name == entry.name }
        self.entries.append(entry)
        self.byteCount += entry.byteCount
    }

    /// - Returns: The names of what was removed, oldest first.
    @discardableResult
    mutating func remove(where isUnwanted: (Entry) -> Bool) -> [CheckpointName] {
        let removed = self.entries.filter(isUnwanted)
        guard !removed.isEmpty else { return [] }
        self.entries.removeAll(where: isUnwanted)
        for entry in removed { self.byteCount -= entry.byteCount }
        return removed.map(\.name)
    }

    mutating func markForgotten(_ name: CheckpointName) {
        for i in self.entries.indices where self.entries[i].name == name { self.entries[i].isForgotten = true }
    }

    /// The coordinator has this state: training before it is safe.
    ///
    /// - Returns: The seconds that are safe now and were not before.
    mutating func markDurable(_ name: CheckpointName) -> Double {
        guard let seconds = self.entry(named: name)?.undurableSeconds else { return 0 }
        for i in self.entries.indices where self.entries[i].name.identity == name.identity {
            self.entries[i].undurableSeconds = max(0, self.entries[i].undurableSeconds - seconds)
        }
        return seconds
    }

    /// Removes older states of one identity, and then whatever is beyond the bound.
    ///
    /// - Parameters:
    ///   - limit: Bytes that may stay.
    ///   - name: The new state, which stays; earlier ones of its identity go.
    ///   - isPinned: Entries that must stay.
    /// - Returns: The names of what was removed.
    mutating func prune(limit: Int, superseding name: CheckpointName?, isPinned: (Entry) -> Bool) -> [CheckpointName] {
        var removed: [CheckpointName] = []
        if let name {
            removed += self.remove {
                $0.name.identity == name.identity && $0.name.epoch < name.epoch && !isPinned($0)
            }
        }
        for keepsUnsafe in [true, false] {
            while self.byteCount > limit,
                let victim = self.entries.first(where: {
                    !isPinned($0) && $0.name != name && (!keepsUnsafe || $0.undurableSeconds == 0)
                })
            {
                removed += self.remove { $0.name == victim.name }
            }
        }
        return removed
    }
}
