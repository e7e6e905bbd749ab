"""Reads one CSV file with winnow and with pandas' C engine, in turn, and prints the ratio of the medians: of both on one core,
and of winnow on all cores.

    python Tests/Benchmarks/csv_and_pandas.py WINNOW [ROWS]

WINNOW is a release build. Three tables of ROWS rows (200,000) are made: numbers as pandas writes them (17 digits), numbers
with six digits, and whole numbers. Each round reads a table three times with each program, in processes that have read
it before or read it again, and takes the median; process start is left out.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import pandas

ROUNDS = 7
COLUMNS = 32


def tables(rows, folder):
    generator = numpy.random.default_rng(1)
    names = [f"x{number}" for number in range(1, COLUMNS)] + ["y"]
    numbers = pandas.DataFrame(generator.standard_normal((rows, COLUMNS)), columns=names)
    whole = pandas.DataFrame(generator.integers(-9999, 9999, (rows, COLUMNS)), columns=names)
    for name, table, form in (("17 digits", numbers, None), ("6 digits", numbers, "%.6g"), ("whole", whole, None)):
        path = os.path.join(folder, name.replace(" ", "-") + ".csv")
        table.to_csv(path, index=False, float_format=form)
        yield name, path


def ours(winnow, path, threads):
    line = subprocess.run(
        [winnow, "bench", "data", "--file", path, "--repeats", "3", "--threads", str(threads), "--json"], check=True, capture_output=True, text=True
    ).stdout
    return json.loads(line)["seconds"]


def theirs(path):
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        pandas.read_csv(path, engine="c")
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def main():
    winnow = sys.argv[1]
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 200_000
    cores = os.sched_getaffinity(0)
    with tempfile.TemporaryDirectory() as folder:
        for name, path in tables(rows, folder):
            megabytes = os.path.getsize(path) / 1e6
            for used in sorted({1, len(cores)}):
                times = []
                for _ in range(ROUNDS):
                    os.sched_setaffinity(0, set(sorted(cores)[:used]))
                    own = ours(winnow, path, used)
                    os.sched_setaffinity(0, {min(cores)})
                    times.append((own, theirs(path)))
                own, other = (statistics.median(side) for side in zip(*times))
                ratio = statistics.median(second / first for first, second in times)
                print(
                    f"{name:10} {megabytes:6.1f} MB  winnow on {used} {megabytes / own:6.0f} MB/s  "
                    f"pandas {megabytes / other:6.0f} MB/s  ratio {ratio:.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
