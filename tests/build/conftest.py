"""The shipped trial, built once through the command line into a folder of the test's own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def il2cdisc(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, in a process of its own."""
    code = "from il2cdisc.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, **environment},
    )


@pytest.fixture(scope="session")
def command():
    return il2cdisc


@pytest.fixture(scope="session")
def built(shipped_outputs: Path) -> Path:
    """Outputs of a build of the shipped trial."""
    return shipped_outputs
