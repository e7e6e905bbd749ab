internal import Glibc

/// Calls of Linux that the Swift overlay does not import, since they are extensions or take a variable number of
/// arguments. They are looked up by name; where one is missing nothing happens, and nothing depends on it.
enum KernelCalls {
    /// Processors that a set can name.
    private static let processorCount = 1024

    /// Asks the kernel to kill this process when its parent dies. `prctl(2)` takes a variable number of arguments; with
    /// five words both forms are called alike on x86-64 and AArch64.
    static func dieWithParent() {
        typealias Function = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
        guard let symbol = unsafe dlsym(nil, "prctl") else { return }
        let parentDeathSignal: Int32 = 1
        _ = unsafe unsafeBitCast(symbol, to: Function.self)(parentDeathSignal, UInt(SIGKILL), 0, 0, 0)
    }

    /// Numbers of the processors that the calling thread may use, in order; none where they are not known.
    static func processors() -> [Int] {
        typealias Function = @convention(c) (pid_t, Int, UnsafeMutableRawPointer?) -> Int32
        guard let symbol = unsafe dlsym(nil, "sched_getaffinity") else { return [] }
        let function = unsafe unsafeBitCast(symbol, to: Function.self)
        var set = [UInt8](repeating: 0, count: Self.processorCount / 8)
        let result = unsafe set.withUnsafeMutableBytes { unsafe function(0, $0.count, $0.baseAddress) }
        return result == 0 ? (0..<Self.processorCount).filter { set[$0 / 8] >> ($0 % 8) & 1 == 1 } : []
    }

    /// Keeps the calling thread on one processor.
    static func stay(on processor: Int) {
        typealias Function = @convention(c) (pid_t, Int, UnsafeRawPointer?) -> Int32
        guard (0..<Self.processorCount).contains(processor), let symbol = unsafe dlsym(nil, "sched_setaffinity") else {
            return
        }
        let function = unsafe unsafeBitCast(symbol, to: Function.self)
        var set = [UInt8](repeating: 0, count: Self.processorCount / 8)
        set[processor / 8] = 1 << (processor % 8)
        _ = unsafe set.withUnsafeBytes { unsafe function(0, $0.count, $0.baseAddress) }
    }

    /// A processor for each slot where there are as many slots as processors. With fewer slots, or more, the kernel
    /// places them better: other workers of the host would pin theirs to the same ones.
    static func processors(forSlots slots: Int) -> [Int?] {
        let available = Self.processors()
        return available.count == slots ? available : Array(repeating: nil, count: slots)
    }
}
