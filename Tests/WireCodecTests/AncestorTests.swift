import Testing
import TuningModel

@testable import WireCodec

@Suite("The history of a copy on the wire")
struct AncestorTests {
    private static func assignment(_ ancestors: [Ancestor], settings: [Setting], ledgerEpoch: Int = 100) -> Assignment {
        Assignment(
            attempt: AttemptID(1, 1), seed: 1, settings: settings, dataset: .counting(from: 1), datasetByteCount: 1,
            ledgerEpoch: ledgerEpoch, targetEpoch: 101, checkpoint: nil, ancestors: ancestors)
    }

    @Test("the longest one that a study may have fits into one message, and arrives with all settings")
    func longest() throws {
        func settings(_ number: Int) -> [Setting] {
            (0..<40).map { i in
                // A thousand differences: ten explored values over a hundred intervals.
                let value = i < 10 ? Double(number * 40 + i) : Double(i)
                return Setting("model.family.recurrent.layers.\(i).dropout", .float(value))
            }
        }
        let ancestors = (1...99).map { Ancestor(seed: UInt64($0), settings: settings($0), epoch: $0) }
        let message = CoordinatorMessage.assign(Self.assignment(ancestors, settings: settings(0)))
        let frame = WireCodec.encode(message)
        #expect(frame.count <= WireLimits.controlByteCount)
        #expect(try WireCodec.decodeCoordinatorMessage(frame) == message)
    }

    @Test("epochs that fall, or go beyond the ledger, are refused")
    func epochs() {
        let settings = [Setting("a", .float(1))]
        for (epochs, error) in [
            (
                [5, 4],
                WireError(.outOfRange, what: "assign.ancestors[1].epoch", found: "4", wanted: "5 to 9, the ledger's")
            ),
            (
                [10],
                WireError(.outOfRange, what: "assign.ancestors[0].epoch", found: "10", wanted: "1 to 9, the ledger's")
            ),
        ] {
            let ancestors = epochs.map { Ancestor(seed: 1, settings: settings, epoch: $0) }
            let frame = WireCodec.encode(
                CoordinatorMessage.assign(Self.assignment(ancestors, settings: settings, ledgerEpoch: 9)))
            #expect(throws: error) { try WireCodec.decodeCoordinatorMessage(frame) }
        }
    }

    @Test("a setting that the trial itself does not have is refused, and more ancestors than there are intervals")
    func strangers() {
        let ancestor = Ancestor(seed: 1, settings: [Setting("b", .float(2))], epoch: 1)
        let settings = [Setting("a", .float(1))]
        let strange = WireCodec.encode(CoordinatorMessage.assign(Self.assignment([ancestor], settings: settings)))
        #expect(
            throws: WireError(
                .outOfRange, what: "assign.ancestors[0].settings", found: "b",
                wanted: "settings that the assignment has too")
        ) { try WireCodec.decodeCoordinatorMessage(strange) }
        let many = [Ancestor](repeating: Ancestor(seed: 1, settings: settings, epoch: 1), count: 101)
        let long = WireCodec.encode(CoordinatorMessage.assign(Self.assignment(many, settings: settings)))
        #expect(throws: WireError.self) { try WireCodec.decodeCoordinatorMessage(long) }
    }
}
