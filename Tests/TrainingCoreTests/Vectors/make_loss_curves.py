#!/usr/bin/env python3
"""Loss curves of small networks with every loss, by JAX in float64; `make_vectors.py` beside it trains them.

    python3 make_loss_curves.py > loss-curves.json        # needs jax and numpy; jax 0.10.2 wrote the stored file

`losses` are those that are trained, `final_loss` is the plain loss of the task after the last step.
"""
import json

import jax
import jax.numpy as jnp
import numpy as np

import make_vectors as base

COMMON = dict(activation="tanh", hidden=[9, 5], batch_norm=False, optimizer="adam", learning_rate=0.01)
CASES = [
    dict(name="smoothing", target="classes", outputs=3, label_smoothing=0.125),
    dict(name="weights", target="classes", outputs=3, class_weights=[0.5, 2.0, 1.25]),
    dict(name="weights-smoothing", target="classes", outputs=3, label_smoothing=0.25, class_weights=[0.5, 2.0, 1.25]),
    dict(name="binary", target="two", outputs=1),
    dict(name="binary-weights-smoothing", target="two", outputs=1, label_smoothing=0.125, class_weights=[0.5, 3.0]),
    dict(name="labels", target="labels", outputs=2),
    dict(name="labels-smoothing", target="labels", outputs=2, label_smoothing=0.25),
    dict(name="absolute", target="values", outputs=2, loss="absolute_error"),
    dict(name="huber", target="values", outputs=2, loss="huber", huber_delta=0.5),
]


def cross_entropy(output, y, smoothing, weights):
    logs = jax.nn.log_softmax(output)
    weights = jnp.asarray(weights)
    share = (1 - smoothing) * jax.nn.one_hot(y, len(weights)) + smoothing / len(weights)
    return -(share * weights * logs).sum() / weights[y].sum()


def data_loss(case, output, y):
    smoothing = case.get("label_smoothing", 0.0)
    weights = case.get("class_weights", [1.0] * max(2, case["outputs"]))
    if case["target"] == "classes":
        return cross_entropy(output, y, smoothing, weights)
    if case["target"] == "two":
        return cross_entropy(jnp.concatenate([jnp.zeros_like(output), output], axis=1), y, smoothing, weights)
    if case["target"] == "labels":
        share = (1 - smoothing) * y + smoothing / 2
        return -jnp.mean(share * jax.nn.log_sigmoid(output) + (1 - share) * jax.nn.log_sigmoid(-output))
    distance = jnp.abs(output - y)
    if case.get("loss") == "absolute_error":
        return jnp.mean(distance)
    if case.get("loss") == "huber":
        delta = case["huber_delta"]
        return jnp.mean(jnp.where(distance <= delta, distance ** 2 / 2, delta * (distance - delta / 2)))
    return jnp.mean(distance ** 2)


def trained_or_plain(case, output, y):
    """Inside a gradient what is trained, outside of it, at the end, the plain loss."""
    if isinstance(output, jax.core.Tracer):
        return data_loss(case, output, y)
    return data_loss(dict(target=case["target"], outputs=case["outputs"]), output, y)


def main():
    random = np.random.default_rng(21)
    x = base.single(random.normal(size=(base.ROWS, base.INPUTS)))
    values = base.single(random.normal(size=(base.ROWS, 2)))
    targets = dict(
        classes=random.integers(0, 3, base.ROWS), two=random.integers(0, 2, base.ROWS), values=values,
        labels=(values > 0.25).astype(np.float32))
    base.data_loss = trained_or_plain
    cases = []
    for case in CASES:
        base.CLASSES = base.OUTPUTS = case["outputs"]
        is_class = case["target"] in ("classes", "two")
        y = jnp.asarray(targets[case["target"]], None if is_class else jnp.float64)
        cases.append(base.train(
            dict(COMMON, **case, task="classification" if is_class else "regression"), random,
            jnp.asarray(x, jnp.float64), y, y))
    print(json.dumps(dict(
        rows=base.ROWS, inputs=base.INPUTS, batch=base.BATCH, features=x.ravel().tolist(),
        classes=targets["classes"].tolist(), two=targets["two"].tolist(), values=values.ravel().tolist(),
        labels=targets["labels"].ravel().tolist(), cases=cases)))


if __name__ == "__main__":
    main()
