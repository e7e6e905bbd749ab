/// Reads IDX files, as the MNIST digits are given in.
///
/// Source: Y. LeCun, C. Cortes, "The MNIST database of handwritten digits", section "File formats": two zero bytes, a
/// type, the number of dimensions, the dimensions as big-endian 32-bit numbers, the numbers big-endian and row-major.
enum IDXReader {
    /// - Throws: ``DataFileError`` for a wrong magic number, and for a file that is shorter or longer than its
    ///   dimensions say.
    static func read(_ bytes: UnsafeRawBufferPointer, file: String) throws(DataFileError) -> BinaryArray {
        guard bytes.count >= 4, unsafe bytes[0] == 0, unsafe bytes[1] == 0, let type = unsafe self.elementType(bytes[2])
        else {
            let magic = unsafe bytes.prefix(4).map { String($0, radix: 16) }.joined(separator: " ")
            throw DataFileError(
                file: file, "not an idx file: it begins with the bytes \(magic), want 0 0, a type of 8, 9, b, c, d or e"
            )
        }
        let dimensions = unsafe Int(bytes[3])
        guard (1...8).contains(dimensions) else {
            throw DataFileError(file: file, "an idx file of \(dimensions) dimensions, want 1 to 8")
        }
        let start = 4 + dimensions * 4
        guard bytes.count >= start else {
            throw DataFileError(
                file: file,
                "truncated: found \(bytes.count) bytes, want a header of \(start) for \(dimensions) dimensions")
        }
        let shape = (0..<dimensions).map { dimension in
            Int(unsafe UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4 + dimension * 4, as: UInt32.self)))
        }
        let wanted = try unsafe BinaryArray.byteCount(of: shape, size: type.size, file: file)
        let found = bytes.count - start
        guard found == wanted else {
            throw DataFileError(
                file: file,
                "\(found < wanted ? "truncated" : "too long"): found \(found) bytes of numbers, want \(wanted) "
                    + "for the shape "
                    + "\(shape) of \(type.size)-byte numbers")
        }
        return unsafe BinaryArray(
            file: file, shape: shape, type: type, order: .rowMajor,
            bytes: UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }

    /// Reads a file of images, of which four dimensions are those of images with channels.
    ///
    /// IDX has no rule for channels: files made for other programs have them second, [images, channels, height, width],
    /// as often as last. There are 1, 3 or 4 of them; where the shape leaves their place open, it is not guessed.
    ///
    /// - Throws: ``DataFileError`` as ``read(_:file:)`` does, and for four dimensions of which both or neither of the second
    ///   and the last can be the channels.
    static func readImages(_ bytes: UnsafeRawBufferPointer, file: String) throws(DataFileError) -> BinaryArray {
        let array = try unsafe self.read(bytes, file: file)
        let shape = unsafe array.shape
        guard shape.count == 4 else { return unsafe array }
        let counts = [1, 3, 4]
        switch (counts.contains(shape[1]), counts.contains(shape[3])) {
        case (false, true): return unsafe array
        case (true, false):
            return unsafe BinaryArray(
                file: file, shape: [shape[0], shape[2], shape[3], shape[1]], type: array.type, order: .channelsFirst,
                bytes: array.bytes)
        case (let isSecond, _):
            throw DataFileError(
                file: file,
                "images of the shape \(shape), of which \(isSecond ? "both" : "neither") of the second and the last "
                    + "dimension can be the channels, want 1, 3 or 4 channels in one of the two; store the images as npy of "
                    + "the shape [images, height, width, channels]")
        }
    }

    private static func elementType(_ code: UInt8) -> ElementType? {
        switch code {
        case 0x08: ElementType(kind: .unsigned, size: 1, isBigEndian: true)
        case 0x09: ElementType(kind: .signed, size: 1, isBigEndian: true)
        case 0x0B: ElementType(kind: .signed, size: 2, isBigEndian: true)
        case 0x0C: ElementType(kind: .signed, size: 4, isBigEndian: true)
        case 0x0D: ElementType(kind: .float, size: 4, isBigEndian: true)
        case 0x0E: ElementType(kind: .float, size: 8, isBigEndian: true)
        default: nil
        }
    }
}
