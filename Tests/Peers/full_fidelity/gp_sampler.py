"""Simple regrets of Optuna's GPSampler after 60 trials, for GaussianProcessComparisonTests.swift.

Usage: gp_sampler.py OUT.json [FUNCTION ...]; seeds 0 to 19, all settings as Optuna ships them. GPSampler models no
parameter that does not exist in every trial: on the conditional tree it draws those by itself at random.
"""

import json
import os
import sys
import warnings

import optuna
import torch

from objectives import ALL, MINIMUM

torch.set_num_threads(1)
optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore")


def regret(name, seed):
    study = optuna.create_study(sampler=optuna.samplers.GPSampler(seed=seed))
    study.optimize(ALL[name], n_trials=60)
    return study.best_value - MINIMUM[name]


out = sys.argv[1]
answer = {"optuna": optuna.__version__, "torch": torch.__version__, "trials": 60, "regrets": {}}
if os.path.exists(out):
    with open(out) as file:
        answer = json.load(file)
for name in sys.argv[2:] or list(ALL):
    answer["regrets"][name] = [regret(name, seed) for seed in range(20)]
    with open(out, "w") as file:
        json.dump(answer, file, indent=1)
        file.write("\n")
