"""The trial's ADaM modules, loaded from the checkout, and its workbook."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

from il2cdisc.spec.load import load_spec
from il2cdisc.spec.models import Spec

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def spec() -> Spec:
    return load_spec(ROOT / "specs" / "adam.xlsx", "specs/adam.xlsx")


@pytest.fixture(scope="session", autouse=True)
def trial() -> None:
    """`mappings.adam...` importable, as a build makes it."""
    if str(ROOT) not in sys.path:
        sys.path.append(str(ROOT))


def frame(source: str, rows: list[dict[str, object]], columns: str) -> pd.DataFrame:
    """A completed dataset: `columns` are the text ones, then after `|` the numeric ones."""
    text, _, numeric = columns.partition("|")
    out = pd.DataFrame(rows, columns=[*text.split(), *numeric.split()])
    out = out.astype(dict.fromkeys(text.split(), "str") | dict.fromkeys(numeric.split(), "float64"))
    out.insert(0, f"@{source}", pd.array(range(len(out)), dtype="Int64"))
    return out
