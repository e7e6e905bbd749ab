import Foundation

/// Model files in the format safetensors, which PyTorch, JAX, NumPy and others read.
///
/// Layout: the length of the header as a little-endian 64-bit number, the header in JSON, padded with spaces so that
/// the numbers begin at a multiple of 8, then the tensors' numbers, little-endian and row-major, without gaps.
///
/// Source: the description of the format in the repository of Hugging Face's safetensors.
package struct SafetensorsFile: Hashable, Sendable {
    /// In the order of their bytes in the file.
    package let tensors: [StoredTensor]
    /// Configuration, metrics, standardisation, class names and the like, by name in ascending order.
    package let texts: [StoredText]

    /// The format's own bound of a header.
    private static let longestHeader = 100_000_000
    private static let metadataKey = "__metadata__"

    package init(tensors: [StoredTensor], texts: [StoredText]) {
        self.tensors = tensors
        self.texts = texts
    }

    /// The bytes of the file; the same for the same model.
    ///
    /// - Throws: ``ModelFileError`` when names repeat or a shape does not fit its numbers.
    /// - Complexity: O(numbers).
    package func encoded() throws(ModelFileError) -> [UInt8] {
        var entries: [String: HeaderEntry] = [:]
        var offset = 0
        for tensor in self.tensors {
            guard try Self.count(of: tensor.shape) == tensor.values.count else {
                throw ModelFileError(
                    "tensor \(tensor.name) has \(tensor.values.count) numbers for the shape \(tensor.shape)")
            }
            guard tensor.name != Self.metadataKey, entries[tensor.name] == nil else {
                throw ModelFileError("the tensor name \(tensor.name) stands twice or is reserved, want another")
            }
            let end = offset + tensor.values.count * 4
            entries[tensor.name] = .tensor(TensorEntry(dtype: "F32", shape: tensor.shape, data_offsets: [offset, end]))
            offset = end
        }
        var metadata: [String: String] = [:]
        for text in self.texts {
            guard metadata.updateValue(text.value, forKey: text.name) == nil else {
                throw ModelFileError("the text \(text.name) stands twice, want each name once")
            }
        }
        if !metadata.isEmpty { entries[Self.metadataKey] = .metadata(metadata) }
        let header = try Self.header(entries)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + header.count + offset)
        for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: header.count >> (8 * shift))) }
        bytes += header
        for tensor in self.tensors {
            for value in tensor.values {
                let bits = value.bitPattern
                for shift in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: bits >> (8 * UInt32(shift)))) }
            }
        }
        return bytes
    }

    private static func header(_ entries: [String: HeaderEntry]) throws(ModelFileError) -> [UInt8] {
        let encoder = JSONEncoder()
        // Sorted, so that the bytes do not depend on the order of a dictionary.
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(entries) else {
            throw ModelFileError("the header cannot be written as JSON")
        }
        let padding = (8 - data.count % 8) % 8
        return Array(data) + [UInt8](repeating: 0x20, count: padding)
    }

    /// Reads a file whose tensors are all float32.
    ///
    /// - Throws: ``ModelFileError`` for a damaged header, another type of number, or tensors that leave gaps, overlap
    ///   or pass the end.
    /// - Complexity: O(bytes).
    package init(_ bytes: [UInt8]) throws(ModelFileError) {
        guard bytes.count >= 8 else { throw ModelFileError("\(bytes.count) bytes, want a header of at least 8") }
        let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(Self.longestHeader), Int(length) <= bytes.count - 8 else {
            throw ModelFileError("a header of \(length) bytes in a file of \(bytes.count)")
        }
        let start = 8 + Int(length)
        guard let entries = try? JSONDecoder().decode([String: HeaderEntry].self, from: Data(bytes[8..<start])) else {
            throw ModelFileError("the header is no JSON of a model file")
        }
        var tensors: [(name: String, entry: TensorEntry)] = []
        var texts: [StoredText] = []
        for (name, entry) in entries {
            switch entry {
            case .metadata(let metadata):
                guard name == Self.metadataKey else { throw ModelFileError("the tensor \(name) has no shape") }
                texts = metadata.map { StoredText($0.key, $0.value) }
            case .tensor(let tensor): tensors.append((name, tensor))
            }
        }
        tensors.sort { left, right in
            (left.entry.start, left.entry.end, left.name) < (right.entry.start, right.entry.end, right.name)
        }
        texts.sort { $0.name < $1.name }
        var result: [StoredTensor] = []
        var offset = 0
        for (name, entry) in tensors {
            guard entry.dtype == "F32" else {
                throw ModelFileError("tensor \(name) has the type \(entry.dtype), want F32")
            }
            let count = try Self.count(of: entry.shape)
            guard entry.data_offsets.count == 2, entry.start == offset, entry.end >= offset,
                entry.end <= bytes.count - start, entry.end - entry.start == count * 4
            else {
                throw ModelFileError(
                    "tensor \(name) lies at \(entry.data_offsets), want \(count) numbers from \(offset) on")
            }
            let values = stride(from: start + entry.start, to: start + entry.end, by: 4).map { place in
                Float(
                    bitPattern: UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2]) << 16
                        | UInt32(bytes[place + 3]) << 24)
            }
            result.append(StoredTensor(name: name, shape: entry.shape, values: values))
            offset = entry.end
        }
        guard offset == bytes.count - start else {
            throw ModelFileError("\(bytes.count - start) bytes of numbers, want \(offset)")
        }
        self.init(tensors: result, texts: texts)
    }

    private static func count(of shape: [Int]) throws(ModelFileError) -> Int {
        var count = 1
        for extent in shape {
            let (product, isOverflow) = count.multipliedReportingOverflow(by: extent)
            guard extent >= 0, !isOverflow, product <= 1 << 48 else {
                throw ModelFileError("the shape \(shape) is too large")
            }
            count = product
        }
        return count
    }
}

/// One entry of the header: the texts, or a tensor.
private enum HeaderEntry: Codable {
    case metadata([String: String])
    case tensor(TensorEntry)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let tensor = try? container.decode(TensorEntry.self) {
            self = .tensor(tensor)
        } else {
            self = .metadata(try container.decode([String: String].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .metadata(let metadata): try container.encode(metadata)
        case .tensor(let tensor): try container.encode(tensor)
        }
    }
}

private struct TensorEntry: Codable {
    let dtype: String
    let shape: [Int]
    // The name in the file.
    let data_offsets: [Int]

    var start: Int { self.data_offsets.first ?? 0 }
    var end: Int { self.data_offsets.last ?? 0 }
}
