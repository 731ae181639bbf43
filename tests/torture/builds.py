"""Builds of damaged trials in processes of their own, and what they said."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
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


def preload() -> None:
    """Everything that a build imports: forked children begin with it."""
    import il2cdisc.build
    import il2cdisc.check.core
    import il2cdisc.check.report
    import il2cdisc.check.run
    import il2cdisc.cli
    import il2cdisc.deliver.publish
    import il2cdisc.sdtm.steps
    import il2cdisc.tlf.figure
    import il2cdisc.tlf.render
    import il2cdisc.trace.store
    import il2cdisc.transport.readback  # noqa: F401


def start(trial: Path, cpu: int, arguments: Sequence[str] = ("build",)) -> int:
    """Fork a build of a trial, bound to one processor; gives the process id. Its text goes to `said.txt`."""
    child = os.fork()
    if child:
        return child
    status = 99
    try:
        os.sched_setaffinity(0, {cpu})
        place = os.open(trial / "said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(place, 1)
        os.dup2(place, 2)
        sys.argv = ["il2cdisc", *arguments, "--trial", str(trial)]
        os.chdir(trial.parent)
        from il2cdisc.cli import main

        main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 98
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


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
    free = [cpus[number % len(cpus)] for number in range(workers)]
    running: dict[int, tuple[Path, int, float]] = {}
    waiting = iter(folders)
    while True:
        while free and (folder := next(waiting, None)) is not None:
            cpu = free.pop()
            running[start(folder, cpu)] = (folder, cpu, time.monotonic())
        if not running:
            return
        child, status = os.waitpid(-1, os.WNOHANG)
        if not child:
            for process, (_, _, since) in running.items():
                if time.monotonic() - since > SECONDS:
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.02)
            continue
        folder, cpu, _ = running.pop(child)
        free.append(cpu)
        done(folder, said(folder, os.waitstatus_to_exitcode(status)))
        shutil.rmtree(folder, ignore_errors=True)
