import CZlib
import DatasetFiles
import Testing

@testable import DatasetFiles

@Suite("Gzip files")
struct GunzipTests {
    /// A gzip member.
    static func pack(_ bytes: [UInt8]) throws -> [UInt8] {
        var stream = unsafe z_stream()
        let status = unsafe deflateInit2_(
            &stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        try #require(status == Z_OK)
        defer { unsafe deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: bytes.count + 1000)
        let written = unsafe input.withUnsafeMutableBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { output in
                unsafe stream.next_in = input.baseAddress
                unsafe stream.avail_in = UInt32(input.count)
                unsafe stream.next_out = output.baseAddress
                unsafe stream.avail_out = UInt32(output.count)
                unsafe deflate(&stream, Z_FINISH)
                return unsafe output.count - Int(stream.avail_out)
            }
        }
        return Array(output[..<written])
    }

    private func unpack(_ packed: [UInt8], limit: Int = 1 << 31) throws -> [UInt8] {
        try unsafe packed.withUnsafeBytes { try unsafe Gunzip.unpack($0, file: "f.gz", limit: limit) }
    }

    private func message(_ packed: [UInt8], limit: Int = 1 << 31) -> String {
        do {
            return "\(try self.unpack(packed, limit: limit).count) bytes"
        } catch { return "\(error)" }
    }

    @Test("what is packed is unpacked, also in several members")
    func roundTrip() throws {
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
        #expect(try self.unpack(Self.pack(bytes)) == bytes)
        #expect(try self.unpack(Self.pack([1, 2]) + Self.pack([3]) + Self.pack([])) == [1, 2, 3])
    }

    @Test("a file that unpacks to too much is refused before it is unpacked")
    func bomb() throws {
        let packed = try Self.pack([UInt8](repeating: 0, count: 20_000_000))
        #expect(packed.count < 30_000)
        #expect(
            self.message(packed, limit: 1_000_000)
                == "f.gz: unpacks to more than 1000000 bytes, want fewer; unpack it by hand and use the plain file")
        #expect(self.message(packed, limit: 20_000_000) == "20000000 bytes")
    }

    @Test("damaged and truncated files")
    func damaged() throws {
        let packed = try Self.pack(Array("some text, some more text".utf8))
        #expect(self.message(Array(packed.dropLast(3))).hasPrefix("f.gz: the gzip is truncated: it ends after"))
        #expect(self.message(packed + [1, 2, 3]) == "f.gz: 3 bytes stand after the end of the gzip, want none")
        var changed = packed
        changed[packed.count - 6] ^= 1
        #expect(self.message(changed).hasSuffix("incorrect data check"))
        for place in 0..<packed.count {
            var changed = packed
            changed[place] ^= 0x55
            // Either answer is right; a trap is not.
            #expect(!self.message(changed).isEmpty)
        }
    }
}
