"""The second trial, built once through the command line into a folder of the test's own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

TRIAL = Path(__file__).parent


def il2cdisc(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, in a process of its own."""
    code = "from il2cdisc.cli import main; main()"
    command = [sys.executable, "-W", "error", "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=TRIAL)


@pytest.fixture(scope="session")
def command() -> Callable[..., subprocess.CompletedProcess[str]]:
    return il2cdisc


@pytest.fixture(scope="session")
def second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Outputs of a build of the second trial."""
    out = tmp_path_factory.mktemp("second") / "outputs"
    done = il2cdisc("build", "--trial", TRIAL, "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


@pytest.fixture(scope="session")
def read(second: Path) -> Callable[[str], pd.DataFrame]:
    """A dataset of the build, as an independent reader sees it; subjects by the number of the patient."""

    def read_dataset(name: str) -> pd.DataFrame:
        folder = "adam" if name.startswith("ad") else "sdtm"
        frame, _ = pyreadstat.read_xport(second / folder / f"{name}.xpt")
        frame = frame.replace("", None)
        return frame.assign(patient=frame["USUBJID"].str[-4:]) if "USUBJID" in frame else frame

    return read_dataset
