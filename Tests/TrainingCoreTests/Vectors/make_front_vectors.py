#!/usr/bin/env python3
"""Loss curves of small CNNs and LSTMs by JAX in float64: an independent implementation for the tests of TrainingCore.

    python3 make_front_vectors.py > fronts.json        # needs jax and numpy; jax 0.10.2 wrote the stored file

Convolutions are jax.lax.conv_general_dilated (NHWC, HWIO), pools jax.lax.reduce_window, gradients jax.grad. The LSTM is
written out after Hochreiter and Schmidhuber (1997) with forget gates, gates in the order i, f, g, o. Batch normalisation
as in make_vectors.py. All numbers given to the tests are exact in float32. Every step trains on all rows with SGD and
momentum, or with Adam. Cases that would learn their rows by heart within the steps have a lower rate: the relative
error of a loss next to 0 tells nothing.
"""
import json

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
ROWS, CLASSES, STEPS, RATE, MOMENTUM = 10, 3, 50, 0.05, 0.9

CNN = [
    dict(name="relu-max", rate=0.02, activation="relu", shape=[8, 8, 1], dense=[9],
         blocks=[dict(filters=16, kernel=3, pool="max"), dict(filters=32, kernel=3, pool="max")]),
    dict(name="relu-no-pool-odd-channels", rate=0.01, activation="relu", shape=[6, 5, 3], dense=[],
         blocks=[dict(filters=5, kernel=3), dict(filters=7, kernel=2, padding="valid")]),
    dict(name="gelu-average-stride", rate=0.03, activation="gelu", shape=[9, 7, 2], dense=[6],
         blocks=[dict(filters=6, kernel=3, stride=2, pool="average"), dict(filters=17, kernel=2, stride=1)]),
    dict(name="tanh-max-odd", rate=0.02, activation="tanh", shape=[7, 7, 2], dense=[],
         blocks=[dict(filters=4, kernel=5, pool="max"), dict(filters=8, kernel=3, stride=2, padding="same")]),
    dict(name="relu-norm-odd", rate=0.01, activation="relu", shape=[7, 5, 3], dense=[8],
         blocks=[dict(filters=6, kernel=3, pool="max", batch_norm=True), dict(filters=9, kernel=3, batch_norm=True)]),
    dict(name="tanh-norm-average", activation="tanh", shape=[8, 6], dense=[],
         blocks=[dict(filters=5, kernel=4, pool="average", batch_norm=True), dict(filters=6, kernel=2, pool="average")]),
    dict(name="relu-average", rate=0.02, activation="relu", shape=[6, 6, 1], dense=[],
         blocks=[dict(filters=16, kernel=3, pool="average"), dict(filters=4, kernel=1)]),
    dict(name="relu-max-adam", optimizer="adam", rate=0.003, activation="relu", shape=[8, 8, 1], dense=[9],
         blocks=[dict(filters=6, kernel=3, pool="max"), dict(filters=8, kernel=3, pool="max")]),
]
LSTM = [
    dict(name="one-layer", activation="relu", shape=[7, 5], dense=[], units=[6]),
    dict(name="two-layers-and-dense", activation="tanh", shape=[5, 3], dense=[7], units=[17, 9]),
    dict(name="one-step", activation="relu", shape=[1, 4], dense=[], units=[16]),
    dict(name="one-layer-adam", optimizer="adam", rate=0.01, activation="relu", shape=[7, 5], dense=[], units=[6]),
    dict(name="images-as-steps", activation="relu", shape=[4, 3, 2], dense=[], units=[5]),
]
ACTIVATIONS = {
    "relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid,
    "gelu": lambda z: jax.nn.gelu(z, approximate=False),
}


def single(array):
    """Rounded to four places, so that the file stays small, and then to float32."""
    return np.asarray(np.round(array, 4), dtype=np.float32)


def texts(array):
    return [round(float(number), 4) for number in array.ravel()]


def normal(random, *shape, fan):
    return single(random.normal(size=shape) * (1.5 / fan) ** 0.5)


def bias(random, *shape):
    return single(0.1 * random.normal(size=shape))


def dense_tensors(random, widths):
    return [t for i, o in zip(widths, widths[1:]) for t in (normal(random, i, o, fan=i), bias(random, o))]


def size(length, block):
    kernel, stride = block["kernel"], block.get("stride", 1)
    return -(-length // stride) if block.get("padding", "same") == "same" else (length - kernel) // stride + 1


def cnn_tensors(case, random):
    tensors, trained = [], []
    height, width, channels = (case["shape"] + [1])[:3]
    for block in case["blocks"]:
        kernel, filters = block["kernel"], block["filters"]
        tensors.append(normal(random, kernel, kernel, channels, filters, fan=kernel * kernel * channels))
        trained.append(True)
        if block.get("batch_norm"):
            tensors += [single(1 + 0.2 * random.normal(size=filters)), bias(random, filters)]
            tensors += [single(np.zeros(filters)), single(np.ones(filters))]
            trained += [True, True, False, False]
        else:
            tensors.append(bias(random, filters))
            trained.append(True)
        height, width, channels = size(height, block), size(width, block), filters
        if block.get("pool"):
            height, width = height // 2, width // 2
    rest = dense_tensors(random, [height * width * channels] + case["dense"] + [CLASSES])
    return tensors + rest, trained + [True] * len(rest)


def lstm_tensors(case, random):
    tensors = []
    inputs = int(np.prod(case["shape"][1:]))
    for units in case["units"]:
        tensors += [normal(random, inputs, 4, units, fan=inputs), normal(random, units, 4, units, fan=units)]
        tensors.append(bias(random, 4, units))
        inputs = units
    rest = dense_tensors(random, [inputs] + case["dense"] + [CLASSES])
    return tensors + rest, [True] * (len(tensors) + len(rest))


def dense(case, tensors, x):
    while tensors:
        x = x @ tensors.pop(0) + tensors.pop(0)
        if tensors:
            x = ACTIVATIONS[case["activation"]](x)
    return x


def cnn(case, tensors, x, is_training):
    tensors, moved = list(tensors), []
    x = x.reshape([len(x)] + (case["shape"] + [1])[:3])
    for block in case["blocks"]:
        stride = block.get("stride", 1)
        x = jax.lax.conv_general_dilated(
            x, tensors.pop(0), (stride, stride), block.get("padding", "same").upper(),
            dimension_numbers=("NHWC", "HWIO", "NHWC"))
        if block.get("batch_norm"):
            scale, shift, mean, variance = (tensors.pop(0) for _ in range(4))
            if is_training:
                count = x.shape[0] * x.shape[1] * x.shape[2]
                batch_mean, batch_variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
                moved += [0.9 * mean + 0.1 * batch_mean, 0.9 * variance + 0.1 * batch_variance * count / (count - 1)]
                mean, variance = batch_mean, batch_variance
            x = (x - mean) / jnp.sqrt(variance + 1e-5) * scale + shift
        else:
            x = x + tensors.pop(0)
        x = ACTIVATIONS[case["activation"]](x)
        window = (1, 2, 2, 1)
        if block.get("pool") == "max":
            x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, window, "VALID")
        elif block.get("pool") == "average":
            x = jax.lax.reduce_window(x, 0.0, jax.lax.add, window, window, "VALID") / 4
    return dense(case, tensors, x.reshape(len(x), -1)), moved


def lstm(case, tensors, x, is_training):
    tensors = list(tensors)
    steps = case["shape"][0]
    x = x.reshape(len(x), steps, -1)
    for units in case["units"]:
        w, u, b = (tensors.pop(0) for _ in range(3))
        h = c = jnp.zeros((len(x), units))
        states = []
        for step in range(steps):
            z = jnp.einsum("ni,igu->ngu", x[:, step], w) + jnp.einsum("nh,hgu->ngu", h, u) + b
            i, f, g, o = jax.nn.sigmoid(z[:, 0]), jax.nn.sigmoid(z[:, 1]), jnp.tanh(z[:, 2]), jax.nn.sigmoid(z[:, 3])
            c = f * c + i * g
            h = o * jnp.tanh(c)
            states.append(h)
        x = jnp.stack(states, 1)
    return dense(case, tensors, x[:, -1]), []


def loss(output, y):
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(output), y[:, None], 1))


def train(case, network, tensors, trained, x, y):
    stored = [texts(t) for t in tensors]
    tensors = [jnp.asarray(t, jnp.float64) for t in tensors]
    moments = [jnp.zeros_like(t) for t in tensors]
    squares = list(moments)
    rate = case.get("rate", RATE)

    def objective(tensors):
        output, moved = network(case, tensors, x, True)
        return loss(output, y), moved

    gradient = jax.jit(jax.value_and_grad(objective, has_aux=True))
    losses = []
    for step in range(1, STEPS + 1):
        (value, moved), gradients = gradient(tensors)
        losses.append(float(value))
        for i in range(len(tensors)):
            if trained[i] and case.get("optimizer") == "adam":
                moments[i] = 0.9 * moments[i] + 0.1 * gradients[i]
                squares[i] = 0.999 * squares[i] + 0.001 * gradients[i] ** 2
                root = jnp.sqrt(squares[i] / (1 - 0.999 ** step)) + 1e-8
                tensors[i] = tensors[i] - rate * moments[i] / (1 - 0.9 ** step) / root
            elif trained[i]:
                moments[i] = MOMENTUM * moments[i] + gradients[i]
                tensors[i] = tensors[i] - rate * moments[i]
            else:
                tensors[i] = moved.pop(0)
    output, _ = network(case, tensors, x, False)
    return dict(case, tensors=stored, features=texts(np.asarray(x)), losses=losses, final_loss=float(loss(output, y)))


def main():
    random = np.random.default_rng(30)
    y = random.integers(0, CLASSES, ROWS)
    cases = []
    for case, make, network in [(c, cnn_tensors, cnn) for c in CNN] + [(c, lstm_tensors, lstm) for c in LSTM]:
        x = single(random.normal(size=(ROWS, int(np.prod(case["shape"])))))
        tensors, trained = make(case, random)
        cases.append(train(case, network, tensors, trained, jnp.asarray(x, jnp.float64), jnp.asarray(y)))
    print(json.dumps(dict(rows=ROWS, classes=y.tolist(), rate=RATE, momentum=MOMENTUM, cases=cases)))


if __name__ == "__main__":
    main()
