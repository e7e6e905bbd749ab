package import StudySimulation
package import TuningModel

import Foundation

/// Reads a folder of recorded learning curves: `meta.json`, `configs.csv` and `curves.f32`.
///
/// `meta.json` names the space, the metrics, the target, the direction, the fidelities and the shape [rows, repeats,
/// fidelities, metrics] of `curves.f32`, little-endian float32 in C order. `configs.csv` has a column `id` and one for each
/// parameter, with quotes as in RFC 4180; truth values may be written as Python does, `True`. Numbers that are not finite in
/// the target are trainings that diverged.
///
/// Limits: at most 10^7 rows; a file of curves that fits into memory.
package struct TableReader {
    private static let mostRows = 10_000_000
    private static let longestStep: Float = 1e9

    package let header: TableHeader
    private let metadata: TableMetadata
    private let folder: String

    /// Reads `meta.json`.
    ///
    /// - Throws: ``TableError`` where it is missing, or says what cannot be.
    package init(folder: String) throws(TableError) {
        let path = folder + "/meta.json"
        let metadata: TableMetadata
        do {
            metadata = try JSONDecoder().decode(
                TableMetadata.self, from: LenientJSON.strict(try Self.contents(path)))
        } catch let error as TableError {
            throw error
        } catch let error as DecodingError {
            throw TableError(path, Self.words(error))
        } catch {
            throw TableError(path, "\(error)")
        }
        self.folder = folder
        self.metadata = metadata
        self.header = try Self.header(metadata, path)
    }

    /// Reads the configurations and one repeat of the curves.
    ///
    /// - Throws: ``TableError`` for a missing file, a missing cell, a value outside of its range, or a file of another size
    ///   than the shape says.
    package func table(repeatIndex: Int) throws(TableError) -> RecordedTable {
        guard (0..<self.header.repeatCount).contains(repeatIndex) else {
            throw TableError(self.folder, "repeat \(repeatIndex), want 0 to \(self.header.repeatCount - 1)")
        }
        // In the order of the ids, by which rows at the same distance are told apart.
        let rows = try self.rows().enumerated().sorted { ($0.element.id, $0.offset) < ($1.element.id, $1.offset) }
        let curves = try self.curves()
        let fidelities = self.metadata.fidelity.values.count
        let first = fidelities - self.header.stepCount
        let metrics = self.metadata.metrics
        guard let target = metrics.firstIndex(of: self.metadata.target) else {
            throw TableError(self.folder + "/meta.json", "target \"\(self.metadata.target)\" is no metric")
        }
        let sign: Float = self.metadata.direction == "maximize" ? -1 : 1
        let total = metrics.firstIndex(of: "time")
        let time = total ?? metrics.firstIndex(of: "train_time")
        var losses: [Float] = []
        losses.reserveCapacity(rows.count * self.header.stepCount)
        var durations: [Float] = []
        for row in rows.map(\.offset) {
            let start = (row * self.header.repeatCount + repeatIndex) * fidelities * metrics.count
            var before: Float = 0
            for fidelity in 0..<fidelities {
                let cell = start + fidelity * metrics.count
                let now = time.map { curves[cell + $0] }
                defer { before = total == nil ? 0 : now ?? 0 }
                guard fidelity >= first else { continue }
                losses.append(sign * curves[cell + target])
                guard let now else { continue }
                guard !(now - before > Self.longestStep) else {
                    throw TableError(
                        self.folder + "/curves.f32",
                        "row \(row), fidelity \(fidelity): a step of \(now - before), want at most \(Self.longestStep)")
                }
                durations.append(now - before)
            }
        }
        return RecordedTable(
            header: self.header, ids: rows.map(\.element.id), configurations: rows.map(\.element.configuration),
            losses: losses,
            durations: time == nil ? nil : durations)
    }

    private static func contents(_ path: String) throws(TableError) -> Data {
        guard FileManager.default.fileExists(atPath: path) else {
            throw TableError(path, "no such file; a table is a folder with meta.json, configs.csv and curves.f32")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw TableError(path, "can't be read; check its permissions")
        }
        return data
    }

    private static func words(_ error: DecodingError) -> String {
        func path(_ keys: [any CodingKey]) -> String {
            keys.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context): return "\(path(context.codingPath + [key])) is missing"
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            return "\(path(context.codingPath)) is no \(type)"
        case .dataCorrupted(let context):
            let place = path(context.codingPath)
            return place.isEmpty ? "not JSON" : "\(place): \(context.debugDescription)"
        @unknown default: return "can't be understood"
        }
    }

    private static func header(_ metadata: TableMetadata, _ path: String) throws(TableError) -> TableHeader {
        let values = metadata.fidelity.values
        let shape = metadata.shape
        guard shape.count == 4, shape.allSatisfy({ $0 >= 0 }), shape[0] <= Self.mostRows, shape[1] <= 10_000,
            shape[2] == values.count, shape[3] == metadata.metrics.count
        else {
            throw TableError(
                path,
                "shape \(shape), want [rows, repeats, \(values.count) fidelities, \(metadata.metrics.count) metrics] "
                    + "with at most \(Self.mostRows) rows")
        }
        guard shape[0] > 0, shape[1] > 0 else { throw TableError(path, "shape \(shape): no curves were recorded") }
        guard metadata.metrics.contains(metadata.target) else {
            throw TableError(
                path, "target \"\(metadata.target)\", want one of \(metadata.metrics.joined(separator: ", "))")
        }
        guard ["minimize", "maximize"].contains(metadata.direction) else {
            throw TableError(path, "direction \"\(metadata.direction)\", want minimize or maximize")
        }
        let steps = values.first == 0 ? values.count - 1 : values.count
        guard steps > 0, values.count <= 1_000_000 else {
            throw TableError(path, "fidelity.values: \(values.count) values, want at least one after 0")
        }
        var names: Set<String> = []
        var parameters: [TuningModel.Parameter] = []
        for (i, parameter) in metadata.space.enumerated() {
            guard !parameter.name.isEmpty, names.insert(parameter.name).inserted else {
                throw TableError(path, "space[\(i)]: the name \"\(parameter.name)\" stands twice or is empty")
            }
            guard let domain = parameter.domain else {
                throw TableError(
                    path,
                    "space[\(i)], \(parameter.name): type \"\(parameter.type)\" with these bounds, want float or int with "
                        + "finite lower <= upper (above 0 where log), or categorical or ordinal with choices")
            }
            parameters.append(TuningModel.Parameter(name: parameter.name, domain: domain))
        }
        return TableHeader(
            space: ParameterSpace(parameters), stepCount: steps, repeatCount: shape[1],
            isTimed: metadata.metrics.contains { $0 == "time" || $0 == "train_time" })
    }

    private func rows() throws(TableError) -> [(id: Int, configuration: Configuration)] {
        let path = self.folder + "/configs.csv"
        let data = try Self.contents(path)
        guard let text = String(data: data, encoding: .utf8) else { throw TableError(path, "not UTF-8 text") }
        var scanner = RecordScanner(text)
        func record() throws(TableError) -> RecordScanner.Record? {
            do throws(RecordScanner.Failure) {
                return try scanner.next()
            } catch {
                throw TableError("\(path):\(error.line)", error.problem)
            }
        }
        let space = self.header.space
        let header = try record()
        let (names, line) = (header?.cells ?? [], header?.line ?? 1)
        guard let idColumn = names.firstIndex(of: "id") else { throw TableError(path, "line \(line): no column id") }
        var columns: [Int] = []
        for parameter in space.parameters {
            guard let column = names.firstIndex(of: parameter.name) else {
                throw TableError(path, "line \(line): no column \(parameter.name)")
            }
            columns.append(column)
        }
        var rows: [(id: Int, configuration: Configuration)] = []
        var lines: [Int: Int] = [:]
        while let row = try record() {
            let cells = row.cells
            let place = "\(path):\(row.line)"
            guard cells.count == names.count else {
                throw TableError(place, "\(cells.count) cells, want \(names.count)")
            }
            guard let id = Int(cells[idColumn]) else {
                throw TableError(place, "id \"\(shown(cells[idColumn]))\", want a number")
            }
            if let first = lines.updateValue(row.line, forKey: id) {
                throw TableError(place, "id \(id) stands in line \(first) already, want each once")
            }
            var values: [ParameterValue?] = []
            for (parameter, column) in zip(space.parameters, columns) {
                guard let value = parameter.domain.recorded(cells[column]) else {
                    throw TableError(
                        place,
                        "column \(column + 1), \(parameter.name): \"\(shown(cells[column]))\" is missing or no value of the "
                            + "space"
                    )
                }
                values.append(value)
            }
            rows.append((id, Configuration(values)))
        }
        guard rows.count == self.metadata.shape[0] else {
            throw TableError(path, "\(rows.count) rows, want \(self.metadata.shape[0]) as in the shape of meta.json")
        }
        return rows
    }

    private func curves() throws(TableError) -> [Float] {
        let path = self.folder + "/curves.f32"
        let data = try Self.contents(path)
        let count = self.metadata.shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
        guard data.count == count * 4 else {
            throw TableError(path, "\(data.count) bytes, want \(count * 4) for the shape \(self.metadata.shape)")
        }
        return unsafe [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            _ = unsafe data.copyBytes(to: buffer)
            initialized = count
        }
    }
}

extension TableMetadata.Parameter {
    /// The domain that the entry describes; `nil` where it describes none.
    fileprivate var domain: ParameterDomain? {
        let isLogarithmic = self.log ?? false
        switch self.type {
        case "float", "int":
            guard let lower = self.lower, let upper = self.upper, lower.isFinite, upper.isFinite, lower <= upper,
                !isLogarithmic || lower > 0
            else { return nil }
            guard self.type == "int" else {
                return .float(FloatRange(low: lower, high: upper, isLogarithmic: isLogarithmic))
            }
            guard let low = Int(exactly: lower.rounded()), let high = Int(exactly: upper.rounded()) else { return nil }
            return .int(IntRange(low: low, high: high, isLogarithmic: isLogarithmic))
        case "categorical", "ordinal":
            guard let choices = self.choices, !choices.isEmpty else { return nil }
            let values = choices.map(\.value)
            guard Set(values).count == values.count else { return nil }
            return self.type == "ordinal" ? .ordinal(values) : .choice(values)
        default: return nil
        }
    }
}

extension ParameterDomain {
    /// The value that a cell of `configs.csv` stands for.
    fileprivate func recorded(_ cell: String) -> ParameterValue? {
        switch self {
        case .float(let range):
            guard let number = Double(cell), number.isFinite else { return nil }
            let slack = 1e-6 * max(abs(range.low), abs(range.high))
            guard number >= range.low - slack, number <= range.high + slack else { return nil }
            return .float(min(max(number, range.low), range.high))
        case .int(let range):
            guard let number = Double(cell), let whole = Int(exactly: number), whole >= range.low, whole <= range.high
            else { return nil }
            return .int(whole)
        case .ordinal(let values), .choice(let values):
            if let value = values.first(where: { $0.description == cell }) { return value }
            switch cell {
            case "True", "TRUE": return values.first { $0 == .bool(true) }
            case "False", "FALSE": return values.first { $0 == .bool(false) }
            default:
                guard let number = Double(cell) else { return nil }
                return values.first { $0.number == number }
            }
        }
    }
}
