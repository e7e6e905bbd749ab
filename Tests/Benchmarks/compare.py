#!/usr/bin/env python3
"""Measures training with Winnow against PyTorch and JAX on one core and holds the ratios against `thresholds.json`.

    python3 compare.py --winnow ../../.build/release/winnow            # all cases
    python3 compare.py --winnow ... --case lstm-28x28-64-b64-adam      # one case; may be repeated

Ours and the peers take turns on the same core, so that a slow minute of the machine hits all of them. Each figure is the
median of the rounds. Exits with 1 where a ratio is below its threshold and with 2 where nothing could be compared.
"""
import argparse
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cases

HERE = Path(__file__).parent
PEERS = {"torch": ["torch"], "torch-compile": ["torch"], "jax": ["jax", "optax"]}
# XLA's gradient of a convolution takes minutes on one core, and compiled cells of an LSTM are as slow as eager ones.
LEFT_OUT = {("jax", "cnn"), ("torch-compile", "lstm")}
# Below this share of the core somebody else was there, and took of the caches too: the round is shown.
CLEAN_SHARE = 0.97


def installed():
    return [peer for peer, modules in PEERS.items() if all(importlib.util.find_spec(m) for m in modules)]


def pin(core):
    """What a child does first: it goes to its core, and before all others there where it may."""

    def start():
        os.sched_setaffinity(0, {core})
        try:
            os.setpriority(os.PRIO_PROCESS, 0, -20)
        except PermissionError:
            pass

    return start


class Peer:
    """A peer in a process of its own, which measures when it is told to."""

    def __init__(self, name, case, options):
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "peer.py"), name, case.name, str(options.seconds)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=HERE, preexec_fn=pin(options.core))
        self.is_ready = self.process.stdout.readline() == "ready\n"

    def measure(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.name} died; python3 peer.py {self.name} CASE 1 tells why")
        answer = json.loads(line)
        return answer["samples_per_second"], answer["share"]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Winnow:
    """`winnow train` on a folder with the case's rows."""

    name = "winnow"

    def __init__(self, case, folder, options):
        import numpy as np

        for part, count, seed in [("train", cases.ROWS, 7), ("validation", 64, 8)]:
            features, classes = cases.rows(case, count, seed)
            np.save(folder / f"{part}-x.npy", features)
            np.save(folder / f"{part}-y.npy", classes)
        (folder / "study.yaml").write_text(json.dumps(study(case)))
        self.command = [options.winnow, "train", str(folder / "study.yaml"), "--json", "--epochs"]
        self.core = options.core
        self.epochs = 4
        rate, _ = self.measure()
        self.epochs = max(4, int(rate * options.seconds / cases.ROWS) + 2)

    def measure(self):
        start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        output = subprocess.run(
            [*self.command, str(self.epochs)], check=True, capture_output=True, text=True,
            preexec_fn=pin(self.core)).stdout
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return json.loads(output.splitlines()[-1])["samples_per_second"], processor / wall

    def end(self):
        pass


def study(case):
    """The study file of a case, as JSON, which is YAML."""
    hidden = {}
    if case.batch_norm:
        hidden["batch_norm"] = True
    if case.dropout:
        hidden["dropout"] = case.dropout
    dense = [{"units": units, **hidden} for units in case.hidden]
    family = {
        "mlp": {"mlp": {"layers": dense}},
        "cnn": {"cnn": {"blocks": [{"filters": f, "kernel": 3, "pool": "max"} for f in case.filters], "layers": dense}},
        "lstm": {"lstm": {"layers": dense}},
    }[case.kind]
    optimizer = {"adam": {"adam": {}}, "sgdm": {"sgd": {"momentum": cases.MOMENTUM}}}[case.optimizer]
    source = {part: {"format": "npy", "features": f"{part}-x.npy", "targets": f"{part}-y.npy"}
              for part in ("train", "validation")}
    return {
        "version": 1, "name": case.name, "data": source, "task": "classification",
        "model": {"family": {"choice": family}, "activation": "relu"},
        "training": {"optimizer": {"choice": optimizer}, "learning_rate": cases.LEARNING_RATE[case.optimizer],
                     "batch_size": case.batch},
        "objectives": [{"metric": "validation.loss", "direction": "minimize"}],
    }


def measure(case, names, options):
    """The median samples a second of Winnow and of each peer, by name."""
    with tempfile.TemporaryDirectory() as folder:
        runners = [Winnow(case, Path(folder), options)]
        for name in names:
            peer = Peer(name, case, options)
            if peer.is_ready:
                runners.append(peer)
            else:
                peer.end()
                print(f"{case.name}: {name} did not start; python3 peer.py {name} {case.name} 1 tells why", flush=True)
        figures = {runner.name: [] for runner in runners}
        for _ in range(options.rounds):
            for runner in runners:
                figures[runner.name].append(runner.measure())
        for runner in runners:
            runner.end()
    disturbed = sum(share < CLEAN_SHARE for rounds in figures.values() for _, share in rounds)
    # By the time on the core: what somebody else took of it counts for nobody.
    medians = {name: statistics.median(rate / min(1, share) for rate, share in rounds)
               for name, rounds in figures.items()}
    return medians, disturbed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--winnow", required=True, help="the program, built with -c release")
    parser.add_argument("--case", action="append", choices=list(cases.BY_NAME), help="one case; may be repeated")
    parser.add_argument("--peer", action="append", choices=list(PEERS), help="one peer; may be repeated")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="the core that all run on")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.5, help="least time of one measurement")
    options = parser.parse_args()
    options.winnow = str(Path(options.winnow).resolve())
    thresholds = json.loads((HERE / "thresholds.json").read_text())
    peers = [peer for peer in installed() if peer in (options.peer or PEERS)]
    if not peers:
        print("no peer is installed; see README.md", file=sys.stderr)
        return 2
    low, compared = [], 0
    for name in options.case or cases.BY_NAME:
        case = cases.BY_NAME[name]
        wanted = [peer for peer in peers if (peer, case.kind) not in LEFT_OUT]
        rates, disturbed = measure(case, wanted, options)
        ours = rates.pop("winnow")
        if not rates:
            continue
        compared += 1
        best = max(rates, key=rates.get)
        ratio = ours / rates[best]
        is_low = ratio < thresholds[name]
        low += [name] if is_low else []
        others = "  ".join(f"{peer} {rate / 1000:.1f}" for peer, rate in rates.items())
        print(
            f"{name:34} winnow {ours / 1000:.1f}  {others}  thousand samples/s; {ratio:.2f} x {best}, "
            f"threshold {thresholds[name]}{'  TOO LOW' if is_low else ''}"
            f"{f'  ({disturbed} rounds disturbed)' if disturbed else ''}", flush=True)
    if low:
        print(f"below the threshold: {', '.join(low)}")
        return 1
    return 0 if compared else 2


if __name__ == "__main__":
    sys.exit(main())
