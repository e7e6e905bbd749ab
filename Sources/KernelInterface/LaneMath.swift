/// Eight numbers side by side.
public typealias Lanes = SIMD8<Double>

/// What is computed with eight numbers side by side, and the loops over arrays of them that cost most.
///
/// Every sum has a fixed order and no fused operation, so that its bits are the same on every host.
///
/// Public, as everything that is to be compiled in the instructions of the module that calls it: the compiler takes the body
/// of an inlinable function into another module only where it is public.
public enum LaneMath {
    /// `exp(x)` for numbers not above 0, within 3 units in the last place down to -690; what is below counts as -690, NaN stays
    /// NaN.
    ///
    /// With `x = k log 2 + r` and `|r| <= log(2) / 2`: `2^k` times the first thirteen terms of the series of `e^r`. `k` is
    /// rounded by adding 3/2 of 2^52, which leaves it in the last bits of the sum.
    @inlinable @inline(__always)
    public static func exponential(ofNegative x: Lanes) -> Lanes {
        let shifter = 0x1.8p52
        let bounded = x.replacing(with: -690, where: x .< -690)
        let shifted = bounded * 0x1.71547652b82fep0 + shifter
        let k = shifted - shifter
        let r = (bounded - k * 0x1.62e42fee00000p-1) - k * 0x1.a39ef35793c76p-33
        var sum = Lanes(repeating: 1.0 / 479_001_600)
        sum = sum * r + 1.0 / 39_916_800
        sum = sum * r + 1.0 / 3_628_800
        sum = sum * r + 1.0 / 362_880
        sum = sum * r + 1.0 / 40_320
        sum = sum * r + 1.0 / 5_040
        sum = sum * r + 1.0 / 720
        sum = sum * r + 1.0 / 120
        sum = sum * r + 1.0 / 24
        sum = sum * r + 1.0 / 6
        sum = sum * r + 0.5
        sum = sum * r + 1
        sum = sum * r + 1
        let exponent = unsafe unsafeBitCast(shifted, to: SIMD8<UInt64>.self) &<< 52
        return unsafe unsafeBitCast(unsafeBitCast(sum, to: SIMD8<UInt64>.self) &+ exponent, to: Lanes.self)
    }

    /// The Matern 5/2 correlation at squared distances, and its derivative by the squared distance.
    ///
    /// `k = (1 + s + s²/3) exp(-s)` and `dk/dr² = -5/6 (1 + s) exp(-s)` with `s = √5 r`.
    ///
    /// Source: C. Rasmussen and C. Williams, "Gaussian Processes for Machine Learning", MIT Press 2006, equation 4.17.
    @inlinable @inline(__always)
    public static func matern(squaredDistance: Lanes) -> (value: Lanes, slope: Lanes) {
        let square = squaredDistance * 5
        let s = square.squareRoot()
        let decay = Self.exponential(ofNegative: -s)
        return ((square * (1.0 / 3) + s + 1) * decay, (s + 1) * decay * (-5.0 / 6))
    }

    /// The eight numbers from a place on.
    @inlinable @inline(__always)
    public static func load(_ pointer: UnsafePointer<Double>, _ index: Int) -> Lanes {
        unsafe UnsafeRawPointer(pointer + index).loadUnaligned(as: Lanes.self)
    }

    /// `Σ aᵢ bᵢ` by eight sums side by side, a fixed tree of them, and the rest one by one.
    @inlinable @inline(__always)
    public static func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, count: Int) -> Double {
        var sums = Lanes.zero
        var i = 0
        while i + 8 <= count {
            unsafe sums += Self.load(a, i) * Self.load(b, i)
            i += 8
        }
        var rest = 0.0
        while i < count {
            unsafe rest += a[i] * b[i]
            i += 1
        }
        return Self.total(sums) + rest
    }

    /// `b += factor · a`.
    @inlinable @inline(__always)
    public static func add(
        _ a: UnsafePointer<Double>, times factor: Double, to b: UnsafeMutablePointer<Double>, count: Int
    ) {
        var i = 0
        while i + 8 <= count {
            let sum = unsafe Self.load(b, i) + Self.load(a, i) * factor
            unsafe UnsafeMutableRawPointer(b + i).storeBytes(of: sum, as: Lanes.self)
            i += 8
        }
        while i < count {
            unsafe b[i] += a[i] * factor
            i += 1
        }
    }

    /// The sum of eight lanes by a fixed tree.
    @inlinable @inline(__always)
    public static func total(_ x: Lanes) -> Double {
        let four = x.lowHalf + x.highHalf
        let two = four.lowHalf + four.highHalf
        return two[0] + two[1]
    }

    /// The greatest of eight lanes.
    @inlinable @inline(__always)
    public static func greatest(of x: Lanes) -> Double {
        let four = x.lowHalf.replacing(with: x.highHalf, where: x.highHalf .> x.lowHalf)
        let two = four.lowHalf.replacing(with: four.highHalf, where: four.highHalf .> four.lowHalf)
        return two[0] > two[1] ? two[0] : two[1]
    }
}
