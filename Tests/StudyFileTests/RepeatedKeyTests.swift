import StudyFile
import Testing

@Suite("Keys that stand twice")
struct RepeatedKeyTests {
    @Test(
        "a repeated key is told where it stands again, with the line of the first",
        arguments: [
            ("a: 1\nb: 2\na: 3\n", ["3:1: \"a\" stands in this mapping already, in line 1, want each key once"]),
            (
                "b:\n  - {c: 1, d: 2}\n  - {c: 1, \"d\": [3], 'd': 4}\n",
                ["3:22: \"d\" stands in this mapping already, in line 3, want each key once"]
            ),
            (
                "a: 1\na: 2\nb: {a: 1}\na:\n  a: 1\n",
                [
                    "2:1: \"a\" stands in this mapping already, in line 1, want each key once",
                    "4:1: \"a\" stands in this mapping already, in line 1, want each key once",
                ]
            ),
            (
                "x: {a: 1, b: 2, b: 3, a: 4}\r\n# \u{E9}\r\ny: 1\r\nx: 2\r\n",
                [
                    "1:17: \"b\" stands in this mapping already, in line 1, want each key once",
                    "1:23: \"a\" stands in this mapping already, in line 1, want each key once",
                    "4:1: \"x\" stands in this mapping already, in line 1, want each key once",
                ]
            ),
            (
                "text: |\n  a: 1\n  a: 2\nlong name: 1\n\"long\\x20name\": 2\n",
                ["5:1: \"long name\" stands in this mapping already, in line 4, want each key once"]
            ),
        ])
    func places(text: String, mistakes: [String]) {
        #expect(StudyReader.read(text: text).mistakes.map(\.description) == mistakes)
    }

    @Test("keys that are not letters, and more than anyone repeats, are told where the first of them stands")
    func fallback() {
        #expect(
            StudyReader.read(text: "{\"\": 1, \"\": 2}").mistakes.map(\.description) == [
                "1:2: \"\" stands more than once in this mapping, want each key once"
            ])
        #expect(
            StudyReader.read(text: String(repeating: "a: 1\n", count: 18)).mistakes.map(\.description) == [
                "1:1: \"a\" stands more than once in this mapping, want each key once"
            ])
    }
}
