extension Reference {
    /// Cross-entropy of one row of logits with class weights and label smoothing: loss and gradient.
    package static func weightedCrossEntropy(
        _ logits: [Float], label: Int, weights: [Float], smoothing: Float, scale: Float
    ) -> (loss: Double, gradient: [Float]) {
        var maximum = -Float.infinity
        for logit in logits where logit > maximum { maximum = logit }
        let powers = logits.map { Self.exponential($0 - maximum) }
        var (sums, weightSums) = ([Float](repeating: 0, count: 16), [Float](repeating: 0, count: 16))
        var gaps = sums
        for (index, power) in powers.enumerated() {
            sums[index % 16] += power
            weightSums[index % 16] += weights[index]
            gaps[index % 16].addProduct(maximum - logits[index], weights[index])
        }
        let share = smoothing / Float(logits.count)
        let shareSum = share * Self.treeSum(weightSums)
        let gapSum = share > 0 ? Self.treeSum(gaps) : 0
        let sum = Self.treeSum(sums)
        let log = Self.logarithm(sum)
        let own = (1 - smoothing) * weights[label]
        let loss = Double(own * (log + (maximum - logits[label])) + (shareSum * log + share * gapSum))
        let factor = (own + shareSum) / sum
        var gradient = zip(powers, weights).map { ($0 * factor - $1 * share) * scale }
        gradient[label] -= own * scale
        return (loss, gradient)
    }

    /// A logit as a Bernoulli variable's: probabilities and losses of 1 and of 0.
    package static func bernoulli(_ logit: Float) -> (one: Float, zero: Float, lossOfOne: Float, lossOfZero: Float) {
        let power = Self.exponential(-logit.magnitude)
        let large = 1 / (power + 1)
        let small = power * large
        let rest = Self.logarithm(power + 1)
        return (
            logit < 0 ? small : large, logit < 0 ? large : small, Self.relu(-logit) + rest, Self.relu(logit) + rest
        )
    }

    /// Cross-entropy of one logit against a target of 0 or 1, each with its weight: loss and gradient.
    package static func binaryCrossEntropy(
        _ logit: Float, target: Float, weights: SIMD2<Float> = SIMD2(1, 1), smoothing: Float, scale: Float
    ) -> (loss: Float, gradient: Float) {
        let law = Self.bernoulli(logit)
        let one = (target * (1 - smoothing) + smoothing * 0.5) * weights[1]
        let zero = ((1 - target) * (1 - smoothing) + smoothing * 0.5) * weights[0]
        return (one * law.lossOfOne + zero * law.lossOfZero, (zero * law.one - one * law.zero) * scale)
    }

    /// Absolute error (without a delta) or Huber error of one row with the gradient.
    package static func robustErrors(
        _ outputs: [Float], _ targets: [Float], delta: Float?, scale: Float
    ) -> (error: Double, gradient: [Float]) {
        var errors = [Float](repeating: 0, count: 16)
        var gradient: [Float] = []
        for (index, (output, target)) in zip(outputs, targets).enumerated() {
            let difference = output - target
            guard let delta else {
                errors[index % 16] += difference.magnitude
                gradient.append((difference > 0 ? 1 : difference < 0 ? -1 : difference) * scale)
                continue
            }
            let square = delta < difference.magnitude ? delta : difference.magnitude
            errors[index % 16] += square * difference.magnitude.addingProduct(square, -0.5)
            gradient.append(Float(sign: difference.sign, exponent: 0, significand: square) * scale)
        }
        return (Double(Self.treeSum(errors)), gradient)
    }
}
