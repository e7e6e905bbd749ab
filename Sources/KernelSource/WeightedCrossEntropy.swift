import KernelInterface

extension LogitRow {
    /// The sum of `w (max - z)` over the classes.
    @inline(__always)
    fileprivate func weightedGaps(_ weights: Source, maximum: Float) -> Float {
        var sums = Vector.zero
        var column = 0
        while column < self.classes {
            let left = Int32(truncatingIfNeeded: self.classes &- column)
            let gaps = maximum - self.source.vector(column)
            sums.addProduct(gaps.replacing(with: 0, where: laneNumbers() .>= left), weights.vector(column))
            column &+= 16
        }
        return sums.treeSum
    }
}

/// The sum of the weights, through the lanes and their tree.
private func weightSum(_ weights: Source, classes: Int) -> Float {
    var sums = Vector.zero
    var column = 0
    while column < classes {
        sums += weights.vector(column)
        column &+= 16
    }
    return sums.treeSum
}

func weightedCrossEntropyKernel(_ arguments: borrowing WeightedCrossEntropyArguments) -> Double {
    let labels = unsafe Labels(values: arguments.labels, picked: arguments.picked)
    let logits = unsafe Source(arguments.logits)
    let gradient = unsafe Target(arguments.gradient)
    let weights = unsafe Source(arguments.weights)
    let stride = unsafe arguments.stride
    let classes = unsafe arguments.classes
    let scale = unsafe arguments.gradientScale
    let kept = 1 - (unsafe arguments.smoothing)
    let share = unsafe arguments.smoothing / Float(classes)
    let shareSum = share * weightSum(weights, classes: classes)
    let end = paddedWidth(classes)
    let rows = unsafe arguments.rows
    var loss = 0.0
    var number = 0
    while number < rows {
        let row = LogitRow(source: logits.advanced(number &* stride), classes: classes)
        let target = gradient.advanced(number &* stride)
        let label = labels[number]
        let maximum = row.maximum
        let gap = maximum - row.source[label]
        let gaps = share > 0 ? row.weightedGaps(weights, maximum: maximum) : 0
        let sum = exponentialSum(row, maximum: maximum, target)
        let own = kept * weights[label]
        let log = logarithm(Vector(repeating: sum))[0]
        loss += Double(own * (log + gap) + (shareSum * log + share * gaps))
        let factor = (own + shareSum) / sum
        var column = 0
        while column < end {
            let smooth = weights.vector(column) * share
            target.store((target.vector(column) * factor - smooth) * scale, column)
            column &+= 16
        }
        while column < stride {
            target.store(.zero, column)
            column &+= 16
        }
        target[label] -= own * scale
        number &+= 1
    }
    return loss
}
