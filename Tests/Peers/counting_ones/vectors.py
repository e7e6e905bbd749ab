"""Gathers the lines of the reference runs into the file that CountingOnesTests.swift reads.

Usage: vectors.py OUT.json LINES.jsonl ...
"""

import json
import sys

from counting_ones import BUDGETS

runs = {}
for path in sys.argv[2:]:
    with open(path) as file:
        for line in file:
            run = json.loads(line)
            runs.setdefault(run["method"], {})[run["seed"]] = [round(regret, 6) for regret in run["regrets"]]
answer = {
    "budgets": BUDGETS,
    "regrets": {method: [seeds[seed] for seed in sorted(seeds)] for method, seeds in runs.items()},
}
with open(sys.argv[1], "w") as file:
    json.dump(answer, file, indent=1)
    file.write("\n")
