"""Drives runners of CDISC CORE: processes of another Python, each asked one rule at a time, within a time."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from il2cdisc.base.problems import Kind, Problem
from il2cdisc.check.core.outcome import ERROR, CoreOutcome, RuleResult, rule_result
from il2cdisc.check.core.problems import ABSENT, CACHE, OLD
from il2cdisc.package import dataset_files

RUNNER = Path(__file__).with_name("runner.py")
OLDEST = (0, 17)
"""The oldest version of cdisc-rules-engine whose interface the runner knows."""
FIRST = ("CORE-000712", "CORE-000206", "CORE-000890", "CORE-000867")
"""Rules that take by far the most time: begun first, so that no process waits for them at the end."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class CoreRequest:
    """What is asked of CORE: `folder` holds transport files, `terminology` names packages of the cache
    (`sdtmct-2026-03-27`). `seconds` bound one rule, `start_seconds` the start of a process."""

    python: str
    cache: str
    folder: Path
    standard: str = "sdtmig"
    version: str = "3-4"
    define: Path | None = None
    terminology: tuple[str, ...] = ()
    encoding: str = "utf-8"
    seconds: float = 600.0
    start_seconds: float = 180.0
    processes: int = 2


class Unusable(Exception):  # noqa: N818 - told as a problem
    """CORE can't be used at all; `problem` says why."""

    def __init__(self, kind: Kind, what: str) -> None:
        self.problem: Problem = kind.at("", what)
        super().__init__(what)


def run_core(request: CoreRequest, progress: Progress | None = None) -> CoreOutcome:
    """Run every rule of the standard over the folder.

    A rule that hangs is ended and told, one that takes its process down too; the others go on. Where CORE
    is absent, too old or without its rules, the outcome holds that problem and no rule.
    """
    try:
        _usable(request)
        first = _Worker(request)
    except Unusable as unusable:
        return CoreOutcome(problems=(unusable.problem,))
    names = sorted(first.rules, key=lambda name: (name not in FIRST, name))
    pool = _Pool(request, names, progress)
    pool.run(first)
    return CoreOutcome(
        by=f"CDISC CORE {first.library}",
        rules=tuple(sorted(pool.results, key=lambda item: item.rule)),
        problems=tuple(pool.problems),
    )


def _usable(request: CoreRequest) -> None:
    if not request.python:
        raise Unusable(ABSENT, "IL2CDISC_CORE_PYTHON is not set")
    if not request.cache:
        raise Unusable(CACHE, "IL2CDISC_CORE_CACHE is not set")
    if not Path(request.cache).is_dir():
        raise Unusable(CACHE, f"{request.cache} is not a folder")
    if not dataset_files(request.folder):
        raise Unusable(ABSENT, f"there is no transport file in {request.folder.name}")


class _Pool:
    """Processes that take rules from one queue."""

    def __init__(self, request: CoreRequest, names: Sequence[str], progress: Progress | None) -> None:
        self.request = request
        self.total = len(names)
        self.progress = progress
        self.waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
        for name in names:
            self.waiting.put(name)
        self.results: list[RuleResult] = []
        self.problems: list[Problem] = []
        self.workers: list[_Worker] = []
        self.lock = threading.Lock()
        self.over = threading.Event()

    def run(self, first: _Worker) -> None:
        self.workers.append(first)
        count = max(1, min(self.request.processes, self.total))
        threads = [
            threading.Thread(target=self._work, args=(first if number == 0 else None,), daemon=True)
            for number in range(count)
        ]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                while thread.is_alive():
                    thread.join(0.5)
        finally:
            self.over.set()
            for worker in self.workers:
                worker.end()
        if len(self.results) < self.total:
            what = f"{self.total - len(self.results)} of {self.total} rules were not asked"
            self.problems.append(ABSENT.at("", what))

    def _work(self, worker: _Worker | None) -> None:
        while not self.over.is_set():
            try:
                name = self.waiting.get_nowait()
            except queue.Empty:
                return
            try:
                if worker is None:
                    worker = _Worker(self.request)
                    with self.lock:
                        self.workers.append(worker)
            except Unusable as unusable:
                self.waiting.put(name)
                with self.lock:
                    self.problems.append(unusable.problem)
                return
            result, lives = worker.ask(name)
            if not lives:
                worker.end()
                worker = None
            with self.lock:
                self.results.append(result)
                done = len(self.results)
                if self.progress:
                    self.progress(done, self.total)


class _Worker:
    """One process of the other Python, ready to be asked. Raises `Unusable` where it can't be made so."""

    def __init__(self, request: CoreRequest) -> None:
        self.request = request
        self.lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by end()
        try:
            self.process = subprocess.Popen(
                [request.python, "-I", str(RUNNER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.errors,
                start_new_session=True,
                env=_environment(),
            )
        except OSError as error:
            self.errors.close()
            raise Unusable(ABSENT, f"{request.python} can't be started ({error.strerror})") from None
        threading.Thread(target=self._read, daemon=True).start()
        try:
            self._begin()
        except Unusable:
            self.end()
            raise

    def _begin(self) -> None:
        request = self.request
        self._send(
            files=[str(path.resolve()) for path in dataset_files(request.folder)],
            cache=str(Path(request.cache).resolve()),
            standard=request.standard,
            version=request.version,
            define=str(request.define.resolve()) if request.define else None,
            terminology=list(request.terminology),
            encoding=request.encoding,
        )
        told = self._hear(request.start_seconds)
        if told is None:
            raise Unusable(ABSENT, f"CORE was not ready after {request.start_seconds:g} seconds")
        if "ended" in told:
            raise Unusable(ABSENT, f"CORE ended as it began: {told['ended']}")
        if "refused" in told:
            raise Unusable(CACHE if told["refused"] == "cache" else ABSENT, f"{told['text']}")
        self.rules = [str(name) for name in told.get("ready", ())]
        self.library = str(told.get("library", ""))
        if tuple(int(part) for part in re.findall(r"\d+", self.library)[:2]) < OLDEST:
            oldest = ".".join(map(str, OLDEST))
            raise Unusable(OLD, f"it is version {self.library or 'unknown'}; {oldest} or later is needed")

    def ask(self, name: str) -> tuple[RuleResult, bool]:
        """The result of a rule, and whether the process can be asked again."""
        start = time.monotonic()
        self._send(rule=name)
        told = self._hear(self.request.seconds)
        spent = round(time.monotonic() - start, 2)
        if told is None:
            what = f"after {self.request.seconds:g} seconds it was ended"
            return RuleResult(name, ERROR, reason=what, seconds=spent), False
        if "ended" in told:
            what = f"its process ended: {told['ended']}"
            return RuleResult(name, ERROR, reason=what, seconds=spent), False
        if told.get("rule") != name:
            return RuleResult(name, ERROR, reason="CORE answered something else", seconds=spent), False
        if "failed" in told:
            return RuleResult(name, ERROR, tuple(told.get("ids", ())), str(told["failed"]), spent), True
        try:
            return rule_result(told), True
        except (KeyError, TypeError, ValueError, AttributeError):
            return RuleResult(name, ERROR, reason="its answer can't be understood", seconds=spent), True

    def _send(self, **message: object) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):  # a process that has ended is noticed where it is heard
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()

    def _hear(self, seconds: float) -> dict[str, Any] | None:
        """The next answer; {"ended": why} when the process is gone, None when the time is over."""
        try:
            line = self.lines.get(timeout=seconds)
        except queue.Empty:
            return None
        if line is None:
            return {"ended": self._last_words()}
        try:
            told = json.loads(line)
        except ValueError:
            return {"ended": f"it wrote something that is not an answer ({line.strip()[:60]!r})"}
        return told if isinstance(told, dict) else {"ended": "it wrote something that is not an answer"}

    def _read(self) -> None:
        assert self.process.stdout is not None
        with contextlib.suppress(OSError, ValueError):
            for line in self.process.stdout:
                self.lines.put(line.decode("utf-8", "replace"))
        self.lines.put(None)

    def _last_words(self) -> str:
        """Exit code and last line of what the process said in its distress."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.errors.seek(0)
        lines = self.errors.read().decode("utf-8", "replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
        return f"exit code {self.process.returncode}, {last[:200]}"

    def end(self) -> None:
        """End the process and what it has started."""
        if self.errors.closed:
            return
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                with contextlib.suppress(OSError, ValueError):
                    stream.close()
        self.errors.close()


def _environment() -> dict[str, str]:
    """The environment without what steers our own Python; one thread a process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
