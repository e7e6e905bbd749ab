import DatasetFiles
import Foundation
import Testing
import TrainingData
import TuningModel

@Suite("Memory for large data")
struct ScratchSpaceTests {
    private static let targets = ArrayBytes.npy("|u1", shape: "(6,)", [0, 1, 0, 1, 0, 1])

    private static func load(_ source: DataSource, _ folder: TemporaryFolder, _ work: LoadingWork) throws
        -> LoadedDataset
    {
        try DatasetLoader.load(
            DataSettings(
                train: source, validation: .holdout(share: 0.3, stratify: false),
                test: .holdout(share: 0.3, stratify: false)), task: .classification, seed: 1, relativeTo: folder.path,
            work: work)
    }

    @Test(
        "data in files without a name are the data in memory, and no file is left",
        arguments: ["csv", "categories", "<f4", ">f4", "<f8", "<i2", "column-major", "idx", "channels first"])
    func sameBytes(kind: String) throws {
        let folder = try TemporaryFolder()
        let scratch = try TemporaryFolder()
        let numbers = (0..<18).map { Float($0 * $0 % 11) }
        var source = DataSource.npy(features: "x", targets: "y")
        try folder.write(Self.targets, to: "y")
        switch kind {
        case "csv", "categories":
            try folder.write(
                "a,b,y\n" + (0..<6).map { "\(numbers[$0]),\(numbers[$0 + 6]),\($0 % 2)\n" }.joined(), to: "x")
            source = .csv(file: "x", target: "y", categorical: kind == "csv" ? [] : ["b"], ignore: [])
        case "idx":
            try folder.write(ArrayBytes.idx(0x08, shape: [6, 3], [UInt8](1...18)), to: "x")
            try folder.write(ArrayBytes.idx(0x08, shape: [6], [0, 1, 0, 1, 0, 1]), to: "y")
            source = .idx(images: "x", labels: "y")
        case "channels first":
            try folder.write(ArrayBytes.idx(0x08, shape: [6, 3, 1, 2], [UInt8](1...36)), to: "x")
            try folder.write(ArrayBytes.idx(0x08, shape: [6], [0, 1, 0, 1, 0, 1]), to: "y")
            source = .idx(images: "x", labels: "y")
        case "<f8":
            try folder.write(
                ArrayBytes.npy("<f8", shape: "(6, 3)", ArrayBytes.doubles(numbers.map { Double($0) })), to: "x")
        case "<i2": try folder.write(ArrayBytes.npy("<i2", shape: "(6, 3)", [UInt8](1...36)), to: "x")
        case "column-major":
            try folder.write(ArrayBytes.npy("<f4", shape: "(6, 3)", order: "True", ArrayBytes.floats(numbers)), to: "x")
        default:
            try folder.write(
                ArrayBytes.npy(kind, shape: "(6, 3)", ArrayBytes.floats(numbers, isBigEndian: kind == ">f4")), to: "x")
        }
        let memory = try Self.load(source, folder, LoadingWork(threads: 1, source: .memory))
        let filed = try Self.load(
            source, folder,
            LoadingWork(threads: 1, source: ScratchSpace(folder: scratch.path, largestInMemory: 0).source))
        #expect(filed == memory)
        #expect(try Self.names(in: scratch.path) == [])
    }

    @Test(
        "a block is zero, keeps what is written to it though it is let go of, and has the wanted alignment",
        arguments: [0, 1 << 20])
    func blocks(largestInMemory: Int) throws {
        let scratch = try TemporaryFolder()
        let block = try ScratchSpace(folder: scratch.path, largestInMemory: largestInMemory).source.block(300_000)
        #expect(unsafe UInt(bitPattern: block.bytes.baseAddress) % UInt(PreparedDataset.alignment) == 0)
        #expect(unsafe block.withBytes { bytes in unsafe bytes.allSatisfy { $0 == 0 } })
        for place in stride(from: 0, to: 300_000, by: 7) { unsafe block.bytes[place] = UInt8(place % 251) }
        block.forget(0..<300_000)
        block.forget(5000..<5001)
        let isKept = unsafe block.withBytes { bytes in
            stride(from: 0, to: 300_000, by: 7).allSatisfy { unsafe bytes[$0] == UInt8($0 % 251) }
        }
        #expect(isKept)
        #expect(try Self.names(in: scratch.path) == [])
    }

    @Test("a folder that is not there is told, with what to do")
    func noFolder() throws {
        let source = ScratchSpace(folder: "/nowhere/at/all", largestInMemory: 0).source
        #expect(
            throws: DatasetError(
                "no file can be made in /nowhere/at/all for data that is larger than memory should hold: No such file or "
                    + "directory; set TMPDIR to a folder that can be written to")
        ) { try source.block(1) }
    }

    private static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder)
    }
}
