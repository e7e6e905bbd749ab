import KernelInterface
import TrainingData
import TuningModel

/// Where a network keeps the tables of its columns of categories, and how a row becomes what the dense layers take: the
/// features that are no categories, in their order, then the vector of each column's category.
struct EmbeddingPlan: Hashable {
    /// One column of categories.
    struct Column: Hashable {
        /// Its features in a row.
        let features: Range<Int>
        /// Width of a category's vector.
        let units: Int
        /// The same rounded up to a multiple of 16.
        let stride: Int
        /// Shape [categories, stride].
        let table: ParameterPlace
        /// Where its vector begins in the output.
        let offset: Int
    }

    let columns: [Column]
    /// The features between the columns, which go on as they are.
    let numbers: [Range<Int>]
    /// Width of the output, without padding.
    let count: Int
    let outputStride: Int
    /// Shape [rows, outputStride].
    let output: Int
    /// Shape [columns, batchRows]: which category a row has, or how many there are where it has none. As a number it is exact,
    /// since there are fewer than 2^24 categories.
    let chosen: Int
    let batchRows: Int
    /// Shape of the largest table: the gradient of one table after another.
    let gradient: Int

    /// `rows` are those of a minibatch, and of the larger of minibatch and evaluation.
    init(
        _ settings: EmbeddingSettings, data: DatasetView, rule: UpdateRule, rows: (batch: Int, buffer: Int),
        layout: inout ArenaLayout
    ) {
        var numbers: [Range<Int>] = []
        var end = 0
        for column in data.categories {
            if end < column.lowerBound { numbers.append(end..<column.lowerBound) }
            end = column.upperBound
        }
        if end < data.featureCount { numbers.append(end..<data.featureCount) }
        self.numbers = numbers
        var width = numbers.reduce(0) { $0 + $1.count }
        var columns: [Column] = []
        for features in data.categories {
            let units = settings.width(categories: features.count)
            let stride = paddedWidth(units)
            columns.append(
                Column(
                    features: features, units: units, stride: stride,
                    table: ParameterPlace(rows: features.count, columns: stride, rule: rule, layout: &layout),
                    offset: width))
            width += units
        }
        self.columns = columns
        self.count = width
        self.outputStride = paddedWidth(width)
        self.output = layout.reserve(rows: rows.buffer, columns: self.outputStride)
        self.chosen = layout.reserve(rows: columns.count, columns: rows.batch)
        self.batchRows = rows.batch
        self.gradient = layout.reserve(columns: columns.map(\.table.count).max() ?? 0)
    }

    /// The tables in the order of their columns.
    var tensors: [TensorPlace] {
        self.columns.enumerated().map { number, column in
            TensorPlace(
                "embeddings.\(number).weight", shape: [column.features.count, column.units], rowStride: column.stride,
                parameter: column.table)
        }
    }
}
