"""The simulator loaded by path, and readers of raw files that share no code with it."""

from __future__ import annotations

import csv
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import cast

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from tests.conftest import made_once

ROOT = Path(__file__).resolve().parents[2]
SHEETS = {"lbhem": "LBHEM", "lbchem": "LBCHEM", "lbthy": "LBTHY"}
Reader = Callable[[Path, str], pd.DataFrame]


@pytest.fixture(scope="session")
def simulator() -> ModuleType:
    """The module simulation/simulate.py, as the command loads it."""
    spec = importlib.util.spec_from_file_location("trial_simulator", ROOT / "simulation" / "simulate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["trial_simulator"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def raw() -> Path:
    """The export as committed."""
    return ROOT / "raw"


@pytest.fixture(scope="session")
def large(simulator: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trial of 360 randomised subjects, its forms in many parts."""

    def make(folder: Path) -> None:
        out, limits = folder / "raw", simulator.Limits(csv_rows=5_000, sheet_rows=1_500)
        simulator.simulate(out, subjects=360, seed=7, planted=out / "planted.toml", limits=limits)

    return made_once(tmp_path_factory, "simulated", make) / "raw"


def _csv(path: Path) -> pd.DataFrame:
    lab = path.parent.name == "lab"
    with path.open(encoding="latin-1" if lab else "utf-8", newline="") as lines:
        header, *rows = csv.reader(lines, delimiter=";" if lab else ",")
    return pd.DataFrame(rows, columns=pd.Index(header), dtype=object)


def _sheet(path: Path, name: str) -> pd.DataFrame:
    book = openpyxl.load_workbook(path, read_only=True)
    header, *rows = book[name].iter_rows(min_row=7, values_only=True)
    book.close()
    return pd.DataFrame(rows, columns=pd.Index(header), dtype=object)


def read_form(root: Path, form: str) -> pd.DataFrame:
    """Return a form, its parts one after the other; cells as the file holds them."""
    if (root / "scales" / f"{form}.sav").exists():
        frame, _ = pyreadstat.read_sav(str(root / "scales" / f"{form}.sav"))
        return cast(pd.DataFrame, frame)
    if form in SHEETS:
        first = root / "lab" / "lab.xlsx"
        parts = [first, *(first.with_name(f"lab_{n}.xlsx") for n in range(2, 99))]
        return pd.concat([_sheet(part, SHEETS[form]) for part in parts if part.exists()], ignore_index=True)
    (first,) = root.glob(f"*/{form}.csv")
    parts = [first, *(first.with_name(f"{form}_{n}.csv") for n in range(2, 99))]
    return pd.concat([_csv(part) for part in parts if part.exists()], ignore_index=True)


@pytest.fixture(scope="session")
def form() -> Reader:
    """A reader: form(root, "vs") → frame."""
    known: dict[tuple[Path, str], pd.DataFrame] = {}

    def read(root: Path, name: str) -> pd.DataFrame:
        if (root, name) not in known:
            known[root, name] = read_form(root, name)
        return known[root, name].copy()

    return read
