#!/usr/bin/env python3
"""Loss curves of small networks by JAX in float64: an independent implementation for the tests of TrainingCore.

    python3 make_vectors.py > curves.json        # needs jax and numpy; jax 0.10.2 wrote the stored file

Gradients come from jax.grad; the optimisers are written out after their papers and PyTorch's conventions (epsilon
outside the root, coupled l2, decoupled weight decay, batch normalisation with momentum 0.1 and epsilon 1e-5). All
numbers given to the tests are exact in float32. Step s trains on the rows 8 s ... 8 s + 7 (modulo 40).
"""
import json

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
ROWS, INPUTS, CLASSES, OUTPUTS, BATCH, STEPS = 40, 6, 3, 2, 8, 50

CASES = [
    dict(name="sgd-nesterov-tanh", task="classification", activation="tanh", hidden=[9, 5], batch_norm=False,
         optimizer="sgd", momentum=0.9, nesterov=True, learning_rate=0.05),
    dict(name="sgd-momentum-gelu-l2", task="classification", activation="gelu", hidden=[17], batch_norm=False,
         optimizer="sgd", momentum=0.8, nesterov=False, learning_rate=0.1, l2=0.01),
    dict(name="adam-relu", task="classification", activation="relu", hidden=[12, 7], batch_norm=False,
         optimizer="adam", learning_rate=0.01),
    dict(name="adamw-gelu", task="classification", activation="gelu", hidden=[8, 6], batch_norm=False,
         optimizer="adamw", learning_rate=0.01, weight_decay=0.1),
    dict(name="rmsprop-sigmoid", task="regression", activation="sigmoid", hidden=[10], batch_norm=False,
         optimizer="rmsprop", decay=0.9, momentum=0.5, learning_rate=0.003),
    dict(name="adam-tanh-l1-l2", task="regression", activation="tanh", hidden=[8], batch_norm=False,
         optimizer="adam", learning_rate=0.01, l1=0.002, l2=0.02),
    dict(name="adam-relu-batch-norm", task="classification", activation="relu", hidden=[11, 6], batch_norm=True,
         optimizer="adam", learning_rate=0.01),
    dict(name="sgd-tanh-batch-norm", task="regression", activation="tanh", hidden=[10], batch_norm=True,
         optimizer="sgd", momentum=0.9, nesterov=False, learning_rate=0.02),
]

ACTIVATIONS = {
    "relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid,
    "gelu": lambda z: jax.nn.gelu(z, approximate=False),
}


def single(array):
    return np.asarray(array, dtype=np.float32)


def initial(case, random):
    widths = [INPUTS] + case["hidden"] + [CLASSES if case["task"] == "classification" else OUTPUTS]
    layers = []
    for number, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        layer = {"weight": single(random.normal(size=(inputs, outputs)) * (1.2 / inputs) ** 0.5)}
        if case["batch_norm"] and number < len(case["hidden"]):
            layer["scale"] = single(1 + 0.2 * random.normal(size=outputs))
            layer["shift"] = single(0.2 * random.normal(size=outputs))
        else:
            layer["bias"] = single(0.1 * random.normal(size=outputs))
        layers.append(layer)
    return layers


def forward(case, layers, running, x, is_training):
    moved = []
    for number, layer in enumerate(layers):
        x = x @ layer["weight"]
        if "bias" in layer:
            x = x + layer["bias"]
        else:
            mean, variance = (x.mean(0), x.var(0)) if is_training else running[number]
            if is_training:
                unbiased = variance * len(x) / (len(x) - 1)
                moved.append((0.9 * running[number][0] + 0.1 * mean, 0.9 * running[number][1] + 0.1 * unbiased))
            x = (x - mean) / jnp.sqrt(variance + 1e-5) * layer["scale"] + layer["shift"]
        if number < len(layers) - 1:
            x = ACTIVATIONS[case["activation"]](x)
    return x, moved


def data_loss(case, output, y):
    if case["task"] == "classification":
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(output), y[:, None], 1))
    return jnp.mean((output - y) ** 2)


def objective(layers, case, running, x, y):
    output, moved = forward(case, layers, running, x, True)
    loss = data_loss(case, output, y)
    weights = [layer["weight"] for layer in layers]
    penalty = case.get("l1", 0) * sum(jnp.abs(w).sum() for w in weights)
    penalty += case.get("l2", 0) / 2 * sum((w * w).sum() for w in weights)
    return loss + penalty, (loss, moved)


def update(case, name, w, g, m, v, step):
    rate, kind = case["learning_rate"], case["optimizer"]
    if kind == "sgd":
        m = case["momentum"] * m + g
        return w - rate * (g + case["momentum"] * m if case["nesterov"] else m), m, v
    if kind == "rmsprop":
        v = case["decay"] * v + (1 - case["decay"]) * g * g
        m = case["momentum"] * m + g / (jnp.sqrt(v) + 1e-8)
        return w - rate * m, m, v
    if kind == "adamw" and name == "weight":
        w = w * (1 - rate * case["weight_decay"])
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
    return w - rate * (m / (1 - 0.9 ** step)) / (jnp.sqrt(v / (1 - 0.999 ** step)) + 1e-8), m, v


def train(case, random, x, classes, values):
    layers = initial(case, random)
    stored = [{name: array.ravel().tolist() for name, array in layer.items()} for layer in layers]
    layers = [{name: jnp.asarray(array, jnp.float64) for name, array in layer.items()} for layer in layers]
    running = [(jnp.zeros(h), jnp.ones(h)) for h in case["hidden"]] if case["batch_norm"] else []
    first = [{name: jnp.zeros_like(a) for name, a in layer.items()} for layer in layers]
    second = [dict(layer) for layer in first]
    y = classes if case["task"] == "classification" else values
    gradient = jax.jit(jax.grad(lambda l, r, a, b: objective(l, case, r, a, b), has_aux=True))
    losses = []
    for step in range(STEPS):
        rows = (np.arange(BATCH) + step * BATCH) % ROWS
        gradients, (loss, moved) = gradient(layers, running, x[rows], y[rows])
        losses.append(float(loss))
        running = moved
        for number, layer in enumerate(layers):
            for name in layer:
                layer[name], first[number][name], second[number][name] = update(
                    case, name, layer[name], gradients[number][name], first[number][name], second[number][name],
                    step + 1)
    output, _ = forward(case, layers, running, x, False)
    return dict(case, layers=stored, losses=losses, final_loss=float(data_loss(case, output, y)))


def main():
    random = np.random.default_rng(20)
    x = single(random.normal(size=(ROWS, INPUTS)))
    classes = random.integers(0, CLASSES, ROWS)
    values = single(random.normal(size=(ROWS, OUTPUTS)))
    cases = [
        train(case, random, jnp.asarray(x, jnp.float64), jnp.asarray(classes), jnp.asarray(values, jnp.float64))
        for case in CASES
    ]
    print(json.dumps(dict(
        rows=ROWS, inputs=INPUTS, batch=BATCH, features=x.ravel().tolist(), classes=classes.tolist(),
        values=values.ravel().tolist(), cases=cases)))


if __name__ == "__main__":
    main()
