import Randomness

/// Grows one tree by recursive splits that leave the least squared error.
///
/// The rows are sorted once by each feature; a split parts each of these orders stably, so that a level of the tree costs
/// O(rows * features) steps. Categories are ordered by their rows' mean, and the best split of that order is the best of
/// all subsets.
///
/// Source: L. Breiman, J. Friedman, R. Olshen, C. Stone, "Classification and regression trees", 1984, sections 8.4
/// (splits) and 9.4 (categories).
///
/// Deviations, on purpose: between equally good splits the first in an order that begins at a random feature is taken.
struct TreeGrower {
    private struct Split {
        var feature: Int
        /// The larger the better: `S_L^2 / W_L + S_R^2 / W_R`.
        var gain: Double
        var threshold = 0.0
        var mask: [Bool] = []
    }

    private struct Task {
        let node: Int
        let rows: Range<Int>
        let depth: Int
    }

    private let table: FeatureTable
    private let weights: [Double]
    private let settings: RegressionForest.Settings
    private var random: RandomSequence
    /// For each feature, the rows of the sample in its order.
    private var order: [Int32]
    private let sampleCount: Int
    private var goesLeft: [Bool]
    private var scratch: [Int32]
    private var tree = RegressionTree()

    /// - Parameters:
    ///   - table: The rows.
    ///   - weights: How often each row is in the sample.
    ///   - sortedRows: For each feature, all rows in its order.
    ///   - settings: How large the tree may be.
    ///   - random: Where each node's order of features begins.
    init(
        _ table: FeatureTable, weights: [Double], sortedRows: [[Int32]], settings: RegressionForest.Settings,
        random: RandomSequence
    ) {
        self.table = table
        self.weights = weights
        self.settings = settings
        self.random = random
        self.sampleCount = weights.count { $0 > 0 }
        self.order = sortedRows.flatMap { rows in rows.filter { weights[Int($0)] > 0 } }
        self.goesLeft = Array(repeating: false, count: table.rowCount)
        self.scratch = Array(repeating: 0, count: self.sampleCount)
    }

    mutating func grow() -> RegressionTree {
        guard self.sampleCount > 0, !self.table.features.isEmpty else {
            let mean = self.table.targets.reduce(0, +) / Double(max(1, self.table.rowCount))
            return RegressionTree(nodes: [.init(value: mean)], masks: [])
        }
        var tasks = [self.add(0..<self.sampleCount, depth: 0)]
        while let task = tasks.popLast() {
            guard let split = self.bestSplit(task) else { continue }
            let middle = self.part(task.rows, by: split)
            let left = self.add(task.rows.lowerBound..<middle, depth: task.depth + 1)
            let right = self.add(middle..<task.rows.upperBound, depth: task.depth + 1)
            self.tree.nodes[task.node].feature = split.feature
            self.tree.nodes[task.node].threshold = split.threshold
            self.tree.nodes[task.node].maskStart = self.tree.masks.count
            self.tree.nodes[task.node].left = left.node
            self.tree.nodes[task.node].right = right.node
            self.tree.masks += split.mask
            tasks.append(right)
            tasks.append(left)
        }
        return self.tree
    }

    private mutating func add(_ rows: Range<Int>, depth: Int) -> Task {
        var weight = 0.0
        var sum = 0.0
        for place in rows {
            let row = Int(self.order[place])
            weight += self.weights[row]
            sum += self.weights[row] * self.table.targets[row]
        }
        self.tree.nodes.append(.init(value: sum / weight))
        return Task(node: self.tree.nodes.count - 1, rows: rows, depth: depth)
    }

    /// `nil` where the node is a leaf.
    private mutating func bestSplit(_ task: Task) -> Split? {
        guard task.depth < self.settings.depthLimit, task.rows.count > 1 else { return nil }
        let first = self.table.targets[Int(self.order[task.rows.lowerBound])]
        guard task.rows.contains(where: { self.table.targets[Int(self.order[$0])] != first }) else { return nil }
        var total = (weight: 0.0, sum: 0.0)
        for place in task.rows {
            let row = Int(self.order[place])
            total.weight += self.weights[row]
            total.sum += self.weights[row] * self.table.targets[row]
        }
        var best: Split?
        let count = self.table.features.count
        let offset = self.random.integer(below: count)
        for step in 0..<count {
            let feature = (offset + step) % count
            let split: Split?
            switch self.table.features[feature] {
            case .number: split = self.numberSplit(feature, task.rows, total)
            case .category(let shares): split = self.categorySplit(feature, shares.count, task.rows, total)
            }
            if let split, split.gain > best?.gain ?? -.infinity { best = split }
        }
        return best
    }

    private func numberSplit(_ feature: Int, _ rows: Range<Int>, _ total: (weight: Double, sum: Double)) -> Split? {
        let start = feature * self.sampleCount
        let column = feature * self.table.rowCount
        var best: Split?
        var weight = 0.0
        var sum = 0.0
        var row = Int(self.order[start + rows.lowerBound])
        var value = self.table.columns[column + row]
        for place in rows.lowerBound + 1..<rows.upperBound {
            weight += self.weights[row]
            sum += self.weights[row] * self.table.targets[row]
            row = Int(self.order[start + place])
            let next = self.table.columns[column + row]
            defer { value = next }
            let rest = total.weight - weight
            guard next > value, weight >= self.settings.leafWeight, rest >= self.settings.leafWeight else { continue }
            let gain = sum * sum / weight + (total.sum - sum) * (total.sum - sum) / rest
            guard gain > best?.gain ?? -.infinity else { continue }
            // Between the inactive one and the numbers the border is 0. A middle that rounds down to the lower number
            // would part nothing.
            let middle = value < 0 ? 0 : value + (next - value) / 2
            best = Split(feature: feature, gain: gain, threshold: middle > value ? middle : next)
        }
        return best
    }

    private func categorySplit(
        _ feature: Int, _ count: Int, _ rows: Range<Int>, _ total: (weight: Double, sum: Double)
    ) -> Split? {
        var weights = [Double](repeating: 0, count: count)
        var sums = [Double](repeating: 0, count: count)
        for place in rows {
            let row = Int(self.order[place])
            let category = Int(self.table.value(row, feature))
            weights[category] += self.weights[row]
            sums[category] += self.weights[row] * self.table.targets[row]
        }
        let present = (0..<count).filter { weights[$0] > 0 }.sorted { left, right in
            let (first, second) = (sums[left] / weights[left], sums[right] / weights[right])
            return first != second ? first < second : left < right
        }
        var best: (gain: Double, leftCount: Int)?
        var weight = 0.0
        var sum = 0.0
        for (place, category) in present.dropLast().enumerated() {
            weight += weights[category]
            sum += sums[category]
            let rest = total.weight - weight
            guard weight >= self.settings.leafWeight, rest >= self.settings.leafWeight else { continue }
            let gain = sum * sum / weight + (total.sum - sum) * (total.sum - sum) / rest
            if gain > best?.gain ?? -.infinity { best = (gain, place + 1) }
        }
        guard let best else { return nil }
        // Categories that no row here has go with the side that has more rows.
        let leftWeight = present.prefix(best.leftCount).reduce(0) { $0 + weights[$1] }
        var mask = [Bool](repeating: leftWeight * 2 > total.weight, count: count)
        for (place, category) in present.enumerated() { mask[category] = place < best.leftCount }
        return Split(feature: feature, gain: best.gain, mask: mask)
    }

    /// Parts the rows of a node in the order of every feature.
    ///
    /// - Returns: Where the right side begins.
    private mutating func part(_ rows: Range<Int>, by split: Split) -> Int {
        var leftCount = 0
        for place in rows {
            let row = Int(self.order[place])
            let value = self.table.value(row, split.feature)
            let isLeft = split.mask.isEmpty ? value < split.threshold : split.mask[Int(value)]
            self.goesLeft[row] = isLeft
            leftCount += isLeft ? 1 : 0
        }
        for feature in self.table.features.indices {
            let start = feature * self.sampleCount
            var left = start + rows.lowerBound
            var kept = 0
            for place in rows {
                let row = self.order[start + place]
                if self.goesLeft[Int(row)] {
                    self.order[left] = row
                    left += 1
                } else {
                    self.scratch[kept] = row
                    kept += 1
                }
            }
            for place in 0..<kept { self.order[left + place] = self.scratch[place] }
        }
        return rows.lowerBound + leftCount
    }
}
