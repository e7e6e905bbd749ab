import Foundation
import Testing
import TrainingData
import TuningModel

@testable import DatasetFiles

@Suite("Folders of images")
struct ImageFolderTests {
    /// Writes files into folders of classes and reads them.
    private static func read(
        _ files: [(String, [UInt8])], resize: [Int]? = nil, color: ImageColor? = nil, folder: TemporaryFolder? = nil
    ) throws -> (rows: DatasetRows, shape: ImageShape) {
        let folder = try folder ?? TemporaryFolder()
        for (name, bytes) in files {
            let path = URL(fileURLWithPath: "\(folder.path)/\(name)")
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: path)
        }
        let wanted = ImageFolder.Wanted(
            size: resize.map { (height: $0[0], width: $0[1]) }, color: color, shape: nil, classNames: nil)
        do {
            return try ImageFolder.read(folder.path, folder: "f", wanted: wanted)
        } catch {
            throw DataFileError(
                file: error.file.replacingOccurrences(of: folder.path, with: "f"), line: error.line, error.message)
        }
    }

    private static func message(
        _ files: [(String, [UInt8])], resize: [Int]? = nil, color: ImageColor? = nil
    ) -> String {
        do {
            _ = try self.read(files, resize: resize, color: color)
            return "loaded"
        } catch { return "\(error)" }
    }

    private static let grey: [UInt8] = [0, 255, 7, 100, 30, 200]
    private static let colors: [UInt8] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9, 255, 255, 255, 1, 2, 3]

    @Test("pixels of PNG files are taken as they are, classes and files in the order of their names")
    func png() throws {
        let (rows, shape) = try Self.read([
            ("b/2.png", try ImageBytes.png(Self.grey.reversed(), height: 2, width: 3, channels: 1)),
            ("b/.hidden", [1]), ("a/9.png", try ImageBytes.png(Self.grey, height: 2, width: 3, channels: 1)),
            ("b/10.png", try ImageBytes.png(Self.grey, height: 2, width: 3, channels: 1)),
        ])
        #expect(shape == ImageShape(height: 2, width: 3, color: .grey))
        #expect(rows.featureShape == [2, 3, 1])
        #expect(rows.targets == .classes([0, 1, 1], names: ["a", "b"]))
        #expect(Array(rows.features) == (Self.grey + Self.grey + Self.grey.reversed()).map { Float($0) })
    }

    @Test("images are grey where all of them are, colours mixed with grey are colours, and either can be asked for")
    func color() throws {
        let files = [
            ("a/1.png", try ImageBytes.png(Self.colors, height: 2, width: 3, channels: 3)),
            ("b/1.png", try ImageBytes.png(Self.grey, height: 2, width: 3, channels: 1)),
        ]
        let (rows, shape) = try Self.read(files)
        #expect(shape == ImageShape(height: 2, width: 3, color: .rgb))
        #expect(Array(rows.features) == (Self.colors + Self.grey.flatMap { [$0, $0, $0] }).map { Float($0) })
        let grey = try Self.read(files, color: .grey)
        #expect(grey.shape.channels == 1)
        #expect(Array(grey.rows.features[6...]) == Self.grey.map { Float($0) })
        // Equal parts of each colour stay what they are.
        #expect([3, 4].map { grey.rows.features[$0] } == [9, 255])
    }

    @Test("what is transparent stands on black")
    func transparent() throws {
        let pixels: [UInt8] = [255, 100, 50, 0, 255, 100, 50, 255]
        let (rows, _) = try Self.read([
            ("a/1.png", try ImageBytes.png(pixels, height: 1, width: 2, channels: 4)),
            ("b/1.png", try ImageBytes.png(pixels, height: 1, width: 2, channels: 4)),
        ])
        #expect(Array(rows.features) == [0, 0, 0, 255, 100, 50, 0, 0, 0, 255, 100, 50])
    }

    @Test("JPEG files are close to what was packed, grey and in colours", arguments: [1, 3])
    func jpeg(channels: Int) throws {
        // A slope, which packs well.
        let pixels = (0..<64).flatMap { [UInt8](repeating: UInt8($0 * 3 + 20), count: channels) }
        let file = try ImageBytes.jpeg(pixels, height: 8, width: 8, channels: channels)
        let (rows, shape) = try Self.read([("a/1.jpg", file), ("b/1.jpeg", file)])
        #expect(shape == ImageShape(height: 8, width: 8, color: channels == 1 ? .grey : .rgb))
        #expect(rows.features.count == 2 * pixels.count)
        for (found, wanted) in zip(rows.features, pixels + pixels) { #expect(abs(found - Float(wanted)) <= 4) }
    }

    @Test("images of several sizes are scaled to one: a plane stays a plane, one pixel fills all")
    func resize() throws {
        let files = [
            ("a/1.png", try ImageBytes.png(Self.grey, height: 2, width: 3, channels: 1)),
            ("b/1.png", try ImageBytes.png([77], height: 1, width: 1, channels: 1)),
            ("b/2.png", try ImageBytes.png([UInt8](repeating: 9, count: 63), height: 7, width: 9, channels: 1)),
        ]
        let (rows, shape) = try Self.read(files, resize: [2, 3])
        #expect(shape == ImageShape(height: 2, width: 3, color: .grey))
        #expect(Array(rows.features[..<12]) == Self.grey.map { Float($0) } + [Float](repeating: 77, count: 6))
        for value in rows.features[12...] { #expect(abs(value - 9) < 1e-5) }
    }

    @Test("scaling weighs pixels by the triangle of its formula", arguments: [(5, 3), (3, 8), (8, 1), (4, 4)])
    func triangle(input: Int, output: Int) {
        let pixels = (0..<input * 2 * 3).map { UInt8(($0 * 37) % 256) }
        let resized = ImageResizer(from: (input, 2), to: (output, 3)).resize(pixels, channels: 3)
        let weight = { (place: Int, at: Int, n: Int, m: Int) -> Double in
            let scale = Double(n) / Double(m)
            return max(0, 1 - abs(Double(place) + 0.5 - (Double(at) + 0.5) * scale) / max(1, scale))
        }
        for row in 0..<output {
            for column in 0..<3 {
                for channel in 0..<3 {
                    var sum = 0.0
                    var weights = 0.0
                    for y in 0..<input {
                        for x in 0..<2 {
                            let both = weight(y, row, input, output) * weight(x, column, 2, 3)
                            sum += both * Double(pixels[(y * 2 + x) * 3 + channel])
                            weights += both
                        }
                    }
                    let found = Double(resized[(row * 3 + column) * 3 + channel])
                    #expect(abs(found - sum / weights) < 1e-3)
                }
            }
        }
    }

    @Test("each mistake names the folder or the file and the remedy")
    func mistakes() throws {
        let good = try ImageBytes.png(Self.grey, height: 2, width: 3, channels: 1)
        let other = try ImageBytes.png(Self.grey, height: 3, width: 2, channels: 1)
        #expect(
            Self.message([("a/1.png", good), ("b/1.png", other)])
                == "f/b/1.png: 3 x 2 pixels, want 2 x 3 as the first training image has; for images of several sizes set "
                + "resize: [HEIGHT, WIDTH]")
        #expect(
            Self.message([("a/1.png", good), ("b/x.txt", Array("text".utf8))])
                == "f/b/x.txt: neither a PNG nor a JPEG file; take it out of the folder")
        let printed = try ImageBytes.jpeg((0..<24).map { UInt8($0) }, height: 2, width: 3, channels: 4)
        #expect(
            Self.message([("a/1.png", good), ("b/1.jpg", printed)])
                == "f/b/1.jpg: a JPEG file with the four colours of print (CMYK), want red, green and blue, or grey; convert it"
        )
        #expect(Self.message([("a/1.png", good)]) == "f: 1 folders, want one for each class, 2 to 65536")
        #expect(
            Self.message([("a/1.png", good), ("b/.x", good)]) == "f/b: a class without an image, want at least one")
        #expect(Self.message([("a/1.png", good), ("b.png", good)]) == "f/b.png: not a folder, want one")
        let folder = try TemporaryFolder()
        #expect(throws: DataFileError(file: "f", "cannot be opened: No such file or directory")) {
            try ImageFolder.read(
                folder.path + "/none", folder: "f",
                wanted: ImageFolder.Wanted(size: nil, color: nil, shape: nil, classNames: nil))
        }
    }

    @Test("test images have the size, the colours and the classes of the training images")
    func otherFolder() throws {
        let folder = try TemporaryFolder()
        let good = try ImageBytes.png(Self.grey, height: 2, width: 3, channels: 1)
        for (name, bytes) in [
            ("train/a/1.png", good), ("train/a/2.png", good), ("train/b/1.png", good), ("train/b/2.png", good),
            ("test/b/1.png", try ImageBytes.png(Self.colors, height: 2, width: 3, channels: 3)), ("new/c/1.png", good),
        ] {
            let path = URL(fileURLWithPath: "\(folder.path)/\(name)")
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: path)
        }
        let load = { (test: String) in
            try DatasetLoader.load(
                DataSettings(
                    train: .images(folder: "train", resize: nil, color: nil),
                    validation: .holdout(share: 0.5, stratify: true),
                    test: .source(.images(folder: test, resize: nil, color: nil))),
                task: .classification, seed: 1, relativeTo: folder.path)
        }
        let data = try load("test")
        let counts: [Int] = [data.trainRows, data.validationRows, data.testRows, data.featureNames.count]
        #expect(counts.elementsEqual([2, 2, 1, 6]))
        #expect(throws: DataFileError(file: "new/c", "found the new class \"c\", want one of the training folder's 2"))
        {
            try load("new")
        }
    }

    @Test("a file cut short anywhere, or with one byte changed, is loaded or refused", arguments: ["png", "jpeg"])
    func hostile(form: String) throws {
        let pixels = (0..<64).map { UInt8(($0 * 41) % 256) }
        let good =
            form == "png"
            ? try ImageBytes.png(pixels, height: 8, width: 8, channels: 1)
            : try ImageBytes.jpeg(pixels, height: 8, width: 8, channels: 1)
        let read = { (bytes: [UInt8]) -> Bool in
            do throws(DataFileError) {
                try unsafe bytes.withUnsafeBufferPointer { (bytes) throws(DataFileError) in
                    let bytes = UnsafeRawBufferPointer(bytes)
                    let header = try unsafe ImageDecoder.header(bytes, file: "f")
                    _ = try unsafe ImageDecoder.pixels(bytes, header: header, color: .rgb, file: "f")
                }
                return true
            } catch {
                #expect(!error.message.isEmpty)
                return false
            }
        }
        #expect(read(good))
        var refused = 0
        for count in 1..<good.count where !read(Array(good[..<count])) { refused += 1 }
        // The last marker alone may be missing.
        #expect(refused >= good.count - 16)
        for place in good.indices {
            for change in [0xFF, 0x01, 0x80] as [UInt8] {
                var bytes = good
                bytes[place] ^= change
                if !read(bytes) { refused += 1 }
            }
        }
        #expect(refused > good.count)
    }
}
