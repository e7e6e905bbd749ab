import Messaging
import Testing

@Suite("Endpoints")
struct EndpointTests {
    @Test(
        "right ones are read, written again, and known as loopback or not",
        arguments: [
            ("tcp://127.0.0.1:5570", Endpoint.Transport.tcp(host: "127.0.0.1", port: 5570), true),
            ("tcp://127.8.9.1:1", .tcp(host: "127.8.9.1", port: 1), true),
            ("tcp://localhost:65535", .tcp(host: "localhost", port: 65_535), true),
            ("tcp://[::1]:5570", .tcp(host: "::1", port: 5570), true),
            ("tcp://[::ffff:127.0.0.1]:5570", .tcp(host: "::ffff:127.0.0.1", port: 5570), true),
            ("tcp://[fe80::1]:5570", .tcp(host: "fe80::1", port: 5570), false),
            ("tcp://*:0", .tcp(host: "*", port: 0), false),
            ("tcp://0.0.0.0:5570", .tcp(host: "0.0.0.0", port: 5570), false),
            ("tcp://10.1.2.3:5570", .tcp(host: "10.1.2.3", port: 5570), false),
            ("tcp://node-7.cluster_a:5570", .tcp(host: "node-7.cluster_a", port: 5570), false),
            ("ipc:///run/winnow/admin.sock", .ipc(path: "/run/winnow/admin.sock"), true),
            ("inproc://tests", .inproc(name: "tests"), true),
        ])
    func right(_ text: String, _ transport: Endpoint.Transport, _ isLoopback: Bool) throws {
        let endpoint = try Endpoint(text)
        #expect(endpoint.transport == transport)
        #expect(endpoint.description == text)
        #expect(endpoint.isLoopback == isLoopback)
    }

    @Test(
        "wrong ones are refused with what is wanted",
        arguments: [
            ("127.0.0.1:5570", "tcp://HOST:PORT"), ("", "tcp://HOST:PORT"), ("udp://127.0.0.1:5570", "tcp://HOST:PORT"),
            ("epgm://eth0;239.192.1.1:5555", "tcp://HOST:PORT"), ("tcp://127.0.0.1", "a port after the host"),
            ("tcp://127.0.0.1:", "a port from 1 to 65535"), ("tcp://127.0.0.1:65536", "a port from 1 to 65535"),
            ("tcp://127.0.0.1:-1", "a port from 1 to 65535"), ("tcp://127.0.0.1:5570/x", "a port from 1 to 65535"),
            ("tcp://127.0.0.1:99999999999999999999", "a port from 1 to 65535"), ("tcp://:5570", "a host name"),
            ("tcp://127.0.0.256:5570", "a host name"), ("tcp://1.2.3:5570", "a host name"),
            ("tcp://::1:5570", "a host name"),
            ("tcp://a b:5570", "a host name"), ("tcp://eth0;10.0.0.1:5570", "a host name"),
            ("tcp://[::zz]:5570", "an IPv6 address"), ("ipc://", "a path"), ("inproc://", "a name"),
        ])
    func wrong(_ text: String, _ wanted: String) {
        let error = #expect(throws: MessagingError.self) { try Endpoint(text) }
        #expect(error?.code == .badEndpoint)
        #expect(error?.message.hasPrefix("endpoint \"\(text)\": want \(wanted)") == true)
    }

    @Test("a port among those of outgoing connections is warned of")
    func ephemeral() throws {
        let range = 32_768...60_999
        #expect(try Endpoint("tcp://*:5570").warning(ephemeralPorts: range) == nil)
        #expect(try Endpoint("ipc://x").warning(ephemeralPorts: range) == nil)
        #expect(try Endpoint("tcp://*:40000").warning(ephemeralPorts: nil) == nil)
        #expect(
            try Endpoint("tcp://*:40000").warning(ephemeralPorts: range)
                == "port 40000 is one that this host gives to outgoing connections (32768 to 60999) and may be taken when it "
                + "is needed; choose one below 32768, such as 5570")
        #expect(Endpoint.ephemeralPorts().map { $0.lowerBound > 1023 && $0.upperBound <= 65_535 } != false)
    }

    @Test("the port of the other socket on the same host")
    func replacing() throws {
        #expect(try Endpoint("tcp://[::1]:5570").replacingPort(with: 5571).description == "tcp://[::1]:5571")
        #expect(try Endpoint("ipc://x").replacingPort(with: 5571).description == "ipc://x")
    }
}
