"""The networks that are measured: the same ones for Winnow and for every peer.

All learn ten classes of random rows. The rates are tiny on purpose: nothing is learnt by heart, so that no gradient
decays into denormal numbers, which some peers compute slowly.
"""
from dataclasses import dataclass, field

CLASSES = 10
# A multiple of every batch size: each minibatch is a full one.
ROWS = 6144
LEARNING_RATE = {"adam": 1e-6, "sgdm": 1e-5}
MOMENTUM = 0.9


@dataclass(frozen=True)
class Case:
    name: str
    kind: str
    shape: tuple
    hidden: tuple
    batch: int
    optimizer: str
    batch_norm: bool = False
    dropout: float = 0.0
    filters: tuple = field(default=())


def _mlp(inputs, hidden, batch, optimizer):
    name = "-".join(["mlp", str(inputs), *map(str, hidden), f"b{batch}", optimizer])
    return Case(name, "mlp", (inputs,), tuple(hidden), batch, optimizer)


ALL = [
    _mlp(64, [64], 32, "adam"),
    _mlp(784, [128], 32, "sgdm"),
    _mlp(784, [128], 32, "adam"),
    _mlp(784, [128], 64, "sgdm"),
    _mlp(784, [128], 64, "adam"),
    _mlp(784, [128], 256, "sgdm"),
    _mlp(784, [128], 256, "adam"),
    Case("mlp-784-512-256-bn-do-b128-adam", "mlp", (784,), (512, 256), 128, "adam", batch_norm=True, dropout=0.2),
    _mlp(784, [512, 256], 128, "adam"),
    Case("cnn-16-32-b64-adam", "cnn", (28, 28, 1), (128,), 64, "adam", filters=(16, 32)),
    Case("lstm-28x28-64-b64-adam", "lstm", (28, 28), (64,), 64, "adam"),
    Case("lstm-28x28-128-b64-adam", "lstm", (28, 28), (128,), 64, "adam"),
]
BY_NAME = {case.name: case for case in ALL}


def rows(case, count=ROWS, seed=7):
    """Features of the shape [count, *case.shape] and classes."""
    import numpy as np

    random = np.random.default_rng(seed)
    features = random.standard_normal((count, *case.shape), dtype=np.float32)
    return features, random.integers(0, CLASSES, count)
