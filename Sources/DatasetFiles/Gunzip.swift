import CZlib

/// Unpacks gzip files, and the deflated entries of zip files.
enum Gunzip {
    /// What stands around the packed data.
    enum Form {
        case gzip
        /// Nothing.
        case raw

        fileprivate var name: String { self == .gzip ? "gzip" : "zip entry" }

        /// 15 bits of window, 16 more for the gzip form, negative for none.
        fileprivate var windowBits: Int32 {
            switch self {
            case .gzip: 15 + 16
            case .raw: -15
            }
        }
    }

    /// Bytes that one call of zlib may write.
    private static let chunk = 1 << 20

    /// Unpacks one or more gzip members that follow each other.
    ///
    /// - Parameters:
    ///   - packed: The whole file.
    ///   - file: For messages.
    ///   - limit: Unpacked bytes at most; no more is ever held in memory.
    ///   - form: What stands around the packed data.
    /// - Returns: The unpacked bytes.
    /// - Throws: ``DataFileError`` for a damaged or truncated file, bytes after its end, or one that unpacks to more
    ///   than `limit`.
    /// - Complexity: O(unpacked bytes).
    static func unpack(
        _ packed: UnsafeRawBufferPointer, file: String, limit: Int, form: Form = .gzip
    ) throws(DataFileError) -> [UInt8] {
        var stream = unsafe z_stream()
        let size = Int32(unsafe MemoryLayout<z_stream>.size)
        guard unsafe inflateInit2_(&stream, form.windowBits, ZLIB_VERSION, size) == Z_OK else {
            throw DataFileError(file: file, "zlib does not start")
        }
        defer { unsafe inflateEnd(&stream) }
        var result: [UInt8] = []
        result.reserveCapacity(min(limit, form == .raw ? packed.count * 4 : unsafe self.hint(packed)))
        var room = [UInt8](repeating: 0, count: min(self.chunk, limit + 1))
        var consumed = 0
        while true {
            let input = unsafe UnsafeRawBufferPointer(rebasing: packed[consumed...].prefix(1 << 30))
            unsafe stream.next_in = UnsafeMutablePointer(
                mutating: input.bindMemory(to: UInt8.self).baseAddress)
            unsafe stream.avail_in = UInt32(input.count)
            let (status, written) = unsafe room.withUnsafeMutableBufferPointer { buffer -> (Int32, Int) in
                unsafe stream.next_out = buffer.baseAddress
                unsafe stream.avail_out = UInt32(buffer.count)
                let status = unsafe inflate(&stream, Z_NO_FLUSH)
                return unsafe (status, buffer.count - Int(stream.avail_out))
            }
            consumed += unsafe input.count - Int(stream.avail_in)
            guard result.count + written <= limit else {
                throw DataFileError(
                    file: file,
                    "unpacks to more than \(limit) bytes, want fewer; unpack it by hand and use the plain file")
            }
            result.append(contentsOf: room[..<written])
            switch status {
            case Z_STREAM_END:
                if consumed == packed.count { return result }
                let rest = unsafe packed[consumed...]
                guard form == .gzip, unsafe rest.count >= 2, unsafe rest[consumed] == 0x1F,
                    unsafe rest[consumed + 1] == 0x8B,
                    unsafe inflateReset(&stream) == Z_OK
                else {
                    throw DataFileError(
                        file: file,
                        "\(packed.count - consumed) bytes stand after the end of the \(form.name), want none")
                }
            case Z_OK where written > 0 || consumed < packed.count: continue
            case Z_OK, Z_BUF_ERROR:
                throw DataFileError(
                    file: file,
                    "the \(form.name) is truncated: it ends after \(packed.count) bytes before its data does")
            default:
                let reason = unsafe stream.msg.map { unsafe String(cString: $0) } ?? "status \(status)"
                throw DataFileError(file: file, "the \(form.name) is damaged near byte \(consumed): \(reason)")
            }
        }
    }

    /// A guess of the unpacked size: the last four bytes, but no more than 64 times the packed size, because the file
    /// may lie.
    private static func hint(_ packed: UnsafeRawBufferPointer) -> Int {
        guard packed.count >= 18 else { return 0 }
        let stated = unsafe UInt32(
            littleEndian: packed.loadUnaligned(fromByteOffset: packed.count - 4, as: UInt32.self))
        let (most, isOverflow) = packed.count.multipliedReportingOverflow(by: 64)
        return isOverflow ? Int(stated) : min(Int(stated), most)
    }
}
