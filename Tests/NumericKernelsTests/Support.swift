import KernelInterface
import NumericKernels
import Testing

/// Floats with a fixed address, never freed: a kernel's arguments hold the bare pointer, which does not keep an owner
/// alive, and a test program ends soon.
@safe
struct Floats {
    let pointer: UnsafeMutablePointer<Float>
    let count: Int

    init(_ values: [Float]) {
        self.count = values.count
        unsafe self.pointer = .allocate(capacity: max(values.count, 1))
        for (index, value) in values.enumerated() { unsafe self.pointer[index] = value }
    }

    init(count: Int, _ value: Float = 0) { self.init([Float](repeating: value, count: count)) }

    var constant: UnsafePointer<Float> { unsafe UnsafePointer(self.pointer) }

    var values: [Float] { (0..<self.count).map { unsafe self.pointer[$0] } }

    subscript(index: Int) -> Float { unsafe self.pointer[index] }
}

/// Whole numbers with a fixed address, never freed.
@safe
struct Numbers {
    let pointer: UnsafeMutablePointer<Int32>
    let values: [Int32]

    init(_ values: [Int32]) {
        self.values = values
        unsafe self.pointer = .allocate(capacity: max(values.count, 1))
        for (index, value) in values.enumerated() { unsafe self.pointer[index] = value }
    }

    var constant: UnsafePointer<Int32> { unsafe UnsafePointer(self.pointer) }
}

/// Random test data from a fixed seed (SplitMix64 of G. Steele et al., OOPSLA 2014).
struct TestRandom {
    var state: UInt64

    init(_ seed: UInt64) { self.state = seed }

    mutating func bits() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var z = self.state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number in -1 ..< 1.
    mutating func number() -> Float { Float(Double(self.bits() >> 11) * 0x1p-52 - 1) }

    mutating func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in self.number() } }

    /// A matrix with a stride: `padding` beyond its width.
    mutating func matrix(rows: Int, width: Int, stride: Int, padding: Float = 0) -> Floats {
        Floats((0..<rows * stride).map { $0 % stride < width ? self.number() : padding })
    }

    mutating func below(_ bound: Int) -> Int { Int(self.bits() % UInt64(bound)) }

    mutating func picks(_ count: Int, below bound: Int) -> Numbers {
        Numbers((0..<count).map { _ in Int32(self.below(bound)) })
    }
}

/// Equal bits; any NaN equals any other.
func same(_ a: Float, _ b: Float) -> Bool { a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN) }

/// The first place where two arrays differ.
func difference(_ a: [Float], _ b: [Float]) -> String? {
    guard a.count == b.count else { return "\(a.count) values against \(b.count)" }
    for index in a.indices where !same(a[index], b[index]) { return "at \(index): \(a[index]) against \(b[index])" }
    return nil
}

/// The instruction sets that this machine runs; each test states its own by its argument.
let sets: [InstructionSet] = KernelSet.supported().map(\.instructionSet)

func table(_ set: InstructionSet) throws -> KernelTable { try KernelSet.best(named: set.rawValue).table }
