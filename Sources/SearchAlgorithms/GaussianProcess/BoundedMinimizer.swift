/// Finds a minimum of a smooth function in a box: a limited-memory quasi-Newton method as a state machine.
///
/// One evaluates the function at ``proposal`` and tells it by ``receive(value:gradient:)``, until ``isDone``. So the caller
/// may evaluate many of them side by side.
///
/// Source: J. Nocedal and S. Wright, "Numerical Optimization", 2nd ed., 2006, algorithms 7.4 and 7.5 (L-BFGS) and 3.1
/// (backtracking).
/// Deviations, on purpose: coordinates at a bound that the gradient pushes against stand still, steps are cut off at the
/// box; the only condition on a step is that of Armijo, and pairs without positive curvature are left out.
struct BoundedMinimizer: Sendable {
    private static let memoryLimit = 8

    private let lower: [Double]
    private let upper: [Double]
    private let tolerance: Double
    private var evaluationsLeft: Int

    /// Where to evaluate next.
    private(set) var proposal: [Double]
    private(set) var isDone = false

    /// The best point so far, its value and gradient; infinite before the first evaluation.
    private(set) var best: [Double]
    private(set) var bestValue = Double.infinity
    private var gradient: [Double] = []
    private var direction: [Double] = []
    private var step = 1.0
    private var backtracks = 0
    /// Differences of points and of gradients, the newest last.
    private var memory: [(point: [Double], gradient: [Double])] = []

    /// - Parameters:
    ///   - start: A point, put into the box where it is outside.
    ///   - lower: The box's least coordinates.
    ///   - upper: The box's greatest coordinates.
    ///   - tolerance: A step or a gradient below it ends the search.
    ///   - evaluations: How often the function may be evaluated.
    init(start: [Double], lower: [Double], upper: [Double], tolerance: Double, evaluations: Int) {
        self.lower = lower
        self.upper = upper
        self.tolerance = tolerance
        self.evaluationsLeft = evaluations
        self.best = start
        self.proposal = start
        for i in start.indices { self.proposal[i] = min(max(start[i], lower[i]), upper[i]) }
        self.best = self.proposal
        self.isDone = start.isEmpty || evaluations <= 0
    }

    /// The function's value and gradient at ``proposal``.
    mutating func receive(value: Double, gradient: [Double]) {
        guard !self.isDone else { return }
        self.evaluationsLeft -= 1
        let isUsable = value.isFinite && gradient.allSatisfy(\.isFinite)
        if self.bestValue == .infinity {
            guard isUsable else {
                self.isDone = true
                return
            }
            self.accept(value, gradient)
            return
        }
        var slope = 0.0
        for i in self.best.indices { slope += self.gradient[i] * (self.proposal[i] - self.best[i]) }
        if isUsable, value <= self.bestValue + 1e-4 * min(slope, 0), value < self.bestValue {
            self.accept(value, gradient)
        } else {
            self.backtrack()
        }
    }

    private mutating func accept(_ value: Double, _ gradient: [Double]) {
        if !self.gradient.isEmpty {
            var curvature = 0.0
            var square = 0.0
            var movement = 0.0
            var points = self.proposal
            var gradients = gradient
            for i in points.indices {
                points[i] -= self.best[i]
                gradients[i] -= self.gradient[i]
                curvature += points[i] * gradients[i]
                square += gradients[i] * gradients[i]
                movement = max(movement, abs(points[i]))
            }
            if curvature > 1e-12 * square { self.memory.append((points, gradients)) }
            if self.memory.count > Self.memoryLimit { self.memory.removeFirst() }
            if movement < self.tolerance || self.bestValue - value < self.tolerance * 1e-3 { self.isDone = true }
        }
        self.best = self.proposal
        self.bestValue = value
        self.gradient = gradient
        if !self.isDone { self.advance() }
    }

    /// The step was too long: a shorter one; after many, steepest descent, and then the end.
    private mutating func backtrack() {
        self.backtracks += 1
        if self.backtracks > 8 {
            guard !self.memory.isEmpty else {
                self.isDone = true
                return
            }
            self.memory = []
            self.advance()
            return
        }
        self.step *= 0.3
        self.propose()
    }

    /// A new direction from the gradient.
    private mutating func advance() {
        let isFree = self.best.indices.map { i in
            !(self.best[i] <= self.lower[i] && self.gradient[i] > 0)
                && !(self.best[i] >= self.upper[i] && self.gradient[i] < 0)
        }
        var q = self.gradient
        var largest = 0.0
        for i in q.indices {
            if !isFree[i] { q[i] = 0 }
            largest = max(largest, abs(q[i]))
        }
        guard largest > self.tolerance else {
            self.isDone = true
            return
        }
        self.direction = self.newtonStep(q, isFree)
        var slope = 0.0
        for i in q.indices { slope += self.direction[i] * q[i] }
        self.step = 1
        if self.memory.isEmpty || !(slope < 0) {
            self.memory = []
            self.direction = q.map { -$0 }
            self.step = min(1, 0.25 / largest)
        }
        self.backtracks = 0
        self.propose()
    }

    /// `-H g` by the two loops over the memory.
    private func newtonStep(_ gradient: [Double], _ isFree: [Bool]) -> [Double] {
        var q = gradient
        var shares: [Double] = []
        for pair in self.memory.reversed() {
            let share = Self.product(pair.point, q, isFree) / Self.product(pair.point, pair.gradient, nil)
            shares.append(share)
            for i in q.indices where isFree[i] { q[i] -= share * pair.gradient[i] }
        }
        if let last = self.memory.last {
            let scale = Self.product(last.point, last.gradient, nil) / Self.product(last.gradient, last.gradient, nil)
            for i in q.indices { q[i] *= scale }
        }
        for (pair, share) in zip(self.memory, shares.reversed()) {
            let other = Self.product(pair.gradient, q, isFree) / Self.product(pair.point, pair.gradient, nil)
            for i in q.indices where isFree[i] { q[i] += (share - other) * pair.point[i] }
        }
        return q.map { -$0 }
    }

    private static func product(_ a: [Double], _ b: [Double], _ isCounted: [Bool]?) -> Double {
        var sum = 0.0
        for i in a.indices where isCounted?[i] ?? true { sum += a[i] * b[i] }
        return sum
    }

    private mutating func propose() {
        var movement = 0.0
        for i in self.best.indices {
            let next = min(max(self.best[i] + self.step * self.direction[i], self.lower[i]), self.upper[i])
            movement = max(movement, abs(next - self.best[i]))
            self.proposal[i] = next
        }
        if !(movement > self.tolerance * 0.01) || self.evaluationsLeft <= 0 { self.isDone = true }
    }
}
