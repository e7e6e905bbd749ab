#!/usr/bin/env python3
"""Writes asha-stopping-more.json, hyperband-more.json, pasha.json, median.json and curve.json beside it.

Slow, literal readings of the papers, with numpy and scipy where they serve: every decision is made from all that was
ever told, nothing is kept up to date.
"""
import json
import math
import random
import statistics
from fractions import Fraction
from pathlib import Path

import numpy
from scipy.stats import norm

FOLDER = Path(__file__).parent
LOST = ("nan", "inf", "-inf", "failed")


def write(name, content):
    (FOLDER / name).write_text(json.dumps(content, separators=(",", ":")))


def place(entry):
    """The order of a rung: losses that are none last, equal ones by trial."""
    loss, trial = entry
    return (loss in LOST, 0 if loss in LOST else loss, trial)


# Hyperband's brackets, by both formulas.
def brackets(maximum, eta, formula):
    last = max(s for s in range(64) if eta**s <= maximum)
    for s in range(last, -1, -1):
        if formula == "jmlr":
            n = math.ceil(Fraction((last + 1) * eta**s, s + 1))
        else:
            n = math.floor(Fraction(last + 1, s + 1)) * eta**s
        yield s, [
            (math.floor(Fraction(maximum, eta ** (s - i))), math.floor(Fraction(n, eta**i))) for i in range(s + 1)
        ]


def table(maximum, eta, formula):
    parts = list(brackets(maximum, eta, formula))
    steps = [
        trials * (epochs - (rungs[i - 1][0] if i else 0)) for _, rungs in parts for i, (epochs, trials) in enumerate(rungs)
    ]
    return {
        "maximum": maximum,
        "eta": eta,
        "formula": formula,
        "configurations": sum(rungs[0][1] for _, rungs in parts),
        "evaluations": sum(trials for _, rungs in parts for _, trials in rungs),
        "epochs_with_resume": sum(steps),
        "brackets": [
            {"bracket": s, "rungs": [{"epochs": e, "trials": t} for e, t in rungs]} for s, rungs in parts
        ],
    }


PAIRS = [(100, 3), (1000, 3), (50, 2), (10, 4), (12, 5), (1_000_000, 7), (7, 7), (6, 7), (81, 9), (1_594_323, 3)]
write(
    "hyperband-more.json",
    {
        "what": "Hyperband's brackets, as hyperband.json, more pairs.",
        "tables": [table(r, eta, formula) for formula in ("jmlr", "blog") for r, eta in PAIRS],
    },
)


# ASHA by stopping, trials interleaved.
def stopping(name, rungs, eta, workers, trials, seed, loss):
    generator, told, steps, running, started = random.Random(seed), [[] for _ in rungs], [], [], 0
    while started < trials or running:
        while len(running) < workers and started < trials:
            running.append([started, 0])
            started += 1
        index = generator.randrange(len(running))
        trial, rung = running[index]
        value = loss(generator, trial, rung)
        told[rung].append((value, trial))
        best = sorted(told[rung], key=place)[: max(1, len(told[rung]) // eta)]
        goes_on = value not in LOST and (value, trial) in best
        steps.append({"trial": trial, "rung": rung, "loss": value, "goes_on": goes_on})
        if goes_on and rung + 1 < len(rungs):
            running[index][1] += 1
        else:
            running.pop(index)
    return {"name": name, "rungs": rungs, "eta": eta, "steps": steps}


def noisy(generator, trial, rung):
    return round(generator.random() / (rung + 1), 6)


def negative(generator, trial, rung):
    return round(generator.random() - 1, 6)


def tied(generator, trial, rung):
    return generator.choice([0.25, 0.5, 0, -0.25])


def broken(generator, trial, rung):
    return generator.choice([*LOST, noisy(generator, trial, rung), noisy(generator, trial, rung)])


write(
    "asha-stopping-more.json",
    {
        "what": "ASHA by stopping, as asha-stopping.json, several workers; a trial ends at its first goes_on that is"
        " false, or with the last rung given, above which there is one more.",
        "sequences": [
            stopping("eta 2, one worker", [1, 2, 4, 8], 2, 1, 60, 21, noisy),
            stopping("eta 2, seven workers", [1, 2, 4, 8], 2, 7, 60, 22, noisy),
            stopping("eta 4", [1, 4, 16], 4, 5, 80, 23, noisy),
            stopping("first rung above 1", [2, 6, 18], 3, 4, 70, 24, noisy),
            stopping("negative losses", [1, 3, 9], 3, 6, 70, 25, negative),
            stopping("ties", [1, 3, 9], 3, 6, 70, 26, tied),
            stopping("no losses among them", [1, 3, 9], 3, 5, 90, 27, broken),
            stopping("no losses at all", [1, 3], 3, 5, 30, 28, lambda g, t, r: g.choice(LOST)),
            stopping("one rung", [1], 5, 9, 60, 29, noisy),
            stopping("more workers than trials", [1, 3, 9, 27], 3, 64, 40, 30, noisy),
        ],
    },
)


# PASHA: everything rescanned at every report.
class Pasha:
    def __init__(self, rungs, eta, guarded):
        self.rungs, self.eta, self.guarded = rungs, eta, guarded
        self.done = [[] for _ in rungs]
        self.gone = [[] for _ in rungs]
        self.curves, self.top = [], min(1, len(rungs) - 1)

    def ask(self):
        for rung in range(self.top - 1, -1, -1):
            quota = len(self.done[rung]) // self.eta
            if self.guarded and len(self.gone[rung]) >= quota:
                continue
            for loss, trial in sorted(self.done[rung], key=place)[:quota]:
                if trial not in self.gone[rung] and loss not in LOST:
                    self.gone[rung].append(trial)
                    return {"resume": trial, "epochs": self.rungs[rung + 1], "rung": rung + 1}
        self.curves.append([])
        return {"start": len(self.curves) - 1, "epochs": self.rungs[0], "rung": 0}

    def epsilon(self):
        trials = [trial for _, trial in self.done[self.top]]
        distances = []
        for i, left in enumerate(trials):
            for right in trials[:i]:
                a, b = self.curves[left], self.curves[right]
                signs = [numpy.sign(x - y) for x, y in zip(a, b) if x != y]
                if any(
                    signs[j] != signs[k] and signs[k] != signs[m]
                    for j in range(len(signs)) for k in range(j) for m in range(k)
                ):
                    common = min(len(a), len(b)) - 1
                    distances.append(abs(a[common] - b[common]))
        return float(numpy.percentile(distances, 90)) if distances else 0.0

    def tell(self, trial, rung, losses):
        self.curves[trial] += losses
        self.done[rung].append((losses[-1], trial))
        if rung != self.top or self.top + 1 == len(self.rungs):
            return
        trials = [other for _, other in self.done[rung]]
        at = lambda epochs: sorted(trials, key=lambda other: (self.curves[other][epochs - 1], other))
        below = self.rungs[rung - 1]
        epsilon = self.epsilon()
        for one, soft in zip(at(self.rungs[rung]), at(below)):
            if abs(self.curves[one][below - 1] - self.curves[soft][below - 1]) > epsilon:
                self.top += 1
                return


def progressive(name, rungs, eta, guarded, workers, steps, seed, curve):
    generator, pasha, running, out = random.Random(seed), Pasha(rungs, eta, guarded), [], []
    for _ in range(steps):
        while len(running) < workers:
            running.append(pasha.ask())
            out.append({"ask": running[-1]})
        job = running.pop(generator.randrange(len(running)))
        trial = job.get("start", job.get("resume"))
        known = len(pasha.curves[trial])
        losses = [round(curve(generator, trial, epoch), 6) for epoch in range(known + 1, job["epochs"] + 1)]
        pasha.tell(trial, job["rung"], losses)
        out.append({"tell": {"trial": trial, "rung": job["rung"], "losses": losses, "top": pasha.top}})
    return {"name": name, "rungs": rungs, "eta": eta, "guard": guarded, "steps": out}


def level(trial):
    return (trial * 0.6180339887) % 1


write(
    "pasha.json",
    {
        "what": "PASHA: ask and tell in order; losses of each epoch since the last rung; top is the highest rung in use"
        " after the report.",
        "sequences": [
            progressive(name, rungs, eta, guarded, workers, steps, seed, curve)
            for guarded in (False, True)
            for name, rungs, eta, workers, steps, seed, curve in [
                ("ranks that never change", [1, 3, 9, 27], 3, 4, 120, 41, lambda g, t, e: level(t) + 1 / e),
                ("a little noise", [1, 3, 9, 27, 81], 3, 4, 150, 42, lambda g, t, e: level(t) + 0.02 * g.random()),
                ("much noise", [1, 3, 9, 27], 3, 8, 150, 43, lambda g, t, e: 0.2 * level(t) + g.random()),
                ("crossing curves", [1, 2, 4, 8, 16], 2, 3, 150, 44, lambda g, t, e: level(t) + level(7 * t) / e),
                ("two rungs", [1, 3], 3, 3, 60, 45, lambda g, t, e: g.random()),
            ]
        ],
    },
)


# The median stopping rule.
def median(name, maximum, grace, least, workers, trials, seed, loss):
    generator, curves, steps, running = random.Random(seed), [], [], []
    while len(curves) < trials or running:
        while len(running) < workers and len(curves) < trials:
            running.append(len(curves))
            curves.append([])
        trial = generator.choice(running)
        value = loss(generator, trial, len(curves[trial]) + 1)
        curves[trial].append(value)
        epoch = len(curves[trial])
        others = [
            math.inf if any(x in LOST for x in c[:epoch]) else sum(c[:epoch]) / epoch
            for other, c in enumerate(curves) if other != trial and len(c) >= epoch
        ]
        best = min((x for x in curves[trial] if x not in LOST), default=math.inf)
        goes_on = not (
            epoch < maximum and epoch >= grace
            and (value in LOST or (len(others) >= least and best > statistics.median(others)))
        )
        steps.append({"trial": trial, "loss": value, "goes_on": goes_on})
        if not goes_on or epoch == maximum:
            running.remove(trial)
    return {"name": name, "maximum": maximum, "grace": grace, "min_trials": least, "workers": workers, "steps": steps}


write(
    "median.json",
    {
        "what": "Median stopping: losses epoch by epoch, trials started as slots are free.",
        "sequences": [
            median("one worker", 12, 3, 3, 1, 30, 51, lambda g, t, e: round(level(t) + 1 / e, 6)),
            median("eight workers, noise", 16, 4, 5, 8, 40, 52, lambda g, t, e: round(level(t) + g.random(), 6)),
            median("no grace", 6, 1, 1, 3, 30, 53, lambda g, t, e: round(g.random(), 6)),
            median(
                "losses that are none", 9, 2, 2, 4, 40, 54,
                lambda g, t, e: "nan" if g.random() < 0.06 else round(g.random(), 6),
            ),
            median("ties", 8, 2, 3, 5, 30, 55, lambda g, t, e: g.choice([0.25, 0.5])),
        ],
    },
)


# Forecasts of learning curves, by numpy's least squares.
def forecast(curve, target, best):
    finite = [i for i, y in enumerate(curve) if math.isfinite(y)]
    count = min(len(finite), 64)
    chosen = [finite[j * (len(finite) - 1) // (count - 1)] for j in range(count)]
    told = sorted(curve[i] for i in chosen)
    if told[count // 2] > told[0]:
        chosen = [i for i in chosen if curve[i] <= told[0] + 20 * (told[count // 2] - told[0])]
        count = len(chosen)
    if count < 4:
        return 1.0
    x = numpy.array([i + 1.0 for i in chosen])
    y = numpy.array([curve[i] for i in chosen])
    low, size = y.min(), y.max() - y.min()
    y, goal = (y - low) / size, (best - low) / size
    weights = 10 ** (x / x[-1])
    weights *= count / weights.sum()
    shapes = [
        (lambda v, a=a, d=d: (v + d) ** -a, 3 if d == 0 else 4)
        for a in (0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2) for d in (0, 1, 4, 16)
    ]
    shapes += [(lambda v, k=k: numpy.exp(-k * v / target), 3) for k in (1, 2, 4, 8, 16, 32, 64, 128)]
    shapes += [(lambda v: 1 / numpy.log(v + 1), 2), (None, 1)]
    scores, chances = [], []
    for shape, free in shapes:
        columns = [numpy.ones(count)] if shape is None else [numpy.ones(count), shape(x)]
        design = numpy.stack(columns, axis=1)
        root = numpy.sqrt(weights)
        solution = numpy.linalg.lstsq(design * root[:, None], y * root, rcond=None)[0]
        if shape is not None and solution[1] <= 0:
            continue
        residual = max(float((weights * (y - design @ solution) ** 2).sum()), count * 1e-6)
        variance = residual / max(count - free, 1)
        row = numpy.array([1.0] if shape is None else [1.0, float(shape(float(target)))])
        spread = row @ numpy.linalg.inv(design.T @ (design * weights[:, None])) @ row
        chances.append(norm.cdf((goal - row @ solution) / math.sqrt(variance * (1 + spread))))
        scores.append(-count / 2 * math.log(residual / count) - free / 2 * math.log(count))
    scores = numpy.exp(numpy.array(scores) - max(scores))
    return float((scores * chances).sum() / scores.sum())


def cases():
    generator = random.Random(61)
    for number in range(24):
        epochs = generator.choice([4, 6, 8, 12, 20, 40, 90, 200])
        target = epochs * generator.choice([1, 2, 4, 10])
        floor, slope, noise = generator.random(), generator.random() * 2, generator.choice([0.001, 0.02, 0.1])
        bend = generator.choice([lambda e: e**-0.5, lambda e: e**-1.2, lambda e: math.exp(-3 * e / target), lambda e: 0])
        curve = [round(floor + slope * bend(e) + noise * generator.gauss(0, 1), 6) for e in range(1, epochs + 1)]
        if number % 6 == 5:
            curve[0] = 1e6
        best = round(min(curve[1:]) - generator.choice([0, 0.01, 0.1, -0.05]), 6)
        yield {"curve": curve, "target": target, "best": best, "probability": forecast(curve, target, best)}


write("curve.json", {"what": "The probability that a curve ends below best after target epochs.", "cases": list(cases())})
