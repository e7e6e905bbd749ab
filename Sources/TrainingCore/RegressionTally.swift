/// Sums of errors over the rows of an evaluation; from them the mean squared error, the mean absolute
/// error and R². All on standardised targets: an error of 1 is one standard deviation of the training targets.
///
/// Rows are added in their order, outputs within a row in theirs, in `Double`.
struct RegressionTally {
    private var squares: [Double]
    private var absolutes: [Double]
    /// Welford's running mean and sum of squared deviations of the targets.
    private var means: [Double]
    private var deviations: [Double]
    private var count = 0

    init(outputs: Int) {
        self.squares = [Double](repeating: 0, count: outputs)
        self.absolutes = self.squares
        self.means = self.squares
        self.deviations = self.squares
    }

    /// - Parameters: Shape `[outputs]` both.
    @unsafe
    mutating func add(target: UnsafePointer<Float>, prediction: UnsafePointer<Float>) {
        self.count &+= 1
        for i in self.squares.indices {
            let value = unsafe Double(target[i])
            let error = unsafe Double(prediction[i]) - value
            self.squares[i] += error * error
            self.absolutes[i] += error.magnitude
            let distance = value - self.means[i]
            self.means[i] += distance / Double(self.count)
            self.deviations[i] += distance * (value - self.means[i])
        }
    }

    /// The mean squared error and the mean absolute error over rows and outputs, and R².
    ///
    /// `R² = 1 - Σ(y - t)² / Σ(t - mean t)²`, averaged over the outputs. An output whose targets are all equal counts 1
    /// where it is met exactly, else 0. Without any row all three are NaN.
    func figures() -> (meanSquare: Double, meanAbsolute: Double, r2: Double) {
        let outputs = Double(self.squares.count)
        var sums = (squares: 0.0, absolutes: 0.0, r2: 0.0)
        for i in self.squares.indices {
            sums.squares += self.squares[i]
            sums.absolutes += self.absolutes[i]
            if self.deviations[i] == 0 {
                sums.r2 += self.squares[i] == 0 ? 1 : 0
            } else {
                sums.r2 += 1 - self.squares[i] / self.deviations[i]
            }
        }
        let entries = outputs * Double(self.count)
        let r2 = self.count == 0 ? Double.nan : sums.r2 / outputs
        return (sums.squares / entries, sums.absolutes / entries, r2)
    }
}
