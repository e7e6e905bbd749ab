import KernelInterface
import Foundation
import Randomness
import Testing
import TuningModel

@testable import SearchAlgorithms

private struct GaussianProcessFile: Decodable {
    let points: [[Double]]
    let targets: [Double]
    let weights: [Double]
    let scale: Double
    let noise: Double
    let tests: [[Double]]
    let pending: [[Double]]
    let meanVariance: Double
    let means: [Double]
    let variances: [Double]
    let farMean: [Double]
    let farVariance: [Double]
    let variancesWithPending: [Double]
    let leftOut: [[Double]]
    let likelihood: Double
    let z: [Double]
    let cumulative: [Double]
    let logImprovement: [Double]

    var logarithms: [Double] { (self.weights + [self.scale, self.noise]).map { log($0) } }
}

@Suite("Gaussian processes")
struct GaussianProcessTests {
    private static let isCategorical = [false, false, true]

    private static func process(_ file: GaussianProcessFile) -> GaussianProcess {
        var process = GaussianProcess(
            parameters: KernelParameters(logarithms: file.logarithms), isCategorical: Self.isCategorical)
        for point in file.points { process.append(point) }
        process.observe(file.targets)
        return process
    }

    private static func isNear(_ a: [Double], _ b: [Double], within bound: Double) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= bound * max(1, abs($1)) }
    }

    @Test("means and variances, with and without points being tried, and without a point's own observation are NumPy's")
    func predictions() throws {
        let file: GaussianProcessFile = try vectors("gaussian_process")
        var process = Self.process(file)
        let lanes = SurrogateEnsemble.lanes(file.tests)
        let prediction = process.predict(lanes)
        #expect(Self.isNear((0..<5).map { prediction.mean[$0] }, file.means, within: 1e-11))
        #expect(Self.isNear((0..<5).map { prediction.variance[$0] }, file.variances, within: 1e-11))
        let leftOut = process.leaveOneOut(Array(file.points.indices), targets: file.targets)
        #expect(Self.isNear(leftOut.map(\.mean), file.leftOut.map { $0[0] }, within: 1e-10))
        #expect(Self.isNear(leftOut.map(\.deviation), file.leftOut.map { $0[1] }, within: 1e-10))
        for point in file.pending { process.pend(point) }
        let narrowed = process.predict(lanes)
        #expect(narrowed.mean == prediction.mean)
        #expect(Self.isNear((0..<5).map { narrowed.variance[$0] }, file.variancesWithPending, within: 1e-11))
        process.forgetPending(after: 0)
        #expect(process.predict(lanes).variance == prediction.variance)
    }

    @Test("far from all observations the process returns to the mean that NumPy estimates from them")
    func mean() throws {
        let file: GaussianProcessFile = try vectors("gaussian_process")
        #expect(file.meanVariance == KernelParameters.meanVariance)
        let prediction = Self.process(file).predict(SurrogateEnsemble.lanes([[1e6, 1e6, 9]]))
        #expect(Self.isNear([prediction.mean[0]], file.farMean, within: 1e-11))
        #expect(Self.isNear([prediction.variance[0]], file.farVariance, within: 1e-11))
    }

    @Test("twenty observations in one place count little more than one for what is expected elsewhere")
    func cluster() {
        let parameters = KernelParameters(logarithms: [100, 1, 1e-6].map { log($0) })
        var process = GaussianProcess(parameters: parameters, isCategorical: [false])
        for i in 0..<20 { process.append([0.3 + Double(i) / 10000]) }
        for i in 0..<4 { process.append([1.5 + Double(i)]) }
        let targets = Array(repeating: -0.5, count: 20) + Array(repeating: 2.5, count: 4)
        process.observe(targets)
        let expected = process.predict(SurrogateEnsemble.lanes([[10]])).mean[0]
        #expect(targets.reduce(0, +) == 0)
        // Four places have 2.5 and one has -0.5; the prior weighs half a place that has 0.
        #expect(abs(expected - 9.5 / 5.5) < 0.01, "\(expected)")
    }

    @Test("gradients of mean and variance are those of finite differences")
    func predictionGradient() throws {
        let file: GaussianProcessFile = try vectors("gaussian_process")
        var process = Self.process(file)
        process.pend(file.pending[0])
        let own = process.predict(SurrogateEnsemble.lanes(file.tests), gradientColumns: [1, 0])
        for (index, column) in [1, 0].enumerated() {
            var (high, low) = (file.tests, file.tests)
            for i in high.indices {
                high[i][column] += 1e-5
                low[i][column] -= 1e-5
            }
            let above = process.predict(SurrogateEnsemble.lanes(high))
            let below = process.predict(SurrogateEnsemble.lanes(low))
            for lane in 0..<5 {
                let byMean: Double = (above.mean[lane] - below.mean[lane]) / 2e-5
                let byVariance: Double = (above.variance[lane] - below.variance[lane]) / 2e-5
                #expect(abs(byMean - own.meanGradient[index][lane]) < 1e-7)
                #expect(abs(byVariance - own.varianceGradient[index][lane]) < 1e-7)
            }
        }
    }

    @Test("the likelihood is SciPy's, and its gradient that of finite differences")
    func likelihood() throws {
        let file: GaussianProcessFile = try vectors("gaussian_process")
        let likelihood = MarginalLikelihood(
            points: file.points, targets: file.targets, isCategorical: Self.isCategorical)
        let prior = KernelPrior(columnCount: 3)
        let answer = likelihood.evaluate(file.logarithms)
        #expect(abs(answer.value - prior.penalty(file.logarithms).value - file.likelihood) < 1e-10)
        for i in file.logarithms.indices {
            var (high, low) = (file.logarithms, file.logarithms)
            high[i] += 1e-5
            low[i] -= 1e-5
            let slope = (likelihood.evaluate(high).value - likelihood.evaluate(low).value) / 2e-5
            #expect(abs(slope - answer.gradient[i]) < 1e-6, "parameter \(i)")
        }
    }

    @Test("the fit is a place where the gradient vanishes or a bound holds, and better than the prior's mean")
    func fit() throws {
        let file: GaussianProcessFile = try vectors("gaussian_process")
        let likelihood = MarginalLikelihood(
            points: file.points, targets: file.targets, isCategorical: Self.isCategorical)
        let fitted = likelihood.fit(starts: 3, evaluations: 200)
        let logarithms = (fitted.weights + [fitted.scale, fitted.noise]).map(LogarithmicScale.logarithm)
        let answer = likelihood.evaluate(logarithms)
        #expect(answer.value < likelihood.evaluate(KernelPrior(columnCount: 3).means).value)
        #expect(answer.gradient.allSatisfy { abs($0) < 0.1 })
    }

    @Test("a factor that was grown, cut and grown again has the bits of one made at once; duplicates do no harm")
    func factor() {
        var random = RandomSequence(RandomStream(seed: 3, purpose: .suggestion))
        var points = (0..<40).map { _ in (0..<2).map { _ in random.uniform() } }
        points[17] = points[4]
        let parameters = KernelParameters(logarithms: [1, 2, 0, -60])
        func grown(_ count: Int) -> GaussianProcess {
            var process = GaussianProcess(parameters: parameters, isCategorical: [false, false])
            for point in points.prefix(count) { process.append(point) }
            process.observe((0..<count).map(Double.init))
            return process
        }
        var process = grown(25)
        for point in points[30...] { process.pend(point) }
        for point in points[25...] { process.append(point) }
        process.observe((0..<40).map(Double.init))
        let lanes = SurrogateEnsemble.lanes([[0.3, 0.4], points[4]])
        #expect(process.predict(lanes).mean == grown(40).predict(lanes).mean)
        #expect(process.predict(lanes).variance == grown(40).predict(lanes).variance)
        let prediction = process.predict(lanes)
        for lane in 0..<8 { #expect(prediction.mean[lane].isFinite && prediction.variance[lane] > 0) }
    }

    @Test("solving and inverting give back the matrix")
    func inverse() {
        let matrix: [[Double]] = [[4, 1, 0.5], [1, 3, -0.2], [0.5, -0.2, 2]]
        var factor = CholeskyFactor(floor: 1e-12)
        for i in 0..<3 { factor.append(Array(matrix[i].prefix(i + 1))) }
        let inverse = factor.inverse()
        for i in 0..<3 {
            var unit: [Double] = [0, 0, 0]
            unit[i] = 1
            var column: [Double] = []
            for j in 0..<3 {
                let (high, low) = (max(i, j), min(i, j))
                column.append(inverse[high * (high + 1) / 2 + low])
            }
            var product: [Double] = [0, 0, 0]
            for j in 0..<3 {
                for k in 0..<3 { product[j] += matrix[j][k] * column[k] }
            }
            #expect(Self.isNear(product, unit, within: 1e-14))
            #expect(Self.isNear(factor.solve(matrix[i]), unit, within: 1e-14))
        }
        #expect(abs(factor.logarithmicDeterminant - log(20.89) / 2) < 1e-14)
    }

    @Test("log expected improvement and the normal distribution are right far into the tail")
    func tail() throws {
        let file: GaussianProcessFile = try vectors("gaussian_process")
        for (i, z) in file.z.enumerated() {
            let answer = StandardNormal.logarithmicImprovement(z)
            #expect(
                abs(answer.value - file.logImprovement[i]) <= 1e-11 * max(1, abs(file.logImprovement[i])), "z = \(z)")
            #expect(abs(StandardNormal.cumulative(z) / file.cumulative[i] - 1) < 1e-11, "z = \(z)")
            let above: Double = StandardNormal.logarithmicImprovement(z + 1e-6).value
            let below: Double = StandardNormal.logarithmicImprovement(z - 1e-6).value
            let slope: Double = (above - below) / 2e-6
            #expect(abs(slope / answer.cumulativeRatio - 1) < 1e-4, "z = \(z)")
            let ratio: Double = StandardNormal.density(z) / LogarithmicScale.exponential(answer.value)
            #expect(abs(answer.densityRatio / ratio - 1) < 1e-9)
        }
        for z in [-1e3, -1e8, -1e150, -Double.infinity] {
            #expect(StandardNormal.logarithmicImprovement(z).value < -1e5)
            #expect(!StandardNormal.logarithmicImprovement(z).value.isNaN)
        }
    }

    @Test("eight exponentials at once are as good as one")
    func exponential() {
        for i in 0..<7000 {
            let x = -Double(i) / 10
            let value = LaneMath.exponential(ofNegative: Lanes(repeating: x))[5]
            #expect(abs(value / exp(max(x, -690)) - 1) < 1e-15, "x = \(x)")
        }
        #expect(LaneMath.exponential(ofNegative: Lanes(repeating: -.infinity))[0] < 1e-290)
    }

    @Test("the minimiser finds Rosenbrock's valley floor, and the best corner of a box")
    func minimiser() {
        func search(upper: Double) -> [Double] {
            var search = BoundedMinimizer(
                start: [-1.2, 1], lower: [-2, -2], upper: [upper, 2], tolerance: 1e-9, evaluations: 500)
            while !search.isDone {
                let (x, y) = (search.proposal[0], search.proposal[1])
                let rise: Double = y - x * x
                let rest: Double = 1 - x
                let value: Double = 100 * rise * rise + rest * rest
                let byX: Double = -400 * x * rise - 2 * rest
                search.receive(value: value, gradient: [byX, 200 * rise])
            }
            return search.best
        }
        #expect(Self.isNear(search(upper: 2), [1, 1], within: 1e-4))
        #expect(Self.isNear(search(upper: 0.5), [0.5, 0.25], within: 1e-4))
    }
}
