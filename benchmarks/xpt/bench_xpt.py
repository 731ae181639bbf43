"""XPT v5 against haven, pyreadstat and pandas: 1,000,000 laboratory-like rows, the operation alone.

    python benchmarks/xpt/bench_xpt.py [--rows 1000000] [--runs 3] [--slow-runs 1]

Prints a Markdown table of seconds (median), ratios and peak memory. haven needs `Rscript` with haven.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from il2cdisc.base.datasets import Dataset, Variable, no_edges
from il2cdisc.transport.readback import compare_readers, compare_with_dataset
from il2cdisc.transport.xpt import read_xpt, write_xpt

CREATED = datetime(2023, 5, 2, 9, 0)  # noqa: DTZ001 - as a header holds it


def laboratory(rows: int) -> Dataset:
    """A laboratory dataset of 18 Char and 7 Num variables; synthetic, the same on every call."""
    rng = np.random.default_rng(20230502)
    subject = np.sort(rng.integers(0, max(rows // 280, 1), rows))
    test = rng.integers(0, 40, rows)
    visit = rng.integers(0, 9, rows)
    amount = np.round(rng.lognormal(3, 1, rows), 2)
    day = rng.integers(-14, 61, rows)
    tests = [f"TEST{i:02d}" for i in range(40)]
    units = ["g/L", "10^9/L", "mmol/L", "U/L", "%", "umol/L", "fL", "ng/L"]

    def pick(values: list[str], codes: np.ndarray) -> pd.Series:
        return pd.Series(np.array(values, dtype=object)[codes], dtype="str")

    written = pd.Series([f"{value:g}" for value in amount.tolist()], dtype="str")
    date = (pd.Timestamp("2022-03-01") + pd.to_timedelta(subject % 200 + day, unit="D")).strftime("%Y-%m-%d")
    minutes = rng.integers(0, 720, rows)
    clock = pick([f"T{6 + m // 60:02d}:{m % 60:02d}" for m in range(720)], minutes)
    text = {
        "STUDYID": pick(["SYN-BENCH"], np.zeros(rows, dtype=int)),
        "DOMAIN": pick(["LB"], np.zeros(rows, dtype=int)),
        "USUBJID": pick([f"SYN-BENCH-{i:05d}" for i in range(subject.max() + 1)], subject),
        "LBTESTCD": pick(tests, test),
        "LBTEST": pick([f"Laboratory test number {i}" for i in range(40)], test),
        "LBCAT": pick(["HEMATOLOGY", "CHEMISTRY", "URINALYSIS"], test % 3),
        "LBORRES": written,
        "LBORRESU": pick(units, test % 8),
        "LBORNRLO": pick([f"{i / 2:g}" for i in range(40)], test),
        "LBORNRHI": pick([f"{i * 3 + 10:g}" for i in range(40)], test),
        "LBSTRESC": written,
        "LBSTRESU": pick(units, test % 8),
        "LBNRIND": pick(["LOW", "NORMAL", "HIGH"], rng.integers(0, 3, rows)),
        "LBSPEC": pick(["BLOOD", "SERUM", "URINE"], test % 3),
        "LBLOBXFL": pick(["Y"], np.zeros(rows, dtype=int)).where(pd.Series(rng.random(rows) < 0.1)),
        "VISIT": pick([f"VISIT {i}" for i in range(9)], visit),
        "EPOCH": pick(["SCREENING", "TREATMENT", "FOLLOW-UP"], visit // 3),
        "LBDTC": pd.Series(date, dtype="str") + clock,
    }
    numbers = {
        "LBSEQ": pd.Series(np.arange(1, rows + 1) - np.searchsorted(subject, subject), dtype="float64"),
        "LBSTRESN": pd.Series(amount),
        "LBSTNRLO": pd.Series(test / 2),
        "LBSTNRHI": pd.Series(test * 3.0 + 10),
        "VISITNUM": pd.Series(visit.astype(float)),
        "VISITDY": pd.Series(visit * 7.0 + 1).where(pd.Series(rng.random(rows) < 0.95)),
        "LBDY": pd.Series(day.astype(float)),
    }
    frame = pd.DataFrame({**text, **numbers})
    chars = [Variable(name, name.title(), "Char", int(frame[name].str.len().max())) for name in text]
    nums = [Variable(name, name.title(), "Num") for name in numbers]
    return Dataset("LB", "Laboratory Test Results", (*chars, *nums), ("USUBJID", "LBSEQ"), frame, no_edges())


def timed(work: Callable[[], object], runs: int) -> float:
    """Median seconds of `runs` calls."""
    seconds: list[float] = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


def peak(work: Callable[[], object]) -> float:
    """How many MB one call adds to the peak memory of a forked process."""
    pipe, child = multiprocessing.Pipe()

    def inside() -> None:
        before = _resident()
        work()
        child.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before)

    process = multiprocessing.get_context("fork").Process(target=inside)
    process.start()
    process.join()
    return pipe.recv() if pipe.poll() else float("nan")


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6 / 1.048576


def haven(folder: Path, source: Path, runs: int) -> dict[str, float]:
    """Seconds of haven's and foreign's write and read, empty without R."""
    if shutil.which("Rscript") is None:
        return {}
    script = Path(__file__).with_name("bench_haven.R")
    command = ["Rscript", "--vanilla", str(script), str(source), str(folder / "haven.xpt"), str(runs)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"haven was left out: {done.stderr.strip().splitlines()[-1]}")
        return {}
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--slow-runs", type=int, default=1, help="runs of what takes over ten seconds")
    parser.add_argument("--only-ours", action="store_true")
    options = parser.parse_args()
    dataset = laboratory(options.rows)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours = folder / "lb.xpt"

        def write() -> None:
            with ours.open("wb") as stream:
                write_xpt(dataset, stream, created=CREATED)

        results = {"il2cdisc": {"write": timed(write, options.runs)}}
        mb = ours.stat().st_size / 1e6
        results["il2cdisc"]["read"] = timed(lambda: read_xpt(ours), options.runs)
        results["il2cdisc"]["read-back"] = timed(lambda: _same(ours, dataset), 1)
        memory = {"write": peak(write), "read": peak(lambda: read_xpt(ours))}
        memory["read-back"] = peak(lambda: _same(ours, dataset))
        if not options.only_ours:
            peers(dataset, folder, ours, options, results)
    print(f"\n{options.rows:,} x {len(dataset.variables)} rows, {mb:,.0f} MB, median of {options.runs}\n")
    print("| who | what | s | times ours |\n| --- | --- | --- | --- |")
    for who, found in results.items():
        for what, seconds in found.items():
            ratio = seconds / results["il2cdisc"][what]
            print(f"| {who} | {what} | {seconds:.2f} | {ratio:.1f} |")
    print("\nPeak memory added: " + ", ".join(f"{what} {mb:,.0f} MB" for what, mb in memory.items()))


def peers(
    dataset: Dataset,
    folder: Path,
    ours: Path,
    options: argparse.Namespace,
    results: dict[str, dict[str, float]],
) -> None:
    """Times of the others, added to `results`."""
    import pyreadstat

    found = haven(folder, ours, options.runs)
    if found:
        results["haven"] = {"write": found["haven_write"], "read": found["haven_read"]}
        results["foreign"] = {"read": found["foreign_read"]}
    results["pandas.read_sas"] = {
        "read": timed(lambda: pd.read_sas(ours, format="xport", encoding="ascii"), options.runs)
    }
    labels = [variable.label for variable in dataset.variables]

    def write() -> None:
        pyreadstat.write_xport(
            dataset.frame,
            folder / "pyreadstat.xpt",
            file_label=dataset.label,
            column_labels=labels,
            table_name="LB",
            file_format_version=5,
        )

    results["pyreadstat"] = {
        "write": timed(write, options.slow_runs),
        "read": timed(lambda: pyreadstat.read_xport(str(ours)), options.slow_runs),
    }


def _same(path: Path, dataset: Dataset) -> None:
    found = compare_with_dataset(path, dataset) + compare_readers(path)
    assert not found, found


if __name__ == "__main__":
    main()
