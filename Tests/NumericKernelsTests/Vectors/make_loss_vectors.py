#!/usr/bin/env python3
"""Losses and their gradients by PyTorch in float64: an independent implementation for the tests of the loss kernels.

    python3 make_loss_vectors.py > losses.json        # needs torch and numpy; torch 2.15.0 wrote the stored file

All numbers given to the tests are exact in float32. `loss` is the mean as PyTorch reduces it, `gradient` its derivative.
"""
import json

import numpy as np
import torch
from torch.nn import functional as F

random = np.random.default_rng(7)


def single(values):
    return np.asarray(values, dtype=np.float32).astype(np.float64)


def differentiated(inputs, loss_of):
    tensor = torch.tensor(inputs, requires_grad=True)
    loss = loss_of(tensor)
    loss.backward()
    return dict(loss=loss.item(), gradient=tensor.grad.flatten().tolist())


def classes():
    for count, weighted, smoothing in [(3, False, 0.0), (3, True, 0.0), (3, False, 0.125), (10, True, 0.25),
                                       (16, True, 0.5), (21, True, 0.125), (40, False, 0.25)]:
        rows = 19
        logits = single(random.normal(size=(rows, count)) * 3)
        labels = random.integers(0, count, size=rows)
        weights = single(random.uniform(0.25, 4, size=count)) if weighted else np.ones(count)
        result = differentiated(logits, lambda z: F.cross_entropy(
            z, torch.tensor(labels), weight=torch.tensor(weights), label_smoothing=smoothing))
        yield dict(classes=count, smoothing=smoothing, logits=logits.flatten().tolist(), labels=labels.tolist(),
                   weights=weights.tolist(), **result)


def binary():
    for weighted, smoothing in [(False, 0.0), (True, 0.0), (True, 0.125)]:
        rows = 21
        logits = single(np.concatenate([random.normal(size=rows - 4) * 3, [40.0, -40.0, 95.0, 0.0]]))
        labels = np.concatenate([random.integers(0, 2, size=rows - 4), [0, 1, 1, 1]])
        weights = single(random.uniform(0.25, 4, size=2)) if weighted else np.ones(2)

        def loss_of(z):
            two = torch.stack([torch.zeros_like(z), z], dim=1)
            if weighted or smoothing:
                return F.cross_entropy(
                    two, torch.tensor(labels), weight=torch.tensor(weights), label_smoothing=smoothing)
            return F.binary_cross_entropy_with_logits(z, torch.tensor(labels, dtype=torch.float64))

        yield dict(smoothing=smoothing, logits=logits.tolist(), labels=labels.tolist(), weights=weights.tolist(),
                   **differentiated(logits, loss_of))


def several():
    for labels, smoothing, weighted in [(1, 0.0, False), (5, 0.0, False), (18, 0.25, False), (1, 0.0, True),
                                        (18, 0.25, True)]:
        rows = 9
        logits = single(random.normal(size=(rows, labels)) * 4)
        logits[0, 0], logits[1, 0] = 95.0, -95.0
        targets = random.integers(0, 2, size=(rows, labels)).astype(np.float64)
        wanted = torch.tensor(targets * (1 - smoothing) + smoothing / 2)
        weights = single(random.uniform(0.25, 4, size=labels)) if weighted else None
        yield dict(labels=labels, smoothing=smoothing, logits=logits.flatten().tolist(),
                   targets=targets.flatten().tolist(), weights=None if weights is None else weights.tolist(),
                   **differentiated(logits, lambda z: F.binary_cross_entropy_with_logits(
                       z, wanted, pos_weight=None if weights is None else torch.tensor(weights))))


def errors():
    for outputs, delta in [(1, None), (3, None), (1, 1.0), (3, 0.5), (20, 2.0)]:
        rows = 9
        found = single(random.normal(size=(rows, outputs)) * 2)
        targets = single(random.normal(size=(rows, outputs)))
        found[0, 0] = targets[0, 0]
        wanted = torch.tensor(targets)
        loss_of = (lambda z: F.l1_loss(z, wanted)) if delta is None else (
            lambda z: F.huber_loss(z, wanted, delta=delta))
        yield dict(outputs=outputs, delta=delta, found=found.flatten().tolist(), targets=targets.flatten().tolist(),
                   **differentiated(found, loss_of))


print(json.dumps(dict(classes=list(classes()), binary=list(binary()), errors=list(errors()),
                      several=list(several()))))
