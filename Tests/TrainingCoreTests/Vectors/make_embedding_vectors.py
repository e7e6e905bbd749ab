#!/usr/bin/env python3
"""Loss curves of small MLPs with embeddings by JAX in float64: an independent implementation for the tests of TrainingCore.

    python3 make_embedding_vectors.py > embeddings.json     # needs jax and numpy; jax 0.10.2 wrote the stored file

A row is numbers and, for each column of categories, as many numbers as it has categories: that of the row's category is
above 0, the others below; some rows have none above 0. A table's rows are looked up with jnp.take, gradients are jax.grad.
All numbers given to the tests are exact in float32. Every step trains on all rows.
"""
import json

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
ROWS, CLASSES, STEPS = 12, 3, 50

# A column of a row: 0 is a number, else the number of its categories.
CASES = [
    dict(name="numbers-around-columns", columns=[0, 3, 0, 0, 17, 0], units=5, dense=[9], activation="relu", rate=0.02),
    dict(name="columns-alone", columns=[4, 2, 6], units=17, dense=[6, 5], activation="tanh", rate=0.03),
    dict(name="no-hidden-layer", columns=[5, 0, 3], units=2, dense=[], activation="relu", rate=0.1),
    dict(name="adam", columns=[0, 0, 7, 3], units=4, dense=[8], activation="tanh", rate=0.003, optimizer="adam"),
]
ACTIVATIONS = {"relu": jax.nn.relu, "tanh": jnp.tanh}


def single(array):
    return np.asarray(np.round(array, 4), dtype=np.float32)


def texts(array):
    return [round(float(number), 4) for number in np.asarray(array).ravel()]


def network(case, tensors, numbers, categories):
    tensors = list(tensors)
    parts = [numbers]
    for column in range(categories.shape[1]):
        table, chosen = tensors.pop(0), categories[:, column]
        parts.append(jnp.where((chosen >= 0)[:, None], jnp.take(table, jnp.maximum(chosen, 0), axis=0), 0.0))
    x = jnp.concatenate(parts, axis=1)
    while tensors:
        x = x @ tensors.pop(0) + tensors.pop(0)
        if tensors:
            x = ACTIVATIONS[case["activation"]](x)
    return x


def run(case, classes, random):
    sizes = [count for count in case["columns"] if count]
    numbers = single(random.normal(size=(ROWS, case["columns"].count(0))))
    categories = np.stack([random.integers(0, count, size=ROWS) for count in sizes], axis=1)
    categories[3, 0] = categories[7, -1] = -1
    features, place, number = [], 0, 0
    for count in case["columns"]:
        if count:
            hot = np.arange(count)[None, :] == categories[:, place][:, None]
            features.append(np.where(hot, 1.5, -0.25))
            place += 1
        else:
            features.append(numbers[:, number : number + 1])
            number += 1
    features = np.concatenate(features, axis=1)
    tensors = [single(0.5 * random.normal(size=(count, case["units"]))) for count in sizes]
    widths = [numbers.shape[1] + len(sizes) * case["units"]] + case["dense"] + [CLASSES]
    for i, o in zip(widths, widths[1:]):
        tensors += [single(random.normal(size=(i, o)) * (1.5 / i) ** 0.5), single(0.1 * random.normal(size=o))]
    weights = [jnp.asarray(t, dtype=jnp.float64) for t in tensors]
    x, chosen, y = jnp.asarray(numbers, dtype=jnp.float64), jnp.asarray(categories), jnp.asarray(classes)

    def loss(weights):
        logits = jax.nn.log_softmax(network(case, weights, x, chosen))
        return -jnp.mean(jnp.take_along_axis(logits, y[:, None], axis=1))

    step = jax.jit(jax.value_and_grad(loss))
    first = [jnp.zeros_like(w) for w in weights]
    second = [jnp.zeros_like(w) for w in weights]
    losses, gradient = [], None
    for t in range(1, STEPS + 1):
        value, gradients = step(weights)
        losses.append(float(value))
        gradient = gradient or [np.asarray(g) for g in gradients]
        for i, g in enumerate(gradients):
            if case.get("optimizer") == "adam":
                first[i] = 0.9 * first[i] + 0.1 * g
                second[i] = 0.999 * second[i] + 0.001 * g * g
                change = first[i] / (1 - 0.9**t) / (jnp.sqrt(second[i] / (1 - 0.999**t)) + 1e-8)
            else:
                first[i] = change = 0.9 * first[i] + g
            weights[i] = weights[i] - case["rate"] * change
    return dict(
        name=case["name"], columns=case["columns"], units=case["units"], dense=case["dense"],
        activation=case["activation"], rate=case["rate"], optimizer=case.get("optimizer", "sgd"),
        tensors=[texts(t) for t in tensors], features=texts(features), losses=losses, final_loss=float(step(weights)[0]),
        gradients=[[float(f"{n:.7g}") for n in g.ravel()] for g in gradient])


def main():
    random = np.random.default_rng(11)
    classes = random.integers(0, CLASSES, size=ROWS)
    print(json.dumps(dict(
        rows=ROWS, classes=classes.tolist(), momentum=0.9, cases=[run(case, classes, random) for case in CASES])))


main()
