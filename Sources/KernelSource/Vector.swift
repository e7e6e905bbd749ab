internal import CProcessor

/// Sixteen lanes everywhere: where registers are narrower the compiler splits the operations, and the bits stay.
typealias Vector = SIMD16<Float>
/// The lanes' bit patterns, and integers beside them.
typealias Words = SIMD16<UInt32>

/// Floats to read, without a count: the kernels' callers vouch for the size (see `KernelTable`).
@safe
struct Source {
    let base: UnsafePointer<Float>

    @inline(__always) init(_ base: UnsafePointer<Float>) { unsafe self.base = base }

    @inline(__always) subscript(index: Int) -> Float { unsafe self.base[index] }

    @inline(__always) func vector(_ index: Int) -> Vector {
        unsafe UnsafeRawPointer(self.base + index).loadUnaligned(as: Vector.self)
    }

    @inline(__always) func advanced(_ count: Int) -> Source { unsafe Source(self.base + count) }

    /// Asks for the line around a place, without waiting; the place may lie behind the end.
    @inline(__always) func fetch(_ index: Int) { unsafe processor_fetch(self.base + index) }
}

/// Floats to read and write, without a count.
@safe
struct Target {
    let base: UnsafeMutablePointer<Float>

    @inline(__always) init(_ base: UnsafeMutablePointer<Float>) { unsafe self.base = base }

    @inline(__always) subscript(index: Int) -> Float {
        get { unsafe self.base[index] }
        nonmutating set { unsafe self.base[index] = newValue }
    }

    @inline(__always) func vector(_ index: Int) -> Vector {
        unsafe UnsafeRawPointer(self.base + index).loadUnaligned(as: Vector.self)
    }

    @inline(__always) func store(_ value: Vector, _ index: Int) {
        unsafe UnsafeMutableRawPointer(self.base + index).storeBytes(of: value, as: Vector.self)
    }

    @inline(__always) func advanced(_ count: Int) -> Target { unsafe Target(self.base + count) }

    @inline(__always) var source: Source { unsafe Source(UnsafePointer(self.base)) }
}

/// Whole numbers to read: labels and the numbers of picked rows.
@safe
struct Numbers {
    let base: UnsafePointer<Int32>

    @inline(__always) init(_ base: UnsafePointer<Int32>) { unsafe self.base = base }

    @inline(__always) subscript(index: Int) -> Int { unsafe Int(self.base[index]) }
}

extension Vector {
    /// The lanes' bit patterns.
    @inline(__always) var words: Words { unsafe unsafeBitCast(self, to: Words.self) }

    @inline(__always) init(words: Words) { unsafe self = unsafeBitCast(words, to: Vector.self) }

    /// x < 0 ? 0 : x; NaN stays.
    @inline(__always) var rectified: Vector { self.replacing(with: 0, where: self .< 0) }

    /// The magnitudes.
    @inline(__always) var magnitudes: Vector { Vector(words: self.words & 0x7FFF_FFFF) }

    /// The sign turned over, which folds into a fused multiply-add; `-x` of a Swift vector is 0 - x and does not.
    @inline(__always) var negated: Vector { Vector(words: self.words ^ 0x8000_0000) }

    /// other > self ? other : self, lane by lane.
    @inline(__always) func larger(_ other: Vector) -> Vector { self.replacing(with: other, where: other .> self) }

    /// other < self ? other : self, lane by lane.
    @inline(__always) func smaller(_ other: Vector) -> Vector { self.replacing(with: other, where: other .< self) }

    /// The sum of the lanes by the tree 8, 4, 2, 1: lane i and lane i + 8 first.
    @inline(__always) var treeSum: Float {
        let eight = self.lowHalf + self.highHalf
        let four = eight.lowHalf + eight.highHalf
        let two = four.lowHalf + four.highHalf
        return two[0] + two[1]
    }

    /// The largest lane; NaN only where all lanes are.
    @inline(__always) var treeMaximum: Float {
        let eight = self.lowHalf.replacing(with: self.highHalf, where: self.highHalf .> self.lowHalf)
        let four = eight.lowHalf.replacing(with: eight.highHalf, where: eight.highHalf .> eight.lowHalf)
        let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .> four.lowHalf)
        return two[1] > two[0] ? two[1] : two[0]
    }
}

extension Words {
    /// The same bits as signed numbers.
    @inline(__always) var signed: SIMD16<Int32> { unsafe unsafeBitCast(self, to: SIMD16<Int32>.self) }

    /// Shifts to the right and keeps the sign.
    @inline(__always) func signedShift(_ count: Int32) -> Words {
        unsafe unsafeBitCast(self.signed &>> SIMD16<Int32>(repeating: count), to: Words.self)
    }
}

/// The lanes' numbers.
@inline(__always)
func laneNumbers() -> SIMD16<Int32> { SIMD16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) }
