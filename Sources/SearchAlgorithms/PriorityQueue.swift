/// A binary heap: the least element is at hand, and leaves first.
///
/// Equality is that of the stored order, so two queues that went through the same calls are equal.
///
/// - Complexity: `insert` and `removeLeast` O(log n), `least` O(1).
struct PriorityQueue<Element: Comparable & Hashable & Sendable>: Hashable, Sendable {
    private var heap: [Element] = []

    var least: Element? { self.heap.first }

    mutating func insert(_ element: Element) {
        self.heap.append(element)
        var i = self.heap.count - 1
        while i > 0, self.heap[i] < self.heap[(i - 1) / 2] {
            self.heap.swapAt(i, (i - 1) / 2)
            i = (i - 1) / 2
        }
    }

    /// Takes the least element out; `nil` from an empty queue.
    mutating func removeLeast() -> Element? {
        guard let least = self.heap.first, let last = self.heap.popLast() else { return nil }
        guard !self.heap.isEmpty else { return least }
        self.heap[0] = last
        var i = 0
        while true {
            var child = 2 * i + 1
            guard child < self.heap.count else { return least }
            if child + 1 < self.heap.count, self.heap[child + 1] < self.heap[child] { child += 1 }
            guard self.heap[child] < self.heap[i] else { return least }
            self.heap.swapAt(i, child)
            i = child
        }
    }
}
