internal import Glibc

/// What becomes of signals of this process.
package enum SignalState {
    /// Whether a signal does nothing, as `nohup` has it for that of a closed terminal.
    package static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        _ = unsafe sigaction(number, nil, &action)
        // `SIG_IGN` is no function that could be compared.
        let ignored = unsafe unsafeBitCast(SIG_IGN, to: Int.self)
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == ignored
    }
}
