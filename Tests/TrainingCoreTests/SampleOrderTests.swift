import Testing

@testable import TrainingCore

@Suite("the order of an epoch's rows")
struct SampleOrderTests {
    @Test("is a permutation", arguments: [0, 1, 2, 3, 4, 5, 7, 8, 9, 100, 6000])
    func permutation(_ count: Int) {
        #expect(Self.order(count, seed: 1, epoch: 0).sorted() == Array(0..<Int32(count)))
    }

    @Test("follows from seed and epoch")
    func address() {
        let order = Self.order(50, seed: 1, epoch: 2)
        #expect(order == Self.order(50, seed: 1, epoch: 2))
        #expect(order != Self.order(50, seed: 1, epoch: 3))
        #expect(order != Self.order(50, seed: 2, epoch: 2))
    }

    @Test("gives every permutation of three rows equally often")
    func uniformity() {
        var counts = [Int](repeating: 0, count: 27)
        for epoch in 0..<12_000 {
            let order = Self.order(3, seed: 77, epoch: epoch)
            counts[Int(order[0]) * 9 + Int(order[1]) * 3 + Int(order[2])] += 1
        }
        let seen = counts.filter { $0 > 0 }
        // 2,000 each are expected, with a standard deviation of 41.
        #expect(seen.count == 6 && seen.allSatisfy { (1_800...2_200).contains($0) }, "\(seen)")
    }

    private static func order(_ count: Int, seed: UInt64, epoch: Int) -> [Int32] {
        var order = [Int32](repeating: -1, count: count + 1)
        unsafe order.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            unsafe SampleOrder.write(start, count: count, seed: seed, epoch: epoch)
        }
        #expect(order[count] == -1, "nothing is written behind the end")
        return Array(order.dropLast())
    }
}
