#!/usr/bin/env python3
"""Values and derivatives of activations by PyTorch in float64: an independent implementation for the tests.

    python3 make_activation_vectors.py > activations.json        # needs torch; torch 2.15.0 wrote the stored file

The points are exact in float32 and no kink of a piecewise function is among them.
"""
import json

import torch
from torch.nn import functional as F

FUNCTIONS = {
    "relu": F.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "gelu": F.gelu,
    "leaky_relu": lambda x: F.leaky_relu(x, 0.01), "elu": F.elu, "selu": F.selu, "silu": F.silu,
    "softplus": F.softplus, "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"), "relu6": F.relu6,
    # F.hardsigmoid has the derivative 1/6 rounded to float32.
    "hard_sigmoid": lambda x: F.relu6(x + 3) / 6, "hard_tanh": F.hardtanh, "hard_swish": F.hardswish,
}


def main():
    points = [0.484375 * i - 8.90625 for i in range(37)]
    functions = {}
    for name, function in FUNCTIONS.items():
        x = torch.tensor(points, dtype=torch.float64, requires_grad=True)
        values = function(x)
        values.sum().backward()
        functions[name] = dict(values=values.tolist(), slopes=x.grad.tolist())
    print(json.dumps(dict(points=points, functions=functions)))


if __name__ == "__main__":
    main()
