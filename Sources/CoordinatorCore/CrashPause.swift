/// How long a worker gets no work after slots of it died in a row: 1 s, 2 s, 4 s and so on up to a minute.
///
/// A broken host has free slots whenever somebody is to try a trial again, and would use up the retries of one after the
/// other. While it rests others take them. The pause ends by itself, so that nobody waits for ever, and with the first
/// epoch that the worker trains: then the trials were to blame. It is the coordinator's own knowledge and decides only when
/// work is asked for.
struct CrashPause: Hashable, Sendable {
    /// Crashes that a worker has free where it is the only one: its trials have nowhere else to go.
    private static let mostAlone = 3
    private static let longest = Duration.seconds(60)

    private var crashes = 0
    private var end: Duration?

    /// Takes in that a slot died.
    mutating func noteCrash(isAlone: Bool, at now: Duration) {
        self.crashes += 1
        let counted = isAlone ? self.crashes - Self.mostAlone : self.crashes
        guard counted > 0 else { return }
        self.end = now + min(Self.longest, .seconds(1 << min(counted - 1, 6)))
    }

    /// Takes in that an epoch was trained.
    mutating func noteEpoch() {
        self.crashes = 0
        self.end = nil
    }

    /// Whether the worker rests.
    func isRunning(at now: Duration) -> Bool { self.end.map { now < $0 } ?? false }
}
