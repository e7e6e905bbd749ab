import Glibc
import Foundation
import Messaging
import Testing

@Suite("Waiting")
struct PollerTests {
    @Test("a wait ends with the tokens of what is ready, or with none when the time is over")
    func ready() throws {
        let net = try Loopback()
        let dealer = try net.dealer()
        _ = try dealer.send([1], to: nil)
        _ = try net.router.next()
        let poller = Poller()
        poller.add(net.router, token: 7)
        poller.add(dealer, token: 8)
        #expect(try poller.wait(milliseconds: 0) == [])
        _ = try dealer.send([2], to: nil)
        #expect(try poller.wait(milliseconds: 10_000) == [7])
        #expect(try net.router.receive()?.payload == [2])
        poller.remove(token: 7)
        _ = try dealer.send([3], to: nil)
        #expect(try poller.wait(milliseconds: 50) == [])
    }

    @Test("a monitor is ready when something happened to a connection")
    func monitor() throws {
        let net = try Loopback()
        let poller = Poller()
        poller.add(monitorOf: net.router, token: 1)
        #expect(try poller.wait(milliseconds: 0) == [])
        let dealer = try net.dealer()
        #expect(try poller.wait(milliseconds: 10_000) == [1])
        dealer.close()
    }

    @Test("a wake-up from another thread ends a wait, once, until it is signalled again")
    func wakeUp() throws {
        let wakeUp = try WakeUp()
        let poller = Poller()
        poller.add(fileDescriptor: wakeUp.fileDescriptor, token: 3)
        #expect(try poller.wait(milliseconds: 0) == [])
        let thread = Thread { for _ in 0..<3 { wakeUp.signal() } }
        thread.start()
        #expect(try poller.wait(milliseconds: 10_000) == [3])
        #expect(try poller.wait(milliseconds: 0) == [3])
        let isQuiet = try (0..<1_000).contains { _ in
            wakeUp.clear()
            return try poller.wait(milliseconds: 1) == []
        }
        #expect(isQuiet)
        wakeUp.signal()
        #expect(try poller.wait(milliseconds: 0) == [3])
    }

    @Test("a closed socket is passed over, a closed pipe is ready")
    func closed() throws {
        let net = try Loopback()
        let dealer = try net.dealer()
        let poller = Poller()
        poller.add(dealer, token: 1)
        poller.add(monitorOf: dealer, token: 2)
        dealer.close()
        #expect(try poller.wait(milliseconds: 0) == [])
        var ends: [Int32] = [-1, -1]
        #expect(unsafe pipe(&ends) == 0)
        poller.add(fileDescriptor: ends[0], token: 3)
        #expect(try poller.wait(milliseconds: 0) == [])
        close(ends[1])
        #expect(try poller.wait(milliseconds: 10_000) == [3])
        close(ends[0])
    }
}
