#!/usr/bin/env python3
"""Loss curves of residual, separable, dilated and one-dimensional CNNs, GRUs, bidirectional and masked sequences by JAX.

    python3 make_family_vectors.py > families.json        # needs jax and numpy; jax 0.10.2 wrote the stored file

In float64, with jax.lax.conv_general_dilated, jax.lax.reduce_window and jax.grad. Gated recurrent units are written out
as PyTorch documents them, gates in the order r, z, n. Every step trains on all rows with SGD and momentum; all numbers
given to the tests are exact in float32.
"""
import json

import jax
import jax.numpy as jnp
import numpy as np

from make_front_vectors import ACTIVATIONS, bias, loss, normal, single, texts

jax.config.update("jax_enable_x64", True)
ROWS, CLASSES, STEPS, RATE, MOMENTUM = 8, 3, 50, 0.02, 0.9
FUNCTIONS = dict(ACTIVATIONS, silu=jax.nn.silu)

CNN = [
    dict(name="dilated", activation="relu", shape=[9, 8, 2], dense=[],
         blocks=[dict(filters=5, kernel=3, dilation=2), dict(filters=4, kernel=3, dilation=2, padding="valid")]),
    dict(name="one-dimension", activation="tanh", shape=[12, 3], dense=[6], dimensions=1, global_pool="average",
         blocks=[dict(filters=6, kernel=5, stride=2, pool="max"), dict(filters=5, kernel=3)]),
    dict(name="residual", activation="relu", shape=[6, 6, 3], dense=[], global_pool="average",
         blocks=[dict(filters=16, convolutions=2, residual=True, batch_norm=True),
                 dict(filters=16, convolutions=2, residual=True),
                 dict(filters=8, stride=2, convolutions=2, residual=True, batch_norm=True)]),
    dict(name="residual-of-one", activation="gelu", shape=[5, 5, 4], dense=[],
         blocks=[dict(filters=4, residual=True, pool="average"), dict(filters=4, kernel=2, stride=2, residual=True)]),
    dict(name="separable", activation="relu", shape=[7, 6, 3], dense=[], global_pool="max",
         blocks=[dict(filters=6, stride=2, separable=True),
                 dict(filters=20, convolutions=2, separable=True, batch_norm=True)]),
    dict(name="separable-residual", activation="silu", shape=[6, 6, 2], dense=[5],
         blocks=[dict(filters=5, kernel=5, separable=True, residual=True, pool="max"),
                 dict(filters=5, separable=True, convolutions=2, residual=True)]),
]
RECURRENT = [
    dict(name="gru", activation="relu", cell="gru", shape=[7, 5], dense=[], units=[6]),
    dict(name="gru-two-layers", activation="relu", cell="gru", shape=[5, 3], dense=[7], units=[17, 9]),
    dict(name="lstm-both-ways", activation="relu", cell="lstm", shape=[6, 4], dense=[], units=[5], bidirectional=True),
    dict(name="gru-both-ways-mean", activation="tanh", cell="gru", shape=[5, 4], dense=[6], units=[7, 18],
         bidirectional=True, output="mean"),
    dict(name="lstm-all", activation="relu", cell="lstm", shape=[4, 3], dense=[], units=[6, 5], output="all"),
    dict(name="lstm-masked", activation="relu", cell="lstm", shape=[6, 3], dense=[], units=[6, 5], masked=True),
    dict(name="gru-masked", activation="relu", cell="gru", shape=[6, 3], dense=[], units=[6], masked=True),
    dict(name="lstm-masked-both-ways", activation="relu", cell="lstm", shape=[6, 3], dense=[], units=[6, 4],
         bidirectional=True, masked=True),
    dict(name="layer-norm", activation="relu", cell="gru", shape=[4, 3], dense=[19, 16], units=[6], layer_norm=True),
    dict(name="layer-norm-gelu", activation="gelu", cell="lstm", shape=[3, 4], dense=[7], units=[5], layer_norm=True),
    dict(name="gru-masked-both-ways-mean", activation="relu", cell="gru", shape=[7, 3], dense=[5], units=[5, 4],
         bidirectional=True, output="mean", masked=True),
]


class Weights:
    """Makes tensors in the order in which a network asks for them, or hands out given ones; collects moved statistics."""

    def __init__(self, random=None, tensors=None):
        self.random, self.made, self.trained = random, [], []
        self.given = None if tensors is None else list(tensors)
        self.moved = []

    def take(self, make, is_trained=True):
        if self.given is not None:
            return self.given.pop(0)
        self.made.append(make(self.random))
        self.trained.append(is_trained)
        return jnp.asarray(self.made[-1], jnp.float64)

    def weight(self, *shape, fan):
        return self.take(lambda random: normal(random, *shape, fan=fan))

    def bias(self, *shape):
        return self.take(lambda random: bias(random, *shape))

    def norm(self, x, is_training):
        channels = x.shape[-1]
        scale = self.take(lambda random: single(1 + 0.2 * random.normal(size=channels)))
        shift = self.bias(channels)
        mean = self.take(lambda _: single(np.zeros(channels)), False)
        variance = self.take(lambda _: single(np.ones(channels)), False)
        if is_training:
            count = x.size // channels
            batch_mean, batch_variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
            self.moved += [0.9 * mean + 0.1 * batch_mean, 0.9 * variance + 0.1 * batch_variance * count / (count - 1)]
            mean, variance = batch_mean, batch_variance
        return (x - mean) / jnp.sqrt(variance + 1e-5) * scale + shift


def convolve(x, weight, stride, dilation, padding, groups=1):
    return jax.lax.conv_general_dilated(
        x, weight, stride, padding.upper(), rhs_dilation=dilation, feature_group_count=groups,
        dimension_numbers=("NHWC", "HWIO", "NHWC"))


def pool(x, kind, height, width):
    window = (1, height, width, 1)
    if kind == "max":
        return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, window, "VALID")
    return jax.lax.reduce_window(x, 0.0, jax.lax.add, window, window, "VALID") / (height * width)


def cnn(case, weights, x, is_training):
    flat = case.get("dimensions", 2) == 1
    function = FUNCTIONS[case["activation"]]
    x = x.reshape([len(x), 1] + case["shape"]) if flat else x.reshape([len(x)] + case["shape"])
    for block in case["blocks"]:
        kernel, filters = block.get("kernel", 3), block["filters"]
        high = 1 if flat else kernel
        strides = [1 if flat else block.get("stride", 1), block.get("stride", 1)]
        dilation = [1 if flat else block.get("dilation", 1), block.get("dilation", 1)]
        padding = block.get("padding", "same")
        source = x
        for number in range(block.get("convolutions", 1)):
            stride = strides if number == 0 else [1, 1]
            channels = x.shape[-1]
            if block.get("separable"):
                w = weights.weight(high, kernel, channels, fan=high * kernel)
                x = convolve(x, w[:, :, None, :], stride, dilation, padding, groups=channels)
                x = convolve(x, weights.weight(1, 1, channels, filters, fan=channels), [1, 1], [1, 1], "same")
            else:
                w = weights.weight(high, kernel, channels, filters, fan=high * kernel * channels)
                x = convolve(x, w, stride, dilation, padding)
            x = weights.norm(x, is_training) if block.get("batch_norm") else x + weights.bias(filters)
            if number + 1 == block.get("convolutions", 1) and block.get("residual"):
                if source.shape != x.shape:
                    w = weights.weight(source.shape[-1], filters, fan=source.shape[-1])
                    source = source[:, ::strides[0], ::strides[1]] @ w
                    if block.get("batch_norm"):
                        source = weights.norm(source, is_training)
                x = x + source
            x = function(x)
        if block.get("pool"):
            x = pool(x, block["pool"], 1 if flat else 2, 2)
    if case.get("global_pool"):
        x = pool(x, case["global_pool"], x.shape[1], x.shape[2])
    return rest(case, weights, x.reshape(len(x), -1))


def rest(case, weights, x):
    widths = [x.shape[1]] + case["dense"] + [CLASSES]
    for number, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        x = x @ weights.weight(inputs, outputs, fan=inputs)
        if case.get("layer_norm") and number < len(case["dense"]):
            scale = weights.take(lambda random: single(1 + 0.2 * random.normal(size=outputs)))
            x = (x - x.mean(1, keepdims=True)) / jnp.sqrt(x.var(1, keepdims=True) + 1e-5) * scale
        x = x + weights.bias(outputs)
        if number < len(case["dense"]):
            x = FUNCTIONS[case["activation"]](x)
    return x


def direction(cell, weights, x, lengths, units, is_reversed):
    gates = 4 if cell == "lstm" else 3
    inputs = x.shape[2]
    w, u = weights.weight(inputs, gates, units, fan=inputs), weights.weight(units, gates, units, fan=units)
    b = weights.bias(gates, units)
    hidden_bias = weights.bias(units) if cell == "gru" else None
    h = c = jnp.zeros((len(x), units))
    states = [None] * x.shape[1]
    for step in reversed(range(x.shape[1])) if is_reversed else range(x.shape[1]):
        z = jnp.einsum("ni,igu->ngu", x[:, step], w) + b
        s = jnp.einsum("nh,hgu->ngu", h, u)
        if cell == "lstm":
            z = z + s
            i, f, g, o = jax.nn.sigmoid(z[:, 0]), jax.nn.sigmoid(z[:, 1]), jnp.tanh(z[:, 2]), jax.nn.sigmoid(z[:, 3])
            next_c = f * c + i * g
            next_h = o * jnp.tanh(next_c)
        else:
            r, update = jax.nn.sigmoid(z[:, 0] + s[:, 0]), jax.nn.sigmoid(z[:, 1] + s[:, 1])
            n = jnp.tanh(z[:, 2] + r * (s[:, 2] + hidden_bias))
            next_c, next_h = c, (1 - update) * n + update * h
        is_there = (step < lengths)[:, None]
        c, h = jnp.where(is_there, next_c, c), jnp.where(is_there, next_h, h)
        states[step] = h
    return jnp.stack(states, 1)


def recurrent(case, weights, x, is_training):
    lengths = jnp.asarray(case["lengths"])
    x = x.reshape([len(x)] + case["shape"])
    for units in case["units"]:
        ways = [False, True] if case.get("bidirectional") else [False]
        parts = [direction(case["cell"], weights, x, lengths, units, way) for way in ways]
        x = jnp.concatenate(parts, 2)
    output = case.get("output", "last")
    if output == "mean":
        mask = (jnp.arange(x.shape[1])[None, :] < lengths[:, None])[:, :, None]
        x = jnp.sum(x * mask, 1) / lengths[:, None]
    elif output == "all":
        x = x.reshape(len(x), -1)
    else:
        units = case["units"][-1]
        x = jnp.concatenate([x[:, -1, :units], x[:, 0, units:]], 1)
    return rest(case, weights, x)


def train(case, network, random, x, y):
    made = Weights(random=random)
    network(case, made, x, True)
    tensors = [jnp.asarray(t, jnp.float64) for t in made.made]
    moments = [jnp.zeros_like(t) for t in tensors]

    def objective(tensors):
        weights = Weights(tensors=tensors)
        return loss(network(case, weights, x, True), y), weights.moved

    gradient = jax.jit(jax.value_and_grad(objective, has_aux=True))
    losses = []
    for _ in range(STEPS):
        (value, moved), gradients = gradient(tensors)
        losses.append(float(value))
        for i, is_trained in enumerate(made.trained):
            if is_trained:
                moments[i] = MOMENTUM * moments[i] + gradients[i]
                tensors[i] = tensors[i] - RATE * moments[i]
            else:
                tensors[i] = moved.pop(0)
    final = float(loss(network(case, Weights(tensors=tensors), x, False), y))
    return dict(case, tensors=[texts(t) for t in made.made], features=texts(np.asarray(x)), losses=losses,
                final_loss=final)


def main():
    random = np.random.default_rng(31)
    y = random.integers(0, CLASSES, ROWS)
    cases = []
    for case, network in [(c, cnn) for c in CNN] + [(c, recurrent) for c in RECURRENT]:
        steps = case["shape"][0]
        case["lengths"] = (random.integers(1, steps + 1, ROWS) if case.get("masked") else np.full(ROWS, steps)).tolist()
        x = single(random.normal(size=(ROWS, int(np.prod(case["shape"])))))
        cases.append(train(case, network, random, jnp.asarray(x, jnp.float64), jnp.asarray(y)))
    print(json.dumps(dict(rows=ROWS, classes=y.tolist(), rate=RATE, momentum=MOMENTUM, cases=cases)))


if __name__ == "__main__":
    main()
