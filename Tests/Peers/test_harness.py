#!/usr/bin/env python3
"""Checks of the harness itself on tables small enough to follow by hand.

    python3 -m unittest discover -s Tests/Peers
"""
import importlib
import importlib.util
import json
import stat
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

import clock
import measures
import own
import report
import run
import tables
import winnow

X = {"name": "x", "type": "float", "lower": 1.0, "upper": 100.0, "log": True}


def write(folder, space, rows, curves, metrics=("loss",), fidelities=None, direction="minimize"):
    """A table of one repeat; curves are [row][fidelity][metric]."""
    folder = Path(folder) / "family" / "name"
    folder.mkdir(parents=True)
    cells = np.array(curves, "<f4")[:, None]
    names = [entry["name"] for entry in space]
    (folder / "meta.json").write_text(json.dumps({
        "space": space, "metrics": list(metrics), "target": metrics[0], "direction": direction,
        "fidelity": {"values": fidelities or list(range(1, cells.shape[2] + 1))}, "shape": list(cells.shape)}))
    lines = [",".join(["id", *names])] + [",".join(map(str, [i, *row])) for i, row in enumerate(rows)]
    (folder / "configs.csv").write_text("\n".join(lines) + "\n")
    cells.tofile(folder / "curves.f32")
    return folder


def numbered(folder, finals, steps):
    """A table on x whose rows have one loss throughout."""
    rows = [[1 + i] for i in range(len(finals))]
    return tables.Table(write(folder, [X], rows, [[[v]] * steps for v in finals]))


class Script:
    """Hands out jobs in a stated order and records what it is told."""

    def __init__(self, jobs, stops=()):
        self.jobs, self.stops, self.told = list(jobs), set(stops), []

    def next(self):
        return self.jobs.pop(0) if self.jobs else None

    def report(self, job, step, loss):
        self.told.append((job.trial, step, loss))
        return (job.trial, step) not in self.stops


class TableTests(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def test_a_suggestion_takes_the_nearest_row_left_by_logarithms_and_choices(self):
        space = [X, {"name": "c", "type": "categorical", "choices": ["a", "b"]}]
        table = tables.Table(write(self.folder, space, [[1, "a"], [10, "a"], [100, "b"], [10, "b"]], [[[0.0]]] * 4))
        pool = tables.Pool(table)
        # 4 is nearer to 10 than to 1 by logarithms only.
        self.assertEqual([pool.take({"x": 4.0, "c": "a"}) for _ in range(5)], [1, 0, 3, 2, None])

    def test_equally_near_rows_are_taken_in_the_order_of_their_numbers(self):
        space = [{"name": "o", "type": "ordinal", "choices": [8, 16, 512]}]
        table = tables.Table(write(self.folder, space, [[512], [8], [16]], [[[0.0]]] * 3))
        pool = tables.Pool(table)
        self.assertEqual([pool.take({"o": 16}), pool.take({"o": 16})], [2, 0])

    def test_a_fidelity_of_zero_is_no_step(self):
        table = tables.Table(write(self.folder, [X], [[1]], [[[9.0], [5.0], [4.0]]], fidelities=[0, 1, 2]))
        self.assertEqual((table.losses.tolist(), table.durations.tolist()), ([[5.0, 4.0]], [[1.0, 1.0]]))

    def test_time_that_was_recorded_is_the_time_of_steps_and_never_runs_backwards(self):
        curves = [[[0.5, 10.0], [0.75, 12.0], [0.75, 11.0]]]
        table = tables.Table(write(self.folder, [X], [[1]], curves, ("accuracy", "time"), direction="maximize"))
        self.assertEqual(table.durations.tolist(), [[10.0, 2.0, 0.0]])
        self.assertEqual(table.losses.tolist(), [[-0.5, -0.75, -0.75]])
        self.assertEqual(table.full_time, 12.0)

    def test_regret_is_0_for_the_best_row_and_no_more_than_the_clip_for_any(self):
        table = numbered(self.folder, [1.0, 2.0, 3.0, 1e19, float("nan"), 9.0], 2)
        self.assertEqual([table.regret(row) for row in [0, 1, 2, 3, 4, None]], [0, 0.5, 1, 1, 1, 1])
        self.assertEqual(table.regret(5, clip=3.0), 3.0)

    def test_values_of_the_cube_have_equal_shares(self):
        p = tables.Parameter({"name": "i", "type": "int", "lower": 1, "upper": 4})
        self.assertEqual([p.value(u) for u in (0.0, 0.24, 0.26, 0.74, 0.76, 0.999)], [1, 1, 2, 3, 4, 4])


class ClockTests(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def test_reports_come_in_the_order_of_time_and_of_trials_among_equals(self):
        curves = [[[3.0, 2.0], [2.0, 4.0]], [[5.0, 1.0], [1.0, 2.0]]]
        table = tables.Table(write(self.folder, [X], [[1], [2]], curves, ("loss", "time")))
        script = Script([clock.Job(0, 0, 0, 2), clock.Job(1, 1, 0, 2)])
        trace = clock.Clock(table, 2).run(script, 4.0)
        self.assertEqual(script.told, [(1, 1, 5.0), (0, 1, 3.0), (1, 2, 1.0), (0, 2, 2.0)])
        self.assertEqual((trace.any, trace.top), ([(1.0, 1), (2.0, 0), (2.0, 1)], [(1.0, 1), (2.0, 0), (2.0, 1)]))
        self.assertEqual((trace.trials, trace.steps, trace.busy, trace.time), (2, 4, 6.0, 4.0))

    def test_one_worker_trains_one_job_after_the_other_until_the_time_is_over(self):
        table = numbered(self.folder, [3.0, 2.0, 1.0], 2)
        script = Script([clock.Job(i, i, 0, 2) for i in range(3)], stops=[(0, 1)])
        trace = clock.Clock(table, 1).run(script, 4.0)
        self.assertEqual(script.told, [(0, 1, 3.0), (1, 1, 2.0), (1, 2, 2.0), (2, 1, 1.0)])
        self.assertEqual(trace.any, [(1.0, 0), (2.0, 1), (4.0, 2)])
        # Row 2 has the lowest loss, but only at the first rung.
        self.assertEqual(trace.top, [(1.0, 0), (2.0, 1), (3.0, 1)])

    def test_a_training_that_diverges_ends_and_is_no_incumbent(self):
        inf = float("inf")
        table = numbered(self.folder, [float("nan"), 2.0], 3)
        script = Script([clock.Job(0, 0, 0, 3), clock.Job(1, 1, 0, 1)])
        trace = clock.Clock(table, 1).run(script, 9.0)
        self.assertEqual((script.told, trace.any), ([(0, 1, inf), (1, 1, 2.0)], [(2.0, 1)]))

    def test_the_incumbent_at_a_time_is_that_of_the_last_change_until_then(self):
        changes = [(1.0, 7), (2.0, 8)]
        self.assertEqual([clock.row_at(changes, t) for t in (0.5, 1.0, 1.9, 2.0, 3.0)], [None, 7, 7, 8, 8])

    def test_rungs_are_the_powers_below_the_last_step_and_it(self):
        self.assertEqual([sorted(clock.ladder(n)) for n in (1, 9, 50)], [[1], [1, 3, 9], [1, 3, 9, 27, 50]])


class BaselineTests(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def promotions(self, losses, steps=9):
        """How many trials reach each rung if each is better or worse than those before, with one worker."""
        table = numbered(self.folder, [1.0] * len(losses), steps)
        asha = own.GuardedAsha(table, tables.Pool(table), 1, 0)
        reached = {1: 0, 3: 0, 9: 0}
        while (job := asha.next()) is not None:
            reached[job.stop] += 1
            asha.report(job, job.stop, losses[job.trial])
        return reached

    def test_guarded_halving_promotes_a_third_even_if_each_trial_is_the_best_so_far(self):
        self.assertEqual(self.promotions([-float(i) for i in range(27)]), {1: 27, 3: 9, 9: 3})

    def test_diverged_trials_count_and_are_not_promoted(self):
        self.assertEqual(self.promotions([float("inf")] * 25 + [1.0, 2.0]), {1: 27, 3: 2, 9: 0})

    def test_random_search_takes_every_row_once_and_then_waits(self):
        table = numbered(self.folder, [1.0] * 5, 2)
        search = own.RandomSearch(table, tables.Pool(table), 1, 3)
        self.assertEqual(sorted(search.next().row for _ in range(5)), [0, 1, 2, 3, 4])
        self.assertIsNone(search.next())


class ResultsTests(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def test_a_file_of_results_goes_on_after_a_line_that_was_cut_off(self):
        path = Path(self.folder) / "results.jsonl"
        line = {"method": "m", "table": "t", "workers": 1, "seed": 0}
        path.write_text(json.dumps(line) + '\n{"method": "m", "ta')
        results = measures.Results(path)
        results.add(line | {"seed": 1})
        again = measures.Results(path)
        self.assertEqual([again.has("m", "t", 1, seed) for seed in range(3)], [True, True, False])

    def test_equal_figures_share_the_mean_of_their_ranks(self):
        self.assertEqual(report.ranks(np.array([0.5, 0.1, 0.5, 0.9])).tolist(), [2.5, 1, 2.5, 4])

    def test_the_comparison_names_the_cells_in_which_ours_is_worse(self):
        lines = [
            {"method": m, "table": "t", "workers": 16, "seed": s, "regret": {"any": r}}
            for m, r in (("ours", [0.1, 0.3, 0.0]), ("theirs", [0.2, 0.2, 0.1])) for s in range(2)]
        text = report.comparison(report.cells(lines), "ours", "theirs")
        self.assertIn("worse in 1 of 3 cells; mean regret 0.1333 against 0.1667, ratio 0.800", text)
        self.assertIn("| t | 16 | 2x | 0.3000 | 0.2000 | - |", text)

    def test_an_executable_is_asked_and_its_incumbents_are_measured(self):
        table = numbered(self.folder, [1.0, 2.0, 3.0, 4.0, 5.0], 2)
        fake = Path(self.folder) / "winnow"
        fake.write_text(f"""#!{sys.executable}
import json, sys
if "search: {{scheduler: {{max: 2}}}}" not in open(sys.argv[2]).read() or sys.argv[3:] != [
        "--workers", "16", "--seed", "5", "--json", "--until", "8.0"]:
    sys.exit("wrong: " + " ".join(sys.argv) + open(sys.argv[2]).read())
for rule, time, row in (("any", 1.0, 1), ("top", 2.0, 1), ("any", 3.0, 0)):
    print(json.dumps({{"event": "incumbent", "rule": rule, "time": time, "row": row, "epoch": 1, "value": 0}}))
print(json.dumps({{"event": "finished", "trials": 3, "epochs": 6, "time": 8.0}}))
""")
        fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
        line = winnow.run(str(fake), "mine", "{scheduler: {max: STEPS}}", table, 16, 5)
        self.assertEqual(line["regret"], {"any": [0.5, 0.0, 0.0], "top": [0.5, 0.5, 0.5]})
        self.assertEqual((line["method"], line["trials"], line["steps"]), ("winnow-mine", 3, 6))


class Watched:
    """A method whose jobs and reports are written down."""

    def __init__(self, method):
        self.method, self.rows, self.reached, self.told = method, {}, {}, []

    def next(self):
        job = self.method.next()
        if job is not None:
            assert self.rows.setdefault(job.trial, job.row) == job.row, "a trial has changed its row"
            assert job.start == self.reached.get(job.trial, 0), "a job doesn't start where its trial stopped"
        return job

    def report(self, job, step, loss):
        self.reached[job.trial] = step
        self.told.append((job.trial, job.row, step))
        return self.method.report(job, step, loss)


class MethodTests(unittest.TestCase):
    """What holds for each method whose package is installed here."""

    PACKAGES = {"own": "numpy", "optuna_peer": "optuna", "dehb_peer": "dehb", "syne_peer": "syne_tune"}

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        space = [X, {"name": "n", "type": "int", "lower": 1, "upper": 9, "log": True},
                 {"name": "c", "type": "categorical", "choices": ["a", "b", "c"]}]
        rows = [[1 + 4 * x, n, c] for x in range(9) for n in (1, 4, 9) for c in "abc"]
        # Better to the right, and the further trained; every tenth diverges.
        curves = [[[float("nan") if i % 10 == 9 and step > 2 else 50 - row[0] + 9 / step] for step in range(1, 10)]
                  for i, row in enumerate(rows)]
        self.table = tables.Table(write(self.folder, space, rows, curves))

    def watched(self, method):
        create = importlib.import_module(run.MODULES[method]).METHODS[method]
        watched = Watched(create(self.table, tables.Pool(self.table), 4, 7))
        trace = clock.Clock(self.table, 4).run(watched, 18.0)
        return watched, trace

    def test_no_method_trains_a_row_twice_or_a_step_twice_and_all_are_repeatable(self):
        methods = [m for m, module in run.MODULES.items() if importlib.util.find_spec(self.PACKAGES[module])]
        self.assertIn("asha", methods)
        for method in methods:
            with self.subTest(method):
                watched, trace = self.watched(method)
                self.assertEqual(len(set(watched.rows.values())), len(watched.rows))
                self.assertEqual(len(set(watched.told)), len(watched.told))
                self.assertGreater(max(step for _, _, step in watched.told), 1)
                again, _ = self.watched(method)
                self.assertEqual(watched.told, again.told)
                self.assertEqual((trace.steps, trace.trials), (len(watched.told), len(watched.rows)))


if __name__ == "__main__":
    unittest.main()
