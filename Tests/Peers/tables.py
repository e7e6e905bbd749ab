"""Tables of recorded learning curves, and the pool of their rows.

A table is a folder with `meta.json`, `configs.csv` and `curves.f32`, as `winnow simulate` reads it. The rules here are the
same as there: which row a suggestion stands for, how long a step takes, and what counts as a loss.
"""
import csv
import json
import math
from pathlib import Path

import numpy as np


class Parameter:
    """One dimension of a table's space, and its place in the unit cube."""

    def __init__(self, entry):
        self.name = entry["name"]
        self.kind = entry["type"]
        self.choices = entry.get("choices")
        self.is_log = bool(entry.get("log"))
        self.low, self.high = entry.get("lower"), entry.get("upper")
        if self.kind in ("categorical", "ordinal"):
            if not self.choices:
                raise ValueError(f"{self.name}: {self.kind} without choices")
        elif self.kind not in ("float", "int") or not self.low <= self.high or (self.is_log and self.low <= 0):
            raise ValueError(f"{self.name}: type {self.kind} from {self.low} to {self.high}")

    @property
    def is_choice(self):
        return self.kind == "categorical"

    def parse(self, text):
        """The value that a cell of `configs.csv` stands for."""
        if self.kind == "float":
            return min(max(float(text), self.low), self.high)
        if self.kind == "int":
            return int(float(text))
        for choice in self.choices:
            if str(choice) == text:
                return choice
        return next(choice for choice in self.choices if float(choice) == float(text))

    def coordinate(self, value):
        """Where a value lies: from 0 to 1 for numbers and ordinals, the place in the list for a choice."""
        if self.kind == "categorical":
            return float(self.choices.index(value))
        if self.kind == "ordinal":
            return self.choices.index(value) / max(1, len(self.choices) - 1)
        low, high, value = (math.log(x) if self.is_log else float(x) for x in (self.low, self.high, value))
        return (value - low) / (high - low) if high > low else 0.0

    def value(self, u):
        """The value at a place of [0, 1); every value of a list and every integer has an equal share."""
        if self.choices:
            return self.choices[min(int(u * len(self.choices)), len(self.choices) - 1)]
        margin = 0.5 if self.kind == "int" else 0.0
        low, high = self.low - margin, self.high + margin
        value = math.exp(math.log(low) + u * math.log(high / low)) if self.is_log else low + u * (high - low)
        return min(max(round(value) if self.kind == "int" else value, self.low), self.high)


class Table:
    """All curves of one table as losses: to be minimised, infinite where a training diverged."""

    def __init__(self, folder, repeat=0):
        self.folder = Path(folder)
        self.name = f"{self.folder.parent.name}/{self.folder.name}"
        meta = json.loads((self.folder / "meta.json").read_text())
        self.space = [Parameter(entry) for entry in meta["space"]]
        with open(self.folder / "configs.csv", newline="") as file:
            lines = list(csv.DictReader(file))
        self.ids = [int(line["id"]) for line in lines]
        self.values = [{p.name: p.parse(line[p.name]) for p in self.space} for line in lines]
        self.points = np.array([self.point(values) for values in self.values])
        self.is_choice = np.array([p.is_choice for p in self.space])

        shape = meta["shape"]
        if not 0 <= repeat < shape[1]:
            raise ValueError(f"{self.name}: repeat {repeat} of {shape[1]}")
        cells = np.fromfile(self.folder / "curves.f32", "<f4").reshape(shape)[:, repeat]
        first = 1 if meta["fidelity"]["values"][0] == 0 else 0
        metrics = meta["metrics"]
        sign = -1.0 if meta["direction"] == "maximize" else 1.0
        losses = sign * cells[:, first:, metrics.index(meta["target"])].astype(float)
        self.losses = np.where(np.isfinite(losses), losses, np.inf)
        self.durations = self._durations(cells, metrics, first)
        self.steps = self.losses.shape[1]
        if len(self.ids) != len(self.losses):
            raise ValueError(f"{self.name}: {len(self.ids)} rows of configs.csv, {len(self.losses)} of curves.f32")

    @staticmethod
    def _durations(cells, metrics, first):
        if "time" in metrics:
            total = cells[:, :, metrics.index("time")]
            steps = np.diff(total, axis=1, prepend=np.float32(0))
        elif "train_time" in metrics:
            steps = cells[:, :, metrics.index("train_time")]
        else:
            steps = np.ones(cells.shape[:2])
        # A recorded time that stands still or runs backwards is no time.
        return np.where(np.isfinite(steps) & (steps > 0), steps, 0.0)[:, first:].astype(float)

    @property
    def full_time(self):
        """The time of one full training, that of the median row."""
        return float(np.median(self.durations.sum(axis=1)))

    def point(self, values):
        return [p.coordinate(values[p.name]) for p in self.space]

    def regret(self, row, clip=1.0):
        """(v - best) / (median - best) of a row's last loss v among the finite last losses of all rows.

        0 is the best row, 1 the median one. The median row and all that are worse, diverged ones too, count as `clip`:
        in some tables the worst finite loss is 10^19 times the median, and one unlucky run would decide a mean.
        """
        finals = self.losses[:, -1]
        finite = finals[np.isfinite(finals)]
        best, median = finite.min(), np.median(finite)
        if row is None or not np.isfinite(finals[row]):
            return clip
        return float(min(clip, (finals[row] - best) / (median - best)))


class Pool:
    """The rows of a table that no trial has taken yet."""

    def __init__(self, table):
        self.table = table
        self.is_left = np.ones(len(table.ids), bool)
        self.count = len(table.ids)

    def take(self, values):
        """Takes the row nearest to a suggestion, the one with the lower number among equals.

        The distance is Euclidean in the unit cube, logarithms for logarithmic ranges; two values of a choice are 1 apart.
        """
        return self.take_point(self.table.point(values))

    def take_point(self, point):
        if self.count == 0:
            return None
        difference = self.table.points - np.asarray(point)
        square = np.where(self.table.is_choice, difference != 0, difference * difference).sum(axis=1)
        row = int(np.argmin(np.where(self.is_left, square, np.inf)))
        self.is_left[row] = False
        self.count -= 1
        return row


def tables_in(folder):
    """The folders of all tables below a folder that have curves, in order of name."""
    return sorted(path.parent for path in Path(folder).rglob("curves.f32"))
