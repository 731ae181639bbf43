"""Whole builds killed without warning: what is published is the old build or the new one, never a mixture."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from il2cdisc.deliver.manifest import verify
from il2cdisc.deliver.publish import repair
from tests.conftest import second_copied, without_displays

SECOND = Path(__file__).parents[1] / "second_trial"
COMMAND = [sys.executable, "-c", "from il2cdisc.cli import main; main()", "build"]
PATIENCE = 300.0


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory, second_outputs: Path) -> Path:
    """The second trial, which is small, with a build of it; those that follow are of SDTM alone."""
    folder = second_copied(tmp_path_factory.mktemp("killed") / "trial")
    shutil.copytree(second_outputs, folder / "outputs")
    (folder / "specs" / "adam.xlsx").unlink()
    shutil.rmtree(folder / "mappings" / "adam")
    return without_displays(folder)


def set_time(trial: Path, minute: int) -> str:
    """Another build time: every transport file of the next build differs from those of the last one."""
    path, text = trial / "study.toml", f"2024-12-20T09:{minute:02d}:00"
    path.write_text(re.sub(r'(?m)^time = "[^"]*"', f'time = "{text}"', path.read_text()))
    return text


def built_at(trial: Path) -> str:
    return json.loads((trial / "outputs" / "manifest.json").read_text())["time"]


def staged(trial: Path, name: str) -> bool:
    return any(trial.glob(f".outputs.building-*/{name}"))


def killed_when(trial: Path, moment: Callable[[], bool]) -> None:
    """Start a build and kill it, and all that it started, at a moment."""
    build = subprocess.Popen(
        [*COMMAND, "--trial", str(trial)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    limit = time.monotonic() + PATIENCE
    while not moment() and build.poll() is None and time.monotonic() < limit:
        time.sleep(0.002)
    ended = build.poll()
    os.killpg(build.pid, signal.SIGKILL) if ended is None else None
    assert build.wait() == -signal.SIGKILL, "the build ended before the moment came"


def beside(trial: Path) -> list[str]:
    return sorted(p.name for p in trial.iterdir() if "outputs" in p.name and p.name != ".outputs.lock")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="no process groups on this system")
def test_killed_at_any_moment(trial: Path, command: Callable[..., Any]) -> None:
    """Five moments: two of the work, one of the flush, two of the exchange and the clearing away."""
    outputs = trial / "outputs"
    before = outputs.stat().st_ino

    def swapped() -> bool:
        return outputs.stat().st_ino != before

    moments: list[tuple[str, Callable[[], bool], set[str]]] = [
        ("the work has begun", lambda: staged(trial, ""), {"old"}),
        ("transport files are being written", lambda: staged(trial, "sdtm/*.xpt"), {"old"}),
        ("all is written and being flushed", lambda: staged(trial, "manifest.json"), {"old", "new"}),
        ("just exchanged", swapped, {"new"}),
        ("the old build is going away", lambda: swapped() and not staged(trial, "manifest.json"), {"new"}),
    ]
    for minute, (name, moment, allowed) in enumerate(moments, start=1):
        before = outputs.stat().st_ino
        old, new = built_at(trial), set_time(trial, minute)
        killed_when(trial, moment)
        if sys.platform.startswith("linux"):  # one stroke: whole even before anything is repaired
            assert verify(outputs) == [], name
        repair(outputs)  # every command begins with it
        assert verify(outputs) == [], name
        assert {old: "old", new: "new"}[built_at(trial)] in allowed, name
        assert beside(trial) == ["outputs"], name

    new = set_time(trial, 59)
    assert command("build", "--trial", trial).returncode == 0
    assert verify(outputs) == []
    assert built_at(trial) == new
    assert beside(trial) == ["outputs"]
