import DatasetFiles
import Randomness
import Testing
import TrainingData
import TuningModel

@Suite("Hostile data files")
struct HostileDataTests {
    /// Changes some bytes.
    private struct Mutator {
        let random: RandomStream
        var index: UInt64 = 0

        mutating func draw(_ bound: Int) -> Int {
            self.index += 1
            return Int(self.random.integer(below: UInt64(bound), at: self.index))
        }

        mutating func changed(_ bytes: [UInt8]) -> [UInt8] {
            var bytes = bytes
            let alphabet = Array(",\"\n\r.-+eE0123456789 nax\u{0}".utf8) + [0x7F, 0xFF, 0x80]
            for _ in 0...self.draw(4) where !bytes.isEmpty {
                let place = self.draw(bytes.count)
                switch self.draw(4) {
                case 0: bytes[place] = alphabet[self.draw(alphabet.count)]
                case 1: bytes.insert(alphabet[self.draw(alphabet.count)], at: place)
                case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + self.draw(9)))
                default: bytes[place] = UInt8(self.draw(256))
                }
            }
            return bytes
        }
    }

    private static let csv =
        "a,b,c,y\n1,2.5,red,0\n-3e2,\"4\",blue,1\n5,6,\"r,e\"\"d\",0\n7,8.25,red,1\n9,1e-3,blue,0\n"

    @Test(
        "a changed file is loaded or refused, never trapped on", arguments: ["csv", "csv.gz", "npy", "idx"],
        [UInt64(1), 2])
    func mutations(kind: String, seed: UInt64) throws {
        var mutator = Mutator(random: RandomStream(seed: seed, purpose: .dataSplit))
        let folder = try TemporaryFolder()
        let x: [UInt8]
        let source: DataSource
        switch kind {
        case "csv", "csv.gz":
            x = kind == "csv" ? Array(Self.csv.utf8) : try GunzipTests.pack(Array(Self.csv.utf8))
            source = .csv(file: "x", target: "y", categorical: ["c"], ignore: [])
        case "npy":
            x = ArrayBytes.npy("<i2", shape: "(4, 3)", [UInt8](1...24))
            try folder.write(ArrayBytes.npy("|u1", shape: "(4,)", [1, 2, 1, 2]), to: "y")
            source = .npy(features: "x", targets: "y")
        default:
            x = ArrayBytes.idx(0x08, shape: [4, 2, 3], [UInt8](1...24))
            try folder.write(ArrayBytes.idx(0x08, shape: [4], [1, 2, 1, 2]), to: "y")
            source = .idx(images: "x", labels: "y")
        }
        let settings = DataSettings(
            train: source, validation: .holdout(share: 0.25, stratify: false),
            test: .holdout(share: 0.25, stratify: false))
        var refused = 0
        for round in 0..<300 {
            try folder.write(mutator.changed(x), to: "x")
            do {
                let data = try DatasetLoader.load(
                    settings, task: .classification, seed: UInt64(round), relativeTo: folder.path)
                let owner = try OwnedDataset(data.image)
                #expect(owner.view.train.rowCount == data.trainRows, "seed \(seed), round \(round)")
            } catch let error as DataFileError {
                refused += 1
                #expect(!error.message.isEmpty, "seed \(seed), round \(round)")
            }
        }
        #expect(refused > 30, "seed \(seed)")
    }
}
