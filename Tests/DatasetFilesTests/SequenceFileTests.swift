import DatasetFiles
import Testing
import TrainingData
import TuningModel

@Suite("Sequences that end early, in arrays")
struct SequenceFileTests {
    /// Eight sequences of three steps of two features, of which every other one ends behind the first step.
    private static func features(_ change: (inout [Float]) -> Void = { _ in }) -> [UInt8] {
        var values: [Float] = []
        for row in 0..<8 {
            for place in 0..<6 {
                let isBehind = row % 2 == 1 && place >= 2
                values.append(isBehind ? .nan : Float((6 * row + place) * (6 * row + place) % 17))
            }
        }
        change(&values)
        return ArrayBytes.npy("<f4", shape: "(8, 3, 2)", ArrayBytes.floats(values))
    }

    private static let targets = ArrayBytes.npy(
        "<i8", shape: "(8,)", (0..<8).flatMap { ArrayBytes.bytes(Int64($0 / 2 % 2)) })

    private static func load(_ features: [UInt8], isArchive: Bool) throws -> LoadedDataset {
        let folder = try TemporaryFolder()
        try folder.write(features, to: "x.npy")
        try folder.write(Self.targets, to: "y.npy")
        try folder.write(try ZipBytes.archive([("x.npy", features), ("y.npy", Self.targets)]), to: "d.npz")
        let source =
            isArchive
            ? DataSource.npz(file: "d.npz", features: "x", targets: "y")
            : DataSource.npy(features: "x.npy", targets: "y.npy")
        return try DatasetLoader.load(
            DataSettings(train: source, validation: .holdout(share: 0.25, stratify: false), test: nil),
            task: .classification, seed: 2, relativeTo: folder.path)
    }

    @Test("npy and npz files give the same rows, with their ends", arguments: [false, true])
    func reading(isArchive: Bool) throws {
        let data = try Self.load(Self.features(), isArchive: isArchive)
        let owner = try OwnedDataset(data.image)
        #expect(owner.view.featureShape == [3, 2])
        var lengths: [Int] = []
        for part in [owner.view.train, owner.view.validation] {
            for row in 0..<part.rowCount {
                var length = 0
                while length < 3, unsafe !part.features[row * 16 + 2 * length].isNaN { length += 1 }
                lengths.append(length)
            }
        }
        #expect(lengths.sorted() == [1, 1, 1, 1, 3, 3, 3, 3])
    }

    @Test("what is not finite within a sequence is refused with row and step", arguments: [false, true])
    func refusal(isArchive: Bool) throws {
        let name = isArchive ? "d.npz, array x" : "x.npy"
        for (place, value, message) in [
            (
                14, Float.nan,
                "row 2, step 1: 1 of 2 numbers are NaN, want finite numbers, or NaN in all of them from the sequence's end on"
            ),
            (14, .infinity, "row 2, step 1: a number that is not finite, want finite numbers"),
        ] {
            let bytes = Self.features { $0[place] = value }
            let error = #expect(throws: DataFileError.self) { try Self.load(bytes, isArchive: isArchive) }
            #expect(error?.description == "\(name): \(message)")
        }
        // Two sizes are a list of features, which has no end.
        let numbers = (0..<15).map { Float($0) } + [Float.nan]
        let list = ArrayBytes.npy("<f4", shape: "(8, 2)", ArrayBytes.floats(numbers))
        let error = #expect(throws: DataFileError.self) { try Self.load(list, isArchive: isArchive) }
        #expect(error?.message.contains("the number at index [7, 1] is not finite as float32") == true)
    }
}
