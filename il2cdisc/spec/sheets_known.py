"""Sheets that a workbook may do without, by standard, each with what its absence means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

OPTIONAL: Mapping[str, Mapping[str, str]] = {
    "SDTM": {
        "Translations": "collected values are taken as they are",
        "Conversions": "no result is converted to a standard unit",
        "Ranges": "no reference ranges but those of the laboratory",
        "Totals": "totals are not compared with the sum of their items",
        "Plausibility": "results are not compared with plausible limits",
        "Protocol Arms": "no trial arms",
        "Protocol Elements": "no trial elements",
        "Protocol Visits": "no trial visits and no visit windows",
        "Protocol Criteria": "no eligibility criteria",
        "Protocol Summary": "no trial summary",
        "Protocol Schedule": "missing forms are not looked for",
        "Protocol Doses": "doses are not compared with the plan",
        "Checks": "the trial has no checks of its own",
        "Baseline": "the last observation before exposure is found by the usual keys",
    },
    "ADaM": {
        "Parameters": "no analysis parameters",
        "Windows": "no analysis windows",
        "Estimands": "analyses are not tied to estimands",
        "Intercurrent Events": "no strategies for intercurrent events",
    },
}
"""Standard → sheet → what is not done without it."""


def absent_sheets(filled: Iterable[str]) -> tuple[str, ...]:
    """Optional sheets, of either standard, that are not there or have no row, in the order of `OPTIONAL`."""
    present = set(filled)
    return tuple(sheet for sheets in OPTIONAL.values() for sheet in sheets if sheet not in present)


def absence_notes(shown: str, standard: str, absent: Iterable[str]) -> Iterator[str]:
    """A line for each absent sheet of the standard's workbook: which one, and what is not done without it."""
    for sheet in absent:
        if sheet in OPTIONAL[standard]:
            yield f"no sheet {sheet} with rows in {shown}: {OPTIONAL[standard][sheet]}"
