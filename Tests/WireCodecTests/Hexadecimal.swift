import Foundation

/// Files of golden bytes: hexadecimal numbers of bytes, lines that begin with `#` are for people.
enum Hexadecimal {
    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Protocols/vectors")

    struct Malformed: Error {
        let line: String
    }

    static func read(_ name: String) throws -> [UInt8] {
        let text = try String(contentsOf: Self.folder.appending(path: "\(name).hex"), encoding: .utf8)
        return try text.split(separator: "\n").filter { !$0.hasPrefix("#") }.flatMap { line in
            try line.split(separator: " ").map { digits in
                guard let byte = UInt8(digits, radix: 16) else { throw Malformed(line: String(line)) }
                return byte
            }
        }
    }

    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
            .filter { $0.hasSuffix(".hex") }.map { String($0.dropLast(4)) }.sorted()
    }
}
