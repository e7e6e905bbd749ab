"""What is measured of a run, and the files that keep it."""
import json
from pathlib import Path

from clock import row_at

#: Times at which the incumbent is judged, in multiples of the median row's full training.
TIMES = (1, 2, 4)
RULES = ("any", "top")


def regrets(table, changes, clip=1.0):
    """The normalised regret at each of the times, of a list of (time, row)."""
    full = table.full_time
    return [table.regret(row_at(changes, full * t), clip) for t in TIMES]


def record(method, table, workers, seed, trace, **more):
    """One run as a line of the results."""
    return {
        "method": method, "table": table.name, "workers": workers, "seed": seed,
        "regret": {rule: regrets(table, getattr(trace, rule)) for rule in RULES},
        "incumbents": {rule: getattr(trace, rule) for rule in RULES},
        "trials": trace.trials, "steps": trace.steps,
        "busy": trace.busy / (workers * trace.time) if trace.time > 0 else None, **more}


class Results:
    """A file of JSON lines to which runs are added; what stands there isn't run again."""

    def __init__(self, path):
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.known = {self._key(line) for line in read(self.path)} if self.path.exists() else set()

    @staticmethod
    def _key(line):
        return line["method"], line["table"], line["workers"], line["seed"]

    def has(self, method, table, workers, seed):
        return (method, table, workers, seed) in self.known

    def add(self, line):
        self.known.add(self._key(line))
        # What a process that was ended has left of a line stays a line of its own.
        is_cut = self.path.exists() and self.path.read_bytes()[-1:] not in (b"", b"\n")
        with open(self.path, "a") as file:
            file.write("\n" * is_cut + json.dumps(line) + "\n")


def read(path):
    """The lines of a file of results; one that was cut off by the end of a process is left out."""
    lines = []
    for text in Path(path).read_text().splitlines():
        try:
            lines.append(json.loads(text))
        except json.JSONDecodeError:
            continue
    return lines


def seeds(text):
    """`0-29` or `3` or `0,2,5-7` as a list."""
    numbers = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return numbers
