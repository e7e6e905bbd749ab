import StudyFile
import Testing
import TuningModel

@Suite("Mistakes of a study file: tpe, bohb and priors")
struct ParzenMistakeTests {
    @Test(
        "each mistake is told with its place, what was found and what is wanted",
        arguments: [
            (
                "tpe, startup_trials: 0",
                "26:41: search.searcher.startup_trials: found 0, want a whole number in [1, 10000]"
            ),
            (
                "tpe, candidates: many",
                "26:37: search.searcher.candidates: found many, want a whole number in [1, 10000]"
            ),
            ("tpe, gamma: 1.0", "26:32: search.searcher.gamma: found 1.0, want a share of the trials in (0, 1)"),
            (
                "tpe, random_fraction: -0.1",
                "26:42: search.searcher.random_fraction: found -0.1, want a number in [0.0, 1.0]"
            ),
            ("tpe, prior_weight: 0", "26:39: search.searcher.prior_weight: found 0, want a number in [0.001, 1000.0]"),
            (
                "tpe, min_points: 4",
                """
                26:25: search.searcher: unknown key "min_points", want name, startup_trials, candidates, gamma, \
                random_fraction or prior_weight
                """
            ),
            (
                "bohb, bandwidth_factor: 0.5",
                "26:44: search.searcher.bandwidth_factor: found 0.5, want a number in [1.0, 100.0]"
            ),
            ("bohb, min_points: 0", "26:38: search.searcher.min_points: found 0, want a whole number in [1, 9998]"),
            (
                "bohb, startup_trials: 4",
                """
                26:26: search.searcher: unknown key "startup_trials", want name, min_points, candidates, gamma, \
                random_fraction or bandwidth_factor
                """
            ),
        ])
    func searchers(text: String, mistake: String) throws {
        let edit = StudyEdit("searcher: {name: random}", "searcher: {name: \(text)}", [])
        let reading = StudyReader.read(text: try edit.text())
        #expect(reading.mistakes.map(\.description) == [mistake])
        #expect(reading.study == nil)
    }

    @Test(
        "a prior stands beside a default",
        arguments: [
            (
                "default: 1.0e-2, prior: sure",
                "21:76: training.learning_rate.prior: found sure, want low, medium or high"
            ),
            (
                "prior: high",
                """
                21:59: training.learning_rate.prior: says how sure the default is, want default: VALUE beside it
                """
            ),
        ])
    func priors(text: String, mistake: String) throws {
        let reading = StudyReader.read(text: try StudyEdit("default: 1.0e-2", text, []).text())
        #expect(reading.mistakes.map(\.description) == [mistake])
    }

    @Test("a prior belongs to its parameter, in a layer and for a choice of branches too")
    func priorsRead() throws {
        let text = try StudyEdit("default: 1.0e-2", "default: 1.0e-2, prior: high", []).text()
            .replacing("dropout: {float: [0.0, 0.5]}", with: "dropout: {float: [0.0, 0.5], default: 0.1, prior: low}")
            .replacing("optimizer:\n", with: "optimizer:\n    default: adam\n    prior: medium\n")
        let reading = StudyReader.read(text: text)
        #expect(reading.mistakes.map(\.description) == [])
        let space = try #require(reading.study).space
        let priors = space.parameters.filter { $0.prior != nil }.map { "\($0.name) \($0.prior.map { "\($0)" } ?? "")" }
        #expect(
            priors.sorted() == [
                "model.family.mlp.layers.0.dropout low", "model.family.mlp.layers.1.dropout low",
                "model.family.mlp.layers.2.dropout low", "training.learning_rate high", "training.optimizer medium",
            ])
    }
}
