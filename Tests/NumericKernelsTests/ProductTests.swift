import KernelInterface
import NumericKernels
import Testing

/// A forward product with all its operands.
struct ProductCase {
    let rows: Int
    let columns: Int
    let depth: Int
    let inputStride: Int
    let input: Floats
    let weights: Floats
    let bias: Floats
    let picked: Numbers?

    init(rows: Int, columns: Int, depth: Int, picks: Bool = false, random: inout TestRandom) {
        self.rows = rows
        self.columns = columns
        self.depth = depth
        self.inputStride = paddedWidth(depth)
        let stored = picks ? 11 : rows
        // The padding must not be read: NaN would show.
        self.input = random.matrix(rows: stored, width: depth, stride: self.inputStride, padding: .nan)
        self.weights = Floats(random.numbers(depth * columns))
        self.bias = Floats(random.numbers(columns))
        self.picked = picks ? random.picks(rows, below: 11) : nil
    }

    func run(_ table: KernelTable, _ finish: ProductFinish, output: [Float], scratch: Floats? = nil) -> [Float] {
        let result = Floats(output)
        let arguments = unsafe ProductArguments(
            rows: self.rows, columns: self.columns, depth: self.depth,
            input: RowSource(self.input.constant, stride: self.inputStride, picked: self.picked?.constant),
            weights: self.weights.constant, weightStride: self.columns, bias: self.bias.constant,
            output: result.pointer, outputStride: self.columns, finish: finish, scratch: scratch?.pointer)
        unsafe table.product(arguments)
        return result.values
    }

    func factors(_ row: Int, _ column: Int) -> (Int) -> (Float, Float) {
        let source = self.picked.map { Int($0.values[row]) } ?? row
        return { k in (self.input[source * self.inputStride + k], self.weights[k * self.columns + column]) }
    }

    func expected(_ finish: ProductFinish, output: [Float]) -> [Float] {
        (0..<self.rows * self.columns).map { index in
            let column = index % self.columns
            let start = finish == .accumulate ? output[index] : 0
            let sum = Reference.chain(
                depth: self.depth, from: start, self.factors(index / self.columns, column))
            return switch finish {
            case .store, .accumulate: sum
            case .bias: sum + self.bias[column]
            case .biasRelu: Reference.relu(sum + self.bias[column])
            }
        }
    }
}

@Suite("Forward products")
struct ProductTests {
    static let finishes: [ProductFinish] = [.store, .accumulate, .bias, .biasRelu]

    @Test("every output is the chain of its twin, for all row tails, strips and finishes", arguments: sets)
    func matchesTwin(_ set: InstructionSet) throws {
        var random = TestRandom(1)
        for rows in Array(0...17) + [24, 33] {
            for (columns, depth) in [(16, 1), (32, 7), (48, 64), (64, 10), (80, 3), (112, 0)] {
                for picks in [false, true] {
                    let product = ProductCase(
                        rows: rows, columns: columns, depth: depth, picks: picks, random: &random)
                    let finish = Self.finishes[random.below(4)]
                    let output = random.numbers(rows * columns)
                    let found = try product.run(table(set), finish, output: output)
                    let wrong = difference(found, product.expected(finish, output: output))
                    #expect(wrong == nil, "\(rows)x\(columns)x\(depth) \(finish) picked \(picks), seed 1")
                }
            }
        }
    }

    @Test("the rounding stays within the bound for one chain", arguments: sets)
    func staysWithinBound(_ set: InstructionSet) throws {
        var random = TestRandom(2)
        let product = ProductCase(rows: 9, columns: 48, depth: 784, random: &random)
        let found = try product.run(table(set), .store, output: [Float](repeating: 0, count: 9 * 48))
        for index in found.indices {
            let exact = Reference.exact(depth: 784, product.factors(index / 48, index % 48))
            #expect(abs(Double(found[index]) - exact.sum) <= 784 * 0x1p-24 * exact.magnitude)
        }
    }

    @Test("packing and blocking change no bit", arguments: sets)
    func blockingKeepsBits(_ set: InstructionSet) throws {
        var random = TestRandom(3)
        for (rows, columns, depth) in [(1_031, 272, 800), (139, 272, 1_100), (75, 208, 2_100)] {
            let product = ProductCase(rows: rows, columns: columns, depth: depth, random: &random)
            let needed = unsafe ProductArguments.scratchFloats(columns: columns, depth: depth)
            #expect(needed > 0)
            #expect(unsafe rows >= ProductArguments.packingRows(depth: depth))
            let output = random.numbers(rows * columns)
            for finish in Self.finishes {
                let plain = try product.run(table(set), finish, output: output)
                let blocked = try product.run(table(set), finish, output: output, scratch: Floats(count: needed))
                #expect(difference(plain, blocked) == nil, "\(rows)x\(columns)x\(depth) \(finish), seed 3")
            }
            let row = rows - 1
            let expected = (0..<columns).map { Reference.chain(depth: depth, product.factors(row, $0)) }
            let found = try product.run(table(set), .store, output: output)
            #expect(difference(Array(found[(row * columns)...]), expected) == nil)
        }
    }

    @Test("NaN and infinity go through the product and through relu", arguments: sets)
    func keepsNaN(_ set: InstructionSet) throws {
        var random = TestRandom(4)
        let product = ProductCase(rows: 3, columns: 32, depth: 5, random: &random)
        unsafe product.input.pointer[product.inputStride + 2] = .nan
        unsafe product.weights.pointer[4 * 32 + 17] = .infinity
        let output = [Float](repeating: 0, count: 3 * 32)
        for finish in Self.finishes {
            let found = try product.run(table(set), finish, output: output)
            #expect(found[32..<64].allSatisfy { $0.isNaN })
            #expect(difference(found, product.expected(finish, output: output)) == nil)
        }
    }
}
