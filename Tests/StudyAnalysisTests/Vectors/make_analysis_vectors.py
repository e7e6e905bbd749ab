"""Numbers of independent implementations for StudyAnalysis: Optuna 5.0, scikit-learn 1.9 and SciPy 1.17.

python make_analysis_vectors.py > analysis.json
"""
import json
import math
import warnings

import numpy as np
import optuna
from optuna.importance import FanovaImportanceEvaluator, PedAnovaImportanceEvaluator
from optuna._hypervolume import compute_hypervolume
from scipy import stats

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
random = np.random.default_rng(7)


def importances():
    """A float, an int and a choice that matter, a float and a float that exists under one choice only."""
    study = optuna.create_study()
    space = {
        "rate": optuna.distributions.FloatDistribution(-2, 3),
        "layers": optuna.distributions.IntDistribution(1, 5),
        "kind": optuna.distributions.CategoricalDistribution(["a", "b", "c"]),
        "noise": optuna.distributions.FloatDistribution(0, 1),
    }
    rows = []
    for _ in range(400):
        values = {
            "rate": float(random.uniform(-2, 3)), "layers": int(random.integers(1, 6)),
            "kind": "abc"[random.integers(3)], "noise": float(random.uniform()),
        }
        loss = values["rate"] ** 2 + 0.8 * values["layers"] + {"a": 0.0, "b": 2.0, "c": -1.0}[values["kind"]]
        loss += 0.7 * values["rate"] * (values["kind"] == "b") + 0.1 * float(random.normal())
        study.add_trial(optuna.trial.create_trial(params=values, distributions=space, value=loss))
        rows.append(values | {"loss": loss})
    seeds = [
        optuna.importance.get_param_importances(
            study, evaluator=FanovaImportanceEvaluator(seed=seed), normalize=False) for seed in range(5)
    ]
    ped = PedAnovaImportanceEvaluator().evaluate(study)
    names = list(space)
    return {
        "rows": rows, "fanova": {n: float(np.mean([s[n] for s in seeds])) for n in names},
        "ped": {n: float(ped[n]) for n in names},
    }


def conditional():
    """PED-ANOVA with an int that exists under one choice only."""
    study = optuna.create_study()
    kind = optuna.distributions.CategoricalDistribution(["a", "b"])
    depth = optuna.distributions.IntDistribution(0, 9)
    rows = []
    for _ in range(300):
        values = {"kind": "ab"[random.integers(2)]}
        distributions = {"kind": kind}
        loss = 3.0 + float(random.normal())
        if values["kind"] == "b":
            values["depth"] = int(random.integers(0, 10))
            distributions["depth"] = depth
            loss = abs(values["depth"] - 7) + 0.3 * float(random.normal())
        study.add_trial(optuna.trial.create_trial(params=values, distributions=distributions, value=loss))
        rows.append(values | {"loss": loss})
    ped = PedAnovaImportanceEvaluator().evaluate(study)
    return {"rows": rows, "ped": {n: float(ped[n]) for n in ["kind", "depth"]}}


def correlations():
    cases = []
    for n, levels in [(10, 0), (40, 0), (40, 4), (200, 9), (6, 2)]:
        x = random.normal(size=n)
        y = 0.6 * x + random.normal(size=n)
        if levels:
            x, y = np.round(x * levels) / levels, np.round(y * levels) / levels
        rho = float(stats.spearmanr(x, y).statistic)
        tau = float(stats.kendalltau(x, y).statistic)
        z = stats.norm.ppf(0.975)
        half = z * math.sqrt((1 + rho * rho / 2) / (n - 3))
        cases.append({
            "x": x.tolist(), "y": y.tolist(), "spearman": rho, "kendall": tau,
            "spearman_low": math.tanh(math.atanh(rho) - half), "spearman_high": math.tanh(math.atanh(rho) + half),
            "kendall_low": math.tanh(math.atanh(tau) - z * math.sqrt(0.437 / (n - 4))),
            "kendall_high": math.tanh(math.atanh(tau) + z * math.sqrt(0.437 / (n - 4))),
        })
    return cases


def proportions():
    cases = []
    for count, total in [(0, 10), (3, 10), (10, 10), (17, 400)]:
        interval = stats.binomtest(count, total).proportion_ci(method="wilson")
        cases.append({"count": count, "total": total, "low": float(interval.low), "high": float(interval.high)})
    return cases


def hypervolumes():
    cases = []
    for n, d in [(1, 1), (30, 2), (30, 3), (20, 4), (12, 5)]:
        points = np.round(random.uniform(size=(n, d)), 2)
        reference = np.full(d, 0.9)
        inside = points[np.all(points < reference, axis=1)]
        cases.append({
            "points": points.tolist(), "reference": reference.tolist(),
            "volume": float(compute_hypervolume(inside, reference)) if len(inside) else 0.0,
        })
    return cases


normal = [{"x": x, "cumulative": float(stats.norm.cdf(x))} for x in [-30.0, -8.0, -2.6, -2.4, -0.3, 0.0, 1.0, 2.5, 6.0]]
print(json.dumps({
    "importances": importances(), "conditional": conditional(), "correlations": correlations(),
    "proportions": proportions(), "hypervolumes": hypervolumes(), "normal": normal,
}, indent=None))
