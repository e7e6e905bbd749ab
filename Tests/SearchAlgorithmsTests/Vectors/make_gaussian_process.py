"""Reference numbers for GaussianProcessTests.swift, by NumPy and SciPy: gaussian_process.json.

Usage: make_gaussian_process.py > gaussian_process.json
"""

import json
import sys

import numpy as np
import scipy
from scipy.stats import multivariate_normal, norm

random = np.random.default_rng(7)
COUNT, COLUMNS = 12, 3


def matern(a, b, weights, scale):
    difference = a[:, None, :] - b[None, :, :]
    square = difference**2
    square[..., 2] = difference[..., 2] != 0
    s = np.sqrt(5 * square @ weights)
    return scale * (1 + s + s**2 / 3) * np.exp(-s)


def with_category(count):
    points = random.random((count, COLUMNS))
    points[:, 2] = random.integers(0, 3, count)
    return points


points, tests, pending = with_category(COUNT), with_category(5), with_category(2)
targets = random.standard_normal(COUNT)
weights, scale, noise = np.array([2.0, 0.7, 0.4]), 1.3, 0.02
covariance = matern(points, points, weights, scale) + noise * np.eye(COUNT)
alpha = np.linalg.solve(covariance, targets)
across = matern(tests, points, weights, scale)
joined = np.vstack([points, pending])
joint = matern(joined, joined, weights, scale) + noise * np.eye(COUNT + 2)
wide = matern(tests, joined, weights, scale)
left_out = []
for i in range(COUNT):
    rest = [j for j in range(COUNT) if j != i]
    inner = covariance[np.ix_(rest, rest)]
    k = covariance[i, rest]
    left_out.append(
        [float(k @ np.linalg.solve(inner, targets[rest])), float(np.sqrt(covariance[i, i] - k @ np.linalg.solve(inner, k)))]
    )
z = [8.0, 2.0, 0.5, 0.0, -0.5, -1.0, -2.0, -2.49, -2.51, -4.0, -8.0, -20.0, -37.0]


def log_improvement(x):
    import mpmath

    mpmath.mp.dps = 400
    x = mpmath.mpf(x)
    return float(mpmath.log(mpmath.npdf(x) + x * mpmath.ncdf(x)))


json.dump(
    {
        "scipy": scipy.__version__,
        "points": points.tolist(),
        "targets": targets.tolist(),
        "weights": weights.tolist(),
        "scale": scale,
        "noise": noise,
        "tests": tests.tolist(),
        "pending": pending.tolist(),
        "means": (across @ alpha).tolist(),
        "variances": (scale - np.einsum("ij,ij->i", across, np.linalg.solve(covariance, across.T).T)).tolist(),
        "variancesWithPending": (scale - np.einsum("ij,ij->i", wide, np.linalg.solve(joint, wide.T).T)).tolist(),
        "leftOut": left_out,
        "likelihood": -float(multivariate_normal(np.zeros(COUNT), covariance).logpdf(targets))
        - COUNT / 2 * float(np.log(2 * np.pi)),
        "z": z,
        "cumulative": [float(norm.cdf(x)) for x in z],
        "logImprovement": [log_improvement(x) for x in z],
    },
    sys.stdout,
    indent=1,
)
print()
