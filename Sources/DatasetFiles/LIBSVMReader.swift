import TrainingData
import TuningModel

/// Reads files in the format of LIBSVM and SVMlight: a row a line, `LABEL INDEX:VALUE INDEX:VALUE ...`, with indices from 1
/// on that ascend, features that are not named zero, and comments from `#` on.
///
/// Source: C.-C. Chang, C.-J. Lin, "LIBSVM: a library for support vector machines", ACM TIST 2(3), 2011, README, section
/// "`svm-train` Usage"; T. Joachims, SVMlight, for comments.
struct LIBSVMReader {
    /// Sparse rows become dense: at most so many numbers, 4 GiB.
    private static let mostNumbers = 1 << 30
    private static let mostClasses = 65_536

    private let file: String
    private let task: TaskKind
    /// Of the first feature: 1, or 0.
    private let base: Int
    /// Indices beyond are refused; `nil` where the file decides.
    private let stated: Int?
    private var labels: [Int32] = []
    private var values: [Float] = []
    private var classes: LabelTable
    /// Where the items of each row begin, and at the end how many there are.
    private var starts: [Int] = [0]
    private var columns: [Int32] = []
    private var numbers: [Float] = []
    private var width = 0

    /// Reads a whole file.
    ///
    /// - Parameters:
    ///   - bytes: The file.
    ///   - file: For messages.
    ///   - features: How many features there are; the greatest index where `nil`.
    ///   - isZeroBased: Whether the first feature has the index 0.
    ///   - task: Whether labels are classes or numbers. Classes are numbers, so that `+1` is `1`.
    ///   - classNames: The classes of the training file, for validation and test files; another one is refused.
    /// - Returns: The rows, zeros filled in.
    /// - Throws: ``DataFileError`` with the line and the number of the item in it.
    /// - Complexity: O(bytes + rows * features).
    static func read(
        _ bytes: UnsafeRawBufferPointer, file: String, features: Int?, isZeroBased: Bool, task: TaskKind,
        classNames: [String]?
    ) throws(DataFileError) -> DatasetRows {
        var reader = LIBSVMReader(
            file: file, features: features, isZeroBased: isZeroBased, task: task, classNames: classNames)
        var line = 1
        var start = 0
        while start < bytes.count {
            var end = start
            while end < bytes.count, unsafe bytes[end] != 0x0A { end += 1 }
            try unsafe reader.readLine(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), line: line)
            line += 1
            start = end + 1
        }
        return try reader.finished(isTraining: classNames == nil)
    }

    private init(file: String, features: Int?, isZeroBased: Bool, task: TaskKind, classNames: [String]?) {
        self.file = file
        self.task = task
        self.base = isZeroBased ? 0 : 1
        self.stated = features
        self.classes =
            classNames.map { LabelTable(closed: $0.map { Array($0.utf8) }) } ?? LabelTable(limit: Self.mostClasses)
    }

    private mutating func readLine(_ line: UnsafeRawBufferPointer, line number: Int) throws(DataFileError) {
        var place = 0
        var item = 0
        var last = -1
        while true {
            while place < line.count, unsafe Self.isBlank(line[place]) { place += 1 }
            guard place < line.count, unsafe line[place] != 0x23 else { break }
            let start = place
            while place < line.count, unsafe !Self.isBlank(line[place]), unsafe line[place] != 0x23 { place += 1 }
            let text = unsafe UnsafeRawBufferPointer(rebasing: line[start..<place])
            item += 1
            if item == 1 {
                try unsafe self.readLabel(text, line: number)
            } else {
                last = try unsafe self.readItem(text, line: number, item: item, after: last)
            }
        }
        guard item > 0 else { return }
        guard self.starts.count <= PreparedDataset.Limit.rows else {
            throw DataFileError(file: self.file, line: number, "more than \(PreparedDataset.Limit.rows) rows")
        }
        self.starts.append(self.columns.count)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    private mutating func readLabel(_ text: UnsafeRawBufferPointer, line: Int) throws(DataFileError) {
        let (file, item) = unsafe (self.file, shown(text))
        func mistake(_ wanted: String) -> DataFileError {
            DataFileError(file: file, line: line, column: 1, "found the label \"\(item)\", want \(wanted)")
        }
        guard let value = unsafe Self.number(text), value.isFinite else {
            throw unsafe mistake(
                text.contains(0x3A)
                    ? "a number before the features" : "one number; rows with several labels are not built")
        }
        guard self.task == .classification else {
            self.values.append(value)
            return
        }
        let name = value == value.rounded() && abs(value) < 0x1p24 ? "\(Int(value))" : "\(value)"
        let found = unsafe Array(name.utf8).withUnsafeBytes { unsafe self.classes.number($0) }
        guard let found else {
            throw mistake(
                self.classes.isClosed
                    ? "one of the training file's \(self.classes.labels.count) classes"
                    : "at most \(Self.mostClasses) classes; for numbers set task: regression")
        }
        self.classes.use(found)
        self.labels.append(Int32(found))
    }

    /// - Returns: The item's index.
    private mutating func readItem(
        _ text: UnsafeRawBufferPointer, line: Int, item: Int, after last: Int
    ) throws(DataFileError) -> Int {
        let (file, found) = unsafe (self.file, shown(text))
        func mistake(_ wanted: String) -> DataFileError {
            DataFileError(file: file, line: line, column: item, "found \"\(found)\", want \(wanted)")
        }
        guard let colon = unsafe text.firstIndex(of: 0x3A) else { throw mistake("INDEX:VALUE") }
        let digits = unsafe text[..<colon]
        guard unsafe !digits.isEmpty && digits.count <= 9 && digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw unsafe mistake(
                digits.elementsEqual("qid".utf8)
                    ? "INDEX:VALUE; rows of ranking tasks are not built" : "a whole number before the colon")
        }
        let index = unsafe digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        guard index >= self.base else {
            throw mistake("an index from 1 on; for indices from 0 on set zero_based: true")
        }
        guard index > last else { throw mistake("an index above \(last), the one before it") }
        let most = self.stated ?? PreparedDataset.Limit.features
        guard index - self.base < most else {
            throw mistake(
                "an index of at most \(most - 1 + self.base), for \(most) features")
        }
        let value = unsafe Self.number(UnsafeRawBufferPointer(rebasing: text[(colon + 1)...]))
        guard let value, value.isFinite else { throw mistake("a finite number behind the colon") }
        self.columns.append(Int32(index - self.base))
        self.numbers.append(value)
        self.width = max(self.width, index - self.base + 1)
        return index
    }

    private static func number(_ text: UnsafeRawBufferPointer) -> Float? {
        let text = unsafe text.bindMemory(to: UInt8.self)
        guard let start = text.baseAddress else { return nil }
        return unsafe NumberScanner.float(start, start + text.count)
    }

    private func finished(isTraining: Bool) throws(DataFileError) -> DatasetRows {
        let rowCount = self.starts.count - 1
        guard rowCount > 0 else { throw DataFileError(file: self.file, "no row, want at least one") }
        let width = self.stated ?? self.width
        guard width > 0 else { throw DataFileError(file: self.file, "no feature in any row, want at least one") }
        // Both are below 2^31.
        guard rowCount * width <= Self.mostNumbers else {
            throw DataFileError(
                file: self.file,
                "\(rowCount) rows of \(width) features are \(rowCount * width) numbers when zeros are filled in, want at "
                    + "most \(Self.mostNumbers)")
        }
        let targets: DatasetTargets
        switch self.task {
        case .classification:
            let ordered = self.classes.ordered()
            guard !isTraining || ordered.labels.count > 1 else {
                throw DataFileError(file: self.file, "a constant target, every row has one class; want at least two")
            }
            targets = .classes(
                self.labels.map { Int32(ordered.places[Int($0)]) },
                names: ordered.labels.map { String(decoding: $0, as: UTF8.self) })
        case .regression: targets = .values(self.values, outputs: 1)
        }
        var features = [Float](repeating: 0, count: rowCount * width)
        for row in 0..<rowCount {
            for item in self.starts[row]..<self.starts[row + 1] {
                features[row * width + Int(self.columns[item])] = self.numbers[item]
            }
        }
        do throws(DatasetError) {
            return try DatasetRows(
                rowCount: rowCount, featureNames: (0..<width).map { "x\($0 + self.base)" }, features: features,
                targets: targets)
        } catch {
            throw DataFileError(file: self.file, error.message)
        }
    }
}
