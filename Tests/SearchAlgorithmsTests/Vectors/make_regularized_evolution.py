"""Regularised evolution as Real 2019 gives it in algorithm 1, for RegularizedEvolutionTests.swift.

Usage: make_regularized_evolution.py, beside nasbench201-cifar10-subset.json; writes regularized_evolution.json. P = 100, S = 25, 50
seeds; a mutation gives one of the six operations another value. The sample is drawn with replacement, as in the paper. The
regret is the best accuracy of the table less the best that was found, in hundredths of a percent, after so many trials.
"""

import collections
import json
import random

P, S = 100, 25
AFTER = [100, 150, 200, 300, 400]

with open("nasbench201-cifar10-subset.json") as file:
    ACCURACIES = json.load(file)["accuracies"]


def accuracy(cell):
    index = 0
    for operation in cell:
        index = 4 * index + operation
    return ACCURACIES[index]


def run(seed):
    chance = random.Random(seed)
    population, found = collections.deque(), []
    while len(found) < AFTER[-1]:
        if len(found) < P:
            cell = [chance.randrange(4) for _ in range(6)]
        else:
            sample = [chance.choice(population) for _ in range(S)]
            cell = list(max(sample, key=lambda member: member[1])[0])
            place = chance.randrange(6)
            cell[place] = chance.choice([o for o in range(4) if o != cell[place]])
            population.popleft()
        population.append((cell, accuracy(cell)))
        found.append(accuracy(cell))
    return [max(ACCURACIES) - max(found[:after]) for after in AFTER]


with open("regularized_evolution.json", "w") as file:
    json.dump({"after": AFTER, "regrets": [run(seed) for seed in range(50)]}, file)
    file.write("\n")
