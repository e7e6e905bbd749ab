import KernelInterface

func labelCrossEntropyKernel(_ arguments: borrowing LabelCrossEntropyArguments) -> Double {
    let logits = unsafe Source(arguments.logits)
    let targets = unsafe LeftRows(arguments.targets)
    let stride = unsafe arguments.stride
    let labels = unsafe arguments.labels
    let scale = unsafe arguments.gradientScale
    let kept = 1 - (unsafe arguments.smoothing)
    let share = unsafe arguments.smoothing * 0.5
    let rows = unsafe arguments.rows
    var loss = 0.0
    var row = 0
    while row < rows {
        let target = targets.row(row)
        let from = row &* stride
        var sums = Vector.zero
        var column = 0
        while column < labels {
            let isPadding = laneNumbers() .>= Int32(truncatingIfNeeded: labels &- column)
            let bernoulli = BernoulliLogit(logits.vector(from &+ column))
            let values = target.vector(column)
            var one = values * kept + share
            if let weights = unsafe arguments.weights { one *= unsafe Source(weights).vector(column) }
            let zero = (1 - values) * kept + share
            let losses = one * bernoulli.lossOfOne + zero * bernoulli.lossOfZero
            sums += losses.replacing(with: 0, where: isPadding)
            if let gradient = unsafe arguments.gradient {
                let slopes = (zero * bernoulli.one - one * bernoulli.zero) * scale
                unsafe Target(gradient).store(slopes.replacing(with: 0, where: isPadding), from &+ column)
            }
            column &+= 16
        }
        while column < stride {
            if let gradient = unsafe arguments.gradient { unsafe Target(gradient).store(.zero, from &+ column) }
            column &+= 16
        }
        loss += Double(sums.treeSum)
        row &+= 1
    }
    return loss
}
