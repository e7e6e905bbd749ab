#!/usr/bin/env python3
"""Figures of classes and labels by scikit-learn: an independent implementation for the tests of the tallies.

    python3 make_metric_vectors.py > metrics.json        # needs scikit-learn and numpy; scikit-learn 1.9.1 wrote the stored file

Logits are exact in float32. Those of two classes lie on a grid, so that scores tie.
"""
import json
import warnings

import numpy as np
from sklearn import metrics

warnings.filterwarnings("ignore")
random = np.random.default_rng(11)


def single(values):
    return np.asarray(values, dtype=np.float32).astype(np.float64)


def shared(labels, predictions, **averages):
    figures = {}
    for name, average in averages.items():
        p, r, f, _ = metrics.precision_recall_fscore_support(
            labels, predictions, average=average, zero_division=0)
        figures[name] = dict(precision=p, recall=r, f1=f)
    return figures


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def cases():
    for classes, rows in [(2, 50), (4, 60), (7, 300)]:
        labels = random.integers(0, classes, size=rows)
        labels[:classes] = np.arange(classes)
        logits = random.normal(size=(rows, classes)) * 1.5
        logits[np.arange(rows), labels] += 0.7
        logits = single(np.round(logits * 2) / 2 if classes == 2 else logits)
        probabilities = softmax(logits)
        predictions = logits.argmax(axis=1)
        per_class = metrics.precision_recall_fscore_support(
            labels, predictions, labels=np.arange(classes), average=None, zero_division=0)
        top = lambda k: metrics.top_k_accuracy_score(labels, logits, k=k, labels=np.arange(classes))
        yield dict(
            classes=classes, labels=labels.tolist(), logits=logits.flatten().tolist(),
            accuracy=metrics.accuracy_score(labels, predictions),
            top_3=top(3) if classes > 3 else 1.0, top_5=top(5) if classes > 5 else 1.0,
            roc_auc=metrics.roc_auc_score(labels, logits[:, 1] - logits[:, 0]) if classes == 2 else
            metrics.roc_auc_score(labels, probabilities, multi_class="ovr", average="macro"),
            log_loss=metrics.log_loss(labels, probabilities, labels=np.arange(classes)),
            precision=per_class[0].tolist(), recall=per_class[1].tolist(), f1=per_class[2].tolist(),
            rows=per_class[3].tolist(), **shared(labels, predictions, macro="macro", micro="micro"))


def several():
    for labels, rows in [(1, 30), (4, 50), (6, 40)]:
        targets = random.integers(0, 2, size=(rows, labels))
        targets[:, -1] *= random.integers(0, 2, size=rows)
        logits = single(random.normal(size=(rows, labels)) + targets - 0.5)
        predictions = (logits > 0).astype(int)
        per_label = metrics.precision_recall_fscore_support(targets, predictions, average=None, zero_division=0) \
            if labels > 1 else metrics.precision_recall_fscore_support(
                targets[:, 0], predictions[:, 0], labels=[1], average=None, zero_division=0)
        macro = dict(zip(("precision", "recall", "f1"), (float(np.mean(x)) for x in per_label[:3])))
        micro = shared(targets, predictions, micro="micro")["micro"] if labels > 1 else macro
        yield dict(
            labels=labels, targets=targets.flatten().tolist(), logits=logits.flatten().tolist(),
            accuracy=metrics.accuracy_score(targets, predictions),
            hamming_loss=metrics.hamming_loss(targets, predictions),
            roc_auc=metrics.roc_auc_score(targets, logits, average="macro"), macro=macro, micro=micro,
            precision=per_label[0].tolist(), recall=per_label[1].tolist(), f1=per_label[2].tolist(),
            rows=per_label[3].tolist())


print(json.dumps(dict(classification=list(cases()), several=list(several()))))
