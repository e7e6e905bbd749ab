#!/usr/bin/env python3
"""The loss curve of a network with batch normalisation and dropout by JAX in float64, with the masks of the tests' seed.

    python3 make_dropout_vectors.py > dropout.json        # needs jax and numpy; jax 0.10.2 wrote the stored file

The masks follow the definition of dropout in the module KernelInterface: sixteen bits of a Philox4x32-10 block for each
element (J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). Layers, losses and Adam are those of
make_vectors.py.
"""
import json

import jax
import jax.numpy as jnp
import numpy as np

import make_vectors as base

SEED, PURPOSE, RATE = 21, 6, 0.25
CASE = dict(name="adam-relu-batch-norm-dropout", task="classification", activation="relu", hidden=[12, 17],
            batch_norm=True, optimizer="adam", learning_rate=0.01, dropout=RATE)


def philox(counter, key):
    """Four words from four words and a key of two."""
    c, k = list(counter), list(key)
    for _ in range(10):
        first, second = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [second >> 32 ^ c[1] ^ k[0], second & 0xFFFFFFFF, first >> 32 ^ c[3] ^ k[1], first & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def mask(rows, units, layer, step):
    """What the outputs of a hidden layer are multiplied by."""
    threshold = round(RATE * 65536)
    width = -(-units // 16) * 16
    result = np.zeros((rows, units))
    for row in range(rows):
        for unit in range(units):
            element = row * width + unit
            words = philox((8 * (element // 64) + element % 16 // 2, step, layer, PURPOSE), (SEED, 0))
            lane = element % 64 // 16
            word = words[2 * (lane // 2) + element % 2]
            bits = word & 0xFFFF if lane % 2 == 0 else word >> 16
            result[row, unit] = 0 if bits < threshold else 1 / (1 - threshold / 65536)
    return jnp.asarray(result)


def forward(layers, running, x, masks):
    moved = []
    for number, layer in enumerate(layers):
        x = x @ layer["weight"]
        if "bias" in layer:
            return x + layer["bias"], moved
        mean, variance = x.mean(0), x.var(0)
        unbiased = variance * len(x) / (len(x) - 1)
        moved.append((0.9 * running[number][0] + 0.1 * mean, 0.9 * running[number][1] + 0.1 * unbiased))
        x = jax.nn.relu((x - mean) / jnp.sqrt(variance + 1e-5) * layer["scale"] + layer["shift"]) * masks[number]


def main():
    random = np.random.default_rng(40)
    x = base.single(random.normal(size=(base.ROWS, base.INPUTS)))
    classes = random.integers(0, base.CLASSES, base.ROWS)
    layers = base.initial(CASE, random)
    stored = [{name: array.ravel().tolist() for name, array in layer.items()} for layer in layers]
    layers = [{name: jnp.asarray(array, jnp.float64) for name, array in layer.items()} for layer in layers]
    running = [(jnp.zeros(units), jnp.ones(units)) for units in CASE["hidden"]]
    first = [{name: jnp.zeros_like(array) for name, array in layer.items()} for layer in layers]
    second = [dict(layer) for layer in first]
    x, y = jnp.asarray(x, jnp.float64), jnp.asarray(classes)

    def objective(layers, running, x, y, masks):
        output, moved = forward(layers, running, x, masks)
        return base.data_loss(CASE, output, y), moved

    gradient = jax.jit(jax.value_and_grad(objective, has_aux=True))
    losses = []
    for step in range(base.STEPS):
        rows = (np.arange(base.BATCH) + step * base.BATCH) % base.ROWS
        masks = [mask(base.BATCH, units, layer, step) for layer, units in enumerate(CASE["hidden"])]
        (loss, running), gradients = gradient(layers, running, x[rows], y[rows], masks)
        losses.append(float(loss))
        for number, layer in enumerate(layers):
            for name in layer:
                layer[name], first[number][name], second[number][name] = base.update(
                    CASE, name, layer[name], gradients[number][name], first[number][name], second[number][name],
                    step + 1)
    output, _ = base.forward(CASE, layers, running, x, False)
    final = float(base.data_loss(CASE, output, y))
    print(json.dumps(dict(
        rows=base.ROWS, inputs=base.INPUTS, batch=base.BATCH, features=np.asarray(x).ravel().tolist(),
        classes=classes.tolist(), values=[0.0] * (base.ROWS * base.OUTPUTS),
        cases=[dict(CASE, seed=SEED, layers=stored, losses=losses, final_loss=final)])))


if __name__ == "__main__":
    main()
