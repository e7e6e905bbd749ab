/// Softmax and cross-entropy with class weights and label smoothing, with the gradient of the logits.
///
/// For each row with label y, over the K = `classes` first columns, with weights w, smoothing s and
/// `l[c] = log(sum(exp(z - max))) + max - z[c]`:
///
///     loss = (1 - s) w[y] l[y] + s / K * sum over c of w[c] l[c]
///     gradient[c] = (softmax(z)[c] * ((1 - s) w[y] + s / K * sum(w)) - (1 - s) w[y] onehot(y)[c] - s / K * w[c])
///         * gradientScale
///
/// Columns from `classes` up to the stride get 0. Sums over the columns run through 16 lanes (column mod 16) and then the
/// tree 8, 4, 2, 1; losses are added in Float64, row by row. A row with a NaN or infinite logit has the loss NaN or
/// infinity. `gradient` may be `logits`.
@unsafe
package struct WeightedCrossEntropyArguments {
    package var rows: Int
    /// The true number of classes, at least 1.
    package var classes: Int
    package var logits: UnsafePointer<Float>
    package var gradient: UnsafeMutablePointer<Float>
    /// Of both arrays.
    package var stride: Int
    /// As in ``CrossEntropyArguments``.
    package var labels: UnsafePointer<Int32>
    package var picked: UnsafePointer<Int32>?
    /// Shape [paddedWidth(classes)]; 0 past the last class.
    package var weights: UnsafePointer<Float>
    /// In [0, 1).
    package var smoothing: Float
    /// 1 / (sum of the rows' w[y]) for the mean.
    package var gradientScale: Float

    @inlinable
    package init(
        rows: Int, classes: Int, logits: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>, stride: Int,
        labels: UnsafePointer<Int32>, picked: UnsafePointer<Int32>? = nil, weights: UnsafePointer<Float>,
        smoothing: Float, gradientScale: Float
    ) {
        unsafe self.rows = rows
        unsafe self.classes = classes
        unsafe self.logits = logits
        unsafe self.gradient = gradient
        unsafe self.stride = stride
        unsafe self.labels = labels
        unsafe self.picked = picked
        unsafe self.weights = weights
        unsafe self.smoothing = smoothing
        unsafe self.gradientScale = gradientScale
    }
}

/// Cross-entropy of two classes with one logit z, that of class 1, in column 0 of each row, with its gradient.
///
/// It is ``WeightedCrossEntropyArguments`` for the logits 0 and z, with `l[1] = log(1 + exp(-z))` and
/// `l[0] = log(1 + exp z)`, computed as `max(0, z) + log(1 + exp(-|z|))` and its like, which neither overflow nor lose small
/// differences: the gradient is `(a[0] / (1 + exp(-z)) - a[1] / (1 + exp z)) * gradientScale` with
/// `a[c] = w[c] ((1 - s) [c = y] + s / 2)`. Columns from 1 up to the stride get 0. Losses are added in Float64, row by
/// row. `gradient` may be `logits`.
@unsafe
package struct BinaryCrossEntropyArguments {
    package var rows: Int
    package var logits: UnsafePointer<Float>
    /// nil: not wanted.
    package var gradient: UnsafeMutablePointer<Float>?
    /// Of both arrays, a multiple of 16.
    package var stride: Int
    /// As in ``CrossEntropyArguments``, each 0 or 1.
    package var labels: UnsafePointer<Int32>
    package var picked: UnsafePointer<Int32>?
    /// Of class 0 and of class 1.
    package var weights: SIMD2<Float>
    /// In [0, 1).
    package var smoothing: Float
    /// 1 / (sum of the rows' w[y]) for the mean.
    package var gradientScale: Float

    @inlinable
    package init(
        rows: Int, logits: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>?, stride: Int,
        labels: UnsafePointer<Int32>, picked: UnsafePointer<Int32>? = nil, weights: SIMD2<Float> = SIMD2(1, 1),
        smoothing: Float = 0, gradientScale: Float
    ) {
        unsafe self.rows = rows
        unsafe self.logits = logits
        unsafe self.gradient = gradient
        unsafe self.stride = stride
        unsafe self.labels = labels
        unsafe self.picked = picked
        unsafe self.weights = weights
        unsafe self.smoothing = smoothing
        unsafe self.gradientScale = gradientScale
    }
}

/// Cross-entropy of several targets in [0, 1] in each row, each with its logit, with the gradient.
///
/// For target t and logit z it is ``BinaryCrossEntropyArguments`` without a weight of zeros: with smoothing s and
/// `a = (1 - s) t + s / 2`, the loss `a w log(1 + exp(-z)) + (1 - a) log(1 + exp z)` and the gradient
/// `((1 - a) / (1 + exp(-z)) - a w / (1 + exp z)) * gradientScale`, with w the weight of the label's ones. Columns from `labels` up to the stride get 0. A row's sum
/// runs through 16 lanes (column mod 16) and then the tree 8, 4, 2, 1; rows are added in Float64, in order. `gradient` may be
/// `logits`.
@unsafe
package struct LabelCrossEntropyArguments {
    package var rows: Int
    /// The true number of targets of a row, at least 1.
    package var labels: Int
    package var logits: UnsafePointer<Float>
    /// nil: not wanted.
    package var gradient: UnsafeMutablePointer<Float>?
    /// Of both arrays, a multiple of 16.
    package var stride: Int
    /// Each in [0, 1].
    package var targets: RowSource
    /// What the losses of targets of 1 are multiplied by, shape [stride]; nil: by 1.
    package var weights: UnsafePointer<Float>?
    /// In [0, 1).
    package var smoothing: Float
    /// 1 / (rows * labels) for the mean.
    package var gradientScale: Float

    @inlinable
    package init(
        rows: Int, labels: Int, logits: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>?, stride: Int,
        targets: RowSource, weights: UnsafePointer<Float>? = nil, smoothing: Float = 0, gradientScale: Float
    ) {
        unsafe self.rows = rows
        unsafe self.labels = labels
        unsafe self.logits = logits
        unsafe self.gradient = gradient
        unsafe self.stride = stride
        unsafe self.targets = targets
        unsafe self.weights = weights
        unsafe self.smoothing = smoothing
        unsafe self.gradientScale = gradientScale
    }
}

/// Absolute or Huber error of outputs [rows, stride] against targets with its gradient.
///
/// With `d = output - target` and `c = min(|d|, delta)`: the Huber error is `c (|d| - c / 2)` with the gradient
/// `sign(d) c * gradientScale`; the absolute error is `|d|` with the gradient `sign(d) * gradientScale`, 0 where d is 0.
/// The answer is the sum over all rows and columns, added as in ``SquaredErrorArguments``. The padding of outputs and
/// targets is zero and adds nothing. A NaN gives NaN. `gradient` may be `outputs`.
@unsafe
package struct RobustErrorArguments {
    package var rows: Int
    /// Columns to walk, a multiple of 16.
    package var columns: Int
    package var outputs: UnsafePointer<Float>
    package var gradient: UnsafeMutablePointer<Float>
    /// Floats from row to row of outputs and gradient.
    package var stride: Int
    package var targets: RowSource
    /// nil: the absolute error.
    package var delta: Float?
    /// 1 / (rows * outputs) for the mean.
    package var gradientScale: Float

    @inlinable
    package init(
        rows: Int, columns: Int, outputs: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>, stride: Int,
        targets: RowSource, delta: Float?, gradientScale: Float
    ) {
        unsafe self.rows = rows
        unsafe self.columns = columns
        unsafe self.outputs = outputs
        unsafe self.gradient = gradient
        unsafe self.stride = stride
        unsafe self.targets = targets
        unsafe self.delta = delta
        unsafe self.gradientScale = gradientScale
    }
}
