#!/usr/bin/env python3
"""Runs `winnow simulate` on tables of recorded curves and measures it as the peers are measured.

    python3 winnow.py --winnow .build/release/winnow --tables TABLES --results RESULTS
    python3 winnow.py --winnow ... --tables ... --results ... --search 'tpe={searcher: {name: tpe}}' --seeds 0-4

A search is NAME=SECTION, where SECTION is what stands under `search` in a study file, in one line, and STEPS in it stands
for the table's number of steps; `NAME=` alone leaves the section out, so that Winnow's defaults hold. Lines of results have
the method `winnow-NAME`. Runs that the file has already are left out: take another file, or another name, for another build.
"""
import argparse
import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import clock
import measures
import report
import tables

SEARCHES = [
    "default=",
    "asha={searcher: {name: random}, scheduler: {name: asha, resource: step, min: 1, max: STEPS, eta: 3}}",
]


def study(table, section):
    """The text of a study file; JSON strings are YAML strings too."""
    lines = [
        "version: 1", "name: peers", f"table: {{folder: {json.dumps(str(table.folder.resolve()))}, repeat: 0}}",
        f"budget: {{trials: {len(table.ids)}}}"]
    if section:
        lines.append("search: " + section.replace("STEPS", str(table.steps)))
    return "\n".join(lines) + "\n"


def parse(lines, table):
    """The trace in the JSON lines of one `winnow simulate`."""
    places = {number: place for place, number in enumerate(table.ids)}
    trace = clock.Trace()
    is_whole = False
    for line in lines:
        event = json.loads(line)
        if event["event"] == "incumbent":
            getattr(trace, event["rule"]).append((event["time"], places[event["row"]]))
        elif event["event"] == "finished":
            trace.trials, trace.steps, trace.time = event["trials"], event["epochs"], event["time"]
            is_whole = True
    if not is_whole:
        raise ValueError("the output has no line finished")
    return trace


def run(binary, name, section, table, workers, seed):
    """One run up to four times a full training."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.yaml"
        path.write_text(study(table, section))
        started = time.monotonic()
        done = subprocess.run(
            [binary, "simulate", str(path), "--workers", str(workers), "--seed", str(seed), "--json",
             "--until", repr(table.full_time * measures.TIMES[-1])], capture_output=True, text=True)
        seconds = round(time.monotonic() - started, 2)
    if done.returncode != 0:
        raise RuntimeError(
            f"winnow simulate ended with {done.returncode} for\n{study(table, section)}\n{done.stderr or done.stdout}")
    trace = parse(done.stdout.splitlines(), table)
    return measures.record(f"winnow-{name}", table, workers, seed, trace, seconds=seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--winnow", required=True, help="the executable")
    parser.add_argument("--tables", required=True)
    parser.add_argument("--results", required=True)
    parser.add_argument("--search", action="append", help="NAME=SECTION; may be repeated")
    parser.add_argument("--workers", nargs="+", type=int, default=[16, 64])
    parser.add_argument("--seeds", type=measures.seeds, default=measures.seeds("0-29"))
    parser.add_argument("--only", nargs="+", help="parts of the names of the tables that take part", default=[""])
    parser.add_argument("--parallel", type=int, default=1, help="runs at the same time")
    options = parser.parse_args()

    folders = [f for f in tables.tables_in(options.tables) if any(part in str(f) for part in options.only)]
    if not folders:
        sys.exit(f"{options.tables}: no tables with curves")
    results = measures.Results(options.results)
    searches = [search.partition("=")[::2] for search in options.search or SEARCHES]
    chosen = [tables.Table(folder) for folder in folders]
    work = [
        (options.winnow, name, section, table, workers, seed)
        for seed in options.seeds for name, section in searches for workers in options.workers for table in chosen
        if not results.has(f"winnow-{name}", table.name, workers, seed)]
    with ThreadPoolExecutor(options.parallel) as threads:
        for line in threads.map(lambda item: run(*item), work):
            results.add(line)
    print(report.regret_table(report.cells(measures.read(options.results))))


if __name__ == "__main__":
    main()
