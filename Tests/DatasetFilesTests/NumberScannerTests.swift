import Randomness
import Testing
import TrainingData
import TuningModel

@testable import DatasetFiles

@Suite("Numbers of CSV files")
struct NumberScannerTests {
    /// What the eight digits at a time give for a cell with much behind it; `nil` where they cannot tell.
    private func word(_ text: String, then next: String = ",") throws -> Float? {
        let bytes = Array((text + next + String(repeating: "7", count: WordScanner.reach)).utf8)
        return try unsafe bytes.withUnsafeBufferPointer { bytes in
            try unsafe WordScanner().withPowers { (powers) throws(DataFileError) in
                guard let start = bytes.baseAddress else { return nil }
                var stop = unsafe start
                let value = unsafe WordScanner.float(&stop, powers)
                if value != nil { #expect(unsafe stop - start == text.utf8.count, "\(text)") }
                return value
            }
        }
    }

    @Test(
        "eight digits at a time give the nearest float, or leave it to others",
        arguments: [
            ("0", 0), ("-0", -0.0), ("7", 7), ("-3.25", -3.25), (".5", 0.5), ("5.", 5), ("-.5e1", -5), ("1e-2", 0.01),
            ("1E+2", 100), ("16777217", 16_777_216), ("16777219", 16_777_220), ("0.1", 0.1), ("12345.678", 12345.678),
            ("0.9572130722067812", 0.95721307), ("1.234567890123456789e-01", 0.12345679), ("1732147200", 1_732_147_200),
            ("0.00000012345678901", 1.2345679e-7), ("1e-45", Float.leastNonzeroMagnitude), ("1.5e38", 1.5e38),
            ("1.00000005960464477539062500000001", nil), ("1.000000059604644775390625", nil), ("1e39", nil),
            ("3.4028235e38", nil), ("", nil), (".", nil), ("-", nil), ("-.", nil), ("+1", nil), ("e5", nil),
            ("1e", nil),
            ("1e+", nil), ("1e1000", nil), ("nan", nil), ("123456789.5", nil),
            ("0.1234567890123456789012345678901", nil),
        ] as [(String, Float?)])
    func words(text: String, expected: Float?) throws {
        #expect(try self.word(text)?.bitPattern == expected?.bitPattern)
        #expect(try self.word(text, then: "\r\n")?.bitPattern == expected?.bitPattern)
    }

    @Test("random decimals are rounded alike eight digits at a time", arguments: [UInt64(3), 4])
    func randomWords(seed: UInt64) throws {
        let random = RandomStream(seed: seed, purpose: .dataSplit)
        var told = 0
        for index in 0..<20_000 {
            let bits = random.bits(at: UInt64(index))
            let digits = "\(bits >> (bits & 63))"
            let point = Int((bits >> 40) % UInt64(digits.count + 1))
            let text =
                (bits & 64 == 0 ? "" : "-") + digits.prefix(point) + "." + digits.dropFirst(point)
                + (bits & 128 == 0 ? "" : "e\(Int(bits >> 33 & 63) - 32)")
            guard let value = try self.word(text) else { continue }
            told += 1
            #expect(value.bitPattern == self.float(text)?.bitPattern, "seed \(seed), \(text)")
        }
        #expect(told > 10_000, "seed \(seed)")
    }

    @Test("decimals next to the middle of two floats are rounded alike eight digits at a time", arguments: [UInt64(5)])
    func middles(seed: UInt64) throws {
        let random = RandomStream(seed: seed, purpose: .dataSplit)
        for index in 0..<5000 {
            let bits = random.bits(at: UInt64(index))
            let low = Float(bitPattern: UInt32(truncatingIfNeeded: bits >> 40) | 0x3000_0000)
            let middle = (Double(low) + Double(low.nextUp)) / 2
            for value in [middle.nextDown, middle, middle.nextUp] {
                let text = "\(value)"
                guard let found = try self.word(text) else { continue }
                #expect(found.bitPattern == Float(text)?.bitPattern, "seed \(seed), \(text)")
            }
        }
    }

    private func float(_ text: String) -> Float? {
        let bytes = Array(text.utf8)
        return unsafe bytes.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return nil }
            return unsafe NumberScanner.float(start, start + bytes.count)
        }
    }

    @Test(
        "texts that are numbers",
        arguments: [
            ("0", 0), ("-0", -0.0), ("7", 7), ("+7", 7), ("3.25", 3.25), (".5", 0.5), ("5.", 5), ("-.5e1", -5),
            ("1e-2", 0.01), ("1E+2", 100), (" 4\t", 4), ("16777217", 16_777_216), ("16777219", 16_777_220),
            ("0.1", 0.1), ("1.00000005960464477539062500000001", 1.0000001), ("1.000000059604644775390625", 1),
            ("3.4028235e38", Float.greatestFiniteMagnitude), ("1e-45", Float.leastNonzeroMagnitude), ("1e-60", 0),
            ("00012", 12), ("0.000000000000000000000000000001", 1e-30),
        ] as [(String, Float)])
    func numbers(text: String, expected: Float) {
        #expect(self.float(text)?.bitPattern == expected.bitPattern)
    }

    @Test(
        "texts that are none",
        arguments: [
            "", " ", "-", "+", ".", "e5", "1e", "1e+", "1.2.3", "1 2", "0x1", "nan", "inf", "1,2", "--1", "1-", "1e5.5",
            "٣",
        ])
    func none(text: String) {
        #expect(self.float(text) == nil)
    }

    @Test("a number beyond float32 is infinite")
    func infinite() {
        #expect(self.float("1e39") == .infinity)
        #expect(self.float("-1e400") == -.infinity)
    }

    @Test("random decimals are rounded as the standard library rounds them", arguments: [UInt64(1), 2])
    func random(seed: UInt64) {
        let random = RandomStream(seed: seed, purpose: .dataSplit)
        for index in 0..<20_000 {
            let bits = random.bits(at: UInt64(index))
            let digits = "\(bits >> (bits & 63))"
            let point = Int((bits >> 40) % UInt64(digits.count + 1))
            let text =
                (bits & 64 == 0 ? "" : "-") + digits.prefix(point) + "." + digits.dropFirst(point)
                + (bits & 128 == 0 ? "" : "e\(Int(bits >> 33 & 63) - 32)")
            guard digits.count > point || point > 0 else { continue }
            let padded = text.replacing("-.", with: "-0.").replacing(".e", with: ".0e")
            let whole = padded.hasPrefix(".") ? "0" + padded : padded.hasSuffix(".") ? padded + "0" : padded
            #expect(self.float(text)?.bitPattern == Float(whole)?.bitPattern, "seed \(seed), \(text)")
        }
    }

    @Test("whole numbers, four at a time or not, are the nearest floats", arguments: [3, 4, 5, 8, 30], [UInt64(6), 7])
    func wholeNumbers(columns: Int, seed: UInt64) throws {
        let random = RandomStream(seed: seed, purpose: .dataSplit)
        var texts: [String] = []
        for index in 0..<columns * 90 {
            let bits = random.bits(at: UInt64(index))
            // One to nine digits, some with zeros in front; a few are no plain whole numbers.
            let digits = String("\(bits >> 8)".suffix(Int(bits & 15) % 9 + 1))
            let other = ["", "NA", "+7", " 8", "1e3", "2.5", "-", "00000000012"][Int(bits >> 4 & 7)]
            texts.append(bits >> 7 & 31 == 0 && other != "-" ? other : (bits & 128 == 0 ? "" : "-") + digits)
        }
        for line in ["\n", "\r\n"] {
            var text = (0..<columns).map { "x\($0)," }.joined() + "y" + line
            for row in 0..<90 {
                text += (0..<columns).map { texts[row * columns + $0] + "," }.joined() + "\(row)" + line
            }
            let rows = try unsafe Array(text.utf8).withUnsafeBytes { bytes in
                try unsafe CSVReader.read(
                    bytes, file: "t.csv",
                    declaration: CSVPlan.Declaration(
                        targets: ["y"], categorical: [], ignore: [], missing: MissingCells(.mean)),
                    task: .regression, vocabulary: nil, work: LoadingWork(threads: 1)
                ).rows
            }
            for (place, text) in texts.enumerated() {
                let found = rows.features[place]
                guard let wanted = self.float(text) else {
                    #expect(found.isNaN, "seed \(seed), \(text)")
                    continue
                }
                #expect(found.bitPattern == wanted.bitPattern, "seed \(seed), \(text)")
            }
            #expect(rows.targets == .values((0..<90).map { Float($0) }, outputs: 1))
        }
    }
}
