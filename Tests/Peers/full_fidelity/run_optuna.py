"""Simple regrets of Optuna's samplers after some trials; prints a JSON document.

Usage: run_optuna.py SAMPLER [TRIALS] > optuna-SAMPLER.json, with SAMPLER one of tpe, tpe_independent, tpe_group, random and gp.
Each function of objectives.py is searched with the seeds 0 to 19, one trial after the other.
"""

import json
import statistics
import sys
import warnings

import optuna

from objectives import ALL, MINIMUM

SEEDS = range(20)
SAMPLERS = {
    "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "tpe_independent": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=False, group=False),
    "tpe_group": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True),
    "gp": lambda seed: optuna.samplers.GPSampler(seed=seed, deterministic_objective=True),
}


def regret(name, sampler, seed, trials):
    study = optuna.create_study(sampler=SAMPLERS[sampler](seed))
    study.optimize(ALL[name], n_trials=trials)
    return study.best_value - MINIMUM[name]


def main():
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = sys.argv[1]
    trials = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    regrets = {name: [regret(name, sampler, seed, trials) for seed in SEEDS] for name in ALL}
    result = {
        "sampler": sampler,
        "optuna": optuna.__version__,
        "trials": trials,
        "seeds": list(SEEDS),
        "medians": {name: statistics.median(values) for name, values in regrets.items()},
        "regrets": regrets,
    }
    json.dump(result, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
