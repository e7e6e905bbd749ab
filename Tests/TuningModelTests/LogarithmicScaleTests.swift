import Foundation
import Testing

@testable import TuningModel

@Suite("Our exp and log")
struct LogarithmicScaleTests {
    @Test("log agrees with the C library within two units in the last place")
    func logarithm() {
        var worst = 0.0
        for i in 0..<20_000 {
            let x = pow(10, Double(i) / 20_000 * 600 - 300)
            let wanted = log(x)
            worst = max(worst, abs(LogarithmicScale.logarithm(x) - wanted) / max(wanted.ulp, 0x1p-60))
        }
        #expect(worst <= 2, "\(worst)")
        #expect(LogarithmicScale.logarithm(1) == 0)
        #expect(LogarithmicScale.logarithm(.infinity) == .infinity)
        #expect([0, -1, .nan].allSatisfy { LogarithmicScale.logarithm($0).isNaN })
        let least = Double.leastNonzeroMagnitude
        #expect(abs(LogarithmicScale.logarithm(least) - log(least)) < 1e-12)
    }

    @Test("exp agrees with the C library within two units in the last place")
    func exponential() {
        var worst = 0.0
        for i in 0..<20_000 {
            let x = Double(i) / 20_000 * 1400 - 700
            let wanted = exp(x)
            worst = max(worst, abs(LogarithmicScale.exponential(x) - wanted) / wanted.ulp)
        }
        #expect(worst <= 2, "\(worst)")
        #expect(
            [0, 800, -800, .infinity, -.infinity].map(LogarithmicScale.exponential) == [1, .infinity, 0, .infinity, 0])
        #expect(LogarithmicScale.exponential(.nan).isNaN)
        #expect(LogarithmicScale.exponential(-745) == .leastNonzeroMagnitude)
    }

    @Test(
        "both ends are exact and nothing lies beyond them",
        arguments: [
            (1e-7, 1e-2), (1e-4, 1.0), (.leastNonzeroMagnitude, .greatestFiniteMagnitude), (0.1, 0.1),
            (3.0, 3.0000000000000004),
        ])
    func ends(low: Double, high: Double) {
        let scale = LogarithmicScale(low: low, high: high)
        #expect(scale.value(at: 0) == low)
        #expect(scale.value(at: 1) == high)
        var last = low
        for i in 1..<1_000 {
            let value = scale.value(at: Double(i) / 1_000)
            #expect(value >= last && value <= high)
            last = value
        }
    }

    @Test("the middle is the geometric mean")
    func middle() {
        #expect(abs(LogarithmicScale(low: 1e-4, high: 1).value(at: 0.5) - 1e-2) < 1e-16)
    }
}
