"""The trial's SDTM modules from the checkout, its workbook, and raw frames made in a test."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

from il2cdisc.base.rowids import numbered
from il2cdisc.spec.load import load_spec
from il2cdisc.spec.models import Spec

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))  # a build makes the trial's modules importable as `mappings`


def raw_frame(form: str, columns: str, rows: list[tuple[str | None, ...]]) -> pd.DataFrame:
    """A linked raw form: USUBJID first, then the named columns as `form.COLUMN`, all text."""
    names = ["USUBJID", *(f"{form}.{column}" for column in columns.split())]
    return numbered(pd.DataFrame(rows, columns=names).astype("str"), form)


def mapped_frame(source: str, form: str, columns: str, rows: list[tuple[object, ...]]) -> pd.DataFrame:
    """A mapped dataset as another mapping receives it, with the ids of the form it came from."""
    frame = numbered(pd.DataFrame(rows, columns=["USUBJID", *columns.split()]).astype("str"), form)
    return numbered(frame, source)


@pytest.fixture
def raw():
    return raw_frame


@pytest.fixture
def made():
    return mapped_frame


@pytest.fixture(scope="session")
def spec() -> Spec:
    return load_spec(ROOT / "specs" / "sdtm.xlsx", "specs/sdtm.xlsx")
