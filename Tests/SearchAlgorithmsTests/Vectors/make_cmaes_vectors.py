"""Writes cmaes.json: how many evaluations an independent implementation (the package cmaes, MIT) needs.

Functions of 10 numbers over a start at 3 in each with sigma 1 (population 10), 31 seeds, until the loss is below 1e-8 (or
20,000 evaluations). Mixed: the first five are real, the last five whole numbers from -10 to 10.
Use: python make_cmaes_vectors.py
"""

import json
import os
import warnings

import numpy as np
from cmaes import CMA, CMAwM

warnings.filterwarnings("ignore")
N = 10
LIMIT = 20_000


def sphere(x):
    return float(np.sum(x**2))


def ellipsoid(x):
    return float(np.sum((1000 ** (np.arange(N) / (N - 1)) * x) ** 2))


def rosenbrock(x):
    return float(np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2))


def count(function, seed, mixed):
    if mixed:
        bounds = np.array([[-10.5, 10.5]] * 5 + [[-10, 10]] * 5)
        steps = np.array([0.0] * 5 + [1.0] * 5)
        optimizer = CMAwM(mean=np.full(N, 3.0), sigma=1.0, bounds=bounds, steps=steps, seed=seed, population_size=10)
    else:
        optimizer = CMA(mean=np.full(N, 3.0), sigma=1.0, seed=seed, population_size=10)
    evaluations = 0
    while evaluations < LIMIT:
        told = []
        for _ in range(optimizer.population_size):
            if mixed:
                evaluated, x = optimizer.ask()
            else:
                evaluated = x = optimizer.ask()
            loss = function(evaluated)
            evaluations += 1
            if loss < 1e-8:
                return evaluations
            told.append((x, loss))
        optimizer.tell(told)
    return LIMIT


result = []
for name, function, mixed in [
    ("sphere", sphere, False),
    ("ellipsoid", ellipsoid, False),
    ("rosenbrock", rosenbrock, False),
    ("sphere", sphere, True),
    ("ellipsoid", ellipsoid, True),
]:
    counts = sorted(count(function, seed, mixed) for seed in range(1, 32))
    result.append({"function": name, "isMixed": mixed, "median": counts[15], "quartiles": [counts[7], counts[23]]})
    print(result[-1])
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cmaes.json")
with open(path, "w") as file:
    json.dump(result, file, indent=1)
    file.write("\n")
