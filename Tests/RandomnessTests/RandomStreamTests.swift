import Randomness
import Testing

@Suite("Random streams")
struct RandomStreamTests {
    private let stream = RandomStream(seed: 0x0123_4567_89ab_cdef, purpose: .trialSeed, stream: 5)

    @Test("the address is all: key from the seed, counter from index, stream and purpose")
    func address() {
        let block = Philox.block(counter: SIMD4(7, 0, 5, 3), key: SIMD2(0x89ab_cdef, 0x0123_4567))
        #expect(self.stream.block(at: 7) == block)
        #expect(self.stream.bits(at: 14) == UInt64(block[0]) | UInt64(block[1]) << 32)
        #expect(self.stream.bits(at: 15) == UInt64(block[2]) | UInt64(block[3]) << 32)
        #expect(
            self.stream.block(at: 1 << 40 | 7)
                == Philox.block(counter: SIMD4(7, 1 << 8, 5, 3), key: SIMD2(0x89ab_cdef, 0x0123_4567)))
    }

    @Test("purposes, streams, seeds and indices share no numbers")
    func separation() {
        var seen: Set<UInt64> = []
        for purpose in RandomPurpose.allCases {
            for stream in 0..<8 as Range<UInt32> {
                for seed in [0, 1, 1 << 32] as [UInt64] {
                    let random = RandomStream(seed: seed, purpose: purpose, stream: stream)
                    for index in 0..<8 as Range<UInt64> { seen.insert(random.bits(at: index)) }
                }
            }
        }
        #expect(seen.count == RandomPurpose.allCases.count * 8 * 3 * 8)
        #expect(RandomPurpose.allCases.map(\.rawValue) == Array(1...21))
    }

    @Test("numbers in [0, 1) with the mean and the spread of their kind")
    func uniform() {
        let numbers = (0..<20_000).map { self.stream.uniform(at: $0) }
        #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
        let mean = numbers.reduce(0, +) / 20_000
        let variance = numbers.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 20_000
        // Five standard errors.
        #expect(abs(mean - 0.5) < 0.0103 && abs(variance - 1.0 / 12) < 0.0027)
    }

    @Test("whole numbers below a bound, each as often as the others", arguments: [1, 2, 6, 1_000] as [UInt64])
    func integers(bound: UInt64) {
        let draws = 1_000 * Int(min(bound, 20))
        var counts = Array(repeating: 0, count: Int(min(bound, 20)))
        for index in 0..<draws {
            let number = self.stream.integer(below: bound, at: UInt64(index))
            #expect(number < bound)
            counts[Int(number * UInt64(counts.count) / bound)] += 1
        }
        #expect(counts.allSatisfy { abs($0 - 1_000) < 160 })
        #expect(self.stream.integer(below: .max, at: 1) < .max)
    }

    @Test("a permutation has every number once; short ones are all equally likely")
    func permutations() {
        #expect(self.stream.permutation(count: 0).isEmpty)
        #expect(self.stream.permutation(count: 1) == [0])
        #expect(self.stream.permutation(count: 500).sorted() == (0..<500).map { Int32($0) })
        #expect(self.stream.permutation(count: 500) != self.stream.permutation(count: 500, offset: 500))
        var counts = Array(repeating: 0, count: 27)
        for i in 0..<6_000 {
            let order = self.stream.permutation(count: 3, offset: UInt64(i) * 3)
            counts[Int(order[0]) * 9 + Int(order[1]) * 3 + Int(order[2])] += 1
        }
        let seen = counts.filter { $0 > 0 }
        #expect(seen.count == 6 && seen.allSatisfy { abs($0 - 1_000) < 160 })
    }

    @Test("a bound of nothing is a mistake of the caller")
    func boundOfZero() async {
        await #expect(processExitsWith: .failure) {
            _ = RandomStream(seed: 1, purpose: .dropout).integer(below: 0, at: 0)
        }
    }
}
