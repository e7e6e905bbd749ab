import Foundation
import Testing

@Suite("The demo")
struct DemoTests {
    @Test("any number of trials ends with a tested network", arguments: [(1, 1), (10, 9), (90, 81)])
    func trials(count: Int, epochs: Int) async throws {
        let scratch = try Scratch()
        let result = try await Program.run(
            ["demo", "--trials", "\(count)", "--slots", "1", "--dir", "out", "--json"], in: scratch.path)
        #expect(result.status == 0, "\(result.errors)")
        let end = try #require(Program.object(result.lines.last ?? ""))
        #expect(end["trials"] as? Int == count)
        let best = try #require(end["best"] as? [String: Any])
        #expect(best["epoch"] as? Int == epochs)
        #expect(best["test.accuracy"] is Double)
        #expect(FileManager.default.fileExists(atPath: "\(scratch.path)/out/best.safetensors"))
    }
}
