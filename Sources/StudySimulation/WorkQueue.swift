/// Workers at work, the one that is done first at the head; among equals the one with the lower number.
struct WorkQueue {
    struct Item {
        let time: Double
        let worker: Int

        func precedes(_ other: Item) -> Bool {
            self.time < other.time || (self.time == other.time && self.worker < other.worker)
        }
    }

    private var heap: [Item] = []

    var first: Item? { self.heap.first }

    /// - Complexity: O(log n).
    mutating func insert(_ item: Item) {
        self.heap.append(item)
        var child = self.heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard item.precedes(self.heap[parent]) else { break }
            self.heap[child] = self.heap[parent]
            child = parent
        }
        self.heap[child] = item
    }

    /// - Complexity: O(log n).
    mutating func removeFirst() -> Item? {
        guard let first = self.heap.first, let last = self.heap.popLast() else { return nil }
        guard !self.heap.isEmpty else { return first }
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < self.heap.count else { break }
            if child + 1 < self.heap.count, self.heap[child + 1].precedes(self.heap[child]) { child += 1 }
            guard self.heap[child].precedes(last) else { break }
            self.heap[parent] = self.heap[child]
            parent = child
        }
        self.heap[parent] = last
        return first
    }
}
