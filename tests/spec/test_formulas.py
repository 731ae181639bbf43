"""Formulas of the sheet Checks: what they give over small frames, what of them is refused, and their lint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from il2cdisc.spec.calculated import shown_results
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.formula import formula
from il2cdisc.spec.sense import fired
from il2cdisc.spec.trial_models import TrialCheck
from tests.spec.sides import Side

Sheets = dict[str, list[dict[str, Any]]]


VS = Side(
    pd.DataFrame(
        {
            "USUBJID": ["1", "1", "2", "3"],
            "SYSBP": [120.0, 80.0, np.nan, 130.0],
            "DIABP": [80.0, 90.0, 70.0, 0.0],
            "VSDTC": ["2024-01-05T10:00", "2024-01-08", "2024-02", "2024-03-01T08:30"],
            "CLOCK": ["10:00", "23:59", None, "8:30"],
        }
    )
)
DM = Side(pd.DataFrame({"USUBJID": ["1", "2", "3"], "AGE": [44.0, 30.0, None], "BORN": ["1979", "x", "1990"],
                        "RFSTDTC": ["2024-01-01", "2024-01-30T09:00", None]}))  # fmt: skip


def check(computed: str, condition: str = "", join: str = "", where: str = "") -> TrialCheck:
    name, _, text = computed.partition(" = ")
    return TrialCheck(
        id="T-1", dataset="VS", condition=parse(condition), join=join, join_condition=parse(where),
        keys=(("Subject", "Subject"),) if join else (), computed=((name, text),),
    )  # fmt: skip


def rows(item: TrialCheck, other: Side | None = None) -> list[tuple[int, int]]:
    found = fired(item, VS, other)
    return list(zip(found.rows.tolist(), found.joined.tolist(), strict=True))


def value(text: str, **numbers: float) -> float:
    return float(formula(text).of(lambda name, _: np.asarray(numbers[name], dtype="float64")))


@given(st.integers(-99, 99), st.integers(-99, 99), st.integers(1, 99))
def test_operators_bind_as_in_arithmetic(a: int, b: int, c: int) -> None:
    numbers = {"A": float(a), "B": float(b), "C": float(c)}
    for text in ("A - B - C", "A - (B - C)", "A + B * C", "(A + B) * C", "-A / C * B", "abs(A - B) / C"):
        assert value(text, **numbers) == pytest.approx(eval(text, {"abs": abs}, numbers))
    assert value("floor(A / C)", **numbers) == a // c


def test_a_division_by_zero_gives_nothing() -> None:
    assert np.isnan(value("A / (B - 1)", A=1, B=1))


def test_a_formula_of_one_record() -> None:
    """Of the pressures 120/80, 80/90, missing/70 and 130/0 one difference is negative."""
    pulse = "PULSE = SYSBP - DIABP"
    assert rows(check(pulse, "PULSE LT 0")) == [(1, -1)]
    assert rows(check(pulse, "PULSE IN (40, 130)")) == [(0, -1), (3, -1)]
    assert rows(check(pulse, "PULSE NE 40")) == [(1, -1), (3, -1)]  # nothing is compared with a missing one
    assert rows(check("RATIO = SYSBP / DIABP", "RATIO GE 0")) == [(0, -1), (1, -1)]
    assert rows(check("M = minutes(CLOCK)", "M GE 600")) == [(0, -1), (1, -1)]


def test_a_formula_of_two_records() -> None:
    """Days between two dates; a partial date is no day. Years, and texts that are no numbers."""
    days = check("DAYS = VS.VSDTC - DM.RFSTDTC", join="DM", where="DAYS GT 4")
    assert rows(days, DM) == [(1, 0)]
    born = check("AGED = year(VS.VSDTC) - DM.BORN - DM.AGE", join="DM", where="AGED GE 1")
    assert rows(born, DM) == [(0, 0), (1, 0)]
    elapsed = check("M = minutes(VSDTC) - minutes(DM.RFSTDTC)", join="DM", where="M GE 0")
    assert rows(elapsed, DM) == []  # one of the two has no time
    of_other = check("YEARS = 2 * DM.AGE", join="DM", where="YEARS GT 60")
    assert rows(of_other, DM) == [(0, 0), (1, 0)]


def test_a_formula_of_a_record_and_those_before() -> None:
    half = check("FOLD = VS.SYSBP / SYSBP", join="VS", where="FOLD LT 0.7")
    assert rows(half, VS) == [(1, 0)]
    found = fired(half, VS, VS)
    assert shown_results(half, "FOLD", VS, VS, found.rows, found.joined) == ["0.6667"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the formula ends where a number or a variable is expected"),
        ("A +", "the formula ends where a number or a variable is expected"),
        ("A B", "'B' is not expected here"),
        ("(A", "a bracket is not closed"),
        ("A ** 2", "a number, a variable or a bracket is expected before '*'"),
        ("sqrt(A)", "there is no function sqrt; there are abs, floor, minutes, year"),
        ("year(2 + A)", "year is of one variable: year(VARIABLE)"),
        ("A % 2", "'% 2' can't be read"),
        ("(" * 300, "a formula has at most 200 characters"),
        ("A.B.C", "'.C' can't be read"),
    ],
)
def test_what_is_no_formula(text: str, said: str) -> None:
    with pytest.raises(ValueError) as raised:
        formula(text)
    assert str(raised.value) == said


def test_faults_are_told_at_their_cells(
    sdtm: Sheets, problems_of: Callable[[Sheets], str], snapshot: SnapshotAssertion
) -> None:
    none = dict.fromkeys(["Join", "By", "Join Condition"])
    row = {**none, "Dataset": "VS", "Message": "m {X}", "Question": "q", "Class": "hard", "Active": "Yes"}
    joined = {**row, "Join": "VS", "By": "Subject", "Message": "m"}
    sdtm["Checks"] = [
        {"ID": "A", **row, "Computed": "X = VSSTRESN * 2", "Condition": "X GT 3"},
        {"ID": "B", **row, "Computed": "X = VSSTRESM * 2; Y = 1", "Condition": "X GT high"},
        {"ID": "C", **row, "Computed": "X = VSSTRESN +", "Condition": "X GT 3"},
        {"ID": "D", **row, "Computed": "VSSTRESN * 2", "Condition": "X GT 3"},
        {"ID": "E", **row, "Message": "m", "Computed": "VSSTRESN = 2", "Condition": "VSSTRESN GT 3"},
        {"ID": "F", **joined, "Computed": "X = EX.EXDOSE - VS.VSSTRESN", "Join Condition": "X GT 3"},
    ]
    assert problems_of(sdtm) == snapshot
