"""DEHB's own package on counting ones: a line of JSON with the regrets of each seed.

Usage: dehb_reference.py FIRST LAST >> OUT. All settings as the package ships them: F = CR = 0.5, rand1_bin. Categorical
parameters are values of the unit interval, rounded, which is how the package decodes them.
"""

import json
import logging
import sys
import tempfile
from importlib.metadata import version

import numpy as np
from loguru import logger

from counting_ones import ETA, GREATEST, KIND, LEAST, Incumbent, loss

logger.remove()
logging.disable(logging.CRITICAL)

from dehb import DEHB  # after the loggers are silent

for seed in range(int(sys.argv[1]), int(sys.argv[2]) + 1):
    random = np.random.default_rng(seed)
    incumbent = Incumbent()
    with tempfile.TemporaryDirectory() as folder:
        dehb = DEHB(
            f=lambda *_, **__: None, dimensions=2 * KIND, configspace=False, min_fidelity=LEAST, max_fidelity=GREATEST,
            eta=ETA, n_workers=1, seed=seed, save_freq="end", output_path=folder, log_level="ERROR")
    logger.remove()
    while not incumbent.is_over:
        info = dehb.ask()
        vector = np.asarray(info["config"], dtype=float)
        values = np.concatenate([(vector[:KIND] >= 0.5).astype(float), vector[KIND:]])
        budget = round(float(info["fidelity"]))
        seen = loss(values, budget, random)
        incumbent.tell(values, budget, seen)
        dehb.tell(info, {"fitness": seen, "cost": float(budget)})
    print(json.dumps({"method": f"dehb {version('dehb')}", "seed": seed, "regrets": incumbent.regrets}), flush=True)
