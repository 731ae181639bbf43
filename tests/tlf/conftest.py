"""A tiny display of every kind with its results, for the rendering tests."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

from il2cdisc.results.frame import HEADER, ResultCell, frame_of
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, Line, ListedItem
from il2cdisc.spec.tlf_load import ANALYSES, COLUMNS, DISPLAYS
from il2cdisc.tlf.header import HeaderInfo


@pytest.fixture
def workbook() -> Callable[..., Path]:
    """Writes a workbook of displays: rows of each sheet as dictionaries by header."""

    def write(path: Path, **sheets: list[dict[str, object]]) -> Path:
        book = Workbook()
        book.remove(book.active)
        headers = {"Displays": DISPLAYS, "Columns": COLUMNS, "Analyses": ANALYSES}
        for name, (required, optional) in headers.items():
            sheet = book.create_sheet(name)
            sheet.append([*required, *optional])
            for row in sheets.get(name, []):
                sheet.append([row.get(header) for header in (*required, *optional)])
        book.save(path)
        return path

    return write


@pytest.fixture
def header() -> HeaderInfo:
    return HeaderInfo(
        sponsor="Sponsor & Söhne",
        protocol="P{1}",
        study="STUDY",
        status="DRAFT",
        data_cutoff="2020-01-31",
        run_time="2020-02-01T09:00:00Z",
    )


def analysis(**given) -> DisplayAnalysis:
    return DisplayAnalysis(**({"display": "T-1", "dataset": "ADSL", "label": ""} | given))


@pytest.fixture
def table() -> Display:
    """Two columns; a summary and a categorical analysis."""
    return Display(
        id="T-1",
        kind="Table",
        number="14.1",
        title=r"Age, with <b>, {braces} and a \ in the title",
        subtitle="A subtitle",
        population="Safety set",
        population_dataset="ADSL",
        treatment="TRT01A",
        columns=(DisplayColumn(label="Active", values=("A",)), DisplayColumn(label="Control", values=("C",))),
        row_header="Characteristic",
        footnotes=("n ≥ 1.",),
        analyses=(
            analysis(
                id="AGE",
                label="Age (years)",
                method="Continuous",
                variables=(ListedItem(name="AGE", label="AGE"),),
                lines=(
                    Line(label="n", template="{n}"),
                    Line(label="Mean (SD)", template="{mean} ({sd})"),
                    Line(label="Min, Max", template="{min}, {max}"),
                ),
            ),
            analysis(
                id="SEX",
                label="Sex, n (%)",
                method="Categorical",
                variables=(ListedItem(name="SEX", label="SEX"),),
                levels=(ListedItem(name="F", label="Female"), ListedItem(name="M", label="Male")),
            ),
        ),
    )


def cells(
    analysis: str, column: str, row: int = 0, level: str = "", **statistics: float | str
) -> list[ResultCell]:
    """Results of one row and column; a text is the reason of a missing statistic."""
    return [
        ResultCell(
            display="T-1", analysis=analysis, method="", order=1, row=row, dataset="ADSL", where="",
            population_dataset="ADSL", population_where="", groups=(("TRT01A", column),), variable=analysis,
            level=level, statistic=name, value=math.nan if isinstance(value, str) else value,
            error=value if isinstance(value, str) else "",
        )
        for name, value in statistics.items()
    ]  # fmt: skip


@pytest.fixture
def results() -> pd.DataFrame:
    lack = "The standard deviation needs at least 2 values; there is 1."
    return frame_of(
        [
            *cells(HEADER, "Active", N=8),
            *cells(HEADER, "Control", N=1),
            *cells("AGE", "Active", n=8, mean=40.25, sd=6.125, min=31, max=52),
            *cells("AGE", "Control", n=1, mean=50.0, sd=lack, min=50, max=50),
            *cells("SEX", "Active", 0, "F", n=3, p=37.5),
            *cells("SEX", "Control", 0, "F", n=0, p=0),
            *cells("SEX", "Active", 1, "M", n=5, p=62.5),
            *cells("SEX", "Control", 1, "M", n=1, p=100),
        ]
    )


@pytest.fixture
def figure() -> tuple[Display, pd.DataFrame]:
    """Two series over three visits, one of them at one subject's only."""
    display = Display(
        id="T-1",
        kind="Figure",
        number="14.2",
        title="Means",
        population="Safety set",
        population_dataset="ADSL",
        treatment="TRT01A",
        columns=(DisplayColumn(label="Active", values=("A",)), DisplayColumn(label="Control", values=("C",))),
        axes=("Visit", "Score"),
        analyses=(
            analysis(
                id="MEAN",
                method="Series",
                dataset="ADVS",
                variables=(ListedItem(name="AVAL", label="AVAL"),),
                by="AVISIT",
                by_levels=(
                    ListedItem(name="Start", label="0"),
                    ListedItem(name="Week 1", label="7"),
                    ListedItem(name="Week 2", label="14"),
                ),
            ),
        ),
    )
    found = [*cells(HEADER, "Active", N=3), *cells(HEADER, "Control", N=2)]
    values = {
        "Active": [(3, 20.0, 1.0), (3, 17.25, 1.5), (2, 12.0, 2.0)],
        "Control": [(2, 21.0, 1.0), (1, 20.0, "one value"), (0, "none", "none")],
    }
    for column, points in values.items():
        for row, (n, mean, se) in enumerate(points):
            visit = display.analyses[0].by_levels[row].name
            found += [
                replace(cell, groups=(*cell.groups, ("AVISIT", visit)))
                for cell in cells("MEAN", column, row, n=n, mean=mean, se=se)
            ]
    return display, frame_of(found)
