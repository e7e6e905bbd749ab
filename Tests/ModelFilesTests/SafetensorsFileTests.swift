import ModelFiles
import Testing

@Suite("Model files")
struct SafetensorsFileTests {
    private static let model = SafetensorsFile(
        tensors: [
            StoredTensor(name: "layers.0.weight", shape: [2, 3], values: [1, 2, 3, 4, 5, -0.5]),
            StoredTensor(name: "layers.0.bias", shape: [3], values: [.infinity, 0, -0.0]),
            StoredTensor(name: "empty", shape: [0, 4], values: []),
            StoredTensor(name: "scalar", shape: [], values: [7]),
        ],
        texts: [StoredText("classes", "[\"a/b\", \"\u{E9}\\\"\"]"), StoredText("configuration", "{}")])

    @Test("what is written is read again")
    func roundTrip() throws {
        let bytes = try Self.model.encoded()
        let read = try SafetensorsFile(bytes)
        #expect(read.texts == Self.model.texts)
        #expect(Set(read.tensors) == Set(Self.model.tensors))
        #expect(try Self.model.encoded() == bytes)
    }

    @Test("the bytes are the format's: length, header, numbers from a multiple of 8 on")
    func layout() throws {
        let file = SafetensorsFile(
            tensors: [
                StoredTensor(name: "b", shape: [1], values: [1]), StoredTensor(name: "a", shape: [1], values: [2]),
            ],
            texts: [StoredText("k", "v")])
        let bytes = try file.encoded()
        let header =
            "{\"__metadata__\":{\"k\":\"v\"},\"a\":{\"data_offsets\":[4,8],\"dtype\":\"F32\",\"shape\":[1]},"
            + "\"b\":{\"data_offsets\":[0,4],\"dtype\":\"F32\",\"shape\":[1]}}"
        let length = (header.utf8.count + 7) / 8 * 8
        #expect(Array(bytes[..<8]) == [UInt8(length), 0, 0, 0, 0, 0, 0, 0])
        #expect(
            String(decoding: bytes[8..<(8 + length)], as: UTF8.self)
                == header + String(repeating: " ", count: length - header.utf8.count))
        #expect(Array(bytes[(8 + length)...]) == [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])
    }

    @Test("models that cannot be written")
    func refusals() {
        let tensor = StoredTensor(name: "a", shape: [1], values: [1])
        let files = [
            SafetensorsFile(tensors: [tensor, tensor], texts: []),
            SafetensorsFile(tensors: [StoredTensor(name: "a", shape: [2], values: [1])], texts: []),
            SafetensorsFile(tensors: [StoredTensor(name: "a", shape: [-1, -1], values: [1])], texts: []),
            SafetensorsFile(tensors: [StoredTensor(name: "a", shape: [Int.max, 2], values: [1])], texts: []),
            SafetensorsFile(tensors: [StoredTensor(name: "__metadata__", shape: [1], values: [1])], texts: []),
            SafetensorsFile(tensors: [], texts: [StoredText("a", "1"), StoredText("a", "2")]),
        ]
        for file in files { #expect(throws: ModelFileError.self) { try file.encoded() } }
    }

    @Test("damaged files are refused, never trapped on")
    func damaged() throws {
        let bytes = try Self.model.encoded()
        for count in 0..<bytes.count {
            #expect(throws: ModelFileError.self) { try SafetensorsFile(Array(bytes[..<count])) }
        }
        var long = bytes
        long.append(0)
        #expect(throws: ModelFileError.self) { try SafetensorsFile(long) }
        #expect(throws: ModelFileError.self) { try SafetensorsFile([255, 255, 255, 255, 255, 255, 255, 255]) }
        for place in 0..<200 {
            var changed = bytes
            changed[place] = changed[place] &+ 1
            // Either answer is right; a trap is not.
            let tensors = (try? SafetensorsFile(changed))?.tensors.count ?? 0
            #expect(tensors <= 4)
        }
    }
}
