"""DEHB by its ask/tell interface.

It proposes points of the unit cube and a fidelity, which is rounded to whole steps. A configuration that it promotes goes
on from where its row stopped, at no cost; a new one starts at step 1.
"""
import logging
import tempfile
from importlib.metadata import version

import numpy as np
from loguru import logger

from clock import Job

logger.remove()
logging.disable(logging.CRITICAL)

from dehb import DEHB  # after the loggers are silent, for it writes to them when it is imported

VERSION = version("dehb")


class Dehb:
    def __init__(self, table, pool, workers, seed):
        self.table, self.pool = table, pool
        # One worker, as it would start a cluster of processes for more; with ask and tell any number may be under way.
        # It opens a log when it is created, and saves nothing later.
        with tempfile.TemporaryDirectory() as folder:
            self.dehb = DEHB(
                f=lambda *_, **__: None, dimensions=len(table.space), configspace=False, min_fidelity=1,
                max_fidelity=table.steps, eta=3, n_workers=1, seed=seed, save_freq="end", output_path=folder,
                log_level="ERROR")
        logger.remove()
        self.rows, self.reached, self.infos = {}, {}, {}
        self.finals = {}
        self.is_over = False

    def _values(self, vector):
        return {p.name: p.value(float(u)) for p, u in zip(self.table.space, vector)}

    def _vector(self, row):
        """Where a row lies in the cube that DEHB knows; a choice in the middle of its share."""
        return np.array([
            (c + 0.5) / len(p.choices) if p.is_choice else min(max(c, 0.0), 1.0)
            for p, c in zip(self.table.space, self.table.points[row])])

    def next(self):
        while not self.is_over:
            info = self.dehb.ask()
            trial = info["config_id"]
            if trial not in self.rows:
                row = self.pool.take(self._values(info["config"]))
                if row is None:
                    self.is_over = True
                    return None
                self.rows[trial], self.reached[trial] = row, 0
                info["config"] = self._vector(row)
            stop = min(self.table.steps, max(1, round(float(info["fidelity"]))))
            if self.reached[trial] < stop and trial not in self.infos and trial not in self.finals:
                self.infos[trial] = info
                return Job(trial, self.rows[trial], self.reached[trial], stop)
            # Known already: it diverged, or its row was trained as far before.
            known = self.finals.get(trial, float(self.table.losses[self.rows[trial], stop - 1]))
            self.dehb.tell(info, {"fitness": known, "cost": 0.0})
        return None

    def report(self, job, step, loss):
        self.reached[job.trial] = step
        if step < job.stop and loss != float("inf"):
            return True
        if loss == float("inf"):
            self.finals[job.trial] = loss
        self.dehb.tell(self.infos.pop(job.trial), {"fitness": loss, "cost": step - job.start})
        return False


METHODS = {"dehb": Dehb}
