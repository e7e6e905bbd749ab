import Foundation
import Testing

@Suite("Studies with embeddings")
struct EmbeddingTests {
    private static func study(_ columns: String, embedding: String) -> String {
        """
        version: 1
        name: towns
        data:
          train: {format: csv, file: towns.csv, target: price\(columns)}
          validation: {holdout: 0.25}
          test: {holdout: 0.25}
        task: regression
        model:
          family: {choice: {mlp: {layers: [{units: 16}], embedding: \(embedding), embedding_rule: cardinality}}}
        training: {optimizer: adam, learning_rate: 0.02, batch_size: 16}
        search:
          searcher: {name: random}
          scheduler: {name: asha, min: 2, max: 18, eta: 3}
        budget: {trials: 12}
        seeds: {search: 3, data: 1}
        """
    }

    /// The price follows from the town, the kind and the size.
    private static func table(_ scratch: Scratch) throws {
        var text = "size,town,kind,price\n"
        for row in 0..<480 {
            let (town, kind, size) = (row * 7 % 12, row * 5 % 3, row * 13 % 17)
            text += "\(size),t\(town),k\(kind),\(town * town % 11 * 4 + kind * 9 + size)\n"
        }
        try scratch.write("towns.csv", text)
    }

    @Test("search widths, test and save the tables")
    func search() async throws {
        let scratch = try Scratch()
        try Self.table(scratch)
        try scratch.write("study.yaml", Self.study(", categorical: [town, kind]", embedding: "{int: [1, 6]}"))
        let run = try await Program.run(
            ["run", "study.yaml", "--workers", "2", "--dir", "out", "--json"], in: scratch.path)
        #expect(run.status == 0, "\(run.errors)")
        let end = try #require(Program.object(run.lines.last ?? ""))
        let best = try #require(end["best"] as? [String: Any])
        #expect(try #require(best["test.r2"] as? Double) > 0.9)

        var digests: [String] = []
        for _ in 0..<2 {
            let train = try await Program.run(
                [
                    "train", "study.yaml", "--set", "model.family.mlp.embedding=4", "--epochs", "3", "--save",
                    "network.safetensors", "--json",
                ], in: scratch.path)
            #expect(train.status == 0, "\(train.errors)")
            let finished = try #require(Program.object(train.lines.last ?? ""))
            // 12 towns of 4 numbers, 3 kinds of 3, then 8 inputs of 16 units.
            #expect(finished["parameters"] as? Int == 12 * 4 + 3 * 3 + (8 * 16 + 16) + (16 + 1))
            digests.append(try #require(finished["digest"] as? String))
        }
        #expect(digests[0] == digests[1])
        let file = try Data(contentsOf: URL(fileURLWithPath: "\(scratch.path)/network.safetensors"))
        let header = String(decoding: file.prefix(4096), as: UTF8.self)
        #expect(header.contains("\"data.category_columns\":\"[[1,12],[13,3]]\""))
        #expect(
            header.contains(
                "\"embeddings.0.weight\":{\"data_offsets\":[0,192],\"dtype\":\"F32\",\"shape\":[12,4]}"))
    }

    @Test("are refused for data without categories, with the way out")
    func refused() async throws {
        let scratch = try Scratch()
        try Self.table(scratch)
        try scratch.write("study.yaml", Self.study(", ignore: [town, kind]", embedding: "4"))
        let train = try await Program.run(["train", "study.yaml", "--epochs", "1"], in: scratch.path)
        #expect(train.status == 2)
        #expect(
            train.errors.contains(
                "model.family.mlp.embedding = 4, want 0 for data without columns of categories; name them under categorical"
            ), "\(train.errors)")
    }
}
