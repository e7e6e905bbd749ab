"""The four functions on which searchers are compared at full fidelity; the same as in Objectives.swift.

Each takes an Optuna trial, so that ranges and conditions stand here once, and gives the loss. MINIMUM is the least loss
that each can reach, for the regret.
"""

from math import cos, exp, log10, pi

MINIMUM = {"branin": 0.39788735772973816, "hartmann6": -3.3223680114155152, "mix10": 0.0, "conditional": 0.0}


def branin(trial):
    """Branin and Hoo's function; three minima of the same height."""
    x = trial.suggest_float("x", -5, 10)
    y = trial.suggest_float("y", 0, 15)
    valley = y - 5.1 / (4 * pi**2) * x**2 + 5 / pi * x - 6
    return valley**2 + 10 * (1 - 1 / (8 * pi)) * cos(x) + 10


WEIGHT = [1.0, 1.2, 3.0, 3.2]
SLOPE = [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
]
CENTRE = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]


def hartmann6(trial):
    """Hartmann's function in six dimensions: a sum of four bumps."""
    x = [trial.suggest_float(f"x{i}", 0, 1) for i in range(6)]
    return -sum(
        w * exp(-sum(a * (v - p) ** 2 for a, p, v in zip(slope, centre, x)))
        for w, slope, centre in zip(WEIGHT, SLOPE, CENTRE)
    )


def mix10(trial):
    """Ten parameters of all kinds; the best learning rate depends on the optimizer and on the batch."""
    rate = log10(trial.suggest_float("rate", 1e-5, 1, log=True))
    decay = log10(trial.suggest_float("decay", 1e-7, 0.1, log=True))
    momentum = trial.suggest_float("momentum", 0, 0.99)
    dropout = trial.suggest_float("dropout", 0, 0.5)
    units = log10(trial.suggest_int("units", 8, 1024, log=True) / 128)
    layers = trial.suggest_int("layers", 1, 8)
    batch = log10(trial.suggest_int("batch", 16, 256, step=16) / 64)
    activation = trial.suggest_categorical("activation", ["relu", "gelu", "tanh", "silu", "elu"])
    optimizer = trial.suggest_categorical("optimizer", ["sgd", "adam", "rmsprop"])
    start = trial.suggest_categorical("start", ["he", "xavier", "orthogonal", "normal"])
    best_rate, offset = {"sgd": (-1, 0), "adam": (-3, 0.05), "rmsprop": (-2.5, 0.15)}[optimizer]
    offset += {"relu": 0.1, "gelu": 0, "tanh": 0.2, "silu": 0.03, "elu": 0.15}[activation]
    is_rectifier = activation in ["relu", "gelu", "silu"]
    offset += {"he": 0 if is_rectifier else 0.1, "xavier": 0.1 if is_rectifier else 0, "orthogonal": 0.05, "normal": 0.3}[
        start
    ]
    squares = (rate - best_rate - 0.3 * batch) ** 2 + 0.2 * (decay + 4) ** 2 + 4 * (momentum - 0.9) ** 2
    squares += 4 * (dropout - 0.2) ** 2 + units**2 + 0.1 * batch**2
    return squares + 0.15 * abs(layers - 3) + offset


def conditional(trial):
    """A tree: three families, one with as many layers as it says. The best family looks worst at first."""
    family = trial.suggest_categorical("family", ["linear", "forest", "network"])
    if family == "linear":
        strength = log10(trial.suggest_float("strength", 1e-6, 10, log=True))
        ratio = trial.suggest_float("ratio", 0, 1)
        return 0.5 + 0.05 * (strength + 2) ** 2 + 0.2 * (ratio - 0.5) ** 2
    if family == "forest":
        depth = trial.suggest_int("depth", 1, 16)
        leaf = log10(trial.suggest_int("leaf", 1, 64, log=True) / 4)
        share = trial.suggest_float("share", 0.1, 1)
        return 0.2 + 0.01 * (depth - 9) ** 2 + 0.1 * leaf**2 + 0.3 * (share - 0.6) ** 2
    rate = log10(trial.suggest_float("rate", 1e-5, 1, log=True))
    activation = trial.suggest_categorical("activation", ["relu", "gelu", "tanh"])
    layers = trial.suggest_int("layers", 1, 4)
    loss = 0.15 * (rate + 2.5) ** 2 + 0.15 * (layers - 3) ** 2
    loss += {"relu": 0.1, "gelu": 0, "tanh": 0.2}[activation]
    for layer in range(layers):
        best = [256, 128, 64, 32][layer]
        loss += 0.6 * log10(trial.suggest_int(f"units{layer}", 8, 512, log=True) / best) ** 2
    return loss


ALL = {"branin": branin, "hartmann6": hartmann6, "mix10": mix10, "conditional": conditional}
