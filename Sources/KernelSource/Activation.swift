import KernelInterface

/// A function of a layer's units with its slope.
protocol ActivationLaw {
    /// The value and the slope at x; what is not used costs nothing.
    static func evaluate(_ x: Vector) -> (value: Vector, slope: Vector)
}

enum IdentityLaw: ActivationLaw {
    @inline(__always) static func evaluate(_ x: Vector) -> (value: Vector, slope: Vector) {
        (x, Vector(repeating: 1))
    }
}

enum ReluLaw: ActivationLaw {
    @inline(__always) static func evaluate(_ x: Vector) -> (value: Vector, slope: Vector) {
        (x.rectified, Vector.zero.replacing(with: 1, where: x .> 0))
    }
}

enum TanhLaw: ActivationLaw {
    @inline(__always) static func evaluate(_ x: Vector) -> (value: Vector, slope: Vector) {
        let t = hyperbolicTangent(x)
        return (t, Vector(repeating: 1).addingProduct(t.negated, t))
    }
}

enum SigmoidLaw: ActivationLaw {
    @inline(__always) static func evaluate(_ x: Vector) -> (value: Vector, slope: Vector) {
        let s = logistic(x)
        return (s, s.addingProduct(s.negated, s))
    }
}

/// The Gaussian error linear unit, x times the normal distribution function.
///
/// Source: D. Hendrycks, K. Gimpel, "Gaussian error linear units", 2016, section 2.
enum GeluLaw: ActivationLaw {
    @inline(__always) static func evaluate(_ x: Vector) -> (value: Vector, slope: Vector) {
        let law = NormalLaw(x)
        return (x * law.distribution, law.distribution.addingProduct(x, law.density))
    }
}

/// Source: A. Maas, A. Hannun, A. Ng, "Rectifier nonlinearities improve neural network acoustic models", ICML 2013,
/// equation 3.
enum LeakyReluLaw: ActivationLaw {
    @inline(__always) static func evaluate(_ x: Vector) -> (value: Vector, slope: Vector) {
        (x.replacing(with: x * 0.01, where: x .< 0), Vector(repeating: 0.01).replacing(with: 1, where: x .> 0))
    }
}

/// Source: D. Clevert, T. Unterthiner, S. Hochreiter, "Fast and accurate deep network learning by exponential linear
/// units", ICLR 2016, equation 15 with alpha 1.
enum EluLaw: ActivationLaw {
    @inline(__always) static func evaluate(_ x: Vector) -> (value: Vector, slope: Vector) {
        let below = exponentialMinusOne(x)
        let isAbove = x .> 0
        return (below.replacing(with: x, where: isAbove), (below + 1).replacing(with: 1, where: isAbove))
    }
}

/// Source: G. Klambauer et al., "Self-normalizing neural networks", NeurIPS 2017, equation 2 and section 2.
enum SeluLaw: ActivationLaw {
    @inline(__always) static func evaluate(_ x: Vector) -> (value: Vector, slope: Vector) {
        let below = exponentialMinusOne(x) * 1.758_099_3
        let isAbove = x .> 0
        return (
            below.replacing(with: x * 1.050_701, where: isAbove),
            (below + 1.758_099_3).replacing(with: 1.050_701, where: isAbove)
        )
    }
}

/// Source: S. Elfwing, E. Uchibe, K. Doya, "Sigmoid-weighted linear units for neural network function approximation in
/// reinforcement learning", Neural Networks 107, 2018, equations 4 and 6.
enum SiluLaw: ActivationLaw {
    @inline(__always) static func evaluate(_ x: Vector) -> (value: Vector, slope: Vector) {
        // Below -87 the value is next to 0, and the power would be infinite.
        let bounded = x.larger(Vector(repeating: -87))
        let power = exponential(bounded.negated)
        let s = 1 / (power + 1)
        // 1 - s with all its digits.
        let rest = power * s
        return (bounded * s, s * Vector(repeating: 1).addingProduct(bounded, rest))
    }
}

/// Source: X. Glorot, A. Bordes, Y. Bengio, "Deep sparse rectifier neural networks", AISTATS 2011, section 3.1.
enum SoftplusLaw: ActivationLaw {
    @inline(__always) static func evaluate(_ x: Vector) -> (value: Vector, slope: Vector) {
        let power = exponential(x.magnitudes.negated)
        return (x.rectified + logarithm(power + 1), logistic(x))
    }
}

/// The form of gelu by tanh, with the logistic function in its place: `(1 + tanh u) / 2 = 1 / (1 + e^-2u)`.
///
/// The argument is held above -10, where the function is next to 0 and the power still finite, and that of the cubic
/// below 10, where the function is x.
///
/// Source: D. Hendrycks, K. Gimpel, "Gaussian error linear units", 2016, section 2.
enum GeluTanhLaw: ActivationLaw {
    @inline(__always) static func evaluate(_ x: Vector) -> (value: Vector, slope: Vector) {
        let low = x.larger(Vector(repeating: -10))
        let bounded = low.smaller(Vector(repeating: 10))
        let square = bounded * bounded
        let twice = bounded * Vector(repeating: 1.595_769_1).addingProduct(square, Vector(repeating: 0.071_354_814))
        let power = exponential(twice.negated)
        let s = 1 / (power + 1)
        let rise = bounded * Vector(repeating: 1.595_769_1).addingProduct(square, Vector(repeating: 0.214_064_44))
        return (low * s, s * Vector(repeating: 1).addingProduct(rise, power * s))
    }
}

/// Source: A. Krizhevsky, "Convolutional deep belief networks on CIFAR-10", 2010.
enum Relu6Law: ActivationLaw {
    @inline(__always) static func evaluate(_ x: Vector) -> (value: Vector, slope: Vector) {
        (
            x.rectified.smaller(Vector(repeating: 6)),
            Vector.zero.replacing(with: 1, where: (x .> 0) .& (x .< 6))
        )
    }
}

/// Source: A. Howard et al., "Searching for MobileNetV3", ICCV 2019, section 5.2.
enum HardSigmoidLaw: ActivationLaw {
    @inline(__always) static func evaluate(_ x: Vector) -> (value: Vector, slope: Vector) {
        (
            hardLogistic(x),
            Vector.zero.replacing(with: 1 / 6, where: (x .> -3) .& (x .< 3))
        )
    }
}

/// Source: R. Collobert, "Large scale machine learning", thesis, Université Paris 6, 2004.
enum HardTanhLaw: ActivationLaw {
    @inline(__always) static func evaluate(_ x: Vector) -> (value: Vector, slope: Vector) {
        (
            x.smaller(Vector(repeating: 1)).larger(Vector(repeating: -1)),
            Vector.zero.replacing(with: 1, where: (x .> -1) .& (x .< 1))
        )
    }
}

/// Source: A. Howard et al., "Searching for MobileNetV3", ICCV 2019, section 5.2.
enum HardSwishLaw: ActivationLaw {
    @inline(__always) static func evaluate(_ x: Vector) -> (value: Vector, slope: Vector) {
        let inner = Vector(repeating: 0.5).addingProduct(x, Vector(repeating: 1 / 3))
        return (
            x * hardLogistic(x),
            inner.replacing(with: 0, where: x .<= -3).replacing(with: 1, where: x .>= 3)
        )
    }
}

/// min(max(x + 3, 0), 6) / 6, which is exact at both ends.
@inline(__always)
private func hardLogistic(_ x: Vector) -> Vector {
    let middle = Vector(repeating: 0.5).addingProduct(x, Vector(repeating: 1 / 6))
    return middle.replacing(with: 0, where: x .<= -3).replacing(with: 1, where: x .>= 3)
}

/// Without dropout.
@inline(__always)
private func sweepPlain<L: ActivationLaw>(_ input: Source, _ output: Target, _ slopes: Target?, count: Int, _: L.Type) {
    var i = 0
    if let slopes {
        while i < count {
            let result = L.evaluate(input.vector(i))
            slopes.store(result.slope, i)
            output.store(result.value, i)
            i &+= 16
        }
    } else {
        while i < count {
            output.store(L.evaluate(input.vector(i)).value, i)
            i &+= 16
        }
    }
}

/// With dropout; the last group of 64 elements may be cut short.
@inline(__always)
private func sweepDropped<L: ActivationLaw>(
    _ input: Source, _ output: Target, _ slopes: Target?, count: Int, _ generator: DropoutGenerator, _: L.Type
) {
    var first = 0
    while first < count {
        let factors = generator.factors(group: first &>> 6)
        var factor = factors.0
        var part = 0
        while part < 4, first &+ 16 &* part < count {
            let i = first &+ 16 &* part
            let result = L.evaluate(input.vector(i))
            if let slopes { slopes.store(result.slope * factor, i) }
            output.store(result.value * factor, i)
            part &+= 1
            factor = part == 1 ? factors.1 : part == 2 ? factors.2 : factors.3
        }
        first &+= 64
    }
}

@inline(__always)
private func sweep<L: ActivationLaw>(_ arguments: borrowing ActivationArguments, _ law: L.Type) {
    let input = unsafe Source(arguments.input)
    let output = unsafe Target(arguments.output)
    let slopes = unsafe arguments.slopes.map { unsafe Target($0) }
    let count = unsafe arguments.count
    if unsafe arguments.dropout.threshold == 0 {
        sweepPlain(input, output, slopes, count: count, law)
    } else {
        sweepDropped(input, output, slopes, count: count, unsafe DropoutGenerator(arguments.dropout), law)
    }
}

func activationKernel(_ arguments: borrowing ActivationArguments) {
    switch unsafe arguments.function {
    case .identity: unsafe sweep(arguments, IdentityLaw.self)
    case .relu: unsafe sweep(arguments, ReluLaw.self)
    case .tanh: unsafe sweep(arguments, TanhLaw.self)
    case .sigmoid: unsafe sweep(arguments, SigmoidLaw.self)
    case .gelu: unsafe sweep(arguments, GeluLaw.self)
    case .leakyRelu: unsafe sweep(arguments, LeakyReluLaw.self)
    case .elu: unsafe sweep(arguments, EluLaw.self)
    case .selu: unsafe sweep(arguments, SeluLaw.self)
    case .silu: unsafe sweep(arguments, SiluLaw.self)
    case .softplus: unsafe sweep(arguments, SoftplusLaw.self)
    case .geluTanh: unsafe sweep(arguments, GeluTanhLaw.self)
    case .relu6: unsafe sweep(arguments, Relu6Law.self)
    case .hardSigmoid: unsafe sweep(arguments, HardSigmoidLaw.self)
    case .hardTanh: unsafe sweep(arguments, HardTanhLaw.self)
    case .hardSwish: unsafe sweep(arguments, HardSwishLaw.self)
    }
}

func multiplyKernel(_ arguments: borrowing MultiplyArguments) {
    let values = unsafe Target(arguments.values)
    let factors = unsafe Source(arguments.factors)
    let count = unsafe arguments.count
    let scale = unsafe arguments.scale
    let isMask = if case .positive = unsafe arguments.mask { true } else { false }
    var i = 0
    while i < count {
        let factor = factors.vector(i)
        let value = values.vector(i)
        values.store(
            isMask ? Vector.zero.replacing(with: value * scale, where: factor .> 0) : value * factor, i)
        i &+= 16
    }
}
