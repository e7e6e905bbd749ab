import StudyFile
import Testing

@Suite("Mistakes of a study file: search, budget and the rest")
struct SearchMistakeTests {
    @Test("each mistake is told with its place, what was found and what is wanted", arguments: Self.cases)
    func mistake(_ edit: StudyEdit) throws {
        let reading = StudyReader.read(text: try edit.text())
        #expect(reading.mistakes.map(\.description) == edit.mistakes)
        #expect(reading.study == nil)
    }

    private static let searchers =
        "random, grid, sobol, tpe, bohb, gp, hyper_tune, mobster, genetic, differential_evolution, dehb, cmaes, particle_swarm, "
        + "regularized_evolution, nsga2 or auto"

    private static let cases: [StudyEdit] = [
        StudyEdit(
            "objectives: [{metric: validation.loss, direction: minimize}]",
            "objectives: []",
            [
                """
                24:13: objectives: found an empty list, want [{metric: validation.loss, direction: \
                minimize}]
                """
            ]),
        StudyEdit(
            "objectives: [{metric: validation.loss, direction: minimize}]",
            "objectives: [{metric: validation.los, direction: minimize}]",
            [
                """
                24:23: objectives.metric: found validation.los, did you mean validation.loss? want \
                train.loss, validation.loss, validation.accuracy, validation.precision, \
                validation.recall, validation.f1, model.parameters, validation.gap, validation.gap_trend, \
                validation.top_3, validation.top_5, validation.precision_micro, validation.recall_micro, validation.f1_micro, \
                validation.roc_auc or validation.log_loss
                """
            ]),
        StudyEdit(
            "objectives: [{metric: validation.loss, direction: minimize}]",
            "objectives: [{metric: test.loss, direction: minimize}]",
            [
                """
                24:23: objectives.metric: test.loss is seen once, at the end; want a validation \
                metric
                """
            ]),
        StudyEdit(
            "objectives: [{metric: validation.loss, direction: minimize}]",
            "objectives: [{metric: validation.rmse, direction: minimize}]",
            [
                """
                24:23: objectives.metric: validation.rmse is not measured for classification, want \
                train.loss, validation.loss, validation.accuracy, validation.precision, \
                validation.recall, validation.f1, model.parameters, validation.gap, validation.gap_trend, \
                validation.top_3, validation.top_5, validation.precision_micro, validation.recall_micro, validation.f1_micro, \
                validation.roc_auc or validation.log_loss
                """
            ]),
        StudyEdit(
            "objectives: [{metric: validation.loss, direction: minimize}]",
            "objectives: [{metric: validation.loss}]",
            [
                """
                24:14: objectives.direction is missing
                """
            ]),
        StudyEdit(
            "objectives: [{metric: validation.loss, direction: minimize}]",
            "objectives: [{metric: validation.loss, direction: down}]",
            [
                """
                24:51: objectives.direction: found down, want minimize or maximize
                """
            ]),
        StudyEdit(
            "objectives: [{metric: validation.loss, direction: minimize}]",
            "objectives: [{metric: model.parameters, direction: maximize}]",
            [
                """
                24:52: objectives.direction: found maximize for model.parameters, want minimize, it is better when lower
                """
            ]),
        StudyEdit(
            "searcher: {name: random}",
            "searcher: {name: motpe, startup_trials: 20}",
            [
                """
                26:20: searcher motpe is not built yet, want \(Self.searchers)
                """
            ]),
        StudyEdit(
            "searcher: {name: random}",
            "searcher: {name: randum}",
            [
                """
                26:20: search.searcher.name: found randum, did you mean random? want \(Self.searchers)
                """
            ]),
        StudyEdit(
            "searcher: {name: random}",
            "searcher: {name: gp, startup_trials: 0}",
            [
                """
                26:40: search.searcher.startup_trials: found 0, want a whole number in [1, 10000]
                """
            ]),
        StudyEdit(
            "searcher: {name: random}",
            "searcher: {name: hyper_tune, candidates: many}",
            [
                """
                26:44: search.searcher.candidates: found many, want a whole number in [1, 100000]
                """
            ]),
        StudyEdit(
            "searcher: {name: random}",
            "searcher: {name: gp, points: 3}",
            [
                """
                26:24: search.searcher: unknown key "points", want name, startup_trials or candidates
                """
            ]),
        StudyEdit(
            "searcher: {name: random}",
            "searcher: [random]",
            [
                """
                26:13: search.searcher: found a list, want a name such as random, or a mapping such as {name: random}
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: asha, grace_period: 1, max_t: 81, reduction_factor: 3}",
            [
                """
                27:27: search.scheduler: unknown key "grace_period", did you mean min? want name, resource, epochs, max, min, \
                eta, brackets, allocation, variant, guard, formula, min_trials, threshold, population, interval, quantile, \
                resample or synchronous
                """,
                """
                27:44: search.scheduler: unknown key "max_t", did you mean max? want name, resource, epochs, max, min, eta, \
                brackets, allocation, variant, guard, formula, min_trials, threshold, population, interval, quantile, \
                resample or synchronous
                """,
                """
                27:55: search.scheduler: unknown key "reduction_factor", did you mean eta? want name, resource, epochs, max, \
                min, eta, brackets, allocation, variant, guard, formula, min_trials, threshold, population, interval, \
                quantile, resample or synchronous
                """,
            ]),
        StudyEdit(
            "searcher: {name: random}",
            "searcher: {name: random, points: 3}",
            [
                """
                26:28: search.searcher: unknown key "points", want name
                """
            ]),
        StudyEdit(
            "searcher: {name: random}",
            "searcher: {points: 3}",
            [
                """
                26:13: search.searcher.name is missing, want \(Self.searchers)
                """
            ]),
        StudyEdit(
            "searcher: {name: random}",
            "searcher: {name: grid, points: 0}",
            [
                """
                26:34: search.searcher.points: found 0, want a whole number in [1, 10000]
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: asha, resource: steps}",
            [
                """
                27:37: search.scheduler.resource: found steps, of which only recorded curves have any, want epochs
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: asha, resource: hours}",
            [
                """
                27:37: search.scheduler.resource: found hours, want epochs, epoch, seconds, samples, examples, repeats or \
                folds
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: asha, brackets: 6}",
            [
                """
                27:37: search.scheduler.brackets: found 6, want a whole number in [1, 5]
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: ahsa}",
            [
                """
                27:21: search.scheduler.name: found ahsa, did you mean asha? want none, \
                successive_halving, hyperband, asha, pasha, median, curve, pbt, pb2 or auto
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: bohb}",
            [
                """
                27:21: scheduler bohb is not built yet, want none, successive_halving, hyperband, \
                asha, pasha, median, curve, pbt, pb2 or auto
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: asha, min: 9, max: 3}",
            [
                """
                27:32: search.scheduler: min 9 is above max 3, want min <= max
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: asha, eta: 1}",
            [
                """
                27:32: search.scheduler.eta: found 1, want a whole number in [2, 1000]
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: none, eta: 3}",
            [
                """
                27:27: search.scheduler: eta means nothing to none, want name, resource, max or epochs
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: hyperband, min: 3, max: 2}",
            [
                """
                27:37: search.scheduler: min 3 is above max 2, want min <= max
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: hyperband, formula: jmrl}",
            [
                """
                27:41: search.scheduler.formula: found jmrl, did you mean jmlr? want jmlr or blog
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: asha, variant: stopping, guard: true}",
            [
                """
                27:46: search.scheduler: guard means nothing to the variant stopping, only to \
                promotion
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: asha, variant: stopping, brackets: 2}",
            [
                """
                27:46: search.scheduler: brackets means nothing to the variant stopping, only to promotion
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: asha, allocation: learned}",
            [
                """
                27:27: search.scheduler: allocation means nothing to one bracket, want brackets: 2 or more
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: asha, brackets: 2, allocation: lerned}",
            [
                """
                27:52: search.scheduler.allocation: found lerned, did you mean learned? want hyperband or \
                learned
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: median, eta: 3}",
            [
                """
                27:29: search.scheduler: eta means nothing to median, want name, resource, max, min or min_trials
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: median, min_trials: 0}",
            [
                """
                27:41: search.scheduler.min_trials: found 0, want a whole number in [1, 1000000]
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: median, min: 9, max: 8}",
            [
                """
                27:34: search.scheduler: min 9 is above max 8, want min <= max
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: curve, threshold: 1.5}",
            [
                """
                27:39: search.scheduler.threshold: found 1.5, want a number in (0, 1)
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: pasha, guard: 3}",
            [
                """
                27:35: search.scheduler.guard: found 3, want true or false
                """
            ]),
        StudyEdit(
            "scheduler: {name: asha, resource: epochs, min: 1, max: 81, eta: 3}",
            "scheduler: {name: asha, max: 1.5}",
            [
                """
                27:32: search.scheduler.max: found 1.5, want a whole number in [1, 1000000]
                """
            ]),
        StudyEdit(
            "budget: {trials: 300}",
            "budget: {trials: 0}",
            [
                """
                28:18: budget.trials: found 0, want a whole number in [1, 100000000]
                """
            ]),
        StudyEdit(
            "budget: {trials: 300}",
            "budget: {wall_time: 4 hours}",
            [
                """
                28:21: budget.wall_time: found 4 hours, want a time such as 30s, 5m, 4h or 1h30m, at \
                most a year
                """
            ]),
        StudyEdit(
            "budget: {trials: 300}",
            "budget: {wall_time: 30m1h}",
            [
                """
                28:21: budget.wall_time: found 30m1h, want a time such as 30s, 5m, 4h or 1h30m, at \
                most a year
                """
            ]),
        StudyEdit(
            "budget: {trials: 300}",
            "budget: {wall_time: 0s}",
            [
                """
                28:21: budget.wall_time: found 0s, want a time such as 30s, 5m, 4h or 1h30m, at most \
                a year
                """
            ]),
        StudyEdit(
            "budget: {trials: 300}",
            "budget: {trials: 300, failures: {retries: -1, give_up_after: 20}}",
            [
                """
                28:43: budget.failures.retries: found -1, want a whole number in [0, 100]
                """,
                """
                28:47: budget.failures: give_up_after is not built yet, want retries
                """,
            ]),
        StudyEdit(
            "budget: {trials: 300}",
            "budget: {trails: 300}",
            [
                """
                28:10: budget: unknown key "trails", did you mean trials? want trials, epochs, \
                wall_time or failures
                """
            ]),
        StudyEdit(
            "seeds: {search: 1, data: 1}",
            "seeds: {search: -1, data: 1, confirm: {best: 10}}",
            [
                """
                29:17: seeds.search: found -1, want a whole number in [0, 9223372036854775807]
                """,
                """
                29:30: seeds: confirm is not built yet, want search or data
                """,
            ]),
        StudyEdit(
            "searcher: {name: random}",
            """
            searcher: {name: random}
              try_first: [{training.learning_rate: 2.0, training.lerning_rate: 1, model.family: cnn}]
            """,
            [
                """
                27:40: search.try_first: training.learning_rate: found 2.0, want a number in \
                [0.0001, 1.0]
                """,
                """
                27:45: search.try_first: unknown parameter "training.lerning_rate", did you mean \
                training.learning_rate? want a searched one
                """,
                """
                27:85: search.try_first: model.family: found cnn, want mlp, it is not searched
                """,
            ]),
        StudyEdit(
            "searcher: {name: random}",
            """
            searcher: {name: random}
              try_first: [{training.optimizer: sgd, training.optimizer.adam.beta2: 0.95}]
            """,
            [
                """
                27:41: search.try_first: training.optimizer.adam.beta2 does not exist here, it needs \
                training.optimizer = adam
                """
            ]),
        StudyEdit(
            "searcher: {name: random}",
            """
            searcher: {name: random}
              try_first: [{model.family.mlp.layers: 1, model.family.mlp.layers.1.units: 32}, 3]
            """,
            [
                """
                27:44: search.try_first: model.family.mlp.layers.1.units does not exist here, it \
                needs model.family.mlp.layers > 1
                """,
                """
                27:82: search.try_first: found 3, want a mapping such as {training.learning_rate: \
                1.0e-3}
                """,
            ]),
        StudyEdit(
            "searcher: {name: random}",
            "searcher: {name: random}\n  try_first: 3",
            [
                """
                27:14: search.try_first: found 3, want a list of at most 1000 configurations
                """
            ]),
    ]
}
