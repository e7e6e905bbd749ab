#!/usr/bin/env python3
"""Loss curves of small networks under the optimisers of PyTorch and optax in float64, for the tests of TrainingCore.

    python3 make_optimizer_vectors.py > optimizers.json    # torch 2.15.0, jax 0.10.2 and optax 0.2.8 wrote the stored file

Networks, data, initial weights and minibatches are those of make_vectors.py; the format is that of curves.json. AMSGrad,
NAdam, Adagrad, gradient clipping, moving averages of weights (`AveragedModel`) and the plateaus (`ReduceLROnPlateau`) are
PyTorch's, LAMB is optax's. Hypergradient descent is written out after A. Baydin et al., ICLR 2018, section 3, with PyTorch's
optimisers for the directions.
"""
import copy
import json

import jax.numpy as jnp
import numpy as np
import optax
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

import make_vectors as base

torch.set_default_dtype(torch.float64)
ACTIVATIONS = {
    "relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "gelu": torch.nn.functional.gelu,
}
CLASSES = dict(task="classification", batch_norm=False)
VALUES = dict(task="regression", batch_norm=False)
CASES = [
    dict(CLASSES, name="amsgrad-tanh", activation="tanh", hidden=[9, 5], optimizer="amsgrad", learning_rate=0.03),
    dict(VALUES, name="amsgrad-relu-l2", activation="relu", hidden=[17], optimizer="amsgrad", learning_rate=0.02, l2=0.02),
    dict(CLASSES, name="nadam-relu", activation="relu", hidden=[12, 7], optimizer="nadam", learning_rate=0.01,
         momentum_decay=0.004),
    dict(VALUES, name="nadam-gelu-decay", activation="gelu", hidden=[10], optimizer="nadam", learning_rate=0.01,
         momentum_decay=0.3),
    dict(CLASSES, name="adagrad-tanh", activation="tanh", hidden=[8], optimizer="adagrad", learning_rate=0.1,
         learning_rate_decay=0, initial_accumulator=0),
    dict(CLASSES, name="adagrad-decay-accumulator", activation="sigmoid", hidden=[9], optimizer="adagrad",
         learning_rate=0.2, learning_rate_decay=0.02, initial_accumulator=0.05),
    dict(CLASSES, name="lamb-relu-decay", activation="relu", hidden=[12, 6], optimizer="lamb", learning_rate=0.02,
         weight_decay=0.1),
    dict(CLASSES, name="lamb-batch-norm", task="classification", batch_norm=True, activation="tanh", hidden=[9],
         optimizer="lamb", learning_rate=0.02),
    dict(CLASSES, name="clip-norm-momentum-l2", activation="tanh", hidden=[9, 5], optimizer="sgd", momentum=0.9,
         nesterov=False, learning_rate=0.1, l2=0.01, clip_norm=0.3),
    dict(VALUES, name="clip-norm-adam-batch-norm", batch_norm=True, activation="relu", hidden=[8], optimizer="adam",
         learning_rate=0.01, clip_norm=0.5),
    dict(CLASSES, name="clip-value-sgd", activation="relu", hidden=[10], optimizer="sgd", momentum=0, nesterov=False,
         learning_rate=0.3, clip_value=0.02),
    dict(CLASSES, name="clip-value-and-norm-nesterov", activation="gelu", hidden=[7], optimizer="sgd", momentum=0.8,
         nesterov=True, learning_rate=0.1, clip_value=0.05, clip_norm=0.2),
    dict(CLASSES, name="max-norm-momentum", activation="relu", hidden=[12, 5], optimizer="sgd", momentum=0.9,
         nesterov=False, learning_rate=0.05, max_norm=0.9),
    dict(CLASSES, name="hypergradient-sgd-l2", activation="tanh", hidden=[9], optimizer="sgd", momentum=0, nesterov=False,
         learning_rate=0.05, l2=0.01, hypergradient=0.02),
    dict(CLASSES, name="hypergradient-nesterov", activation="tanh", hidden=[9], optimizer="sgd", momentum=0.9,
         nesterov=True, learning_rate=0.02, hypergradient=0.001),
    dict(VALUES, name="hypergradient-adam", activation="relu", hidden=[8, 6], optimizer="adam", learning_rate=0.005,
         hypergradient=1e-5),
    dict(CLASSES, name="ema-adam", activation="relu", hidden=[11], optimizer="adam", learning_rate=0.02, ema=0.9),
    dict(CLASSES, name="ema-sgd-batch-norm", batch_norm=True, activation="tanh", hidden=[8], optimizer="sgd", momentum=0.9,
         nesterov=False, learning_rate=0.05, ema=0.8),
]


class Network(torch.nn.Module):
    def __init__(self, case, layers):
        super().__init__()
        self.case = case
        self.names = []
        for number, layer in enumerate(layers):
            for name, array in layer.items():
                self.register_parameter(f"{name}{number}", torch.nn.Parameter(torch.tensor(np.asarray(array, np.float64))))
                self.names.append((f"{name}{number}", name == "weight"))
            if "scale" in layer:
                self.register_buffer(f"mean{number}", torch.zeros(len(layer["scale"])))
                self.register_buffer(f"variance{number}", torch.ones(len(layer["scale"])))
        self.depth = len(layers)

    def forward(self, x):
        for number in range(self.depth):
            x = x @ getattr(self, f"weight{number}")
            if hasattr(self, f"bias{number}"):
                x = x + getattr(self, f"bias{number}")
            else:
                x = torch.nn.functional.batch_norm(
                    x, getattr(self, f"mean{number}"), getattr(self, f"variance{number}"), getattr(self, f"scale{number}"),
                    getattr(self, f"shift{number}"), training=self.training)
            if number < self.depth - 1:
                x = ACTIVATIONS[self.case["activation"]](x)
        return x

    def weights(self):
        return [getattr(self, name) for name, is_weight in self.names if is_weight]

    def others(self):
        return [getattr(self, name) for name, is_weight in self.names if not is_weight]


def data_loss(case, output, y):
    if case["task"] == "classification":
        return torch.nn.functional.cross_entropy(output, y)
    return ((output - y) ** 2).mean()


class Lamb:
    """optax.lamb behind the interface of a PyTorch optimiser; weights alone decay."""

    def __init__(self, case, network):
        self.network = network
        self.names = [name for name, _ in network.names]
        self.rule = optax.lamb(case["learning_rate"], b1=0.9, b2=0.999, eps=1e-6, weight_decay=case.get("weight_decay", 0),
                               mask={name: is_weight for name, is_weight in network.names})
        self.state = self.rule.init(self.values())

    def values(self):
        return {name: jnp.asarray(getattr(self.network, name).detach().numpy()) for name in self.names}

    def step(self):
        gradients = {name: jnp.asarray(getattr(self.network, name).grad.numpy()) for name in self.names}
        updates, self.state = self.rule.update(gradients, self.state, self.values())
        with torch.no_grad():
            for name in self.names:
                getattr(self.network, name).add_(torch.tensor(np.asarray(updates[name])))


def make_optimizer(case, network, rate=None):
    rate, kind = case["learning_rate"] if rate is None else rate, case["optimizer"]
    groups = [dict(params=network.weights(), weight_decay=case.get("l2", 0)), dict(params=network.others())]
    if kind == "sgd":
        return torch.optim.SGD(groups, lr=rate, momentum=case["momentum"], nesterov=case["nesterov"])
    if kind == "adagrad":
        return torch.optim.Adagrad(groups, lr=rate, lr_decay=case["learning_rate_decay"],
                                   initial_accumulator_value=case["initial_accumulator"], eps=1e-10)
    if kind == "nadam":
        return torch.optim.NAdam(groups, lr=rate, momentum_decay=case["momentum_decay"])
    if kind == "lamb":
        return Lamb(case, network)
    return torch.optim.Adam(groups, lr=rate, amsgrad=kind == "amsgrad")


class Hypergradient:
    """The learning rate follows the product of each gradient with the direction of the step before."""

    def __init__(self, case, network):
        self.case, self.network = case, network
        self.rate, self.former = case["learning_rate"], None
        self.inner = make_optimizer(dict(case, l2=0), network, rate=1)

    def step(self):
        parameters = self.network.weights() + self.network.others()
        with torch.no_grad():
            for w in self.network.weights():
                w.grad.add_(w, alpha=self.case.get("l2", 0))
            if self.former is not None:
                product = sum((p.grad * d).sum().item() for p, d in zip(parameters, self.former))
                self.rate += self.case["hypergradient"] * product
            before = [p.detach().clone() for p in parameters]
        self.inner.step()
        with torch.no_grad():
            self.former = [b - p for b, p in zip(before, parameters)]
            for p, b, d in zip(parameters, before, self.former):
                p.copy_(b - self.rate * d)


def train(case, random, x, classes, values):
    layers = base.initial(case, random)
    stored = [{name: array.ravel().tolist() for name, array in layer.items()} for layer in layers]
    network = Network(case, layers)
    optimizer = (Hypergradient if "hypergradient" in case else make_optimizer)(case, network)
    average = None
    if "ema" in case:
        average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(case["ema"]), use_buffers=True)
    y = classes if case["task"] == "classification" else values
    losses = []
    for step in range(base.STEPS):
        rows = (np.arange(base.BATCH) + step * base.BATCH) % base.ROWS
        network.zero_grad()
        loss = data_loss(case, network(x[rows]), y[rows])
        losses.append(loss.item())
        loss.backward()
        if "clip_value" in case:
            torch.nn.utils.clip_grad_value_(network.parameters(), case["clip_value"])
        if "clip_norm" in case:
            torch.nn.utils.clip_grad_norm_(network.parameters(), case["clip_norm"])
        optimizer.step()
        if "max_norm" in case:
            with torch.no_grad():
                for w in network.weights():
                    w.mul_((case["max_norm"] / w.norm(dim=0)).clamp(max=1))
        if average is not None:
            average.update_parameters(network)
    judged = network if average is None else copy.deepcopy(average.module)
    judged.eval()
    result = dict(case, layers=stored, losses=losses, final_loss=data_loss(case, judged(x), y).item())
    if "hypergradient" in case:
        result["final_rate"] = optimizer.rate
    return result


def plateaus():
    """Learning rates behind each of some losses; PyTorch counts the epochs that are borne, one fewer than ours."""
    losses = [1, 0.9, 0.8, 0.8, 0.795, 0.81, 0.7, 0.7, 0.7, 0.7, 0.7, 0.71, 0.69, 0.72, 0.7, 0.7, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6,
              0.6, 0.6, 0.6]
    result = []
    for factor, patience, change, least in [(0.5, 2, 0.01, 0), (0.1, 1, 0, 0.05), (0.7, 3, 0.02, 0.4)]:
        parameter = torch.nn.Parameter(torch.zeros(1))
        optimizer = torch.optim.SGD([parameter], lr=0.8)
        schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(
            optimizer, factor=factor, patience=patience - 1, threshold=change, threshold_mode="abs", min_lr=0.8 * least,
            eps=0)
        rates = []
        for loss in losses:
            schedule.step(loss)
            rates.append(optimizer.param_groups[0]["lr"])
        result.append(dict(factor=factor, patience=patience, min_change=change, min_rate=least, losses=losses, rates=rates))
    return result


def main():
    random = np.random.default_rng(31)
    x = base.single(random.normal(size=(base.ROWS, base.INPUTS)))
    classes = random.integers(0, base.CLASSES, base.ROWS)
    values = base.single(random.normal(size=(base.ROWS, base.OUTPUTS)))
    cases = [
        train(case, random, torch.tensor(x, dtype=torch.float64), torch.tensor(classes),
              torch.tensor(values, dtype=torch.float64))
        for case in CASES
    ]
    print(json.dumps(dict(
        rows=base.ROWS, inputs=base.INPUTS, batch=base.BATCH, features=x.ravel().tolist(), classes=classes.tolist(),
        values=values.ravel().tolist(), cases=cases, plateaus=plateaus())))


if __name__ == "__main__":
    main()
