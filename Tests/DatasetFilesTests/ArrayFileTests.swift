import DatasetFiles
import Testing
import TrainingData
import TuningModel

@Suite("Array files")
struct ArrayFileTests {
    private static let numbers: [Int] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 12]

    private static func load(
        _ x: [UInt8], _ y: [UInt8], task: TaskKind = .classification, isIDX: Bool = false, test: [UInt8]? = nil
    ) throws -> LoadedDataset {
        let folder = try TemporaryFolder()
        try folder.write(x, to: "x")
        try folder.write(y, to: "y")
        if let test { try folder.write(test, to: "z") }
        let source = isIDX ? DataSource.idx(images: "x", labels: "y") : .npy(features: "x", targets: "y")
        return try DatasetLoader.load(
            DataSettings(
                train: source, validation: .holdout(share: 0.5, stratify: false),
                test: test == nil ? nil : .source(.npy(features: "x", targets: "z"))),
            task: task, seed: 1, relativeTo: folder.path)
    }

    private static let x = ArrayBytes.npy("<f4", shape: "(4, 3)", ArrayBytes.floats(Self.numbers.map { Float($0) }))
    private static let y = ArrayBytes.npy("<i8", shape: "(4,)", [5, 3, 5, 3].flatMap { ArrayBytes.bytes(Int64($0)) })

    @Test("arrays of three and four dimensions make rows with a shape, standardised by their last size")
    func shapes() throws {
        let bytes = Self.numbers.map { UInt8($0) }
        let flat = try OwnedDataset(try Self.load(ArrayBytes.npy("|u1", shape: "(4, 3)", bytes), Self.y).image)
        #expect(flat.view.featureShape == [3])
        let labels = ArrayBytes.idx(0x08, shape: [4], [5, 3, 5, 3])
        let steps = try Self.load(ArrayBytes.idx(0x08, shape: [4, 3, 1], bytes), labels, isIDX: true)
        #expect(try OwnedDataset(steps.image).view.featureShape == [3, 1])
        // One channel: one scale for all pixels.
        #expect(Set(steps.standardization.features).count == 1)
        let images = try Self.load(ArrayBytes.npy("|u1", shape: "(4, 1, 1, 3)", bytes), Self.y)
        #expect(try OwnedDataset(images.image).view.featureShape == [1, 1, 3])
        #expect(
            images.standardization
                == (try Self.load(ArrayBytes.npy("|u1", shape: "(4, 3)", bytes), Self.y)).standardization)
        // More than that is a list.
        let list = try Self.load(ArrayBytes.npy("|u1", shape: "(4, 1, 1, 1, 3)", bytes), Self.y)
        #expect(try OwnedDataset(list.image).view.featureShape == [3])
    }

    @Test(
        "idx images whose channels come first are the same rows as those whose channels come last",
        arguments: [1, 3, 4], [0x08 as UInt8, 0x0B, 0x0E])
    func channelsFirst(channels: Int, type: UInt8) throws {
        let (images, height, width) = (4, 2, 5)
        func number(_ image: Int, _ row: Int, _ column: Int, _ channel: Int) -> Int {
            (((image * height + row) * width + column) * channels + channel) * 37 % 101
        }
        func bytes(_ number: Int) -> [UInt8] {
            switch type {
            case 0x08: [UInt8(number)]
            case 0x0B: ArrayBytes.bytes(Int16(number), isBigEndian: true)
            default: ArrayBytes.doubles([Double(number)], isBigEndian: true)
            }
        }
        var first: [UInt8] = []
        var last: [UInt8] = []
        for image in 0..<images {
            for channel in 0..<channels {
                for row in 0..<height {
                    for column in 0..<width { first += bytes(number(image, row, column, channel)) }
                }
            }
            for row in 0..<height {
                for column in 0..<width {
                    for channel in 0..<channels { last += bytes(number(image, row, column, channel)) }
                }
            }
        }
        let labels = ArrayBytes.idx(0x08, shape: [4], [5, 3, 5, 3])
        let expected = try Self.load(
            ArrayBytes.idx(type, shape: [images, height, width, channels], last), labels, isIDX: true)
        let found = try Self.load(
            ArrayBytes.idx(type, shape: [images, channels, height, width], first), labels, isIDX: true)
        #expect(found == expected)
        #expect(try OwnedDataset(found.image).view.featureShape == [height, width, channels])
    }

    @Test("every type, byte order and version gives the same rows")
    func types() throws {
        let expected = try Self.load(Self.x, Self.y)
        #expect(expected.classNames == ["3", "5"])
        #expect(expected.featureNames == ["x0", "x1", "x2"])
        let n = Self.numbers
        let files: [[UInt8]] = [
            ArrayBytes.npy("<f4", shape: "(4, 3)", version: 2, ArrayBytes.floats(n.map { Float($0) })),
            ArrayBytes.npy("<f4", shape: "(4, 3)", version: 3, ArrayBytes.floats(n.map { Float($0) })),
            ArrayBytes.npy(">f4", shape: "(4, 3)", ArrayBytes.floats(n.map { Float($0) }, isBigEndian: true)),
            ArrayBytes.npy("<f8", shape: "(4, 3)", ArrayBytes.doubles(n.map { Double($0) })),
            ArrayBytes.npy(">f8", shape: "(4, 3)", ArrayBytes.doubles(n.map { Double($0) }, isBigEndian: true)),
            ArrayBytes.npy("|u1", shape: "(4, 3)", n.map { UInt8($0) }),
            ArrayBytes.npy("|i1", shape: "(4, 3)", n.map { UInt8($0) }),
            ArrayBytes.npy("<i2", shape: "(4, 3)", n.flatMap { ArrayBytes.bytes(Int16($0)) }),
            ArrayBytes.npy(">u2", shape: "(4, 3)", n.flatMap { ArrayBytes.bytes(UInt16($0), isBigEndian: true) }),
            ArrayBytes.npy("<i4", shape: "(4, 3)", n.flatMap { ArrayBytes.bytes(Int32($0)) }),
            ArrayBytes.npy("<u4", shape: "(4, 3)", n.flatMap { ArrayBytes.bytes(UInt32($0)) }),
            ArrayBytes.npy(">i8", shape: "(4, 3)", n.flatMap { ArrayBytes.bytes(Int64($0), isBigEndian: true) }),
            ArrayBytes.npy("<u8", shape: "(4, 3)", n.flatMap { ArrayBytes.bytes(UInt64($0)) }),
            ArrayBytes.npy(
                "|u1", shape: "(4, 3)", order: "True",
                (0..<3).flatMap { column in (0..<4).map { UInt8(n[$0 * 3 + column]) } }),
        ]
        for file in files { #expect(try Self.load(file, Self.y) == expected) }
        let images = ArrayBytes.idx(0x08, shape: [4, 3], n.map { UInt8($0) })
        let labels = ArrayBytes.idx(0x08, shape: [4], [5, 3, 5, 3])
        #expect(try Self.load(images, labels, isIDX: true) == expected)
        let wide = ArrayBytes.idx(0x0B, shape: [4, 3], n.flatMap { ArrayBytes.bytes(Int16($0), isBigEndian: true) })
        #expect(try Self.load(wide, labels, isIDX: true) == expected)
        let real = ArrayBytes.idx(0x0D, shape: [4, 3], ArrayBytes.floats(n.map { Float($0) }, isBigEndian: true))
        #expect(try Self.load(real, labels, isIDX: true) == expected)
    }

    @Test("regression takes one or more outputs")
    func outputs() throws {
        let two = ArrayBytes.npy("<f8", shape: "(4, 2)", ArrayBytes.doubles([1, 2, 3, 4, 5, 6, 7, 9]))
        #expect(try Self.load(Self.x, two, task: .regression).task == .regression(outputs: 2))
        #expect(try Self.load(Self.x, Self.y, task: .regression).task == .regression(outputs: 1))
    }

    @Test(
        "arrays that are refused",
        arguments: [
            (
                Self.x, Array(Self.y.dropLast(3)),
                "y: truncated: found 29 bytes of numbers, want 32 for the shape [4] of 8-byte numbers"
            ),
            (
                Self.x + [0], Self.y,
                "x: too long: found 49 bytes of numbers, want 48 for the shape [4, 3] of 4-byte numbers"
            ),
            (
                Self.y, Self.y,
                "x: features of the shape [4], want [rows, features]; for one feature save x.reshape(-1, 1)"
            ),
            (
                Self.x, ArrayBytes.npy("<i8", shape: "(3,)", [UInt8](repeating: 0, count: 24)),
                "y: 3 targets, want 4, one for each row of x"
            ),
            (
                Self.x, ArrayBytes.npy("<f4", shape: "(4,)", ArrayBytes.floats([1, 2, 1.5, 2])),
                "y: found 1.5 in row 2, want whole numbers from -2^53 to 2^53; for others set task: regression"
            ),
            (
                Self.x, ArrayBytes.npy("<f4", shape: "(4,)", ArrayBytes.floats([1, 2, .nan, 2])),
                "y: found nan in row 2, want whole numbers from -2^53 to 2^53; for others set task: regression"
            ),
            (
                Self.x, ArrayBytes.npy("|u1", shape: "(4,)", [1, 1, 1, 1]),
                "y: a constant target, every row has 1; want at least two classes"
            ),
            (
                Self.x, ArrayBytes.npy("|u1", shape: "(4, 2)", [1, 1, 1, 1, 0, 0, 0, 0]),
                "y: classes of the shape [4, 2], want [rows]; for one-hot targets save y.argmax(1)"
            ),
            (
                ArrayBytes.npy("<f4", shape: "(1, 2)", ArrayBytes.floats([1, .infinity])), Self.y,
                "y: 4 targets, want 1, one for each row of x"
            ),
            (
                ArrayBytes.npy("<f4", shape: "(4, 1)", ArrayBytes.floats([1, 2, .nan, 4])), Self.y,
                "x: the number at index [2, 0] is not finite as float32, want finite numbers; drop the row or fill it"
            ),
            (
                ArrayBytes.npy("<f8", shape: "(4, 1)", ArrayBytes.doubles([1, 2, 3, 1e300])), Self.y,
                "x: the number at index [3, 0] is not finite as float32, want finite numbers; drop the row or fill it"
            ),
            (
                ArrayBytes.npy("<c8", shape: "(4, 1)", [UInt8](repeating: 0, count: 32)), Self.y,
                "x: numbers of type '<c8', want f4, f8, i1 to i8, u1 to u8 or b1; save with x.astype('float32')"
            ),
            (
                ArrayBytes.npy("|u1", shape: "(4, 1, 1)", order: "True", [1, 2, 3, 4]), Self.y,
                "x: column-major in 3 dimensions; save with numpy.ascontiguousarray(x)"
            ),
            (
                ArrayBytes.npy("|u1", shape: "(9223372036854775807, 9)", []), Self.y,
                "x: a damaged npy header, want {'descr': ..., 'fortran_order': ..., 'shape': (...), }"
            ),
            (
                ArrayBytes.npy("|u1", shape: "(999999999999999999, 99)", []), Self.y,
                "x: the shape [999999999999999999, 99] is too large, want fewer numbers"
            ),
            (
                ArrayBytes.npy("|u1", shape: "(4, 0)", []), Self.y,
                "x: the shape [4, 0] has no numbers, want at least one row and feature"
            ),
            (
                ArrayBytes.npy("|u1", shape: "(0, 4)", []), Self.y,
                "x: the shape [0, 4] has no numbers, want at least one row and feature"
            ),
            (
                ArrayBytes.npy("|u1", shape: "(0, 999999999999999999, 999999999999999999)", []), Self.y,
                "x: the shape [0, 999999999999999999, 999999999999999999] has no numbers, want at least one row and feature"
            ),
            (Array("a,b\n1,2,3\n".utf8), Self.y, "x: not an npy file: it does not begin with \\x93NUMPY"),
            (
                ArrayBytes.npy("|u1", shape: "(4, 1)", version: 4, [1, 2, 3, 4]), Self.y,
                "x: an npy file of version 4, want 1, 2 or 3"
            ),
            (Array(Self.x[..<40]), Self.y, "x: the npy file ends in its header of 118 bytes, or the header is damaged"),
        ])
    func npy(x: [UInt8], y: [UInt8], expected: String) throws {
        #expect {
            try Self.load(x, y)
        } throws: { error in
            "\(error)" == expected
        }
    }

    @Test(
        "idx files that are refused",
        arguments: [
            (
                ArrayBytes.idx(0x08, shape: [4, 3], [1, 2, 3]),
                "x: truncated: found 3 bytes of numbers, want 12 for the shape [4, 3] of 1-byte numbers"
            ),
            ([0, 0, 8], "x: not an idx file: it begins with the bytes 0 0 8, want 0 0, a type of 8, 9, b, c, d or e"),
            ([0, 0, 8, 3, 0, 0], "x: truncated: found 6 bytes, want a header of 16 for 3 dimensions"),
            (
                [0, 0, 7, 1, 0, 0, 0, 0],
                "x: not an idx file: it begins with the bytes 0 0 7 1, want 0 0, a type of 8, 9, b, c, d or e"
            ),
            ([0, 0, 8, 0], "x: an idx file of 0 dimensions, want 1 to 8"),
            (
                ArrayBytes.idx(0x0E, shape: [0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], []),
                "x: the shape [4294967295, 4294967295, 4294967295] is too large, want fewer numbers"
            ),
            (
                ArrayBytes.idx(0x08, shape: [4, 3, 1, 3], [UInt8](repeating: 1, count: 36)),
                "x: images of the shape [4, 3, 1, 3], of which both of the second and the last dimension can be the channels, "
                    + "want 1, 3 or 4 channels in one of the two; store the images as npy of the shape "
                    + "[images, height, width, channels]"
            ),
            (
                ArrayBytes.idx(0x08, shape: [4, 2, 1, 2], [UInt8](repeating: 1, count: 16)),
                "x: images of the shape [4, 2, 1, 2], of which neither of the second and the last dimension can be the "
                    + "channels, want 1, 3 or 4 channels in one of the two; store the images as npy of the shape "
                    + "[images, height, width, channels]"
            ),
            (
                ArrayBytes.idx(
                    0x0D, shape: [4, 3, 1, 2],
                    ArrayBytes.floats((0..<24).map { $0 == 15 ? .nan : Float($0) }, isBigEndian: true)),
                "x: the number at index [2, 1, 0, 1] is not finite as float32, want finite numbers; drop the row or fill it"
            ),
        ])
    func idx(x: [UInt8], expected: String) throws {
        #expect {
            try Self.load(x, ArrayBytes.idx(0x08, shape: [4], [5, 3, 5, 3]), isIDX: true)
        } throws: { error in
            "\(error)" == expected
        }
    }

    @Test(
        "features of another shape than those that are trained on are refused, by the name of their own file",
        arguments: [
            (
                "(4, 2)",
                "v: 2 features in the validation rows, want the 3 of the training rows, with the same names in the "
                    + "same order"
            ),
            ("(2, 2, 2)", "v: the validation rows have the shape [2, 2], want [3] as the training rows"),
        ])
    func otherShape(shape: String, expected: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(Self.x, to: "x")
        try folder.write(Self.y, to: "y")
        try folder.write(ArrayBytes.npy("<f4", shape: shape, ArrayBytes.floats((0..<8).map { Float($0) })), to: "v")
        let count = shape.hasPrefix("(4") ? 4 : 2
        try folder.write(ArrayBytes.npy("|u1", shape: "(\(count),)", Array([3, 5, 3, 5][..<count])), to: "w")
        #expect {
            try DatasetLoader.load(
                DataSettings(
                    train: .npy(features: "x", targets: "y"), validation: .source(.npy(features: "v", targets: "w")),
                    test: nil),
                task: .classification, seed: 1, relativeTo: folder.path)
        } throws: { error in
            "\(error)" == expected
        }
    }

    @Test("a class that the training file does not have is refused")
    func newClass() throws {
        let labels = ArrayBytes.npy("|u1", shape: "(4,)", [3, 5, 4, 3])
        #expect {
            try Self.load(Self.x, Self.y, test: labels)
        } throws: { error in
            "\(error)" == "z: found the new class 4 in row 2, want one of the training file's 2"
        }
    }
}
