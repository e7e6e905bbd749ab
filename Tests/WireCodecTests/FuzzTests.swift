import Testing

@testable import WireCodec

@Suite("Damaged frames")
struct FuzzTests {
    /// One to six damages of a frame: bits, bytes, cuts, repeats, pieces of another frame.
    private func damage(_ bytes: [UInt8], _ other: [UInt8], _ random: inout TestRandom) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<random.int(1...6) {
            guard !bytes.isEmpty else { return other }
            let place = random.int(0...bytes.count - 1)
            switch random.int(0...6) {
            case 0: bytes[place] ^= 1 << UInt8(random.int(0...7))
            case 1: bytes[place] = UInt8(random.int(0...255))
            case 2: bytes[place] = [0, 0x7F, 0x80, 0xFF][random.int(0...3)]
            case 3: bytes.removeLast(bytes.count - place)
            case 4: bytes.insert(contentsOf: bytes[place...].prefix(random.int(1...16)), at: place)
            case 5: bytes.removeSubrange(place..<min(bytes.count, place + random.int(1...8)))
            default: bytes.insert(contentsOf: other.suffix(random.int(1...32)), at: place)
            }
        }
        return bytes
    }

    @Test("no damage makes a decoder trap, and what is read is whole", arguments: [11, 12, 13, 14])
    func neverTraps(_ seed: UInt64) {
        var random = TestRandom(seed)
        let frames = Sample.all.map(\.encoded)
        var read = 0
        for i in 0..<3_000 {
            let index = i % frames.count
            var frame = self.damage(frames[index], frames[random.int(0...frames.count - 1)], &random)
            // Most damaged headers end at the header: let three of four frames get past it.
            if i % 4 != 0, index < Sample.messages.count, frame.count >= WireHeader.byteCount {
                frame.replaceSubrange(0..<WireHeader.byteCount, with: frames[index].prefix(WireHeader.byteCount))
            }
            guard let content = try? Sample.all[index].decode(frame) else { continue }
            read += 1
            let again = self.encoded(content)
            let second = try? Sample.all[index].decode(again)
            #expect(second.map(self.encoded) == again, "seed \(seed), frame \(i)")
        }
        // About a tenth is still read; if nothing were, the damage would prove nothing.
        #expect(read > 150, "seed \(seed)")
    }

    private func encoded(_ content: Sample.Content) -> [UInt8] {
        switch content {
        case .worker(let message): WireCodec.encode(message)
        case .coordinator(let message): WireCodec.encode(message)
        case .bulk(let message): WireCodec.encode(message)
        case .record(let record): WireCodec.encode(record)
        }
    }

    @Test("random bytes behind a right header make no decoder trap")
    func randomBodies() {
        var random = TestRandom(99)
        var errors = 0
        for _ in 0..<5_000 {
            let type = MessageType.allCases[random.int(0...MessageType.allCases.count - 1)]
            let frame = WireHeader.bytes(type) + (0..<random.int(0...64)).map { _ in UInt8(random.int(0...255)) }
            do { _ = try WireCodec.decodeWorkerMessage(frame) } catch { errors += 1 }
            do { _ = try WireCodec.decodeCoordinatorMessage(frame) } catch { errors += 1 }
            do { _ = try WireCodec.decodeBulkMessage(frame) } catch { errors += 1 }
        }
        // Each frame is wrong for two decoders at least.
        #expect(errors >= 10_000)
    }
}
