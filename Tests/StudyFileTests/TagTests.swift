import StudyFile
import Testing
import TuningModel

@Suite("Tags in study files")
struct TagTests {
    @Test(
        "a tag that is none of the core ones is refused where it stands",
        arguments: [
            (
                "batch_size: {ordinal: [16, 32, 64, 128]}", "batch_size: {ordinal: !foo [16, 32]}",
                "23:25: the tag !foo means nothing in a study file, want the value without it"
            ),
            (
                "name: digits\n", "name: !!python/object:os.system digits\n",
                "2:7: the tag !!python/object:os.system means nothing in a study file, want the value without it"
            ),
            (
                "name: digits\n", "name: !<x:y> digits\n",
                "2:7: the tag !<x:y> means nothing in a study file, want the value without it"
            ),
            (
                "budget: {trials: 300}", "budget: !!omap {trials: 300}",
                "28:9: the tag !!omap means nothing in a study file, want the value without it"
            ),
            (
                "budget: {trials: 300}", "budget: {!k trials: 300}",
                "28:10: the tag !k means nothing in a study file, want the value without it"
            ),
            (
                "budget: {trials: 300}", "budget: {trials: !!int many}",
                "28:18: the tag !!int does not fit many, want the value without it"
            ),
            (
                "budget: {trials: 300}", "budget: !!seq {trials: 300}",
                "28:9: the tag !!seq does not fit a mapping, want the value without it"
            ),
        ])
    func refused(old: String, new: String, mistake: String) throws {
        let reading = StudyReader.read(text: try StudyEdit(old, new, []).text())
        #expect(reading.mistakes.contains { $0.description == mistake })
        #expect(reading.study == nil)
    }

    @Test("core tags are taken at their word")
    func core() throws {
        let plain = StudyReader.read(text: StudyEdit.base)
        let tagged = try StudyEdit(
            "budget: {trials: 300}", "!!str budget: !!map {trials: !!int \"300\"}", []
        ).text().replacing("nesterov: true", with: "nesterov: !!bool true")
            .replacing("default: 1.0e-2", with: "default: !!float 1.0e-2")
            .replacing("[relu, gelu, tanh]", with: "!!seq [!!str relu, gelu, tanh]")
        #expect(plain.study != nil && StudyReader.read(text: tagged) == plain)
        let text = try StudyEdit("budget: {trials: 300}", "budget: {trials: !!str 300}", []).text()
        #expect(
            StudyReader.read(text: text).mistakes.map(\.description)
                == StudyReader.read(text: text.replacing("!!str 300", with: "\"300\"")).mistakes.map {
                    "\($0.line):\($0.column): \($0.message)"
                })
    }
}
