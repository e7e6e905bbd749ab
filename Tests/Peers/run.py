#!/usr/bin/env python3
"""Runs methods on tables of recorded curves in virtual time and adds a line for each run to a file of results.

    python3 run.py --tables TABLES --results RESULTS --methods random asha --seeds 0-29

TABLES is a folder below which tables lie. A run that the file has already is left out, so a run of this script that was
interrupted goes on when it is started again. Seeds are the outer loop: whenever it ends, all cells have as many.
"""
import argparse
import importlib
import sys
import time

import clock
import measures
import tables

#: The module of each method; a peer's module needs the peer's package, the first one nothing but numpy.
MODULES = {
    "random": "own", "asha": "own",
    "optuna-hyperband": "optuna_peer", "optuna-halving": "optuna_peer",
    "optuna-univariate-hyperband": "optuna_peer", "optuna-univariate-halving": "optuna_peer",
    "dehb": "dehb_peer",
    "syne-asha": "syne_peer", "syne-mobster": "syne_peer", "syne-hypertune": "syne_peer",
}


def run(method, table, workers, seed):
    """One run up to four times a full training."""
    module = importlib.import_module(MODULES[method])
    create = module.METHODS[method]
    started = time.monotonic()
    trace = clock.Clock(table, workers).run(
        create(table, tables.Pool(table), workers, seed), table.full_time * measures.TIMES[-1])
    more = {"seconds": round(time.monotonic() - started, 2), "version": getattr(module, "VERSION", None)}
    return measures.record(method, table, workers, seed, trace, **more)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", required=True)
    parser.add_argument("--results", required=True)
    parser.add_argument("--methods", nargs="+", choices=sorted(MODULES), default=["random", "asha"])
    parser.add_argument("--workers", nargs="+", type=int, default=[16, 64])
    parser.add_argument("--seeds", type=measures.seeds, default=measures.seeds("0-29"))
    parser.add_argument("--only", nargs="+", help="parts of the names of the tables that take part", default=[""])
    options = parser.parse_args()

    folders = [f for f in tables.tables_in(options.tables) if any(part in str(f) for part in options.only)]
    chosen = [tables.Table(folder) for folder in folders]
    if not chosen:
        sys.exit(f"{options.tables}: no tables with curves")
    results = measures.Results(options.results)
    for seed in options.seeds:
        for method in options.methods:
            for workers in options.workers:
                for table in chosen:
                    if not results.has(method, table.name, workers, seed):
                        line = run(method, table, workers, seed)
                        results.add(line)
                        print(method, table.name, workers, seed, line["regret"], f"{line['seconds']} s", flush=True)


if __name__ == "__main__":
    main()
