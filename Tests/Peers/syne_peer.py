"""Syne Tune: its asynchronous schedulers by promotion, with random search (ASHA) and two models (MOBSTER, Hyper-Tune).

The schedulers are driven as Syne Tune's own tuner drives them: `suggest`, `on_trial_add`, `on_trial_result`. A suggested
configuration is replaced by that of its row before the scheduler registers it.
"""
import datetime
import logging
import warnings
from importlib.metadata import version

import numpy as np
from syne_tune import config_space
from syne_tune.backend.trial_status import Trial
from syne_tune.optimizer.baselines import ASHA, MOBSTER, HyperTune
from syne_tune.optimizer.scheduler import SchedulerDecision

from clock import Job

VERSION = version("syne-tune")
logging.disable(logging.CRITICAL)
warnings.filterwarnings("ignore")

TIME, LOSS, STEP, LAST = datetime.datetime(2000, 1, 1), "loss", "step", "last_step"
#: What is told of a diverged training while no finite loss is known.
BAD = 1e3


def _domain(p):
    if p.choices:
        return (config_space.ordinal if p.kind == "ordinal" else config_space.choice)(p.choices)
    if p.kind == "int":
        return (config_space.lograndint if p.is_log else config_space.randint)(p.low, p.high)
    return (config_space.loguniform if p.is_log else config_space.uniform)(p.low, p.high)


class SyneTune:
    def __init__(self, scheduler, table, pool, workers, seed, **options):
        self.table, self.pool = table, pool
        space = {p.name: _domain(p) for p in table.space} | {LAST: table.steps}
        # Some draws are from the global generator, whatever the seed that is passed in.
        np.random.seed(seed)
        self.scheduler = scheduler(
            space, metric=LOSS, mode="min", resource_attr=STEP, max_resource_attr=LAST, type="promotion",
            grace_period=1, reduction_factor=3, random_seed=seed, **options)
        self.trials, self.rows, self.reached = [], {}, {}
        self.diverged = set()
        self.worst = None
        self._row = None
        suggest = self.scheduler.searcher.get_config
        self.scheduler.searcher.get_config = lambda **context: self._correct(suggest, context)

    def _correct(self, suggest, context):
        if self.pool.count == 0:
            return None
        config = suggest(**context)
        if config is None:
            return None
        self._row = self.pool.take({p.name: config[p.name] for p in self.table.space})
        return config | self.table.values[self._row]

    def next(self):
        while (suggestion := self.scheduler.suggest(len(self.trials))) is not None:
            stop = int(suggestion.config[LAST])
            if suggestion.spawn_new_trial_id:
                trial = len(self.trials)
                self.trials.append(Trial(trial, suggestion.config, TIME))
                self.rows[trial], self.reached[trial] = self._row, 0
                self.scheduler.on_trial_add(self.trials[trial])
            else:
                trial = int(suggestion.checkpoint_trial_id)
            if trial not in self.diverged:
                return Job(trial, self.rows[trial], self.reached[trial], stop)
            self._tell(trial, stop, float("inf"))
        return None

    def _tell(self, trial, step, loss):
        """Models need a finite number for what diverged: the worst that was seen."""
        if loss != float("inf"):
            self.worst = loss if self.worst is None else max(self.worst, loss)
        else:
            loss = BAD if self.worst is None else self.worst
        result = {LOSS: loss, STEP: step}
        decision = self.scheduler.on_trial_result(self.trials[trial], result)
        if decision == SchedulerDecision.STOP:
            self.scheduler.on_trial_complete(self.trials[trial], result)
        return decision == SchedulerDecision.CONTINUE

    def report(self, job, step, loss):
        self.reached[job.trial] = step
        if loss == float("inf"):
            # It keeps its place in the rung that it was on the way to.
            self.diverged.add(job.trial)
            self._tell(job.trial, job.stop, loss)
            return False
        return self._tell(job.trial, step, loss)


def _method(scheduler, **options):
    return lambda table, pool, workers, seed: SyneTune(scheduler, table, pool, workers, seed, **options)


#: After 50 observations the hyperparameters of the Gaussian process are fitted with every 20th suggestion only: fitted with
#: each, one run takes hours. New observations count at once all the same.
FITS = {"debug_log": False, "opt_skip_init_length": 50, "opt_skip_period": 20}

METHODS = {
    "syne-asha": _method(ASHA),
    "syne-mobster": _method(MOBSTER, search_options=FITS),
    "syne-hypertune": _method(HyperTune, brackets=4, search_options=FITS),
}
