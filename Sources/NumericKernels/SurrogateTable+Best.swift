package import KernelInterface

#if arch(arm64)
    import KernelsNEON
#else
    import KernelsAVX2
    import KernelsAVX512
#endif

extension SurrogateTable {
    /// The loops in the instructions that every processor of its architecture has: studies are simulated, replayed and looked
    /// at on hosts that could not train.
    package static let portable = unsafe SurrogateTable(
        covariances: { unsafe $0.fill() }, solveLower: { unsafe $0.solveLower() },
        solveUpper: { unsafe $0.solveUpper() })

    /// The loops of an instruction set; `nil` where they are not compiled or this processor does not run it.
    ///
    /// - Parameter set: The set.
    /// - Returns: Its table.
    package static func table(of set: InstructionSet) -> SurrogateTable? {
        guard set.isSupported else { return nil }
        return switch set {
        #if arch(arm64)
            case .neon: KernelsNEON.makeSurrogateTable()
            default: nil
        #else
            case .avx2: KernelsAVX2.makeSurrogateTable()
            case .avx512: KernelsAVX512.makeSurrogateTable()
            default: nil
        #endif
        }
    }

    /// The loops of the best set that this processor runs, whatever set kernels are wanted of: their bits are the same.
    package static let best = InstructionSet.compiled.lazy.compactMap { Self.table(of: $0) }.first ?? Self.portable
}
