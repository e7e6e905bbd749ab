"""HpBandSter's BOHB on counting ones: a line of JSON with the regrets of each seed.

Usage: bohb_reference.py FIRST LAST COUNT >> OUT, for so many of the budgets, as it takes long. The model is the package's own, `optimizers/config_generators/bohb.py`, with its
settings; the brackets of Hyperband are run here one configuration after the other, in the package's order and sizes
(`optimizers/bohb.py`), because the package itself needs a name server and workers in processes of their own.
"""

import importlib.util
import json
import logging
import sys
import types
from importlib.metadata import distribution, version

import ConfigSpace
import numpy as np

from counting_ones import ETA, GREATEST, KIND, LEAST, Incumbent, loss

logging.disable(logging.CRITICAL)


def generator():
    """The module of the model alone: the package imports its network layer otherwise."""
    folder = distribution("hpbandster").locate_file("hpbandster")
    for name in ["hpbandster", "hpbandster.core"]:
        sys.modules[name] = types.ModuleType(name)
    for name, path in [
        ("hpbandster.core.base_config_generator", "core/base_config_generator.py"),
        ("bohb_generator", "optimizers/config_generators/bohb.py"),
    ]:
        spec = importlib.util.spec_from_file_location(name, f"{folder}/{path}")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return module.BOHB


BOHB = generator()


class Job:
    """What the model is told of an evaluation."""

    exception = None

    def __init__(self, config, budget, seen):
        self.kwargs = {"config": config, "budget": budget}
        self.result = {"loss": seen}


def vector(config):
    return np.array([float(config[f"c{i}"]) for i in range(KIND)] + [float(config[f"x{i}"]) for i in range(KIND)])


def space(seed):
    space = ConfigSpace.ConfigurationSpace(seed=seed)
    for i in range(KIND):
        space.add_hyperparameter(ConfigSpace.CategoricalHyperparameter(f"c{i}", [0, 1]))
    for i in range(KIND):
        space.add_hyperparameter(ConfigSpace.UniformFloatHyperparameter(f"x{i}", 0, 1))
    return space


for seed in range(int(sys.argv[1]), int(sys.argv[2]) + 1):
    np.random.seed(seed)
    random = np.random.default_rng(seed)
    model = BOHB(space(seed), min_points_in_model=None, top_n_percent=15, num_samples=64, random_fraction=1 / 3,
                 bandwidth_factor=3, min_bandwidth=1e-3)
    incumbent = Incumbent(int(sys.argv[3]))
    rungs = [LEAST * ETA**i for i in range(5)]
    assert rungs[-1] == GREATEST
    iteration = 0
    while not incumbent.is_over:
        s = len(rungs) - 1 - iteration % len(rungs)
        iteration += 1
        count = int(np.floor(len(rungs) / (s + 1)) * ETA**s)
        members = []
        for rung in rungs[len(rungs) - 1 - s:]:
            if rung == rungs[len(rungs) - 1 - s]:
                members = [None] * count
            results = []
            for config in members:
                if config is None:
                    config = model.get_config(rung)[0]
                seen = loss(vector(config), rung, random)
                incumbent.tell(vector(config), rung, seen)
                model.new_result(Job(config, rung, seen))
                results.append((seen, len(results), config))
            members = [config for _, _, config in sorted(results)[: len(results) // ETA]]
    print(
        json.dumps({"method": f"hpbandster {version('hpbandster')}", "seed": seed, "regrets": incumbent.regrets}),
        flush=True)
