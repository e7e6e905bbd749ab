import Testing

@testable import WireCodec

@Suite("Golden frames")
struct GoldenFrameTests {
    @Test("a message gives the bytes of its file, and the bytes give the message", arguments: Sample.all)
    func agrees(_ sample: Sample) throws {
        let golden = try Hexadecimal.read(sample.name)
        #expect(sample.encoded == golden)
        #expect(try sample.decode(golden) == sample.content)
    }

    @Test("there is a file for each sample and a sample for each file")
    func isComplete() throws {
        #expect(try Hexadecimal.names() == Sample.all.map(\.name).sorted())
    }

    @Test("each message type has a golden frame, and is read by its own decoder only", arguments: MessageType.allCases)
    func coversAllTypes(_ type: MessageType) throws {
        let samples = Sample.messages.filter { $0.encoded[3] == type.rawValue }
        let sample = try #require(samples.first)
        let frame = sample.encoded
        #expect(try WireHeader.type(of: frame) == type)
        for other in [Sample.fromWorkers[0], Sample.fromCoordinators[0], Sample.ofBulk[0]] {
            switch (other.content, sample.content) {
            case (.worker, .worker), (.coordinator, .coordinator), (.bulk, .bulk): continue
            default: #expect(throws: WireError.self) { try other.decode(frame) }
            }
        }
    }
}
