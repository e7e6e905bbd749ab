"""The baselines, written here: random search, and asynchronous successive halving with the delayed-promotion guard.

Sources: L. Li et al., "A system for massively parallel hyperparameter tuning", MLSys 2020, algorithm 2; Y. Li et al.,
"Hyper-Tune: towards efficient hyper-parameter tuning at scale", VLDB 2022 (D-ASHA).
"""
import bisect
import heapq
import random

from clock import Job, ladder


class RandomSearch:
    """Every trial is drawn uniformly from the space and trained to the end."""

    def __init__(self, table, pool, workers, seed):
        self.table, self.pool = table, pool
        self.random = random.Random(seed)
        self.trials = 0

    def draw(self):
        return {p.name: p.value(self.random.random()) for p in self.table.space}

    def next(self):
        if self.pool.count == 0:
            return None
        row = self.pool.take(self.draw())
        self.trials += 1
        return Job(self.trials - 1, row, 0, self.table.steps)

    def report(self, job, step, loss):
        return True


class GuardedAsha(RandomSearch):
    """ASHA by promotion over random search, eta 3, from 1 step.

    A rung promotes its best waiting trial where that is among the best n // eta of all n that completed the rung, and
    where it has given fewer than n // eta promotions before. Diverged trials count in n and rank last.
    """

    ETA = 3

    def __init__(self, table, pool, workers, seed):
        super().__init__(table, pool, workers, seed)
        self.levels = sorted(ladder(table.steps, self.ETA))
        self.ranking = [[] for _ in self.levels]
        self.waiting = [[] for _ in self.levels]
        self.promoted = [0] * len(self.levels)
        self.rows = []

    def next(self):
        for rung in reversed(range(len(self.levels) - 1)):
            quota = len(self.ranking[rung]) // self.ETA
            if not self.waiting[rung] or self.promoted[rung] >= quota:
                continue
            if bisect.bisect_left(self.ranking[rung], self.waiting[rung][0]) < quota:
                _, trial = heapq.heappop(self.waiting[rung])
                self.promoted[rung] += 1
                return Job(trial, self.rows[trial], self.levels[rung], self.levels[rung + 1])
        job = super().next()
        if job is not None:
            self.rows.append(job.row)
            job.stop = self.levels[0]
        return job

    def report(self, job, step, loss):
        ended = step == job.stop or loss == float("inf")
        if ended:
            rung = self.levels.index(job.stop)
            bisect.insort(self.ranking[rung], (loss, job.trial))
            if loss != float("inf"):
                heapq.heappush(self.waiting[rung], (loss, job.trial))
        return not ended


METHODS = {"random": RandomSearch, "asha": GuardedAsha}
