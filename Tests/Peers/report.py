#!/usr/bin/env python3
"""Prints what files of results say, as Markdown.

    python3 report.py RESULTS... [--ours winnow-default] [--baseline asha] [--methods ...] [--tables TABLES --clip 2]

A cell is a table, a number of workers and a time. Its figure is the mean regret over the seeds. Of each cell the methods are
ranked, equal ones share the mean of their ranks. The interval of a mean rank is that of a bootstrap which draws the tables
and, in each table, the seeds again.
"""
import argparse
import sys
from collections import defaultdict

import numpy as np

import measures
import tables

REPLICATES = 2000


def cells(lines, rule="any"):
    """method -> (table, workers) -> array of seeds by times."""
    found = defaultdict(lambda: defaultdict(dict))
    for line in lines:
        found[line["method"]][line["table"], line["workers"]][line["seed"]] = line["regret"][rule]
    return {
        method: {place: np.array([runs[seed] for seed in sorted(runs)]) for place, runs in places.items()}
        for method, places in sorted(found.items())}


def markdown(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def regret_table(found):
    """The mean regret of each method over its tables, for each number of workers and time.

    A study is a table with a number of workers: means over fewer studies than others have don't compare.
    """
    workers = sorted({w for places in found.values() for _, w in places})
    every = {place for places in found.values() for place in places}
    head = ["method", "studies", "seeds"] + [f"W={w}, {t}x" for w in workers for t in measures.TIMES] + ["mean"]
    rows = []
    for method, places in found.items():
        figures = []
        for w in workers:
            means = [runs.mean(axis=0) for (_, other), runs in places.items() if other == w]
            figures += list(np.mean(means, axis=0)) if means else [float("nan")] * len(measures.TIMES)
        counts = [len(runs) for runs in places.values()]
        seeds = str(min(counts)) if min(counts) == max(counts) else f"{min(counts)}-{max(counts)}"
        studies = f"{len(places)} of {len(every)}"
        rows.append([method, studies, seeds] + [f"{f:.3f}" for f in figures + [np.mean(figures)]])
    return markdown(head, sorted(rows, key=lambda row: row[-1]))


def shared(found):
    """The methods that have all the places that any of them has, and the names of the others."""
    places = {place for runs in found.values() for place in runs}
    whole = {method: runs for method, runs in found.items() if runs.keys() == places}
    return whole, [method for method in found if method not in whole]


def ranks(figures):
    """Ranks along the last axis, 1 for the lowest; equal figures share the mean of their ranks."""
    mine, others = figures[..., :, None], figures[..., None, :]
    return 0.5 + (others < mine).sum(axis=-1) + 0.5 * (others == mine).sum(axis=-1)


def rank_table(found, ours, replicates=REPLICATES, seed=0):
    """The mean rank of each method with a 95 % interval."""
    methods = list(found)
    places = sorted(found[methods[0]])
    names = sorted({table for table, _ in places})
    random = np.random.default_rng(seed)

    def means(draw):
        """[replicates, places, times, methods]."""
        out = []
        for method in methods:
            out.append([])
            for place in places:
                runs = found[method][place]
                chosen = random.integers(len(runs), size=(replicates, len(runs))) if draw else [range(len(runs))]
                out[-1].append(np.array([runs[list(index)].mean(axis=0) for index in chosen]))
        return np.moveaxis(np.array(out), 0, -1).swapaxes(0, 1)

    def by_table(figures):
        """[replicates, tables, methods]: the mean rank in each table."""
        ranked = ranks(figures).mean(axis=2)
        return np.stack(
            [ranked[:, [i for i, (t, _) in enumerate(places) if t == name]].mean(axis=1) for name in names], axis=1)

    mean = by_table(means(False))[0].mean(axis=0)
    drawn = by_table(means(True))
    tables_drawn = random.integers(len(names), size=(replicates, len(names)))
    drawn = np.take_along_axis(drawn, tables_drawn[:, :, None], axis=1).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    first = (drawn == drawn.min(axis=1, keepdims=True)).mean(axis=0)
    rows = []
    for i in np.argsort(mean):
        row = [methods[i], f"{mean[i]:.2f}", f"{low[i]:.2f} to {high[i]:.2f}", f"{first[i]:.0%}"]
        if ours in methods and methods[i] != ours:
            difference = drawn[:, i] - drawn[:, methods.index(ours)]
            row.append(" to ".join(f"{q:+.2f}" for q in np.quantile(difference, [0.025, 0.975])))
        elif ours in methods:
            row.append("")
        rows.append(row)
    head = ["method", "mean rank", "95 % interval", "first"] + ([f"minus {ours}"] if ours in methods else [])
    return markdown(head, rows)


def comparison(found, ours, baseline):
    """Where ours is worse than the baseline, and by how much it is better in all."""
    worse, mine, others = [], [], []
    for place in sorted(found[ours].keys() & found[baseline].keys()):
        a, b = found[ours][place], found[baseline][place]
        for i, time in enumerate(measures.TIMES):
            x, y = a[:, i].mean(), b[:, i].mean()
            mine.append(x)
            others.append(y)
            if x > y:
                error = (a[:, i].var() / len(a) + b[:, i].var() / len(b)) ** 0.5
                worse.append([place[0], place[1], f"{time}x", f"{x:.4f}", f"{y:.4f}",
                              f"{(x - y) / error:.1f}" if error > 0 else "-"])
    mine, others = np.array(mine), np.array(others)
    above = others > 0
    text = (
        f"{ours} against {baseline}: worse in {len(worse)} of {len(mine)} cells; mean regret {mine.mean():.4f} against "
        f"{others.mean():.4f}, ratio {mine.mean() / others.mean():.3f}; mean of the ratios of "
        f"{above.sum()} cells above 0: {(mine[above] / others[above]).mean():.3f}")
    if worse:
        text += "\n\n" + markdown(["table", "W", "time", ours, baseline, "standard errors"], worse)
    return text


def measured_again(lines, folder, clip):
    """The same runs with another clip of the regret."""
    known = {table.name: table for table in map(tables.Table, tables.tables_in(folder))}
    for line in lines:
        changes = line["incumbents"]
        line["regret"] = {rule: measures.regrets(known[line["table"]], changes[rule], clip) for rule in measures.RULES}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", nargs="+")
    parser.add_argument("--ours", default="winnow-default")
    parser.add_argument("--baseline", default="asha")
    parser.add_argument("--methods", nargs="+", help="only these")
    parser.add_argument("--tables", help="with --clip, the folder of the tables")
    parser.add_argument("--clip", type=float, help="measure again with this as the largest regret")
    options = parser.parse_args()

    lines = [line for path in options.results for line in measures.read(path)]
    if options.methods:
        lines = [line for line in lines if line["method"] in options.methods]
    if not lines:
        sys.exit("no results")
    if options.clip is not None:
        if options.tables is None:
            sys.exit("--clip wants --tables")
        measured_again(lines, options.tables, options.clip)
    names = {"any": "the lowest loss seen at any step", "top": "the lowest loss at the highest rung reached"}
    for rule in measures.RULES:
        found = cells(lines, rule)
        print(f"\n## Incumbent: {names[rule]}\n\n{regret_table(found)}")
        whole, left_out = shared(found)
        if len(whole) > 1:
            print(f"\n{rank_table(whole, options.ours)}")
        if left_out:
            print(f"\nNot ranked, as cells are missing: {', '.join(left_out)}.")
        if options.ours in found and options.baseline in found and options.ours != options.baseline:
            print(f"\n{comparison(found, options.ours, options.baseline)}")


if __name__ == "__main__":
    main()
