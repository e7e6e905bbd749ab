internal import CLinux

/// Which processor each slot stays on.
enum SlotPlaces {
    /// Processors that are looked at; more than any host has that runs slots of one worker.
    private static let mostProcessors = 1024

    /// A processor for each slot where there are as many slots as processors that this process may use. With fewer
    /// slots, or more, the kernel places them better: other workers of the host would pin theirs to the same ones.
    static func processors(forSlots slots: Int) -> [Int?] {
        var numbers = [Int32](repeating: 0, count: Self.mostProcessors)
        let count = unsafe numbers.withUnsafeMutableBufferPointer { buffer in
            unsafe linux_processors(buffer.baseAddress, Int32(buffer.count))
        }
        return count == slots ? numbers[..<Int(count)].map { Int($0) } : Array(repeating: nil, count: slots)
    }
}
