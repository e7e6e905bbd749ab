/// Reads NumPy's array files, versions 1 to 3.
///
/// Source: NumPy Enhancement Proposal 1, "A simple file format for NumPy arrays", with the versions 2.0 and 3.0 of its
/// reference.
enum NPYReader {
    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    /// The header is a short dictionary; a longer one is no array file.
    private static let longestHeader = 65_536

    /// The array of a file.
    ///
    /// Little- and big-endian floats of 4 and 8 bytes, whole numbers of 1 to 8 bytes and truth values; row-major, or
    /// column-major in two dimensions at most.
    ///
    /// - Throws: ``DataFileError`` for anything else, and for a file that is shorter or longer than its shape says.
    static func read(_ bytes: UnsafeRawBufferPointer, file: String) throws(DataFileError) -> BinaryArray {
        guard bytes.count >= 10, unsafe bytes.prefix(6).elementsEqual(self.magic) else {
            throw DataFileError(file: file, "not an npy file: it does not begin with \\x93NUMPY")
        }
        let major = unsafe bytes[6]
        guard (1...3).contains(major) else {
            throw DataFileError(file: file, "an npy file of version \(major), want 1, 2 or 3")
        }
        let start = major == 1 ? 10 : 12
        guard bytes.count >= start else { throw DataFileError(file: file, "the npy file ends in its header") }
        let length =
            major == 1
            ? Int(unsafe UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self)))
            : Int(unsafe UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
        guard length <= self.longestHeader, bytes.count - start >= length else {
            throw DataFileError(
                file: file, "the npy file ends in its header of \(length) bytes, or the header is damaged")
        }
        let text = unsafe String(decoding: bytes[start..<start + length], as: UTF8.self)
        guard let header = NPYHeader(text) else {
            throw DataFileError(
                file: file,
                "a damaged npy header, want {'descr': ..., 'fortran_order': ..., 'shape': (...), }")
        }
        guard let type = self.elementType(header.descr) else {
            throw DataFileError(
                file: file,
                "numbers of type '\(shown(header.descr.utf8))', want f4, f8, i1 to i8, u1 to u8 or b1; save with "
                    + "x.astype('float32')")
        }
        guard !header.isColumnMajor || header.shape.count <= 2 else {
            throw DataFileError(
                file: file, "column-major in \(header.shape.count) dimensions; save with numpy.ascontiguousarray(x)")
        }
        let wanted = try unsafe BinaryArray.byteCount(of: header.shape, size: type.size, file: file)
        let found = bytes.count - start - length
        guard found == wanted else {
            throw DataFileError(
                file: file,
                "\(found < wanted ? "truncated" : "too long"): found \(found) bytes of numbers, want \(wanted) "
                    + "for the shape "
                    + "\(header.shape) of \(type.size)-byte numbers")
        }
        return unsafe BinaryArray(
            file: file, shape: header.shape, type: type,
            order: header.isColumnMajor && header.shape.count == 2 ? .columnMajor : .rowMajor,
            bytes: UnsafeRawBufferPointer(rebasing: bytes[(start + length)...]))
    }

    /// `<f4` and its like.
    private static func elementType(_ descr: String) -> ElementType? {
        let letters = Array(descr.utf8)
        guard letters.count == 3, letters[2] >= 0x31, letters[2] <= 0x38 else { return nil }
        let size = Int(letters[2] - 0x30)
        let isBigEndian: Bool
        switch letters[0] {
        case UInt8(ascii: "<"), UInt8(ascii: "="), UInt8(ascii: "|"): isBigEndian = false
        case UInt8(ascii: ">"): isBigEndian = true
        default: return nil
        }
        switch letters[1] {
        case UInt8(ascii: "f") where size == 4 || size == 8:
            return ElementType(kind: .float, size: size, isBigEndian: isBigEndian)
        case UInt8(ascii: "i") where [1, 2, 4, 8].contains(size):
            return ElementType(kind: .signed, size: size, isBigEndian: isBigEndian)
        case UInt8(ascii: "u") where [1, 2, 4, 8].contains(size), UInt8(ascii: "b") where size == 1:
            return ElementType(kind: .unsigned, size: size, isBigEndian: isBigEndian)
        default: return nil
        }
    }
}

/// The dictionary at the start of an npy file.
struct NPYHeader: Hashable {
    let descr: String
    let isColumnMajor: Bool
    let shape: [Int]

    /// Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, keys in any order, each once.
    init?(_ text: String) {
        var scanner = HeaderScanner(text)
        var descr: String?
        var isColumnMajor: Bool?
        var shape: [Int]?
        guard scanner.take("{") else { return nil }
        while !scanner.take("}") {
            guard let key = scanner.quoted(), scanner.take(":") else { return nil }
            switch key {
            case "descr" where descr == nil:
                guard let value = scanner.quoted() else { return nil }
                descr = value
            case "fortran_order" where isColumnMajor == nil:
                guard let value = scanner.truth() else { return nil }
                isColumnMajor = value
            case "shape" where shape == nil:
                guard let value = scanner.tuple() else { return nil }
                shape = value
            default: return nil
            }
            if scanner.take(",") { continue }
            guard scanner.take("}") else { return nil }
            break
        }
        guard scanner.isAtEnd, let descr, let isColumnMajor, let shape else { return nil }
        self.descr = descr
        self.isColumnMajor = isColumnMajor
        self.shape = shape
    }
}

/// Takes the pieces of a Python literal, spaces skipped before each.
private struct HeaderScanner {
    private let bytes: [UInt8]
    private var place = 0

    init(_ text: String) { self.bytes = Array(text.utf8) }

    private mutating func skipBlanks() {
        while self.place < self.bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(self.bytes[self.place]) {
            self.place += 1
        }
    }

    var isAtEnd: Bool {
        self.bytes[self.place...].allSatisfy { [0x20, 0x09, 0x0A, 0x0D, 0x00].contains($0) }
    }

    mutating func take(_ word: StaticString) -> Bool {
        self.skipBlanks()
        let letters = Array("\(word)".utf8)
        guard self.bytes[self.place...].starts(with: letters) else { return false }
        self.place += letters.count
        return true
    }

    mutating func quoted() -> String? {
        self.skipBlanks()
        guard self.place < self.bytes.count else { return nil }
        let quote = self.bytes[self.place]
        guard quote == 0x27 || quote == 0x22 else { return nil }
        guard let end = self.bytes[(self.place + 1)...].firstIndex(of: quote) else { return nil }
        let text = String(decoding: self.bytes[(self.place + 1)..<end], as: UTF8.self)
        self.place = end + 1
        return text
    }

    mutating func truth() -> Bool? {
        if self.take("True") { return true }
        if self.take("False") { return false }
        return nil
    }

    /// `()`, `(3,)`, `(3, 4)` with whole numbers from 0 on, at most 32 of them.
    mutating func tuple() -> [Int]? {
        guard self.take("(") else { return nil }
        var numbers: [Int] = []
        while !self.take(")") {
            self.skipBlanks()
            let digits = self.bytes[self.place...].prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty, digits.count < 19, numbers.count < 32 else { return nil }
            numbers.append(digits.reduce(0) { $0 * 10 + Int($1 - 0x30) })
            self.place += digits.count
            if self.take(",") { continue }
            guard self.take(")") else { return nil }
            break
        }
        return numbers
    }
}
