/// How the learning rate changes during training: each step takes `learningRate * factor`.
///
/// `epoch` is how many epochs are finished, `time` the same with its fraction, both before the step; `end` is where the rate
/// ends as a part of where it began.
package enum LearningRateSchedule: Hashable, Sendable {
    case constant
    /// `factor ^ floor(epoch / every)`.
    case step(every: Int, factor: Double)
    /// `factor ^ epoch`.
    case exponential(factor: Double)
    /// `end + (1 - end) * (1 - time / epochs) ^ power`.
    case polynomial(power: Int, end: Double)
    /// `end + (1 - end) * (1 + cos(pi * time / epochs)) / 2`.
    ///
    /// Source: I. Loshchilov, F. Hutter, "SGDR: Stochastic gradient descent with warm restarts", ICLR 2017, equation 5
    /// (one period).
    case cosine(end: Double)
    /// From `start` up to 1 and down to `end`, each along half a cosine; the rise takes `rise` of the epochs.
    ///
    /// Source: L. Smith, N. Topin, "Super-convergence", 2018, section 3. Deviations, on purpose: cosines in place of straight
    /// lines, as fastai and PyTorch have them; the momentum stays as it is.
    case oneCycle(rise: Double, start: Double, end: Double)
    /// Times `factor`, but not below `minimumRate` as a part of where it began, whenever the validation loss has not fallen by
    /// more than `minimumChange` for `patience` epochs in a row; the count then begins anew.
    case plateau(factor: Double, patience: Int, minimumChange: Double, minimumRate: Double)

    /// The schedules by their names in a study file.
    package static let names = ["constant", "step", "exponential", "polynomial", "cosine", "one_cycle", "plateau"]

    /// Whether it must know how many epochs there are.
    package var needsEpochs: Bool {
        switch self {
        case .constant, .step, .exponential, .plateau: false
        case .polynomial, .cosine, .oneCycle: true
        }
    }

    /// The factor before a step. Beyond the last epoch it stays where it ended. That of a plateau follows from losses and is
    /// not told here: 1.
    ///
    /// Additions, multiplications and divisions alone, so that no function of a C library decides bits.
    ///
    /// - Parameters:
    ///   - epoch: Epochs finished.
    ///   - time: The same with its fraction.
    ///   - epochs: How many there are; not asked for where ``needsEpochs`` is false.
    /// - Returns: A number from 0 to 1, or more where a factor above 1 was asked for.
    /// - Complexity: O(epoch) for powers.
    package func factor(epoch: Int, time: Double, epochs: Int) -> Double {
        let share = min(1, time / Double(max(1, epochs)))
        switch self {
        case .constant, .plateau: return 1
        case .step(let every, let factor): return Self.power(factor, epoch / max(1, every))
        case .exponential(let factor): return Self.power(factor, epoch)
        case .polynomial(let power, let end): return end + (1 - end) * Self.power(1 - share, power)
        case .cosine(let end): return Self.fall(share, from: 1, to: end)
        case .oneCycle(let rise, let start, let end):
            return share < rise
                ? Self.fall(share / rise, from: start, to: 1) : Self.fall((share - rise) / (1 - rise), from: 1, to: end)
        }
    }

    /// Half a cosine from one number to another, `share` from 0 to 1.
    private static func fall(_ share: Double, from start: Double, to end: Double) -> Double {
        end + (start - end) * (1 + self.cosine(share)) / 2
    }

    private static func power(_ base: Double, _ exponent: Int) -> Double {
        var result = 1.0
        var left = exponent
        // At 0 nothing changes any more, and 1 never does.
        while left > 0, result > 0, base != 1 {
            result *= base
            left -= 1
        }
        return result
    }

    /// cos(pi * x) for x from 0 to 1, to 1e-15: the sine of what is left to a quarter turn, by its series.
    static func cosine(_ x: Double) -> Double {
        let y = Double.pi * (0.5 - x)
        let square = y * y
        var sum = 1.0
        for n in stride(from: 22.0, through: 2.0, by: -2.0) { sum = 1 - sum * square / (n * (n + 1)) }
        return y * sum
    }
}
