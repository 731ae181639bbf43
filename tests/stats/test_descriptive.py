"""Descriptive statistics: values by hand, SAS quartiles, reasons where a statistic does not exist."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.stats.descriptive import STATISTICS, describe

NAN = math.nan


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # values                      n   mean  sd                 median q1   q3   min max
        ([1, 2, 3, 4], (4, 2.5, 1.2909944487358056, 2.5, 1.5, 3.5, 1, 4)),
        ([1, 2, 3, 4, 5], (5, 3.0, 1.5811388300841898, 3.0, 2.0, 4.0, 1, 5)),
        ([5, NAN, 5], (2, 5.0, 0.0, 5.0, 5.0, 5.0, 5, 5)),
        ([-1.5, 1.5], (2, 0.0, 2.1213203435596424, 0.0, -1.5, 1.5, -1.5, 1.5)),
        # PCTLDEF=5 (numpy's default would give 2 and 6.5 as quartiles of the next)
        ([1, 2, 2, 3, 4, 5, 7, 8, 8, 9], (10, 4.9, 2.9230881691, 4.5, 2, 8, 1, 9)),
    ],
)
def test_values(values, expected):
    found = describe(np.array(values, dtype="float64"))
    names = ("n", "mean", "sd", "median", "q1", "q3", "min", "max")
    assert [found[name].value for name in names] == pytest.approx(list(expected))
    assert not any(item.error for item in found.values())


def test_quartiles_equal_r_type_2(r_values):
    values = r_values["rank_data"]["xt"] + r_values["rank_data"]["yt"]
    found = describe(values)
    expected = dict(zip(r_values["quantiles"]["probs"], r_values["quantiles"]["type2"], strict=True))
    quartiles = [found[name].value for name in ("q1", "median", "q3")]
    assert quartiles == [expected[p] for p in (0.25, 0.5, 0.75)] == [3, 4.5, 7]


def test_standard_error_is_sd_over_root_n():
    found = describe(pd.Series([1.0, 2.0, 4.0, 9.0]))
    assert found["se"].value == pytest.approx(found["sd"].value / 2)


def test_one_value_has_no_sd_and_says_why():
    found = describe([3.0])
    assert (found["n"].value, found["mean"].value, found["q1"].value) == (1, 3, 3)
    assert math.isnan(found["sd"].value)
    assert found["sd"].error == "The standard deviation needs at least 2 values; there is 1."
    assert found["se"].error == "The standard error needs at least 2 values; there is 1."


def test_no_value_has_n_zero_and_reasons():
    found = describe(pd.Series([NAN, NAN]))
    assert found["n"].value == 0
    assert found["mean"].error == "The mean needs at least 1 value; there is none."
    assert all(math.isnan(found[name].value) for name in STATISTICS if name != "n")


def test_infinite_value_is_an_error():
    found = describe([1.0, math.inf])
    assert found["n"].value == 2
    assert found["max"].error == "A value is infinite."


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40))
def test_order_and_missing_values_do_not_matter(values):
    found = describe(np.array(values))
    again = describe(np.array([*sorted(values, reverse=True), NAN]))
    for name in STATISTICS:
        assert again[name].value == pytest.approx(found[name].value, rel=1e-9, abs=1e-6)
    ordered = [found[name].value for name in ("min", "q1", "median", "q3", "max")]
    assert ordered == sorted(ordered)
