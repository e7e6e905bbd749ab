internal import CZeroMQ

/// Why a socket could not do what it was asked for.
package struct MessagingError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable, CaseIterable {
        /// The text is not an endpoint that Winnow uses.
        case badEndpoint
        case addressInUse
        /// No network interface of this host has the address, or the name does not exist.
        case addressNotAvailable
        case permissionDenied
        /// The frame passes the limit of its socket; the peer would cut the connection.
        case frameTooLong
        case tooManyOpenFiles
        /// The socket or its context is closed.
        case closed
        /// Anything else that the library or the kernel refuses.
        case system
    }
    package let code: Code
    /// What was tried, on what, what is wanted and what helps; one line.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { self.message }

    /// The library's last error on this thread.
    static func last(_ action: String) -> MessagingError {
        let number = zmq_errno()
        let text = unsafe zmq_strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
        switch number {
        case EADDRINUSE:
            return MessagingError(
                .addressInUse, "\(action): the port is in use; stop the program that holds it, or choose another port")
        case EADDRNOTAVAIL, ENODEV:
            return MessagingError(
                .addressNotAvailable,
                "\(action): this host has no such address; want one of its own addresses, or * for all")
        case EACCES, EPERM:
            return MessagingError(
                .permissionDenied, "\(action): permission denied; want a port above 1023 or more rights")
        case EMFILE, ENFILE:
            return MessagingError(.tooManyOpenFiles, "\(action): too many open files; raise the limit (ulimit -n)")
        case ETERM, ENOTSOCK:
            return MessagingError(.closed, "\(action): the socket is closed")
        default:
            return MessagingError(.system, "\(action): \(text) (\(number))")
        }
    }

}
