import Randomness
import StudyFile
import Testing

@Suite("Hostile study files")
struct HostileFileTests {
    @Test("changed bytes give a study or mistakes, never a trap", arguments: [UInt64(1), 2, 3, 4])
    func mutations(seed: UInt64) {
        let random = RandomStream(seed: seed, purpose: .searchSpace)
        let original = Array(StudyEdit.base.utf8)
        let alphabet = Array("{}[]:,-?&*!|>'\"#%@`~ \n\t0123456789.eE+abz\u{E9}".utf8)
        var index: UInt64 = 0
        func draw(_ bound: Int) -> Int {
            index += 1
            return Int(random.integer(below: UInt64(bound), at: index))
        }
        for round in 0..<150 {
            var bytes = original
            for _ in 0...draw(6) {
                let place = draw(bytes.count)
                switch draw(4) {
                case 0: bytes[place] = alphabet[draw(alphabet.count)]
                case 1: bytes.insert(alphabet[draw(alphabet.count)], at: place)
                case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + draw(20)))
                default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 1 + draw(40))], at: place)
                }
                if bytes.isEmpty { bytes = original }
            }
            let reading = StudyReader.read(text: String(decoding: bytes, as: UTF8.self))
            let isWhole = (reading.study == nil) != reading.mistakes.isEmpty
            #expect(isWhole, "seed \(seed), round \(round)")
            #expect(
                reading.mistakes.allSatisfy { $0.line >= 1 && $0.column >= 1 && !$0.message.isEmpty },
                "seed \(seed), round \(round)")
        }
    }

    @Test(
        "deep nesting is refused",
        arguments: [
            String(repeating: "[", count: 100_000), String(repeating: "{a: ", count: 50_000),
            String(repeating: "- ", count: 100_000), String(repeating: "? ", count: 100_000),
            String(repeating: "[", count: 500) + String(repeating: "]", count: 500),
            "model: " + String(repeating: "[", count: 60) + String(repeating: "]", count: 60),
        ])
    func nesting(text: String) {
        let reading = StudyReader.read(text: text)
        #expect(reading.study == nil)
        #expect(!reading.mistakes.isEmpty)
    }

    @Test("aliases that stand for exponentially many nodes are refused before they are parsed")
    func aliases() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...40 {
            let names = [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(names)]\n"
        }
        text += "? *a40\n: 1\n"
        #expect(
            StudyReader.read(text: text).mistakes.map(\.description) == [
                "2:10: aliases (*name) are not supported, write the values out"
            ])
    }

    @Test("a file that is too long is refused unread")
    func length() {
        let text = String(repeating: "#", count: 1_048_577)
        #expect(
            StudyReader.read(text: text).mistakes.map(\.description) == [
                "1:1: the file has 1048577 bytes, want at most 1048576"
            ])
    }

    @Test("a text that is too long is refused")
    func longText() throws {
        let text = try StudyEdit("digits.csv.gz", String(repeating: "a", count: 5000), []).text()
        #expect(
            StudyReader.read(text: text).mistakes.contains {
                $0.line == 4 && $0.column == 30 && $0.message == "a text of 5000 bytes, want at most 4096"
            })
    }

    @Test("empty files", arguments: ["", "\n", "# nothing\n", "---\n", "null"])
    func empty(text: String) {
        let reading = StudyReader.read(text: text)
        #expect(reading.study == nil)
        #expect(reading.mistakes.count == 1)
    }

    @Test("many mistakes are told in one pass, in the order of the file")
    func many() {
        let text = StudyEdit.base
            .split(separator: "\n").map(String.init)
            .map { $0.replacing("holdout: 0.2", with: "holdout: 2").replacing("asha", with: "ahsa") }
            .joined(separator: "\n")
        #expect(
            StudyReader.read(text: text).mistakes.map { "\($0.line):\($0.column)" } == ["5:25", "6:19", "27:21"])
    }
}
