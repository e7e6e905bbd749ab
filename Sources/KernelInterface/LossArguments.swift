/// Softmax and cross-entropy of logits [rows, stride] with their gradient.
///
/// For each row, over the first `classes` columns: `loss = log(sum(exp(z - max))) + max - z[label]`,
/// `gradient = (softmax(z) - onehot(label)) * gradientScale`; columns from `classes` up to the stride get 0. The sum
/// of a row runs through 16 lanes (column mod 16) and then the tree 8, 4, 2, 1; losses are added in Float64, row by
/// row. A row with a NaN or infinite logit has the loss NaN or infinity. `gradient` may be `logits`.
@unsafe
package struct CrossEntropyArguments {
    package var rows: Int
    /// The true number of classes, at least 1.
    package var classes: Int
    package var logits: UnsafePointer<Float>
    package var gradient: UnsafeMutablePointer<Float>
    /// Of both arrays.
    package var stride: Int
    /// Shape [rows] or, with `picked`, the labels of the whole part; each in 0 ..< classes.
    package var labels: UnsafePointer<Int32>
    /// nil: row i has `labels[i]`; else `labels[picked[i]]`.
    package var picked: UnsafePointer<Int32>?
    /// 1 / rows for the mean.
    package var gradientScale: Float

    @inlinable
    package init(
        rows: Int, classes: Int, logits: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>, stride: Int,
        labels: UnsafePointer<Int32>, picked: UnsafePointer<Int32>? = nil, gradientScale: Float
    ) {
        unsafe self.rows = rows
        unsafe self.classes = classes
        unsafe self.logits = logits
        unsafe self.gradient = gradient
        unsafe self.stride = stride
        unsafe self.labels = labels
        unsafe self.picked = picked
        unsafe self.gradientScale = gradientScale
    }
}

/// Softmax cross-entropy of logits [rows, stride] without the gradient, and the predicted classes.
@unsafe
package struct ClassEvaluationArguments {
    package var rows: Int
    package var classes: Int
    package var logits: UnsafePointer<Float>
    package var stride: Int
    package var labels: UnsafePointer<Int32>
    /// Shape [rows], overwritten: the lowest class with the row's largest logit, -1 where a logit is NaN; nil: not
    /// wanted.
    package var predictions: UnsafeMutablePointer<Int32>?

    @inlinable
    package init(
        rows: Int, classes: Int, logits: UnsafePointer<Float>, stride: Int, labels: UnsafePointer<Int32>,
        predictions: UnsafeMutablePointer<Int32>? = nil
    ) {
        unsafe self.rows = rows
        unsafe self.classes = classes
        unsafe self.logits = logits
        unsafe self.stride = stride
        unsafe self.labels = labels
        unsafe self.predictions = predictions
    }
}

/// Sums over the rows that were evaluated.
package struct ClassEvaluation: Sendable, Hashable {
    /// The sum of the rows' losses as in ``CrossEntropyArguments``, same bits.
    package var loss: Double
    /// Rows whose prediction is their label.
    package var correct: Int

    @inlinable
    package init(loss: Double, correct: Int) {
        self.loss = loss
        self.correct = correct
    }
}

/// Squared error of outputs [rows, stride] against targets with its gradient.
///
/// `gradient = (output - target) * gradientScale` (2 / (rows * outputs) for the mean of squares); the answer is the sum
/// of `(output - target)^2` over all rows and columns. A row's sum is in float32 through 16 lanes (column mod 16, one
/// chain of fused multiply-adds each) and the tree 8, 4, 2, 1; rows are added in Float64, in order. The padding of
/// outputs and targets is zero and adds nothing. `gradient` may be `outputs`.
@unsafe
package struct SquaredErrorArguments {
    package var rows: Int
    /// Columns to walk, a multiple of 16.
    package var columns: Int
    package var outputs: UnsafePointer<Float>
    package var gradient: UnsafeMutablePointer<Float>
    /// Floats from row to row of outputs and gradient.
    package var stride: Int
    package var targets: RowSource
    package var gradientScale: Float

    @inlinable
    package init(
        rows: Int, columns: Int, outputs: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>, stride: Int,
        targets: RowSource, gradientScale: Float
    ) {
        unsafe self.rows = rows
        unsafe self.columns = columns
        unsafe self.outputs = outputs
        unsafe self.gradient = gradient
        unsafe self.stride = stride
        unsafe self.targets = targets
        unsafe self.gradientScale = gradientScale
    }
}
