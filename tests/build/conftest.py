"""The shipped trial, built once: its outputs, datasets of ADaM and tables."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyreadstat
import pytest

from tests.build.recomputed import Read, Table
from tests.build.rtf_tables import read_table


@pytest.fixture(scope="session")
def built(shipped_outputs: Path) -> Path:
    """Outputs of a build of the shipped trial."""
    return shipped_outputs


@pytest.fixture(scope="session")
def data(built: Path) -> Read:
    """Datasets of ADaM; empty texts are missing."""
    return cache(lambda name: pyreadstat.read_xport(built / "adam" / f"{name}.xpt")[0].replace("", None))


@pytest.fixture(scope="session")
def table(built: Path) -> Table:
    """Tables as they are read back from RTF."""
    return cache(lambda name: read_table(built / "tlf" / f"{name}.rtf"))


@pytest.fixture(scope="session")
def names(built: Path) -> list[str]:
    """Every table, by the name of its file."""
    return sorted(path.stem for path in (built / "tlf").glob("t-*.rtf"))
