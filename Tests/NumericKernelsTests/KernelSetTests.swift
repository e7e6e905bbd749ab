import KernelInterface
import NumericKernels
import Testing

@Suite("The choice of kernels")
struct KernelSetTests {
    @Test("the best supported set is taken, and a name forces one")
    func choosesSet() throws {
        let best = try #require(sets.first)
        #expect(try KernelSet.best(named: nil).instructionSet == best)
        #expect(try KernelSet.best(named: "").instructionSet == best)
        for set in sets { #expect(try KernelSet.best(named: set.rawValue).instructionSet == set) }
        print("instruction sets tested here: \(sets.map(\.rawValue).joined(separator: ", "))")
    }

    @Test("an unknown name is an error that lists the names")
    func refusesUnknownName() {
        let error = #expect(throws: KernelError.self) { try KernelSet.best(named: "sse2") }
        #expect(error == .unknownName("sse2"))
        let names = InstructionSet.compiled.map(\.rawValue).joined(separator: ", ")
        #expect(
            error?.description
                == "unknown instruction set \"sse2\" in WINNOW_ISA; this build knows \(names); "
                + "unset it for the best one"
        )
        let foreign: InstructionSet = InstructionSet.compiled.contains(.neon) ? .avx2 : .neon
        #expect(throws: KernelError.unknownName(foreign.rawValue)) { try KernelSet.best(named: foreign.rawValue) }
    }

    @Test("all sets of this machine give the same bits for the same work")
    func setsAgree() throws {
        let first = try #require(sets.first)
        let expected = try Self.work(first)
        for set in sets.dropFirst() {
            #expect(difference(try Self.work(set), expected) == nil, "\(set) against \(first), seed 70")
        }
    }

    /// Ten training steps of a small network with every kind of kernel; answers all that was computed.
    static func work(_ set: InstructionSet) throws -> [Float] {
        var network = try TestNetwork(table(set))
        var losses: [Float] = []
        for step in 0..<10 { losses.append(Float(network.step(step))) }
        return losses + network.state
    }

    @Test("the peak loop runs and answers a number", arguments: sets)
    func runsPeak(_ set: InstructionSet) throws {
        #expect(try table(set).peak(PeakArguments(rounds: 100)).isFinite)
    }
}
