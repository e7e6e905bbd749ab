import Foundation
import Testing

@Suite("The demo")
struct DemoTests {
    @Test("any number of trials ends with a tested network", arguments: [(1, 1, 0.05), (10, 9, 0.8), (90, 81, 0.95)])
    func trials(count: Int, epochs: Int, accuracy: Double) async throws {
        let scratch = try Scratch()
        let result = try await Program.run(
            ["demo", "--trials", "\(count)", "--slots", "1", "--dir", "out", "--json"], in: scratch.path)
        #expect(result.status == 0, "\(result.errors)")
        let end = try #require(Program.object(result.lines.last ?? ""))
        #expect(end["trials"] as? Int == count)
        let best = try #require(end["best"] as? [String: Any])
        #expect(best["epoch"] as? Int == epochs)
        #expect(try #require(best["test.accuracy"] as? Double) >= accuracy)
        let busy = try #require(end["busy_fraction"] as? Double)
        #expect((0.2...1).contains(busy))
        #expect(FileManager.default.fileExists(atPath: "\(scratch.path)/out/best.safetensors"))
    }
}
