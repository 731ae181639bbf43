"""Numbers as text: halves away from zero, counts of 0, p-values, missing statistics."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from il2cdisc.results.shape import Field, Template
from il2cdisc.tlf.formatting import Number, Shown, fill, listed, statistic_text
from il2cdisc.tlf.table import Notes


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (Field("n", 0), 12.0, "12"),
        (Field("mean", 1), 40.25, "40.3"),  # half away from zero, not 40.2
        (Field("mean", 1), 42.65, "42.7"),
        (Field("mean", 1), -0.04, "0.0"),  # never -0.0
        (Field("mean", 1), -0.05, "-0.1"),
        (Field("sd", 2), 6.125, "6.13"),
        (Field("se", 2), 0.0049, "0.00"),
        (Field("difference_upper", 2), 1.005, "1.01"),
        (Field("p_value", 4, p_value=True), 0.00009999, "<0.0001"),
        (Field("p_value", 4, p_value=True), 0.05, "0.0500"),
        (Field("p_value", 4, p_value=True), 0.99999, ">0.9999"),
        (Field("p_value", 3, p_value=True), 0.0001, "<0.001"),
        (Field("p_value", 4, p_value=True), 1.0, "1.0000"),
    ],
)
def test_numbers(field, value, expected):
    assert statistic_text(field, value) == expected


N, P, EVENTS, MEAN, SD = Field("n", 0), Field("p", 1), Field("events", 0), Field("mean", 1), Field("sd", 2)
SUMMARY = Template((MEAN, " (", SD, ")"))
COUNT = Template((N, " (", P, ")"), alone="n")
COUNTS = Template((N, " (", P, ") [", EVENTS, "]"), alone="n")


@pytest.mark.parametrize(
    ("template", "numbers", "expected"),
    [
        (SUMMARY, {"mean": Number(40.25), "sd": Number(6.125)}, Shown("40.3 (6.13)", ("mean", "sd"))),
        (COUNT, {"n": Number(3), "p": Number(37.5)}, Shown("3 (37.5)", ("n", "p"))),
        (COUNT, {"n": Number(0), "p": Number(0)}, Shown("0", ("n",))),
        (
            COUNTS,
            {"n": Number(1), "p": Number(100), "events": Number(4)},
            Shown("1 (100.0) [4]", ("n", "p", "events")),
        ),
        (COUNTS, {"n": Number(0), "p": Number(0), "events": Number(0)}, Shown("0", ("n",))),
        (replace(COUNT, alone=""), {"n": Number(0), "p": Number(0)}, Shown("0 (0.0)", ("n", "p"))),
        (
            SUMMARY,
            {"mean": Number(5), "sd": Number(math.nan, "Why.")},
            Shown("5.0 (NE)", ("mean", "sd"), "Why."),
        ),
        (Template((SD,)), {"sd": Number(math.nan, "Why.")}, Shown("NE", ("sd",), "Why.")),
        (SUMMARY, {"mean": Number(5)}, Shown("5.0 ()", ("mean",))),
        (Template((MEAN,)), {"lsmean": Number(1)}, Shown("")),
        (
            Template((N, ", ", Field("covariance", 0))),
            {"n": Number(3), "covariance": Number(math.nan, text="UN")},
            Shown("3, UN", ("n", "covariance")),
        ),
    ],
)
def test_cells(template, numbers, expected):
    assert fill(template, numbers) == expected


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
