"""The second trial, built once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest


@pytest.fixture(scope="session")
def second(second_outputs: Path) -> Path:
    """Outputs of a build of the second trial."""
    return second_outputs


@pytest.fixture(scope="session")
def read(second: Path) -> Callable[[str], pd.DataFrame]:
    """A dataset of the build, as an independent reader sees it; subjects by the number of the patient."""

    def read_dataset(name: str) -> pd.DataFrame:
        folder = "adam" if name.startswith("ad") else "sdtm"
        frame, _ = pyreadstat.read_xport(second / folder / f"{name}.xpt")
        frame = frame.replace("", None)
        return frame.assign(patient=frame["USUBJID"].str[-4:]) if "USUBJID" in frame else frame

    return read_dataset
