"""The sheets Totals, Plausibility and Checks: what is read of them, and what is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from il2cdisc.spec.load import load_spec

Sheets = dict[str, list[dict[str, Any]]]
SUM = {"Dataset": "VS", "Total": "SYSBP", "Items": "TEMP"}
LIMITS = {"Dataset": "VS", "Test Code": "TEMP", "Unit": "C"}


def test_rows_are_read(sdtm: Sheets, save: Callable[[Sheets], Path]) -> None:
    sdtm["Totals"] = [
        {
            "Dataset": "VS",
            "Category": "SCALE",
            "Total": "T",
            "Items": "I1, A | B,",
            "Missing Items": "Count as 0",
        }
    ]
    sdtm["Plausibility"] = [{**LIMITS, "Low": 30, "Fold": 3}]
    spec = load_spec(save(sdtm))
    (total,), (limits,) = spec.totals, spec.plausibility
    assert (total.testcd, total.items, total.category) == ("T", (("I1",), ("A", "B")), "SCALE")
    assert total.zero_if_missing
    assert (limits.testcd, limits.unit, limits.low, limits.high, limits.fold) == ("TEMP", "C", 30, None, 3)


def test_mistakes_are_told(
    sdtm: Sheets, problems_of: Callable[[Sheets], str], snapshot: SnapshotAssertion
) -> None:
    sdtm["Totals"] = [
        SUM,
        SUM,
        {**SUM, "Category": "OWN", "Items": "TEMP, SYSBP, TEMP"},
        {**SUM, "Category": "X", "Items": "TEMPP", "Missing Items": "ignored"},
        {**SUM, "Dataset": "VSS"},
        {"Dataset": "VS", "Total": "SYSBP"},
    ]
    sdtm["Plausibility"] = [
        {**LIMITS, "Low": 40, "High": 30},
        {**LIMITS, "Low": 1},
        {**LIMITS, "Unit": "F", "Fold": 1},
        {"Dataset": "VS", "Test Code": "SYSBPP", "Unit": "mmHg"},
    ]
    assert problems_of(sdtm) == snapshot


COUNTED = {
    "Dataset": "VS",
    "Join": "VS",
    "By": "Subject",
    "Condition": "VSTESTCD EQ TEMP",
    "Message": "too often",
    "Question": None,
    "Class": "programming",
    "Active": "Yes",
}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (None, (1, None)),
        ("Some", (1, None)),
        ("None", (0, 0)),
        ("Fewer than 4", (0, 3)),
        ("More than 4", (5, None)),
        ("Fewer than 1", (0, 0)),
    ],
)
def test_how_many_joined_records_a_check_asks_for(
    sdtm: Sheets, save: Callable[[Sheets], Path], words: str | None, expected: tuple[int, int | None]
) -> None:
    sdtm["Checks"] = [{"ID": "T-1", **COUNTED, "Join Records": words}]
    (check,) = load_spec(save(sdtm)).checks
    assert (check.least, check.most) == expected


def test_words_that_count_nothing_are_told(
    sdtm: Sheets, problems_of: Callable[[Sheets], str], snapshot: SnapshotAssertion
) -> None:
    words = ("Several", "Fewer than 0", "More than four", "more than 4", "More than 1.5")
    sdtm["Checks"] = [{"ID": f"T-{n}", **COUNTED, "Join Records": word} for n, word in enumerate(words, 1)]
    assert problems_of(sdtm) == snapshot
