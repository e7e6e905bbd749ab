/// The different texts of a column, numbered as they come.
struct LabelTable {
    /// By number.
    private(set) var labels: [[UInt8]] = []
    /// How many rows have each label.
    private var uses: [Int] = []
    /// An open-addressing table of numbers plus one, zero where a place is free; at most half full.
    private var slots = [Int32](repeating: 0, count: 64)
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
        self.isClosed = true
        self.limit = labels.count
        for label in labels { unsafe label.withUnsafeBytes { unsafe self.add($0) } }
    }

    /// The number of a text, or `nil` when it is new and may get none.
    ///
    /// - Complexity: O(length), no allocation for a text that is known.
    mutating func number(_ label: UnsafeRawBufferPointer) -> Int? {
        let (place, number) = unsafe self.find(label)
        if let number { return number }
        guard !self.isClosed, self.labels.count < self.limit else { return nil }
        unsafe self.add(label, at: place)
        return self.labels.count - 1
    }

    /// Notes that a row has this label.
    mutating func use(_ number: Int) { self.uses[number] += 1 }

    /// Takes over the texts of another table, in its order, and how many rows have each.
    ///
    /// - Returns: For each number of the other table the number here; `nil` where a text may get none, and then nothing
    ///   is to be done with this table any more.
    mutating func join(_ other: LabelTable) -> [Int]? {
        var numbers: [Int] = []
        numbers.reserveCapacity(other.labels.count)
        for (label, uses) in zip(other.labels, other.uses) {
            guard let number = unsafe label.withUnsafeBytes({ unsafe self.number($0) }) else { return nil }
            self.uses[number] += uses
            numbers.append(number)
        }
        return numbers
    }

    private mutating func add(_ label: UnsafeRawBufferPointer) {
        unsafe self.add(label, at: self.find(label).place)
    }

    private mutating func add(_ label: UnsafeRawBufferPointer, at place: Int) {
        self.labels.append(unsafe Array(label))
        self.uses.append(0)
        self.slots[place] = Int32(self.labels.count)
        guard self.labels.count * 2 >= self.slots.count else { return }
        self.slots = [Int32](repeating: 0, count: self.slots.count * 2)
        for (number, label) in self.labels.enumerated() {
            let place = unsafe label.withUnsafeBytes { unsafe self.find($0).place }
            self.slots[place] = Int32(number + 1)
        }
    }

    /// Where a text stands, or where it belongs.
    private func find(_ label: UnsafeRawBufferPointer) -> (place: Int, number: Int?) {
        // The seed of this hash differs from process to process; the numbers do not depend on it.
        var hasher = Hasher()
        unsafe hasher.combine(bytes: label)
        let mask = self.slots.count - 1
        var place = hasher.finalize() & mask
        while self.slots[place] != 0 {
            let number = Int(self.slots[place]) - 1
            if self.labels[number].count == label.count, unsafe self.labels[number].elementsEqual(label) {
                return (place, number)
            }
            place = (place + 1) & mask
        }
        return (place, nil)
    }

    /// The texts in their final order, and for each number its place in it.
    ///
    /// Ascending by value where every text is a number, with ties by bytes; else ascending by bytes. A text that no row
    /// uses, because its row was left out, has no place, unless the table is closed.
    func ordered() -> (labels: [[UInt8]], places: [Int]) {
        let used = self.labels.indices.filter { self.isClosed || self.uses[$0] > 0 }
        let values = self.labels.map { NumberScanner.double($0) }
        let isNumeric = used.allSatisfy { values[$0] != nil }
        let order = used.sorted { left, right in
            if isNumeric, let first = values[left], let second = values[right], first != second {
                return first < second
            }
            return self.labels[left].lexicographicallyPrecedes(self.labels[right])
        }
        var places = [Int](repeating: 0, count: self.labels.count)
        for (place, number) in order.enumerated() { places[number] = place }
        return (order.map { self.labels[$0] }, places)
    }
}
