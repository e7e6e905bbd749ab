import TrainingData
import TuningModel

extension CSVReader {
    /// The rows, with categories and missing cells as columns of features.
    func finished(_ work: LoadingWork) throws(DataFileError) -> (rows: DatasetRows, vocabulary: CSVVocabulary) {
        let classes = self.classes.ordered()
        let categories = self.categories.map { $0?.ordered() }
        let indicators = self.indicators ?? self.columnsWithMissingCells()
        let layout = try self.layout(categories, indicators)
        let features = try self.expanded(categories, layout, work)
        let targets: DatasetTargets
        switch self.task {
        case .classification:
            var classNames: [String] = []
            for label in classes.labels { classNames.append(try Self.text(label, file: self.file)) }
            targets = .classes(self.labels.map { Int32(classes.places[Int($0)]) }, names: classNames)
        case .regression: targets = .values(self.values, outputs: self.plan.targetColumns.count)
        case .forecasting:
            let names = layout.names
            let places = self.plan.targetColumns.map { names.firstIndex(of: self.plan.columnNames[$0]) ?? 0 }
            let values = (0..<self.rowCount).flatMap { row in places.map { features[row * names.count + $0] } }
            targets = .values(values, outputs: places.count)
        case .multiLabel:
            targets = .labels(self.values, names: self.plan.targetColumns.map { self.plan.columnNames[$0] })
        }
        do throws(DatasetError) {
            let rows = try DatasetRows(
                rowCount: self.rowCount, featureNames: layout.names, features: features, fills: layout.fills,
                targets: targets, groups: self.plan.roles.contains(.group) ? self.compactGroups() : nil,
                categories: layout.categories)
            return (
                rows,
                CSVVocabulary(
                    featureColumns: self.plan.featureColumns, categories: categories.map { $0?.labels },
                    indicators: indicators, classes: self.task == .classification ? classes.labels : [])
            )
        } catch {
            throw DataFileError(file: self.file, error.message)
        }
    }

    /// The groups of the rows that are left, numbered as they come.
    private func compactGroups() -> [Int32] {
        var numbers = [Int32](repeating: -1, count: (self.groups.max().map { Int($0) } ?? -1) + 1)
        var next: Int32 = 0
        return self.groups.map { group in
            if numbers[Int(group)] < 0 {
                numbers[Int(group)] = next
                next += 1
            }
            return numbers[Int(group)]
        }
    }

    /// For each feature column whether it has a missing cell and is to have an indicator for that.
    private func columnsWithMissingCells() -> [Bool] {
        var result = [Bool](repeating: false, count: self.plan.featureColumns.count)
        guard self.plan.missing.hasIndicators else { return result }
        for row in 0..<self.rowCount {
            for column in result.indices where self.cells[row, column].isNaN { result[column] = true }
        }
        return result
    }

    /// Where each column's features lie in a row.
    private struct Layout {
        var names: [String] = []
        /// The first feature of each column.
        var starts: [Int] = []
        /// The indicator of each column that has one.
        var indicators: [Int?] = []
        var fills: [MissingFill?] = []
        /// The features of each column of categories.
        var categories: [Range<Int>] = []
    }

    private func layout(
        _ categories: [(labels: [[UInt8]], places: [Int])?], _ indicators: [Bool]
    ) throws(DataFileError) -> Layout {
        var layout = Layout()
        let fill = MissingFill(self.plan.missing.policy)
        for (column, ordered) in zip(self.plan.featureColumns, categories) {
            let start = layout.names.count
            layout.starts.append(start)
            if let ordered {
                // A column with no cell at all has no features.
                if !ordered.labels.isEmpty { layout.categories.append(start..<start + ordered.labels.count) }
                for label in ordered.labels {
                    layout.names.append("\(column)=\(try Self.text(label, file: self.file))")
                    layout.fills.append(fill == nil ? nil : .category(start..<start + ordered.labels.count))
                }
            } else {
                layout.names.append(column)
                layout.fills.append(fill)
            }
        }
        for (column, hasIndicator) in zip(self.plan.featureColumns, indicators) {
            layout.indicators.append(hasIndicator ? layout.names.count : nil)
            if hasIndicator {
                layout.names.append("\(column) is missing")
                layout.fills.append(nil)
            }
        }
        if fill == nil { layout.fills = [] }
        return layout
    }

    /// The feature matrix with a column for each category and each indicator.
    private func expanded(
        _ categories: [(labels: [[UInt8]], places: [Int])?], _ layout: Layout, _ work: LoadingWork
    ) throws(DataFileError) -> NumberBlock {
        let names = layout.names
        guard names.count != self.plan.featureColumns.count || categories.contains(where: { $0 != nil }) else {
            return self.cells.numbers(rows: self.rowCount)
        }
        let (count, isOverflow) = names.count.multipliedReportingOverflow(by: self.rowCount)
        guard names.count <= PreparedDataset.Limit.features, !isOverflow, count <= PreparedDataset.Limit.bytes / 4
        else {
            throw DataFileError(
                file: self.file,
                "\(names.count) features after the categories have columns of their own, times \(self.rowCount) "
                    + "rows, is "
                    + "too much; list columns with many categories under ignore")
        }
        let block = try work.block(count * 4, file: self.file)
        let features = unsafe block.bytes.bindMemory(to: Float.self)
        let width = layout.starts.count
        for row in 0..<self.rowCount {
            for column in 0..<width {
                let value = self.cells[row, column]
                let start = row * names.count + layout.starts[column]
                if let ordered = categories[column] {
                    if value.isNaN {
                        for place in ordered.labels.indices { unsafe features[start + place] = .nan }
                    } else {
                        unsafe features[start + ordered.places[Int(value)]] = 1
                    }
                } else {
                    unsafe features[start] = value
                }
                if value.isNaN, let indicator = layout.indicators[column] {
                    unsafe features[row * names.count + indicator] = 1
                }
            }
        }
        return NumberBlock(block, count: count)
    }
}
