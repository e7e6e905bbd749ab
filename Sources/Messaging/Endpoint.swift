internal import Glibc

/// An address for a socket: `tcp://HOST:PORT`, `ipc://PATH` or `inproc://NAME`, and nothing else that the library knows.
package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    package enum Transport: Hashable, Sendable {
        /// `*` for all interfaces (to listen only), a name, an IPv4 address, or an IPv6 address without its brackets.
        /// Port 0 asks for a free port (to listen only).
        case tcp(host: String, port: Int)
        case ipc(path: String)
        case inproc(name: String)
    }
    package let transport: Transport

    /// The port of a coordinator unless told otherwise; below the range from which kernels take ports for outgoing
    /// connections.
    package static let controlPort = 5570

    package init(_ transport: Transport) { self.transport = transport }

    /// Reads an endpoint.
    ///
    /// - Throws: ``MessagingError/Code/badEndpoint`` that says what is wrong and what is wanted.
    package init(_ text: String) throws(MessagingError) {
        if let rest = Self.rest(of: text, after: "tcp://") {
            self.transport = try Self.tcp(rest, text)
        } else if let path = Self.rest(of: text, after: "ipc://") {
            guard (1...100).contains(path.utf8.count), !path.contains("\0") else {
                throw Self.refusal(text, "a path of 1 to 100 bytes after ipc://, not \(path.utf8.count)")
            }
            self.transport = .ipc(path: path)
        } else if let name = Self.rest(of: text, after: "inproc://") {
            guard (1...200).contains(name.utf8.count), !name.contains("\0") else {
                throw Self.refusal(text, "a name of 1 to 200 bytes after inproc://, not \(name.utf8.count)")
            }
            self.transport = .inproc(name: name)
        } else {
            throw Self.refusal(text, "tcp://HOST:PORT, such as tcp://127.0.0.1:\(Self.controlPort)")
        }
    }

    package var description: String {
        switch self.transport {
        case .tcp(let host, let port): host.contains(":") ? "tcp://[\(host)]:\(port)" : "tcp://\(host):\(port)"
        case .ipc(let path): "ipc://\(path)"
        case .inproc(let name): "inproc://\(name)"
        }
    }

    /// The TCP port; `nil` for the other transports.
    package var port: Int? {
        if case .tcp(_, let port) = self.transport { return port }
        return nil
    }

    /// The same host with another port; the other transports stay as they are.
    package func replacingPort(with port: Int) -> Endpoint {
        if case .tcp(let host, _) = self.transport { return Endpoint(.tcp(host: host, port: port)) }
        return self
    }

    /// Whether nobody outside of this host can reach it: TCP on 127.0.0.0/8, ::1 or `localhost`, or another transport.
    package var isLoopback: Bool {
        guard case .tcp(let host, _) = self.transport else { return true }
        if host == "localhost" { return true }
        if let address = Self.ipv4(host) { return address[0] == 127 }
        guard let address = Self.ipv6(host) else { return false }
        let isMapped = address[..<10].allSatisfy { $0 == 0 } && address[10] == 255 && address[11] == 255
        return address == [UInt8](repeating: 0, count: 15) + [1] || isMapped && address[12] == 127
    }

    /// A sentence for the user where the port lies among those that the kernel gives to outgoing connections: a worker
    /// that retries there while nobody listens can connect to itself and hold the port. `range` is the kernel's,
    /// ``ephemeralPorts()``.
    package func warning(ephemeralPorts range: ClosedRange<Int>?) -> String? {
        guard let port = self.port, let range, range.contains(port) else { return nil }
        return "port \(port) is one that this host gives to outgoing connections (\(range.lowerBound) to "
            + "\(range.upperBound)) and may be taken when it is needed; choose one below \(range.lowerBound), "
            + "such as \(Self.controlPort)"
    }

    /// The ports that the kernel gives to outgoing connections; `nil` where it does not tell.
    package static func ephemeralPorts() -> ClosedRange<Int>? {
        let descriptor = unsafe open("/proc/sys/net/ipv4/ip_local_port_range", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { return nil }
        let numbers = bytes[..<count].split { !(0x30...0x39).contains($0) }.map {
            Int(String(decoding: $0, as: UTF8.self))
        }
        guard numbers.count == 2, let low = numbers[0], let high = numbers[1], low <= high else { return nil }
        return low...high
    }

    private static func tcp(_ rest: String, _ text: String) throws(MessagingError) -> Transport {
        guard let colon = rest.lastIndex(of: ":") else {
            throw Self.refusal(text, "a port after the host: tcp://\(rest):\(Self.controlPort)")
        }
        var host = String(rest[..<colon])
        let digits = rest[rest.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.count <= 5, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), port <= 65_535
        else { throw Self.refusal(text, "a port from 1 to 65535 (to listen, 0 for a free one), not \"\(digits)\"") }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard Self.ipv6(host) != nil else {
                throw Self.refusal(text, "an IPv6 address in the brackets, not \"\(host)\"")
            }
            return .tcp(host: host, port: port)
        }
        let isNumeric = host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
        let isName = host.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == 0x2D || byte == 0x2E || byte == 0x5F
        }
        guard (1...253).contains(host.utf8.count), host == "*" || (isNumeric ? Self.ipv4(host) != nil : isName) else {
            throw Self.refusal(
                text, "a host name, an address such as 10.0.0.1 or [::1], or * to listen, not \"\(host)\"")
        }
        return .tcp(host: host, port: port)
    }

    static func ipv4(_ host: String) -> [UInt8]? {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt8(part) : nil
        }
        return parts.count == 4 && numbers.count == 4 ? numbers : nil
    }

    static func ipv6(_ host: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let answer = unsafe bytes.withUnsafeMutableBytes { unsafe inet_pton(AF_INET6, host, $0.baseAddress) }
        return answer == 1 ? bytes : nil
    }

    private static func rest(of text: String, after prefix: String) -> String? {
        text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
    }

    private static func refusal(_ text: String, _ wanted: String) -> MessagingError {
        MessagingError(.badEndpoint, "endpoint \"\(text)\": want \(wanted)")
    }
}
