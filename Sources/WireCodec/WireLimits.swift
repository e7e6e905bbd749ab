/// Bounds that every message keeps; `Protocols/winnow.proto` gives the same numbers field by field.
package enum WireLimits {
    /// Header and body of a message of the control socket.
    package static let controlByteCount = 65_536
    /// Header and body of a message of the bulk socket: a chunk and 8 KiB.
    package static let bulkByteCount = 270_336
    /// Epochs of all attempts of one message together.
    package static let reportCount = 4_096
    package static let attemptCount = 1_024
    package static let settingCount = 1_024
    package static let trialCount = 1_024
    package static let ancestorCount = 100
    /// UTF-8 bytes of a text.
    package static let textByteCount = 4_096
    package static let nameByteCount = 255
    package static let instructionSetByteCount = 64
    package static let messageDepth = 8

    static let trials: ClosedRange<Int64> = 0...999_999_999_999
    static let attemptNumbers: ClosedRange<Int64> = 1...4_294_967_295
    /// Epochs that were or will be trained.
    static let epochs: ClosedRange<Int64> = 1...1_000_000_000
    /// Counts of epochs, none included.
    static let epochCounts: ClosedRange<Int64> = 0...1_000_000_000
    static let slots: ClosedRange<Int64> = 1...4_096
    static let capacities: ClosedRange<Int64> = 0...65_536
    static let durations: ClosedRange<Int64> = 1...86_400_000
    static let delays: ClosedRange<Int64> = 0...86_400_000
    static let ports: ClosedRange<Int64> = 1...65_535
    static let byteCounts: ClosedRange<Int64> = 1...1_099_511_627_776
    static let offsets: ClosedRange<Int64> = 0...1_099_511_627_776
    static let chunkCounts: ClosedRange<Int64> = 1...1_024
}
