import CProcessor
package import KernelInterface

#if arch(arm64)
    import KernelsNEON
#else
    import KernelsAVX2
    import KernelsAVX512
#endif

/// The instruction sets for which kernels are compiled.
package enum InstructionSet: String, Sendable, CaseIterable {
    /// x86-64 with AVX2, FMA, BMI1, BMI2: the least that is wanted there.
    case avx2
    /// x86-64 with AVX-512 F, BW, CD, DQ, VL as well.
    case avx512
    /// 64-bit ARM; every such processor has it.
    case neon

    /// Those this program holds kernels for, best first.
    package static var compiled: [InstructionSet] {
        #if arch(arm64)
            [.neon]
        #else
            [.avx512, .avx2]
        #endif
    }

    /// Whether the processor and its operating system run this set, by feature bits alone: never by its name or family.
    package var isSupported: Bool {
        switch self {
        case .avx2: processor_supports_avx2() != 0
        case .avx512: processor_supports_avx512() != 0
        case .neon: Self.compiled == [.neon]
        }
    }
}

/// Why there are no kernels.
package enum KernelError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Not the name of an instruction set.
    case unknownName(String)
    /// The processor lacks the instruction set asked for.
    case unsupported(InstructionSet)
    /// The processor lacks even the lowest instruction set.
    case processorTooOld

    package var description: String {
        let names = InstructionSet.compiled.map { "\($0.rawValue)" }.joined(separator: ", ")
        return switch self {
        case .unknownName(let name):
            "unknown instruction set \"\(name)\" in WINNOW_ISA; this build knows \(names); unset it for the best one"
        case .unsupported(let set):
            "this processor does not run \(set.rawValue), which WINNOW_ISA asks for; unset it for the best one it runs"
        case .processorTooOld:
            "this processor lacks AVX2, FMA, BMI1 or BMI2, which Winnow needs (x86-64-v3, built since about 2013);"
                + " use another host"
        }
    }
}

/// The kernels of the instruction set that was chosen.
package struct KernelSet: Sendable {
    package let instructionSet: InstructionSet
    package let table: KernelTable

    /// The kernels of one set, whether or not this processor runs it; nil where they are not compiled.
    private init?(_ instructionSet: InstructionSet) {
        self.instructionSet = instructionSet
        switch instructionSet {
        #if arch(arm64)
            case .neon: self.table = KernelsNEON.makeKernelTable()
            default: return nil
        #else
            case .avx2: self.table = KernelsAVX2.makeKernelTable()
            case .avx512: self.table = KernelsAVX512.makeKernelTable()
            default: return nil
        #endif
        }
    }

    /// All sets this processor runs, best first; empty where it lacks the lowest.
    package static func supported() -> [KernelSet] {
        InstructionSet.compiled.filter { $0.isSupported }.compactMap { KernelSet($0) }
    }

    /// The best set the processor runs, or the one that is named.
    ///
    /// - Parameter name: The value of `WINNOW_ISA`: nil or empty for the best, else the name of a set.
    /// - Returns: The kernels; all sets give the same bits.
    /// - Throws: ``KernelError`` for an unknown name or a set the processor does not run.
    package static func best(named name: String?) throws(KernelError) -> KernelSet {
        let supported = Self.supported()
        guard let name, !name.isEmpty else {
            guard let best = supported.first else { throw .processorTooOld }
            return best
        }
        guard let wanted = InstructionSet(rawValue: name), InstructionSet.compiled.contains(wanted) else {
            throw .unknownName(name)
        }
        guard let found = supported.first(where: { $0.instructionSet == wanted }) else {
            throw supported.isEmpty ? .processorTooOld : .unsupported(wanted)
        }
        return found
    }
}
