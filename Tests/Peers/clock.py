"""Asynchronous workers in virtual time, the same for every method.

A method is an object with

    next()                  a `Job` for a worker that is free, or None where there is nothing to do before another report
    report(job, step, loss) True where the job is to go on; told after every step, in the order of time

Workers that came free first ask first. A step takes what the table says, everything else takes no time. A training whose
loss isn't finite ends there, as it would in anybody's script: the method is told an infinite loss, whatever it answers.
"""
import heapq
from dataclasses import dataclass, field


@dataclass
class Job:
    """Steps of one trial to be trained by one worker, in one go."""
    trial: int
    row: int
    #: Steps that are done already: training goes on from there.
    start: int
    #: The last step to train.
    stop: int


@dataclass
class Trace:
    """What happened, as far as it is measured."""
    #: (time, row) whenever the row with the lowest loss seen at any step changes.
    any: list = field(default_factory=list)
    #: (time, row) whenever the row with the lowest loss at the highest rung reached changes.
    top: list = field(default_factory=list)
    trials: int = 0
    steps: int = 0
    busy: float = 0.0
    time: float = 0.0


def ladder(steps, eta=3):
    """The rungs at which methods are compared: 1, eta, eta^2, ... and the last step."""
    rungs = [1]
    while rungs[-1] * eta < steps:
        rungs.append(rungs[-1] * eta)
    return set(rungs) | {steps}


class Clock:
    def __init__(self, table, workers):
        self.table = table
        self.workers = workers
        self.trace = Trace()
        self._events = []
        self._rungs = ladder(table.steps)
        self._seen = set()
        self._lowest = float("inf")
        self._highest = (0, float("inf"))

    def run(self, method, until):
        """Lets a method work until a virtual time; steps that end then still count."""
        idle = self._employ(method, self.workers, 0.0)
        while self._events and self._events[0][0] <= until:
            time, _, step, job = heapq.heappop(self._events)
            self.trace.time = time
            loss = float(self.table.losses[job.row, step - 1])
            self._measure(job, step, loss, time)
            goes_on = method.report(job, step, loss)
            if goes_on and step < job.stop and loss != float("inf"):
                self._schedule(job, step + 1, time)
            else:
                idle = self._employ(method, idle + 1, time)
        return self.trace

    def _employ(self, method, idle, time):
        """Asks for one idle worker after the other; returns how many remain without work."""
        while idle > 0 and (job := method.next()) is not None:
            if not 0 <= job.start < job.stop <= self.table.steps:
                raise ValueError(f"a job from step {job.start} to {job.stop} of {self.table.steps}")
            self._seen.add(job.trial)
            self.trace.trials = len(self._seen)
            self._schedule(job, job.start + 1, time)
            idle -= 1
        return idle

    def _schedule(self, job, step, time):
        duration = float(self.table.durations[job.row, step - 1])
        heapq.heappush(self._events, (time + duration, job.trial, step, job))

    def _measure(self, job, step, loss, time):
        self.trace.steps += 1
        self.trace.busy += float(self.table.durations[job.row, step - 1])
        if loss < self._lowest:
            self._lowest = loss
            self.trace.any.append((time, job.row))
        if loss == float("inf") or not (step in self._rungs or step == job.stop):
            return
        rung, lowest = self._highest
        if step > rung or (step == rung and loss < lowest):
            self._highest = (step, loss)
            self.trace.top.append((time, job.row))


def row_at(changes, time):
    """The incumbent at a time, from a list of (time, row); None before the first."""
    row = None
    for changed, new in changes:
        # Sums of the same steps in another order differ in the last bits.
        if changed > time * (1 + 1e-9):
            break
        row = new
    return row
