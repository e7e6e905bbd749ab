"""Reference numbers for GaussianProcessTests.swift, by NumPy and SciPy: gaussian_process.json.

The unknown mean is explicit here, in place of a constant in the covariance: first its estimate, then a process of what is
left (Rasmussen and Williams, 2006, equations 2.41 and 2.42 with one basis function). Only the likelihood and what is left
out take the constant, as equation 2.43 does.

Usage: make_gaussian_process.py > gaussian_process.json
"""

import json
import sys

import numpy as np
import scipy
from scipy.stats import multivariate_normal, norm

random = np.random.default_rng(7)
COUNT, COLUMNS = 12, 3
MEAN_VARIANCE = 2.0


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


def predict(tests, points, targets):
    """Means and variances; the variance needs no targets."""
    covariance = matern(points, points, weights, scale) + noise * np.eye(len(points))
    across = matern(tests, points, weights, scale)
    ones = np.ones(len(points))
    precision = 1 / MEAN_VARIANCE + ones @ np.linalg.solve(covariance, ones)
    residual = 1 - across @ np.linalg.solve(covariance, ones)
    variances = scale - np.einsum("ij,ij->i", across, np.linalg.solve(covariance, across.T).T) + residual**2 / precision
    if targets is None:
        return None, variances
    mean = ones @ np.linalg.solve(covariance, targets) / precision
    return mean + across @ np.linalg.solve(covariance, targets - mean), variances


points, tests, pending = with_category(COUNT), with_category(5), with_category(2)
targets = random.standard_normal(COUNT)
weights, scale, noise = np.array([2.0, 0.7, 0.4]), 1.3, 0.02
covariance = MEAN_VARIANCE + matern(points, points, weights, scale) + noise * np.eye(COUNT)
means, variances = predict(tests, points, targets)
far = np.array([[1e6, 1e6, 9.0]])
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
        "meanVariance": MEAN_VARIANCE,
        "means": means.tolist(),
        "variances": variances.tolist(),
        "farMean": predict(far, points, targets)[0].tolist(),
        "farVariance": predict(far, points, targets)[1].tolist(),
        "variancesWithPending": predict(tests, np.vstack([points, pending]), None)[1].tolist(),
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
