#!/usr/bin/env python3
"""One peer in training on one case: answers each line on standard input with a JSON line of what it measured.

    python3 peer.py torch mlp-784-128-b32-adam 0.5      # PEER CASE SECONDS

peers: torch          eager modules, fused optimiser
       torch-compile  forward pass and loss compiled, fused optimiser (needs a C++ compiler)
       jax            one epoch compiled as a scan over minibatches, its state donated

Every peer shuffles the rows anew in each epoch and then takes steps: forward pass, loss, gradient, optimiser. One
measurement is as many whole epochs as take SECONDS at least.
"""
import json
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["JAX_PLATFORMS"] = "cpu"

import cases


def torch_epoch(case, is_compiled):
    """A function that trains one epoch with PyTorch."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(1)
    features, classes = cases.rows(case)
    features, classes = torch.from_numpy(features), torch.from_numpy(classes)
    if case.kind == "cnn":
        features = features.permute(0, 3, 1, 2).contiguous()
    model = torch_model(case, nn).train()
    rate = cases.LEARNING_RATE[case.optimizer]
    if case.optimizer == "adam":
        optimizer = torch.optim.Adam(model.parameters(), lr=rate, fused=True)
    else:
        optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=cases.MOMENTUM, fused=True)

    def objective(x, y):
        return nn.functional.cross_entropy(model(x), y)

    if is_compiled:
        objective = torch.compile(objective)

    def epoch():
        order = torch.randperm(len(features))
        x, y = features[order], classes[order]
        for start in range(0, len(x), case.batch):
            optimizer.zero_grad(set_to_none=True)
            objective(x[start:start + case.batch], y[start:start + case.batch]).backward()
            optimizer.step()

    return epoch


def torch_model(case, nn):
    if case.kind == "mlp":
        layers, width = [], case.shape[0]
        for units in case.hidden:
            layers.append(nn.Linear(width, units))
            if case.batch_norm:
                layers.append(nn.BatchNorm1d(units))
            layers.append(nn.ReLU())
            if case.dropout:
                layers.append(nn.Dropout(case.dropout))
            width = units
        return nn.Sequential(*layers, nn.Linear(width, cases.CLASSES))
    if case.kind == "cnn":
        layers, channels, side = [], case.shape[2], case.shape[0]
        for filters in case.filters:
            layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
            channels, side = filters, side // 2
        dense = [nn.Flatten(), nn.Linear(channels * side * side, case.hidden[0]), nn.ReLU()]
        return nn.Sequential(*layers, *dense, nn.Linear(case.hidden[0], cases.CLASSES))

    class Recurrent(nn.Module):
        def __init__(self):
            super().__init__()
            self.cells = nn.LSTM(case.shape[1], case.hidden[0], batch_first=True)
            self.output = nn.Linear(case.hidden[0], cases.CLASSES)

        def forward(self, x):
            states, _ = self.cells(x)
            return self.output(states[:, -1])

    return Recurrent()


def jax_epoch(case):
    """A function that trains one epoch with JAX."""
    import functools

    import jax
    import jax.numpy as jnp
    import optax

    features, classes = cases.rows(case)
    features, classes = jnp.asarray(features), jnp.asarray(classes, jnp.int32)
    rate = cases.LEARNING_RATE[case.optimizer]
    optimizer = optax.adam(rate) if case.optimizer == "adam" else optax.sgd(rate, momentum=cases.MOMENTUM)
    weights, statistics, network = jax_network(case, jax, jnp)

    def step(state, batch):
        weights, statistics, moments, key = state
        x, y = batch
        key, mask_key = jax.random.split(key)

        def objective(weights):
            logits, moved = network(weights, statistics, x, mask_key)
            return optax.softmax_cross_entropy_with_integer_labels(logits, y).mean(), moved

        (loss, moved), gradient = jax.value_and_grad(objective, has_aux=True)(weights)
        changes, moments = optimizer.update(gradient, moments, weights)
        return (optax.apply_updates(weights, changes), moved, moments, key), loss

    @functools.partial(jax.jit, donate_argnums=0)
    def train(state):
        weights, statistics, moments, key = state
        key, order_key = jax.random.split(key)
        order = jax.random.permutation(order_key, len(features)).reshape(-1, case.batch)
        return jax.lax.scan(
            lambda state, rows: step(state, (features[rows], classes[rows])), (weights, statistics, moments, key), order)

    state = [(weights, statistics, optimizer.init(weights), jax.random.key(1))]

    def epoch():
        state[0], losses = train(state[0])
        losses.block_until_ready()

    return epoch


def jax_network(case, jax, jnp):
    """First weights, running statistics, and the function from rows to logits."""
    keys = iter(jax.random.split(jax.random.key(2), 16))

    def dense(inputs, outputs):
        return jax.random.normal(next(keys), (inputs, outputs)) * (2 / inputs) ** 0.5, jnp.zeros(outputs)

    if case.kind == "mlp":
        widths = [case.shape[0], *case.hidden, cases.CLASSES]
        layers = [dense(i, o) for i, o in zip(widths, widths[1:])]
        scales = [(jnp.ones(units), jnp.zeros(units)) for units in case.hidden] if case.batch_norm else []
        running = [(jnp.zeros(units), jnp.ones(units)) for units in case.hidden] if case.batch_norm else []

        def network(weights, statistics, x, key):
            layers, scales = weights
            moved = []
            for number, (w, b) in enumerate(layers[:-1]):
                x = x @ w + b
                if case.batch_norm:
                    mean, variance = x.mean(0), x.var(0)
                    old_mean, old_variance = statistics[number]
                    moved.append((0.9 * old_mean + 0.1 * mean, 0.9 * old_variance + 0.1 * variance))
                    x = (x - mean) * jax.lax.rsqrt(variance + 1e-5) * scales[number][0] + scales[number][1]
                x = jax.nn.relu(x)
                if case.dropout:
                    key, mask_key = jax.random.split(key)
                    kept = jax.random.bernoulli(mask_key, 1 - case.dropout, x.shape)
                    x = jnp.where(kept, x / (1 - case.dropout), 0)
            return x @ layers[-1][0] + layers[-1][1], moved

        return (layers, scales), running, network
    if case.kind == "cnn":
        kernels, channels, side = [], case.shape[2], case.shape[0]
        for filters in case.filters:
            kernels.append((jax.random.normal(next(keys), (3, 3, channels, filters)) * (2 / (9 * channels)) ** 0.5,
                            jnp.zeros(filters)))
            channels, side = filters, side // 2
        layers = [dense(channels * side * side, case.hidden[0]), dense(case.hidden[0], cases.CLASSES)]

        def network(weights, statistics, x, key):
            kernels, layers = weights
            for w, b in kernels:
                x = jax.nn.relu(
                    jax.lax.conv_general_dilated(x, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + b)
                n, height, width, filters = x.shape
                x = x.reshape(n, height // 2, 2, width // 2, 2, filters).max((2, 4))
            x = x.reshape(len(x), -1)
            x = jax.nn.relu(x @ layers[0][0] + layers[0][1])
            return x @ layers[1][0] + layers[1][1], statistics

        return (kernels, layers), (), network
    steps, inputs = case.shape
    units = case.hidden[0]
    cells = (*dense(inputs, 4 * units), dense(units, 4 * units)[0])
    output = dense(units, cases.CLASSES)

    def network(weights, statistics, x, key):
        (w, b, u), (output, bias) = weights
        gates = jnp.moveaxis(x @ w + b, 1, 0)

        def step(state, z):
            hidden, cell = state
            i, f, g, o = jnp.split(z + hidden @ u, 4, axis=-1)
            cell = jax.nn.sigmoid(f) * cell + jax.nn.sigmoid(i) * jnp.tanh(g)
            return (jax.nn.sigmoid(o) * jnp.tanh(cell), cell), None

        zeros = jnp.zeros((len(x), units))
        (hidden, _), _ = jax.lax.scan(step, (zeros, zeros), gates)
        return hidden @ output + bias, statistics

    return (cells, output), (), network


def main():
    peer, case, seconds = sys.argv[1], cases.BY_NAME[sys.argv[2]], float(sys.argv[3])
    epoch = jax_epoch(case) if peer == "jax" else torch_epoch(case, is_compiled=peer == "torch-compile")
    for _ in range(2):
        epoch()
    print("ready", flush=True)
    for _ in sys.stdin:
        wall, processor, epochs = time.perf_counter(), time.process_time(), 0
        while time.perf_counter() - wall < seconds:
            epoch()
            epochs += 1
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        print(json.dumps({"samples_per_second": epochs * cases.ROWS / wall, "share": processor / wall}), flush=True)


if __name__ == "__main__":
    main()
