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
        let base = unsafe self.arena.base
        let output = unsafe base + plan.output
        for place in 0..<count {
            let number = unsafe features.picked.map { unsafe Int($0[place]) } ?? place
            let row = unsafe features.base + number &* features.stride
            let target = unsafe output + place &* plan.outputStride
            var end = 0
            for range in plan.numbers {
                unsafe (target + end).update(from: row + range.lowerBound, count: range.count)
                end &+= range.count
            }
            for (index, column) in plan.columns.enumerated() {
                let category = unsafe Self.category(of: row + column.features.lowerBound, count: column.features.count)
                let vector = unsafe target + column.offset
                if category < 0 {
                    unsafe vector.update(repeating: 0, count: column.units)
                } else {
                    unsafe vector.update(
                        from: base + column.table.values + category &* column.stride, count: column.units)
                }
                guard mode == .training else { continue }
                unsafe base[plan.chosen + place &* plan.columns.count &+ index] = Float(category)
            }
        }
        return unsafe RowSource(output, stride: plan.outputStride)
    }

    /// The place of the number above 0, or -1; see ``DatasetView/categories``.
    @unsafe
    private static func category(of values: UnsafePointer<Float>, count: Int) -> Int {
        var place = 0
        while place < count {
            if unsafe values[place] > 0 { return place }
            place &+= 1
        }
        return -1
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
        let base = unsafe self.arena.base
        let sums = unsafe base + plan.gradient
        for (index, column) in plan.columns.enumerated() {
            unsafe sums.update(repeating: 0, count: column.table.count)
            for place in 0..<count {
                let category = unsafe Int(base[plan.chosen + place &* plan.columns.count &+ index])
                guard category >= 0 else { continue }
                let sum = unsafe sums + category &* column.stride
                let part = unsafe gradient + (place &* stride &+ column.offset)
                for unit in 0..<column.units { unsafe sum[unit] += part[unit] }
            }
            unsafe self.table.update(
                UpdateArguments(
                    count: column.table.count, gradients: sums, parameters: column.table.block(base), rule: rule))
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
