"""Builds of damaged trials in processes of their own, and what they said."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

LINE = re.compile(r"^(?P<code>[A-Z]{3}\d{3})(?: (?P<rest>.*))?$")
SECONDS = 240


@dataclass(frozen=True)
class Said:
    """What a build said: exit code, text, and (code, place) of each problem, its records and its sources."""

    status: int
    text: str
    problems: frozenset[tuple[str, str]]

    @property
    def own_error(self) -> bool:
        return "CLI002" in self.text or "Traceback" in self.text or self.status not in (0, 1, 2)


CODE = "import os; os.sched_setaffinity(0, {{{cpu}}}); from il2cdisc.cli import main; main()"
"""On one processor a build starts no second process: its work is done in the first."""


def start(trial: Path, cpu: int) -> subprocess.Popen[bytes]:
    """Start a build of a trial, bound to one processor. Its text goes to `said.txt`."""
    command = [sys.executable, "-c", CODE.format(cpu=cpu), "build", "--trial", str(trial)]
    with (trial / "said.txt").open("wb") as text:
        return subprocess.Popen(command, stdout=text, stderr=subprocess.STDOUT, cwd=trial.parent)


def said(trial: Path, status: int) -> Said:
    text = (trial / "said.txt").read_text(encoding="utf-8", errors="replace")
    problems: set[tuple[str, str]] = set()
    report = trial / "outputs" / "checks" / "findings.json"
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


def run_all(folders: Iterable[Path], done: Callable[[Path, Said], None], *, workers: int = 2) -> None:
    """Build each folder, `workers` at a time; `done` is called with what each said. Folders are removed."""
    cpus = sorted(os.sched_getaffinity(0))

    def built(folder: Path, number: int) -> tuple[Path, Said]:
        process = start(folder, cpus[number % len(cpus)])
        try:
            status = process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
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
