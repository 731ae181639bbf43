"""Partial dates: what the site writes, before and after; properties over drawn dates."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.base.dates import (
    day_numbers,
    earliest_day,
    from_sas_day,
    is_iso,
    iso_date,
    iso_time,
    latest_day,
    next_day,
    sas_day,
    sas_days,
    sas_seconds,
    text_over_distinct,
)


@pytest.mark.parametrize(
    ("text", "pattern", "iso"),
    [
        ("04/03/2022", "dd/mm/yyyy", "2022-03-04"),
        ("4/3/2022", "dd/mm/yyyy", "2022-03-04"),
        ("UNK/03/2022", "dd/mm/yyyy", "2022-03"),
        ("UNK/UNK/2022", "dd/mm/yyyy", "2022"),
        ("UNK/2022", "dd/mm/yyyy", "2022"),
        ("UNK-2022", "dd-mon-yyyy", "2022"),
        ("15/UNK/2022", "dd/mm/yyyy", "2022---15"),
        ("29/02/2024", "dd/mm/yyyy", "2024-02-29"),
        ("2022-03-04", "yyyy-mm-dd", "2022-03-04"),
        ("04-MAR-2022", "dd-mon-yyyy", "2022-03-04"),
    ],
)
def test_dates_as_written(text: str, pattern: str, iso: str) -> None:
    assert iso_date(text, pattern) == iso
    assert is_iso(iso)


def test_a_rule_that_gives_text_is_called_once_a_distinct_value() -> None:
    asked: list[str] = []

    def rule(text: str) -> str | None:
        asked.append(text)
        return text.upper() if text != "x" else None

    column = pd.Series(["a", None, "x", "a"], index=[3, 4, 5, 6], dtype="str", name="c")
    wanted = pd.Series(["A", None, None, "A"], index=[3, 4, 5, 6], dtype="str", name="c")
    pd.testing.assert_series_equal(text_over_distinct(column, rule), wanted)
    assert asked == ["a", "x"]
    pd.testing.assert_series_equal(text_over_distinct(column.iloc[:0], rule), wanted.iloc[:0])
    two = pd.concat([column, column])  # of two blocks of memory
    pd.testing.assert_series_equal(text_over_distinct(two, rule), pd.concat([wanted, wanted]))


@pytest.mark.parametrize(
    ("values", "kind", "wanted"),
    [
        ([1.0, None, 0.5, 1.0], "float64", ["1", None, "0.5", "1"]),
        ([1, None, 2], "Int64", ["1", None, "2"]),
        ([None, None], "float64", [None, None]),
        ([None, None], "str", [None, None]),
        ([None, None], "object", [None, None]),
        ([], "object", []),
    ],
)
def test_text_of_values_of_any_kind(values: list[object], kind: str, wanted: list[str | None]) -> None:
    made = text_over_distinct(pd.Series(values, dtype=kind), lambda value: f"{value:g}")
    pd.testing.assert_series_equal(made, pd.Series(wanted, dtype="str"))


@pytest.mark.parametrize(
    "text",
    ["31/02/2022", "29/02/2023", "01/13/2022", "UNK/UNK/UNK", "13/2022", "1.2.2022", "", "ND"],
)
def test_dates_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"has no year|does not exist|is not written as dd/mm/yyyy"):
        iso_date(text, "dd/mm/yyyy")


@pytest.mark.parametrize(("text", "iso"), [("8:30", "08:30"), ("08.05", "08:05"), ("23:59:59", "23:59:59")])
def test_times(text: str, iso: str) -> None:
    assert iso_time(text) == iso


@pytest.mark.parametrize("text", ["24:00", "8:60", "morning", ""])
def test_times_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="time of day"):
        iso_time(text)


@pytest.mark.parametrize(
    ("text", "first", "final"),
    [
        ("2022-02", date(2022, 2, 1), date(2022, 2, 28)),
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2022---15", date(2022, 1, 15), date(2022, 12, 15)),
        ("2022-03-04T08:30", date(2022, 3, 4), date(2022, 3, 4)),
    ],
)
def test_what_a_partial_date_may_mean(text: str, first: date, final: date) -> None:
    assert earliest_day(text) == first
    assert latest_day(text) == final


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_day_survives_the_way_through_text_and_numbers(day: date) -> None:
    text = iso_date(day.strftime("%d/%m/%Y"), "dd/mm/yyyy")
    assert text == day.isoformat()
    assert from_sas_day(sas_day(day)) == day
    assert earliest_day(text) == latest_day(text) == day


def test_study_days_have_no_zero() -> None:
    dates = pd.Series(["2022-03-03", "2022-03-04", "2022-03-05T09:00", "2022-03", None], dtype="str")
    reference = pd.Series(["2022-03-04T10:15"] * 5, dtype="str")
    found = day_numbers(sas_days(dates), sas_days(reference))
    np.testing.assert_array_equal(found, [-1.0, 1.0, 2.0, np.nan, np.nan])


def test_sas_numbers() -> None:
    dates = pd.Series(["1960-01-02", "1960-01-01T00:01", "1960", None], dtype="str")
    np.testing.assert_array_equal(sas_days(dates), [1.0, 0.0, np.nan, np.nan])
    np.testing.assert_array_equal(sas_seconds(dates), [np.nan, 60.0, np.nan, np.nan])


@pytest.mark.parametrize(
    ("moment", "after"),
    [("2022-02-28T08:30", "2022-03-01"), ("2024-02-28", "2024-02-29"), ("2022-12-31T23:59", "2023-01-01")],
)
def test_the_day_after(moment: str, after: str) -> None:
    assert next_day(moment) == after
