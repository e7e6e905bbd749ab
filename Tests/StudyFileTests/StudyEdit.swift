import Testing

/// A good study file with one text replaced, and the mistakes that follow.
struct StudyEdit: Sendable, CustomTestStringConvertible {
    let old: String
    let new: String
    let mistakes: [String]

    init(_ old: String, _ new: String, _ mistakes: [String]) {
        self.old = old
        self.new = new
        self.mistakes = mistakes
    }

    var testDescription: String { self.new }

    /// The file; the old text must stand in it exactly once.
    func text() throws -> String {
        let parts = Self.base.split(separator: self.old, omittingEmptySubsequences: false)
        try #require(parts.count == 2, "the text to replace stands \(parts.count - 1) times")
        return parts.joined(separator: self.new)
    }

    /// The form that must keep working, on which every test of mistakes stands.
    static let base = """
        version: 1
        name: digits
        data:
          train: {format: csv, file: digits.csv.gz, target: digit}
          validation: {holdout: 0.2, stratify: true}
          test: {holdout: 0.2, stratify: true}
        task: classification
        model:
          family:
            choice:
              mlp:
                layers:
                  repeat: {int: [1, 3]}
                  each: {units: {int: [16, 256], log: true}, dropout: {float: [0.0, 0.5]}}
          activation: {choice: [relu, gelu, tanh]}
        training:
          optimizer:
            choice:
              sgd: {momentum: {float: [0.0, 0.99]}, nesterov: true}
              adam: {beta1: 0.9, beta2: {float: [0.9, 0.9999]}}
          learning_rate: {float: [1.0e-4, 1.0], log: true, default: 1.0e-2}
          l2: {float: [1.0e-7, 1.0e-2], log: true, or: 0}
          batch_size: {ordinal: [16, 32, 64, 128]}
        objectives: [{metric: validation.loss, direction: minimize}]
        search:
          searcher: {name: random}
          scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}
        budget: {trials: 300}
        seeds: {search: 1, data: 1}


        """
}
