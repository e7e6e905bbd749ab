internal import Glibc

/// One end of the socket pair between a worker and a slot: whole frames, each preceded by its length in four bytes.
///
/// Never waits. What cannot be written at once is kept; both ends bound what they send, and an end that reads a length
/// beyond the limit gives up.
struct SlotFrames: ~Copyable {
    /// Longest frame: an assignment or a message of reports stays below 65,536 bytes.
    static let byteCountLimit = 262_144

    let descriptor: Int32
    private var incoming: [UInt8] = []
    private var outgoing: [UInt8] = []
    private var sentCount = 0

    /// Takes over a descriptor.
    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit { close(self.descriptor) }

    /// Whether something waits to be written.
    var isWriting: Bool { self.sentCount < self.outgoing.count }

    /// Reads what is there.
    ///
    /// - Returns: Whole frames in order, and whether the other end is gone or has broken the rules.
    mutating func receive() -> (frames: [[UInt8]], isOver: Bool) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var isOver = false
        while self.incoming.count <= 4 * Self.byteCountLimit {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe recv(self.descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
            }
            if count > 0 {
                self.incoming += buffer[..<count]
                if count < buffer.count { break }
            } else if count < 0, errno == EINTR {
                continue
            } else {
                isOver = count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)
                break
            }
        }
        var frames: [[UInt8]] = []
        var start = 0
        while self.incoming.count - start >= 4 {
            let length = (0..<4).reduce(0) { $0 | Int(self.incoming[start + $1]) << (8 * $1) }
            guard length <= Self.byteCountLimit else {
                isOver = true
                break
            }
            guard self.incoming.count - start - 4 >= length else { break }
            frames.append(Array(self.incoming[(start + 4)..<(start + 4 + length)]))
            start += 4 + length
        }
        self.incoming.removeFirst(start)
        return (frames, isOver)
    }

    /// Queues a frame and writes as much as there is room for.
    mutating func send(_ frame: [UInt8]) {
        guard frame.count <= Self.byteCountLimit else { return }
        for shift in stride(from: 0, to: 32, by: 8) { self.outgoing.append(UInt8(frame.count >> shift & 255)) }
        self.outgoing += frame
        self.flush()
    }

    /// Writes what waits, as far as there is room.
    mutating func flush() {
        while self.isWriting {
            let count = unsafe self.outgoing.withUnsafeBytes {
                unsafe Glibc.send(
                    self.descriptor, $0.baseAddress.map { unsafe $0 + self.sentCount }, $0.count - self.sentCount,
                    Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            self.sentCount += count
        }
        if !self.isWriting {
            self.outgoing.removeAll(keepingCapacity: self.outgoing.capacity <= Self.byteCountLimit)
            self.sentCount = 0
        } else if self.sentCount > Self.byteCountLimit {
            self.outgoing.removeFirst(self.sentCount)
            self.sentCount = 0
        }
    }
}
