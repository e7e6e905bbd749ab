import Testing
import TuningModel

@testable import SearchAlgorithms

private struct SobolFile: Decodable {
    struct Late: Decodable {
        let first: UInt64
        /// Times 2^30.
        let rows: [[Double]]
    }
    let dimensions: [Int]
    /// Times 64.
    let rows: [[Double]]
    let late: Late
}

@Suite("Sobol's sequence")
struct SobolTests {
    @Test("without scrambling it is SciPy's, point for point")
    func golden() throws {
        let file: SobolFile = try vectors("sobol")
        let sequence = try SobolSequence(dimensionCount: SobolDirections.dimensionLimit, scramble: nil)
        for (dimension, row) in zip(file.dimensions, file.rows) {
            let points = (0..<64).map { sequence.coordinate(dimension: dimension, point: $0) * 64 }
            #expect(points == row, "dimension \(dimension)")
        }
        for (dimension, row) in zip(file.dimensions, file.late.rows) {
            let points = (0..<4).map {
                sequence.coordinate(dimension: dimension, point: file.late.first + $0) * 0x1p30
            }
            #expect(points == row, "dimension \(dimension)")
        }
    }

    @Test(
        "scrambled, the first 2^m points have one in each of 2^m intervals of each axis",
        arguments: [1, 7, 99] as [UInt64])
    func balance(seed: UInt64) throws {
        let sequence = try SobolSequence(dimensionCount: 64, scramble: seed)
        for m in [0, 1, 4, 8] {
            let count = 1 << m
            for dimension in 0..<64 {
                let cells = (0..<count).map {
                    Int(sequence.coordinate(dimension: dimension, point: UInt64($0)) * Double(count))
                }
                #expect(cells.sorted() == Array(0..<count), "dimension \(dimension), seed \(seed)")
            }
        }
    }

    @Test("scrambled, the first two dimensions stay a (0, m, 2)-net", arguments: [1, 7, 99] as [UInt64])
    func net(seed: UInt64) throws {
        let sequence = try SobolSequence(dimensionCount: 2, scramble: seed)
        let m = 8
        for a in 0...m {
            let cells = (0..<1 << m).map { point in
                let x = Int(sequence.coordinate(dimension: 0, point: UInt64(point)) * Double(1 << a))
                let y = Int(sequence.coordinate(dimension: 1, point: UInt64(point)) * Double(1 << (m - a)))
                return x << (m - a) | y
            }
            #expect(cells.sorted() == Array(0..<1 << m), "boxes of 2^-\(a) by 2^-\(m - a), seed \(seed)")
        }
    }

    @Test("scrambling moves points, differently for each seed and dimension, and never out of [0, 1)")
    func scrambling() throws {
        let first = try SobolSequence(dimensionCount: 3, scramble: 1)
        let second = try SobolSequence(dimensionCount: 3, scramble: 2)
        let points = (0..<100).map { UInt64($0) } + [.max, .max - 1]
        #expect(first != second)
        for dimension in 0..<3 {
            let one = points.map { first.coordinate(dimension: dimension, point: $0) }
            let other = points.map { second.coordinate(dimension: dimension, point: $0) }
            #expect(one != other)
            #expect((one + other).allSatisfy { $0 >= 0 && $0 < 1 })
        }
        #expect(first.coordinate(dimension: 0, point: 0) != first.coordinate(dimension: 1, point: 0))
    }

    @Test("the table is what its definition says: primitive in form, odd, and below the powers of two")
    func table() throws {
        var offset = 0
        var dimensions = 1
        while offset < SobolDirections.table.count {
            let polynomial = SobolDirections.table[offset]
            let degree = 15 - polynomial.leadingZeroBitCount
            #expect(polynomial & 1 == 1)
            for k in 1...degree {
                let number = SobolDirections.table[offset + k]
                #expect(number & 1 == 1 && number < 1 << UInt16(k), "dimension \(dimensions), number \(k)")
            }
            offset += degree + 1
            dimensions += 1
        }
        #expect(offset == SobolDirections.table.count && dimensions == SobolDirections.dimensionLimit)
    }

    @Test("more parameters than dimensions are refused with the remedy")
    func limit() {
        let parameters = (0..<513).map { Parameter(name: "x\($0)", domain: .float(FloatRange(low: 0, high: 1))) }
        #expect(throws: SearchError.tooManyDimensions(found: 513, limit: 512)) {
            try Searcher(.sobol, space: ParameterSpace(parameters), seed: 1)
        }
        #expect(
            "\(SearchError.tooManyDimensions(found: 513, limit: 512))"
                == "searcher sobol: 513 parameters, want at most 512; use the searcher random")
    }
}
