"""Mixed models for repeated measures: seconds of a fit with all its LS means, beside R's nlme.

    python benchmarks/stats/bench_mmrm.py [--runs 5] [--peer-limit 300]

Unstructured covariance, REML, Kenward-Roger; LS means of each arm at each visit and their differences.
Synthetic data with missing visits. Prints a Markdown table: the median of wall and processor seconds, and the
targets. The peer needs `Rscript` with nlme; it fits the same model and has neither Kenward-Roger nor LS
means. R's mmrm, which has both, is named where it is known (over 30 s for 1,000 × 10), not run.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from il2cdisc.stats.mmrm import mmrm

FORMULA = "CHG ~ BASE + ARM*VISIT + BASE:VISIT + STRATUM"
SIZES = {(36, 6, 8): 0.1, (1000, 10, 100): 4.0, (3600, 10, 100): None}
"""Subjects, visits, patterns of missing visits; the target in seconds."""


def data(subjects: int, visits: int, patterns: int) -> pd.DataFrame:
    """One row a subject and visit; each subject has one of `patterns` sets of visits."""
    random = np.random.default_rng(subjects)
    lag = np.abs(np.subtract.outer(np.arange(visits), np.arange(visits)))
    sd = np.linspace(5, 8, visits)
    kept: set[tuple[bool, ...]] = {(True,) * visits}
    while len(kept) < patterns:
        drawn = random.random(visits) > 0.12
        if drawn.sum() > 1:
            kept.add(tuple(bool(seen) for seen in drawn))
    share = np.r_[0.5, np.full(patterns - 1, 0.5 / (patterns - 1))]  # half of the subjects are complete
    masks = np.array(sorted(kept, reverse=True))[random.choice(patterns, subjects, p=share)]
    base = random.normal(30, 5, subjects)
    arm = np.array(["A", "B"])[np.arange(subjects) % 2]
    noise = random.multivariate_normal(np.zeros(visits), 0.8**lag * np.outer(sd, sd), subjects)
    change = noise - 0.3 * base[:, None] - np.arange(visits) * (1 + 0.3 * (arm == "B"))[:, None]
    frame = pd.DataFrame(
        {
            "SUBJECT": np.repeat([f"{i:05d}" for i in range(subjects)], visits),
            "ARM": np.repeat(arm, visits),
            "STRATUM": np.repeat(random.choice(["1", "2", "3"], subjects), visits),
            "BASE": np.repeat(base, visits),
            "VISIT": np.tile(np.arange(1, visits + 1), subjects),
            "CHG": change.ravel(),
        }
    )
    return frame[masks.ravel()].reset_index(drop=True)


def ours(frame: pd.DataFrame, runs: int) -> tuple[float, float, float]:
    """Median wall seconds, median processor seconds, deviance."""
    wall: list[float] = []
    processor: list[float] = []
    deviance = 0.0
    for _ in range(runs):
        began, spent = time.perf_counter(), time.process_time()
        fit = mmrm(FORMULA, frame, subject="SUBJECT", visit="VISIT", covariance="UN", ddf="kenward-roger")
        fit.lsmeans("ARM", by="VISIT")
        fit.differences("ARM", by="VISIT", reference="A")
        wall.append(time.perf_counter() - began)
        processor.append(time.process_time() - spent)
        deviance = fit.require().deviance
    return statistics.median(wall), statistics.median(processor), deviance


def peer(frame: pd.DataFrame, limit: int) -> dict[str, float | None] | None:
    """nlme's seconds and deviance; None without R."""
    if shutil.which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        frame.to_csv(path, index=False)
        script = Path(__file__).with_suffix(".R")
        command = ["Rscript", str(script), str(path)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=limit)
        except subprocess.TimeoutExpired:
            return {"elapsed": None, "cpu": None, "deviance": None}
    return json.loads(done.stdout)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peer-limit", type=int, default=300, help="seconds that nlme may take")
    options = parser.parse_args()
    print("| subjects × visits, patterns | who | wall s | processor s | -2 REML log likelihood | target |")
    print("| --- | --- | --- | --- | --- | --- |")
    ours(data(36, 6, 8), 1)  # imports are not counted
    good = True
    for (subjects, visits, patterns), target in SIZES.items():
        frame = data(subjects, visits, patterns)
        wall, processor, deviance = ours(frame, options.runs)
        good &= target is None or wall <= target
        size = f"{subjects:,} × {visits}, {patterns}"
        aim = "" if target is None else f"{target:g} s"
        print(
            f"| {size} | **il2cdisc** | {wall:.3f} | {processor:.3f} | {deviance:.5f} | {aim} |", flush=True
        )
        found = peer(frame, options.peer_limit) if target is not None else None
        if found is not None:
            shown = f"more than {options.peer_limit} | | not reached"
            if found["deviance"] is not None:
                shown = f"{found['elapsed']:.3f} | {found['cpu']:.3f} | {found['deviance']:.5f}"
            print(f"| | nlme, fit alone | {shown} | |", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
