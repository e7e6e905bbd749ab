import ArgumentParser
import TuningModel

/// The options of virtual time, the same for `winnow run` and `winnow coordinator`.
struct VirtualTimeOptions: ParsableArguments {
    @Flag(
        help: """
            Decide as if a fixed number of slots trained each epoch in the same time: the study is the same whatever \
            the number and speed of workers, some of which may be idle meanwhile.
            """) var virtualTime = false
    @Option(help: "The slots of virtual time; 8 unless given. Another number is another study.") var virtualSlots: Int?

    private static let usual = 8

    /// The slots of virtual time; `nil` for real time.
    ///
    /// - Parameter study: The study that is to run.
    /// - Returns: `nil` for real time.
    /// - Throws: ``CommandFailure`` for a number out of range, one without `--virtual-time`, and a study whose rungs are not
    ///   counted in epochs: how long an attempt lasts is not known before it is over.
    func slots(for study: StudyDefinition) throws -> Int? {
        guard self.virtualTime else {
            guard self.virtualSlots == nil else {
                throw CommandFailure(.wrongInput, "--virtual-slots stands with --virtual-time alone; add it")
            }
            return nil
        }
        guard study.resource == .epochs else {
            throw CommandFailure(
                .wrongInput,
                "--virtual-time: found search.scheduler.resource: \(study.resource.rawValue), want epochs: they take as long at "
                    + "one trial as at another")
        }
        let slots = self.virtualSlots ?? Self.usual
        guard (1...10_000).contains(slots) else {
            throw CommandFailure(.wrongInput, "--virtual-slots \(slots), want 1 to 10000")
        }
        return slots
    }
}
