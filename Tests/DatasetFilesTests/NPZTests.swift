import DatasetFiles
import Testing
import TrainingData
import TuningModel

@Suite("NPZ files")
struct NPZTests {
    private static let x = ArrayBytes.npy("<f4", shape: "(4, 3)", ArrayBytes.floats((0..<12).map { Float($0 * $0) }))
    private static let y = ArrayBytes.npy("<i8", shape: "(4,)", [5, 3, 5, 3].flatMap { ArrayBytes.bytes(Int64($0)) })
    private static let entries = [("y.npy", Self.y), ("x.npy", Self.x)]
    private static let half = DataPart.holdout(share: 0.5, stratify: false)

    private static func load(_ bytes: [UInt8], features: String = "x", targets: String = "y") throws -> LoadedDataset {
        let folder = try TemporaryFolder()
        try folder.write(bytes, to: "d.npz")
        return try DatasetLoader.load(
            DataSettings(
                train: .npz(file: "d.npz", features: features, targets: targets), validation: Self.half, test: nil),
            task: .classification, seed: 1, relativeTo: folder.path)
    }

    private static func message(_ bytes: [UInt8], features: String = "x") -> String {
        do {
            _ = try self.load(bytes, features: features)
            return "loaded"
        } catch { return "\(error)" }
    }

    @Test("stored, packed and zip64 archives give the rows of two npy files")
    func forms() throws {
        let folder = try TemporaryFolder()
        try folder.write(Self.x, to: "x")
        try folder.write(Self.y, to: "y")
        let plain = try DatasetLoader.load(
            DataSettings(train: .npy(features: "x", targets: "y"), validation: Self.half, test: nil),
            task: .classification, seed: 1, relativeTo: folder.path)
        for (isDeflated, isLong) in [(false, false), (true, false), (false, true), (true, true)] {
            let bytes = try ZipBytes.archive(Self.entries, isDeflated: isDeflated, isLong: isLong)
            #expect(try Self.load(bytes) == plain, "deflated \(isDeflated), zip64 \(isLong)")
        }
        // The whole archive may be packed once more.
        let folder2 = try TemporaryFolder()
        try folder2.write(try GunzipTests.pack(try ZipBytes.archive(Self.entries)), to: "d.npz.gz")
        let packed = try DatasetLoader.load(
            DataSettings(
                train: .npz(file: "d.npz.gz", features: "x", targets: "y"), validation: Self.half, test: nil),
            task: .classification, seed: 1, relativeTo: folder2.path)
        #expect(packed == plain)
    }

    @Test("each mistake is told with the file, the array and the remedy")
    func mistakes() throws {
        let good = try ZipBytes.archive(Self.entries)
        #expect(
            Self.message(good, features: "xx")
                == "d.npz: there is no array \"xx\", did you mean \"x\"? want one of \"y\", \"x\"")
        #expect(
            Self.message(Self.x)
                == "d.npz: not a zip file: it has no directory at its end, or is truncated")
        let short = try ZipBytes.archive([("x.npy", Array(Self.x.dropLast())), ("y.npy", Self.y)])
        #expect(
            Self.message(short)
                == "d.npz, array x: truncated: found 47 bytes of numbers, want 48 for the shape [4, 3] of 4-byte numbers"
        )
        var damaged = good
        damaged[Self.y.count] ^= 1
        #expect(Self.message(damaged) == "d.npz: the zip is damaged: \"y.npy\" has another checksum")
        var encrypted = good
        let directory = try #require(good.indices.first { good[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
        encrypted[directory + 8] = 1
        #expect(Self.message(encrypted) == "d.npz: the entry \"y.npy\" is encrypted, want none that is")
        var strange = good
        strange[directory + 10] = 14
        #expect(
            Self.message(strange)
                == "d.npz: the entry \"y.npy\" is packed by method 14, want 0 (stored) or 8 (deflate)")
    }

    @Test("a file cut short anywhere, or with one byte changed, is loaded or refused", arguments: [false, true])
    func hostile(isLong: Bool) throws {
        let good = try ZipBytes.archive(Self.entries, isDeflated: !isLong, isLong: isLong)
        var refused = 0
        for count in 1..<good.count {
            #expect(Self.message(Array(good[..<count])) != "loaded", "\(count) bytes")
        }
        for place in good.indices {
            for change in [0xFF, 0x01, 0x80] as [UInt8] {
                var bytes = good
                bytes[place] ^= change
                if Self.message(bytes) != "loaded" { refused += 1 }
            }
        }
        #expect(refused > good.count)
    }
}
