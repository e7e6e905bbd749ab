import KernelInterface
import TrainingData
import TuningModel

extension TrainingRun {
    /// The deviation of the first numbers of a table.
    private static let deviation = 0.05

    @unsafe
    borrowing func initialize(_ plan: EmbeddingPlan) {
        for (number, column) in plan.columns.enumerated() {
            let initializer = WeightInitializer(
                .normal(standardDeviation: Self.deviation), activation: .relu, inputs: column.features.count,
                outputs: column.units, seed: self.seed, layer: FrontPlan.firstStream + number)
            unsafe initializer.fill(
                self.arena.base + column.table.values, inputs: column.features.count, outputs: column.units,
                rowStride: column.stride)
        }
    }

    /// What the dense layers take of some rows: a gather, in place of the product of a table with zeros and ones.
    ///
    /// A row whose category the training rows do not have has the vector 0. Copies alone, so that every instruction set gives
    /// the same bits.
    ///
    /// - Complexity: O(count * (features + outputs)), no allocation.
    @unsafe
    borrowing func embed(_ plan: EmbeddingPlan, _ features: RowSource, count: Int, mode: NetworkMode) -> RowSource {
        let output = unsafe self.arena.base + plan.output
        var end = 0
        for range in plan.numbers {
            for place in 0..<count {
                let numbers = unsafe features.row(place) + range.lowerBound
                let target = unsafe output + (place &* plan.outputStride &+ end)
                for column in 0..<range.count { unsafe target[column] = numbers[column] }
            }
            end &+= range.count
        }
        for index in plan.columns.indices {
            unsafe self.look(up: index, of: plan, features, count: count, mode: mode)
        }
        return unsafe RowSource(output, stride: plan.outputStride)
    }

    /// The vectors of one column, for all rows; in training also which ones they are.
    @inline(never)
    @unsafe
    private borrowing func look(
        up index: Int, of plan: EmbeddingPlan, _ features: RowSource, count: Int, mode: NetworkMode
    ) {
        let base = unsafe self.arena.base
        let column = plan.columns[index]
        let (first, categories, units) = (column.features.lowerBound, column.features.count, column.units)
        let table = unsafe base + column.table.values
        let output = unsafe base + plan.output + column.offset
        let chosen = mode == .training ? unsafe base + plan.chosen + index &* plan.batchRows : nil
        for place in 0..<count {
            let values = unsafe features.row(place) + first
            // The place of the number above 0; see the data set's view.
            var category = 0
            while category &+ 8 <= categories, unsafe !Self.hasPositive(values + category) { category &+= 8 }
            while category < categories, unsafe !(values[category] > 0) { category &+= 1 }
            let vector = unsafe output + place &* plan.outputStride
            if category < categories {
                let row = unsafe table + category &* column.stride
                for unit in 0..<units { unsafe vector[unit] = row[unit] }
            } else {
                for unit in 0..<units { unsafe vector[unit] = 0 }
            }
            if let chosen = unsafe chosen { unsafe chosen[place] = Float(category) }
        }
    }

    /// Whether one of eight numbers is above 0.
    @inline(__always)
    @unsafe
    private static func hasPositive(_ values: UnsafePointer<Float>) -> Bool {
        let numbers = unsafe UnsafeRawPointer(values).loadUnaligned(as: SIMD8<Float>.self)
        return any(numbers .> 0)
    }

    /// Adds the gradient of each row's vectors to the rows of the tables that they were taken from, rows in ascending
    /// order, and updates all tables.
    ///
    /// Every row of a table makes the optimiser's step, also where its gradient is 0: moments and penalties go on as those of
    /// other weights.
    ///
    /// - Complexity: O(count * outputs + tables), no allocation.
    @unsafe
    borrowing func embedBackward(
        _ plan: EmbeddingPlan, gradient: UnsafeMutablePointer<Float>, stride: Int, count: Int, rule: UpdateRule
    ) {
        for index in plan.columns.indices {
            unsafe self.addGradient(of: index, plan, gradient, stride: stride, count: count)
            let column = plan.columns[index]
            let base = unsafe self.arena.base
            unsafe self.table.update(
                UpdateArguments(
                    count: column.table.count, gradients: base + plan.gradient, parameters: column.table.block(base),
                    rule: rule))
        }
    }

    /// The gradient of one table, overwritten.
    @inline(never)
    @unsafe
    private borrowing func addGradient(
        of index: Int, _ plan: EmbeddingPlan, _ gradient: UnsafePointer<Float>, stride: Int, count: Int
    ) {
        let base = unsafe self.arena.base
        let column = plan.columns[index]
        let (categories, units) = (column.features.count, column.units)
        let sums = unsafe base + plan.gradient
        let chosen = unsafe base + plan.chosen + index &* plan.batchRows
        unsafe sums.update(repeating: 0, count: column.table.count)
        for place in 0..<count {
            let category = unsafe Int(chosen[place])
            guard category < categories else { continue }
            let sum = unsafe sums + category &* column.stride
            let part = unsafe gradient + (place &* stride &+ column.offset)
            for unit in 0..<units { unsafe sum[unit] += part[unit] }
        }
    }

    /// Refuses embeddings where no column has categories.
    static func check(_ embedding: EmbeddingSettings, _ data: DatasetView) throws(TrainingError) {
        guard embedding.units > 0, data.categories.isEmpty else { return }
        throw .setting(
            SettingError(
                setting: "model.family.mlp.embedding", found: "\(embedding.units)",
                wanted:
                    "0 for data without columns of categories; name them under categorical of a csv file whose rows are "
                    + "no steps of a series"))
    }
}
