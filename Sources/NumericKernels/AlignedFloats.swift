/// Floats at an address that is a multiple of 4,096, freed with their owner.
@safe
final class AlignedFloats {
    let pointer: UnsafeMutablePointer<Float>
    let count: Int
    private let memory: UnsafeMutableRawPointer

    /// - Parameters:
    ///   - count: How many.
    ///   - value: The value at an index.
    init(_ count: Int, _ value: (Int) -> Float = { _ in 0 }) {
        let room = max(count, 1)
        let bytes = room * MemoryLayout<Float>.stride
        unsafe self.memory = .allocate(byteCount: bytes, alignment: 4_096)
        unsafe self.pointer = self.memory.bindMemory(to: Float.self, capacity: room)
        self.count = count
        for index in 0..<room { unsafe self.pointer[index] = index < count ? value(index) : 0 }
    }

    deinit { unsafe self.memory.deallocate() }

    var constant: UnsafePointer<Float> { unsafe UnsafePointer(self.pointer) }

    /// The floats from a place on.
    func from(_ place: Int) -> UnsafeMutablePointer<Float> { unsafe self.pointer + place }
}
