"""Sixty damages to the second trial, several in a build, each reported; harmless changes change nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("torture.py")


def torture(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), "--trial", "second", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_each_of_sixty_damages_is_reported(tmp_path: Path) -> None:
    done = torture("--mutants", "60", "--seed", "1", "--json", str(tmp_path / "score.json"))
    score = json.loads((tmp_path / "score.json").read_text())
    assert (score["mutants"], score["reported"], score["own errors"]) == (60, 60, 0), done.stdout
    assert score["at their place"] >= 0.95 * score["with a place"], done.stdout


def test_harmless_changes_change_no_output() -> None:
    done = torture("--harmless")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    same = [line for line in lines if line.endswith(": no output changed")]
    assert len(lines) == 6
    assert len(same) == 6 - done.stdout.count("not tried: LibreOffice is not installed")
