import KernelInterface

/// The logits of one row.
struct LogitRow {
    let source: Source
    let classes: Int

    /// Sixteen logits; those past the last class are -infinity.
    @inline(__always) func vector(_ column: Int) -> Vector {
        let left = Int32(truncatingIfNeeded: self.classes &- column)
        return self.source.vector(column).replacing(with: -.infinity, where: laneNumbers() .>= left)
    }

    /// The largest logit; a NaN counts only if it is alone in its lanes.
    @inline(__always) var maximum: Float {
        var largest = self.vector(0)
        var column = 16
        while column < self.classes {
            largest = largest.larger(self.vector(column))
            column &+= 16
        }
        return largest.treeMaximum
    }

    /// The lowest class with this logit, -1 if there is none.
    @inline(__always) func firstClass(with logit: Float) -> Int {
        var number = 0
        while number < self.classes {
            if self.source[number] == logit { return number }
            number &+= 1
        }
        return -1
    }
}

/// Softmax of a row: stores the exponentials if wanted and answers their sum.
@inline(__always)
func exponentialSum(_ row: LogitRow, maximum: Float, _ target: Target?) -> Float {
    var sums = Vector.zero
    var column = 0
    while column < row.classes {
        let values = exponential(row.vector(column) - maximum)
        sums += values
        if let target { target.store(values, column) }
        column &+= 16
    }
    return sums.treeSum
}

/// log(sum) + max - logit of the label.
@inline(__always)
private func rowLoss(sum: Float, maximum: Float, logit: Float) -> Double {
    Double(logarithm(Vector(repeating: sum))[0] + (maximum - logit))
}

/// Labels in order or picked.
@safe
struct Labels {
    let values: UnsafePointer<Int32>
    let picked: UnsafePointer<Int32>?

    @inline(__always) subscript(row: Int) -> Int {
        if let picked = unsafe self.picked { return unsafe Int(self.values[Int(picked[row])]) }
        return unsafe Int(self.values[row])
    }
}

/// Loss and gradient for more than 16 classes, row by row.
private func wideCrossEntropy(_ arguments: borrowing CrossEntropyArguments, _ labels: Labels) -> Double {
    let logits = unsafe Source(arguments.logits)
    let gradient = unsafe Target(arguments.gradient)
    let stride = unsafe arguments.stride
    let classes = unsafe arguments.classes
    let scale = unsafe arguments.gradientScale
    let rows = unsafe arguments.rows
    let end = paddedWidth(classes)
    var loss = 0.0
    var number = 0
    while number < rows {
        let row = LogitRow(source: logits.advanced(number &* stride), classes: classes)
        let target = gradient.advanced(number &* stride)
        let label = labels[number]
        let logit = row.source[label]
        let maximum = row.maximum
        let sum = exponentialSum(row, maximum: maximum, target)
        loss += rowLoss(sum: sum, maximum: maximum, logit: logit)
        let factor = scale / sum
        var column = 0
        while column < end {
            target.store(target.vector(column) * factor, column)
            column &+= 16
        }
        while column < stride {
            target.store(.zero, column)
            column &+= 16
        }
        target[label] -= scale
        number &+= 1
    }
    return loss
}

/// Loss and predictions for more than 16 classes, row by row.
private func wideEvaluation(_ arguments: borrowing ClassEvaluationArguments, _ labels: Labels) -> ClassEvaluation {
    let logits = unsafe Source(arguments.logits)
    let stride = unsafe arguments.stride
    let classes = unsafe arguments.classes
    let rows = unsafe arguments.rows
    var result = ClassEvaluation(loss: 0, correct: 0)
    var number = 0
    while number < rows {
        let row = LogitRow(source: logits.advanced(number &* stride), classes: classes)
        let label = labels[number]
        let maximum = row.maximum
        let sum = exponentialSum(row, maximum: maximum, nil)
        result.loss += rowLoss(sum: sum, maximum: maximum, logit: row.source[label])
        let prediction = sum.isNaN ? -1 : row.firstClass(with: maximum)
        if prediction == label { result.correct &+= 1 }
        if let predictions = unsafe arguments.predictions {
            unsafe predictions[number] = Int32(truncatingIfNeeded: prediction)
        }
        number &+= 1
    }
    return result
}

func crossEntropyKernel(_ arguments: borrowing CrossEntropyArguments) -> Double {
    let labels = unsafe Labels(values: arguments.labels, picked: arguments.picked)
    return unsafe arguments.classes > 16
        ? wideCrossEntropy(arguments, labels) : narrowCrossEntropy(arguments, labels)
}

func classEvaluationKernel(_ arguments: borrowing ClassEvaluationArguments) -> ClassEvaluation {
    let labels = unsafe Labels(values: arguments.labels, picked: nil)
    return unsafe arguments.classes > 16 ? wideEvaluation(arguments, labels) : narrowEvaluation(arguments, labels)
}
