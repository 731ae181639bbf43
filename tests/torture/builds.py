"""Builds of damaged trials in processes of their own, and what they said."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from multiprocessing.process import BaseProcess
from pathlib import Path

LINE = re.compile(r"^(?P<code>[A-Z]{3}\d{3})(?: (?P<rest>.*))?$")
SECONDS = 240
CHECKED = "checked"
"""The folder of a build that ends with its checks, in that of the trial."""


@dataclass(frozen=True)
class Said:
    """What a build said: exit code, text, and (code, place) of each problem, its records and its sources."""

    status: int
    text: str
    problems: frozenset[tuple[str, str]]

    @property
    def own_error(self) -> bool:
        return "CLI002" in self.text or "Traceback" in self.text or self.status not in (0, 1, 2)


WARM = multiprocessing.get_context("forkserver")
"""Each build is a process of its own, a copy of one that has imported the engine and its libraries."""
ENGINE = Path(__file__).parents[2] / "il2cdisc"
WARM.set_forkserver_preload(
    [
        *sorted(
            ".".join(("il2cdisc", *path.relative_to(ENGINE).with_suffix("").parts))
            for path in ENGINE.rglob("*.py")
            if path.stem not in ("__init__", "__main__")
        ),
        "pyreadstat", "scipy.special", "xlsxwriter", "pyarrow.parquet",
    ]
)  # fmt: skip


def start(trial: Path, cpu: int, *, whole: bool) -> BaseProcess:
    """Start a build of a trial, whole or up to its checks, bound to one processor.

    Its text goes to `said.txt`.
    """
    process = WARM.Process(target=_build, args=(trial, cpu, whole))
    process.start()
    return process


def _build(trial: Path, cpu: int, whole: bool) -> None:
    """The command, as a user runs it. On one processor it starts no second process of its own."""
    from il2cdisc.cli import main

    os.sched_setaffinity(0, {cpu})
    os.chdir(trial.parent)
    with (trial / "said.txt").open("wb") as text:
        for number in (1, 2):
            os.dup2(text.fileno(), number)
    part = [] if whole else ["--until", "checks", "--out", str(trial / CHECKED)]
    sys.argv = ["il2cdisc", "build", "--trial", str(trial), *part]
    main()


def said(trial: Path, status: int) -> Said:
    text = (trial / "said.txt").read_text(encoding="utf-8", errors="replace")
    problems: set[tuple[str, str]] = set()
    folders = [trial / name for name in ("outputs", CHECKED)]
    report = next((folder for folder in folders if folder.exists()), trial) / "checks" / "findings.json"
    if status in (0, 1) and report.exists():
        for finding in json.loads(report.read_text(encoding="utf-8"))["findings"]:
            places = [finding.get("where", ""), finding.get("spec", ""), finding["what"]]
            cause = finding.get("cause")
            places += [cause] if isinstance(cause, str) else [cause["place"]] if cause else []
            for record in finding.get("records", ()):
                places.append(record.get("where", ""))
                places += [source["place"] for source in record.get("source", ())]
            problems |= {(finding["code"], place) for place in places}
    code = ""
    for line in text.splitlines():
        found = LINE.match(line)
        code = found["code"] if found else code
        if code and status == 2:
            problems.add((code, line))
    return Said(status, text, frozenset(problems))


def run_all(
    folders: Iterable[Path], done: Callable[[Path, Said], None], *, workers: int = 2, whole: bool = False
) -> None:
    """Build each folder, `workers` at a time; `done` is called with what each said. Folders are removed.

    Builds end with the checks, which no display takes part in, unless they are to be `whole`.
    """
    cpus = sorted(os.sched_getaffinity(0))

    def built(folder: Path, number: int) -> tuple[Path, Said]:
        process = start(folder, cpus[number % len(cpus)], whole=whole)
        process.join(SECONDS)
        if process.is_alive():
            process.kill()
            process.join()
        status = process.exitcode
        assert status is not None
        return folder, said(folder, status)

    waiting = enumerate(folders)
    with ThreadPoolExecutor(workers) as pool:
        running = {pool.submit(built, folder, n) for n, folder in islice(waiting, workers)}
        while running:
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            running |= {pool.submit(built, folder, n) for n, folder in islice(waiting, len(ended))}
            for result in ended:
                folder, told = result.result()
                done(folder, told)
                shutil.rmtree(folder, ignore_errors=True)
