"""Numbers as text: decimals by rule, halves away from zero, counts of 0, p-values, missing statistics."""

from __future__ import annotations

import math

import pytest

from il2cdisc.tlf.formatting import Number, Shown, fill, listed, number_text
from il2cdisc.tlf.table import Notes


@pytest.mark.parametrize(
    ("statistic", "value", "collected", "expected"),
    [
        ("n", 12.0, 2, "12"),
        ("mean", 40.25, 0, "40.3"),  # half away from zero, not 40.2
        ("mean", 42.65, 0, "42.7"),
        ("mean", -0.04, 0, "0.0"),  # never -0.0
        ("mean", -0.05, 0, "-0.1"),
        ("sd", 6.125, 0, "6.13"),
        ("se", 0.0049, 0, "0.00"),
        ("median", 2.0, 1, "2.00"),
        ("min", 3.0, 0, "3"),
        ("p", 12.25, 3, "12.3"),
        ("lsmean_se", 0.1, 1, "0.100"),
        ("difference_upper", 1.005, 1, "1.01"),
        ("p_value", 0.00009999, 0, "<0.0001"),
        ("p_value", 0.05, 0, "0.0500"),
        ("p_value", 0.99999, 0, ">0.9999"),
        ("p_value", 1.0, 0, "1.0000"),
    ],
)
def test_decimals_by_statistic(statistic, value, collected, expected):
    assert number_text(statistic, value, collected) == expected


@pytest.mark.parametrize(
    ("template", "numbers", "expected"),
    [
        ("{mean} ({sd})", {"mean": Number(40.25), "sd": Number(6.125)}, Shown("40.3 (6.13)")),
        ("{mean:3}", {"mean": Number(1.0005)}, Shown("1.001")),
        ("{n} ({p})", {"n": Number(3), "p": Number(37.5)}, Shown("3 (37.5)")),
        ("{n} ({p})", {"n": Number(0), "p": Number(0)}, Shown("0")),
        (
            "{n} ({p}) [{events}]",
            {"n": Number(1), "p": Number(100), "events": Number(4)},
            Shown("1 (100.0) [4]"),
        ),
        ("{n} ({p}) [{events}]", {"n": Number(0), "p": Number(0), "events": Number(0)}, Shown("0")),
        ("{n}", {"n": Number(0)}, Shown("0")),
        ("{mean} ({sd})", {"mean": Number(5), "sd": Number(math.nan, "Why.")}, Shown("5.0 (NE)", "Why.")),
        ("{sd}", {"sd": Number(math.nan, "Why.")}, Shown("NE", "Why.")),
        ("{difference}", {"lsmean": Number(1)}, Shown("")),
    ],
)
def test_cells(template, numbers, expected):
    assert fill(template, numbers, 0) == expected


@pytest.mark.parametrize(
    ("value", "text", "form", "expected"),
    [
        (22708.0, "", "date9", "04MAR2022"),
        (math.nan, "", "date9", ""),
        (math.nan, "2022-03", "", "2022-03"),
        (3.0, "", "", "3"),
        (3.25, "", "1", "3.3"),
        (3.25, "", "", "3.25"),
    ],
)
def test_listing_values(value, text, form, expected):
    assert listed(value, text, form) == expected


def test_reasons_get_letters_once():
    notes = Notes()
    assert [notes.mark("NE", why) for why in ("First.", "Second.", "First.")] == [
        "NE [a]",
        "NE [b]",
        "NE [a]",
    ]
    assert notes.mark("3", "") == "3"
    assert notes.lines() == ("NE = not estimable.", "[a] First.", "[b] Second.")
