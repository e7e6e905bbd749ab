/// The different texts of a column, numbered as they come.
struct LabelTable {
    /// By number.
    private(set) var labels: [[UInt8]] = []
    /// Looked up only, never walked: its order does not matter.
    private var numbers: [[UInt8]: Int] = [:]
    /// Whether a new text may get a number.
    let isClosed: Bool
    let limit: Int

    /// An empty table that grows up to `limit` texts.
    init(limit: Int) {
        self.isClosed = false
        self.limit = limit
    }

    /// A table of these texts and no others.
    init(closed labels: [[UInt8]]) {
        self.labels = labels
        for (number, label) in labels.enumerated() { self.numbers[label] = number }
        self.isClosed = true
        self.limit = labels.count
    }

    /// The number of a text, or `nil` when it is new and may get none.
    mutating func number(_ label: [UInt8]) -> Int? {
        if let number = self.numbers[label] { return number }
        guard !self.isClosed, self.labels.count < self.limit else { return nil }
        self.labels.append(label)
        self.numbers[label] = self.labels.count - 1
        return self.labels.count - 1
    }

    /// The texts in their final order, and for each number its place in it.
    ///
    /// Ascending by value where every text is a number, with ties by bytes; else ascending by bytes.
    func ordered() -> (labels: [[UInt8]], places: [Int]) {
        let values = self.labels.map { NumberScanner.double($0) }
        let numbers = values.compactMap { $0 }
        let isNumeric = numbers.count == values.count
        let order = self.labels.indices.sorted { left, right in
            if isNumeric, numbers[left] != numbers[right] { return numbers[left] < numbers[right] }
            return self.labels[left].lexicographicallyPrecedes(self.labels[right])
        }
        var places = [Int](repeating: 0, count: order.count)
        for (place, number) in order.enumerated() { places[number] = place }
        return (order.map { self.labels[$0] }, places)
    }
}
