import Testing

@testable import SearchAlgorithms

private struct CurveFile: Decodable {
    struct Case: Decodable {
        let curve: [Double]
        let target: Int
        let best: Double
        let probability: Double
    }
    let cases: [Case]
}

@Suite("Forecasts of learning curves")
struct CurveForecastTests {
    @Test("agree with those of an independent implementation by matrices", arguments: 0..<24)
    func reference(number: Int) throws {
        let file: CurveFile = try vectors("curve")
        #expect(file.cases.count == 24)
        let wanted = file.cases[number]
        let found = CurveForecast.probability(of: wanted.curve, at: wanted.target, below: wanted.best)
        #expect(abs(found - wanted.probability) < 1e-6, "\(found), want \(wanted.probability)")
    }

    @Test("a power law without noise comes to its limit, and to nothing below it")
    func powerLaw() {
        let curve = (1...30).map { 0.2 + 0.5 / Double($0) }
        let end = 0.2 + 0.5 / 300
        #expect(CurveForecast.probability(of: curve, at: 300, below: end + 0.01) > 0.95)
        #expect(CurveForecast.probability(of: curve, at: 300, below: end - 0.01) < 0.05)
    }

    @Test("rising with the loss to be beaten, the same for the curve in other units")
    func units() {
        let curve: [Double] = [0.9, 0.7, 0.62, 0.55, 0.53, 0.5, 0.49, 0.485]
        let chances = [0.2, 0.3, 0.4, 0.45, 0.5].map { CurveForecast.probability(of: curve, at: 80, below: $0) }
        #expect(chances == chances.sorted() && Set(chances).count == 5)
        let other = CurveForecast.probability(of: curve.map { 1024 * $0 - 4096 }, at: 80, below: 1024 * 0.4 - 4096)
        #expect(abs(other - chances[2]) < 1e-9)
    }

    @Test("nothing is said of curves too short, without a range or with a boundless one")
    func degenerate() {
        #expect(CurveForecast.probability(of: [], at: 9, below: 0) == 1)
        #expect(CurveForecast.probability(of: [1, 1, 1], at: 9, below: 0) == 1)
        #expect(CurveForecast.probability(of: [.nan, .infinity, 1, 2, 3], at: 9, below: 0) == 1)
        #expect(CurveForecast.probability(of: [1, 1, 1, 1], at: 9, below: 2) == 1)
        #expect(CurveForecast.probability(of: [1, 1, 1, 1], at: 9, below: 1) == 0)
        #expect(CurveForecast.probability(of: [-1e308, -1e308, 1e308, 1e308], at: 9, below: 0) == 1)
        for scale in [1e-300, 1e300] {
            let chance = CurveForecast.probability(of: [4, 3, 2.5, 2.2].map { $0 * scale }, at: 9, below: 2 * scale)
            #expect((0...1).contains(chance))
        }
    }

    @Test("the normal distribution, within 2e-7 of its table")
    func normal() {
        let table = [(-3.0, 0.001349898), (-1, 0.158655254), (0, 0.5), (0.5, 0.691462461), (1.96, 0.975002105)]
        for (z, wanted) in table { #expect(abs(CurveForecast.normal(z) - wanted) < 2e-7) }
        #expect(CurveForecast.normal(-1e9) == 0 && CurveForecast.normal(1e9) == 1)
    }
}
