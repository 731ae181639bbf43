"""The column `range` of the data dictionary: what is a limit, what is a note."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from il2cdisc.base.numbers import read_number
from il2cdisc.base.problems import Stopped
from il2cdisc.raw import load_dictionary
from il2cdisc.raw.limits import ValueLimits, outside, read_limits, read_pattern


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("1-40", [ValueLimits(1, 40)]),
        ("0-0.5", [ValueLimits(0, 0.5)]),
        ("35.0 - 39.0", [ValueLimits(35, 39)]),
        ("1 to 5", [ValueLimits(1, 5)]),
        ("-5-10", [ValueLimits(-5, 10)]),
        ("-5--1", [ValueLimits(-5, -1)]),
        ("0.27", [ValueLimits(0.27, 0.27)]),
        ("1 upwards", [ValueLimits(1, math.inf)]),
        ("up to 9", [ValueLimits(-math.inf, 9)]),
        ("up to -9 mmol/L", [ValueLimits(-math.inf, -9)]),
        ("<0.3-60", [ValueLimits(0.3, 60, below=True)]),
        ("0.4-1.4 mg/dL or 35-125 umol/L", [ValueLimits(0.4, 1.4), ValueLimits(35, 125)]),
        ("2-4 10^9/L", [ValueLimits(2, 4)]),
        ("", []),
        ("by centre", []),
        ("1-3; more for large trials", []),
        ("1-40 or more", []),
        ("from 1-40", []),
        ("1,5-2", []),
    ],
)
def test_a_range(text: str, limits: list[ValueLimits]) -> None:
    assert list(read_limits(text)) == limits


def test_a_range_that_ends_below_its_beginning() -> None:
    with pytest.raises(ValueError, match="ends below its beginning"):
        read_limits("40-1")


ENDS = st.decimals(min_value=-1000, max_value=1000, places=2)


@given(ENDS, ENDS, ENDS)
def test_a_range_has_both_its_ends_and_what_is_between(one: Any, two: Any, three: Any) -> None:
    low, value, high = sorted([one, two, three])
    limits = read_limits(f"{low}-{high}")
    readings = [read_number(str(number)) for number in (low, value, high, low - 1, high + 1)]
    assert outside(readings, limits).tolist() == [False, False, False, True, True]


def test_a_result_below_a_limit_is_in_a_range_that_says_so() -> None:
    readings = [read_number(text) for text in ("<0.3", "<0.1", "0.2", "0.3", ">60")]
    assert outside(readings, read_limits("<0.3-60")).tolist() == [False, True, True, False, True]
    assert outside(readings, read_limits("0.3-60")).tolist() == [True, True, True, False, True]
    assert not outside(readings, ()).any(), "a note judges nothing"


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("dd/mm/yyyy; partial UNK/mm/yyyy", "dd/mm/yyyy"),
        ("DD-MON-YYYY", "dd-mon-yyyy"),
        ("mm/dd/yyyy, month first", "mm/dd/yyyy"),
        ("Excel date", ""),
        ("", ""),
    ],
)
def test_the_pattern_of_a_date(text: str, pattern: str) -> None:
    assert read_pattern(text) == pattern


def test_a_range_of_numbers_that_cannot_be_read_is_reported(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    lines = ["form,column,label,type,codes,unit,range,basis"]
    kinds = [
        ("integer", "1-3; more for large trials"),
        ("decimal", "40-1"),
        ("decimal", "see the manual"),
        ("text", "8 digits"),
        ("integer", "1 upwards"),
    ]
    lines += [f"vs,C{number},A label,{kind},,,{text}," for number, (kind, text) in enumerate(kinds)]
    path = tmp_path / "dictionary.csv"
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(Stopped) as stopped:
        load_dictionary(path)
    assert str(stopped.value) == snapshot
