"""A small trial of three arms for the results tests, written by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from il2cdisc.results.frame import HEADER
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, ListedItem


def text_frame(text: str, numbers: tuple[str, ...] = ()) -> pd.DataFrame:
    """A frame of a table written as text; `.` is missing."""
    header, *lines = [line.split() for line in text.strip().splitlines()]
    frame = pd.DataFrame(lines, columns=header, dtype="str").replace(".", None)
    return frame.astype({name: "float64" if name in numbers else "str" for name in header})


@pytest.fixture
def datasets() -> dict[str, pd.DataFrame]:
    adsl = text_frame(
        """
        USUBJID TRT01P TRT01A SAFFL AGE SEX
        01      A      A      Y     30  F
        02      A      A      Y     40  M
        03      B      B      Y     51  F
        04      B      B      Y     .   .
        05      B      .      N     70  F
        """,
        ("AGE",),
    )
    adae = text_frame(
        """
        USUBJID AESEQ TRTA TRTEMFL AEBODSYS AEDECOD
        01      1     A    Y       Skin     Rash
        01      2     A    Y       Skin     Rash
        01      3     A    Y       Gut      Nausea
        02      1     A    .       Gut      Nausea
        03      1     B    Y       Skin     Itch
        04      1     B    Y       Skin     Rash
        04      2     B    Y       .        .
        """,
        ("AESEQ",),
    )
    advs = text_frame(
        """
        USUBJID PARAMCD AVISIT TRTP BASE AVAL CHG
        01      SYSBP   Week1  A    100  110  10
        02      SYSBP   Week1  A    120  126  6
        03      SYSBP   Week1  B    110  108  -2
        04      SYSBP   Week1  B    130  131  1
        05      SYSBP   Week1  B    90   80   -10
        01      SYSBP   Week2  A    100  90   -10
        """,
        ("BASE", "AVAL", "CHG"),
    )
    return {"ADSL": adsl, "ADAE": adae, "ADVS": advs}


@pytest.fixture
def display() -> Callable[..., Display]:
    """A display of arms A, B and both, safety set, with one analysis made of keyword arguments."""

    def make(treatment: str = "TRT01A", total: bool = True, **analysis) -> Display:
        columns = [DisplayColumn(label="A", values=("A",)), DisplayColumn(label="B", values=("B",))]
        if total:
            columns.append(DisplayColumn(label="All"))
        analysis = {"display": "T-1", "id": "X", "label": ""} | analysis
        analysis["where"] = parse(analysis.get("where", ""))
        for name in ("variables", "levels", "by_levels"):
            given = analysis.get(name, ())
            analysis[name] = tuple(
                ListedItem(name=item, label=item) if isinstance(item, str) else item for item in given
            )
        return Display(
            id="T-1",
            kind="Table",
            number="1",
            title="Title",
            population="Safety set",
            population_dataset="ADSL",
            population_where=parse("SAFFL EQ Y"),
            treatment=treatment,
            columns=tuple(columns),
            analyses=(DisplayAnalysis(**analysis),),
        )

    return make


@pytest.fixture
def visits() -> dict[str, pd.DataFrame]:
    """36 simulated subjects of two arms at six visits, with drop-out: tests/stats/reference/sim36.csv."""
    path = Path(__file__).parents[1] / "stats" / "reference" / "sim36.csv"
    advs = pd.read_csv(path, dtype={"USUBJID": "str", "TRT": "str", "STRATA": "str", "AVISIT": "str"})
    advs = advs.rename(columns={"TRT": "TRTP"}).assign(
        AVISITN=lambda frame: frame["AVISITN"].astype("float64")
    )
    adsl = advs[["USUBJID", "TRTP"]].drop_duplicates().assign(SAFFL="Y").reset_index(drop=True)
    return {"ADSL": adsl, "ADVS": advs}


@pytest.fixture
def comparison() -> Callable[..., Display]:
    """A table of the columns ACT and PBO, of ADVS, with one analysis made of keyword arguments."""

    def make(*, arms: tuple[str, ...] = ("ACT", "PBO"), **given) -> Display:
        analysis = {"display": "T-1", "id": "X", "label": "", "dataset": "ADVS"} | given
        for name in ("variables", "levels", "by_levels"):
            analysis[name] = tuple(ListedItem(name=item, label=item) for item in analysis.get(name, ()))
        analysis["where"] = parse(analysis.get("where", ""))
        return Display(
            id="T-1",
            kind="Table",
            number="1",
            title="Title",
            population="Safety set",
            population_dataset="ADSL",
            population_where=parse("SAFFL EQ Y"),
            treatment="TRTP",
            columns=tuple(DisplayColumn(label=arm, values=(arm,)) for arm in arms),
            analyses=(DisplayAnalysis(**analysis),),
        )

    return make


@pytest.fixture
def statistics() -> Callable[..., dict[str, float]]:
    """The values of one column in one row of the analysis, by statistic; the text of those that have one."""

    def of(results: pd.DataFrame, column: str, row: int = 0) -> dict[str, float]:
        own = results[(results["analysis"] != HEADER) & (results["group1_level"] == column)]
        own = own[own["row"] == row]
        shown = own["value"].astype(object).where(own["text"] == "", own["text"])
        return dict(zip(own["statistic"], shown, strict=True))

    return of
