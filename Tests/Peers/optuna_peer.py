"""Optuna: the TPE sampler with a pruner that stops trials as they report.

All workers share one study in memory. Each asks when it comes free, reports every step, and asks the pruner after each.
"""
import optuna

from clock import Job

VERSION = optuna.__version__
optuna.logging.set_verbosity(optuna.logging.ERROR)


def _distribution(p):
    if p.choices:
        return optuna.distributions.CategoricalDistribution(p.choices)
    if p.kind == "int":
        return optuna.distributions.IntDistribution(p.low, p.high, log=p.is_log)
    return optuna.distributions.FloatDistribution(p.low, p.high, log=p.is_log)


class Sampler(optuna.samplers.TPESampler):
    """The TPE sampler, spared from finding out anew for each trial that all have the same parameters."""

    def infer_relative_search_space(self, study, trial):
        if not self._is_multivariate(study) or not study.get_trials(deepcopy=False, states=_FINISHED):
            return super().infer_relative_search_space(study, trial)
        return self.space


_FINISHED = (optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED)


class OptunaStudy:
    def __init__(self, table, pool, workers, seed, sampler, pruner):
        self.table, self.pool = table, pool
        self.space = {p.name: _distribution(p) for p in table.space}
        # The pruner draws a trial's bracket from the study's name, so the name is a part of the seed.
        self.study = optuna.create_study(sampler=sampler, pruner=pruner, study_name=f"seed-{seed}")
        self.trials = []

    def next(self):
        if self.pool.count == 0:
            return None
        trial = self.study.ask(self.space)
        row = self.pool.take(trial.params)
        self._correct(trial, self.table.values[row])
        self.trials.append(trial)
        return Job(trial.number, row, 0, self.table.steps)

    def _correct(self, trial, values):
        """The sampler learns from what the row is, not from what it had asked for."""
        for name, distribution in self.space.items():
            self.study._storage.set_trial_param(
                trial._trial_id, name, distribution.to_internal_repr(values[name]), distribution)

    def report(self, job, step, loss):
        trial = self.trials[job.trial]
        trial.report(loss, step)
        if step == job.stop and loss != float("inf"):
            self.study.tell(trial, loss)
            return False
        if trial.should_prune() or loss == float("inf"):
            self.study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            return False
        return True


def _hyperband(table):
    return optuna.pruners.HyperbandPruner(min_resource=1, max_resource=table.steps, reduction_factor=3)


def _halving(table):
    return optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3)


def _method(pruner, **options):
    def create(table, pool, workers, seed):
        sampler = Sampler(seed=seed, **options)
        space = {p.name: _distribution(p) for p in sorted(table.space, key=lambda p: p.name)}
        sampler.space = {name: distribution for name, distribution in space.items() if not distribution.single()}
        return OptunaStudy(table, pool, workers, seed, sampler, pruner(table))

    return create


METHODS = {
    "optuna-hyperband": _method(_hyperband, multivariate=True, constant_liar=True),
    "optuna-halving": _method(_halving, multivariate=True, constant_liar=True),
    "optuna-univariate-hyperband": _method(_hyperband, multivariate=False, constant_liar=True),
    "optuna-univariate-halving": _method(_halving, multivariate=False, constant_liar=True),
}
