import Foundation
import Testing

@Suite("Test rows that end early")
struct TestRowTests {
    private static func study(families: String) -> String {
        """
        version: 1
        name: steps
        data:
          train: {format: csv, file: train.csv, target: y, series: s}
          validation: {holdout: 0.25}
          test: {file: test.csv}
        task: classification
        model: {family: {choice: {\(families)}}}
        training: {batch_size: 4}
        search: {scheduler: {name: asha, min: 1, max: 2, eta: 2}}
        budget: {trials: 4}
        """
    }

    /// Series of three steps; the last one of the test file has two.
    private static func write(_ scratch: Scratch) throws {
        for (file, count) in [("train.csv", 48), ("test.csv", 11)] {
            var text = "s,x,y\n"
            for step in 0..<count { text += "\(step / 3),\(step * 7 % 11),\(step / 3 % 2 == 0 ? "a" : "b")\n" }
            try scratch.write(file, text)
        }
    }

    @Test("are refused before anything trains where the network that is found may be one that cannot take them")
    func refused() async throws {
        let scratch = try Scratch()
        try Self.write(scratch)
        let mlp = "mlp: {layers: [{units: 4}]}"
        let lstm = "lstm: {layers: [{units: 4}]}"
        let message = "test row 3 for mlp = a sequence that ends before step 3, want as many steps in all rows"
        try scratch.write("study.yaml", Self.study(families: "\(lstm), \(mlp)"))
        let run = try await Program.run(["run", "study.yaml", "--workers", "1", "--dir", "out"], in: scratch.path)
        #expect(run.status == 2 && run.errors.contains(message), "\(run.errors)")
        let train = try await Program.run(
            ["train", "study.yaml", "--set", "model.family=mlp", "--epochs", "1"], in: scratch.path)
        #expect(train.status == 2 && train.errors.contains(message), "\(train.errors)")
        let other = try await Program.run(
            ["train", "study.yaml", "--set", "model.family=lstm", "--epochs", "1"], in: scratch.path)
        #expect(other.status == 0, "\(other.errors)")
        try scratch.write("study.yaml", Self.study(families: "lstm: {layers: [{units: {int: [3, 5]}}]}"))
        let fine = try await Program.run(["run", "study.yaml", "--workers", "1", "--dir", "fine"], in: scratch.path)
        #expect(fine.status == 0, "\(fine.errors)")
    }
}
