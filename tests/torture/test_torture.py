"""Sixty damages of the second trial are reported as they must be; harmless changes change nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "torture.py"


@pytest.mark.slow
def test_sixty_damages_are_reported(tmp_path: Path) -> None:
    scores = tmp_path / "scores.json"
    command = [sys.executable, str(SCRIPT), "--trial", "second", "--mutants", "60", "--json", str(scores)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert scores.exists(), done.stdout + done.stderr
    score = json.loads(scores.read_text())
    assert score["mutants"] == 60
    assert score["own errors"] == 0, done.stdout
    assert score["reported"] == 60, done.stdout
    assert score["at their place"] >= 0.95 * score["with a place"], done.stdout


@pytest.mark.slow
def test_harmless_changes_change_no_output() -> None:
    command = [sys.executable, str(SCRIPT), "--trial", "second", "--harmless"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("no output changed") >= 5, done.stdout
