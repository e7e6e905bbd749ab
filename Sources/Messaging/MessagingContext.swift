internal import CZeroMQ
internal import Glibc

/// The library's context: its thread for input and output, and the names of `inproc` endpoints.
///
/// A class, since sockets share it: it ends with the last of them. Not `Sendable`: like its sockets it belongs to
/// one thread.
@safe
package final class MessagingContext {
    let handle: UnsafeMutableRawPointer
    private var monitors = 0

    /// For so many sockets at once; each takes three of the library's, with its monitor.
    package init(sockets: Int = 300) throws(MessagingError) {
        guard let handle = unsafe zmq_ctx_new() else { throw MessagingError.last("open a ZeroMQ context") }
        unsafe self.handle = handle
        let most = unsafe zmq_ctx_get(handle, ZMQ_SOCKET_LIMIT)
        _ = unsafe zmq_ctx_set(handle, ZMQ_MAX_SOCKETS, min(most, Int32(clamping: 3 * sockets)))
    }

    /// Waits until messages that linger are out; no longer than the longest linger of a closed socket.
    deinit {
        while unsafe zmq_ctx_term(self.handle) != 0, zmq_errno() == EINTR {}
    }

    /// A name for the next monitor.
    func nextMonitorEndpoint() -> String {
        self.monitors += 1
        return "inproc://winnow-monitor-\(self.monitors)"
    }
}
