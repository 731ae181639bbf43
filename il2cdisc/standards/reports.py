"""Tables and figures that a regulator expects in a report of safety, by their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from il2cdisc.standards.tables import read_table


@dataclass(frozen=True, slots=True)
class ExpectedDisplay:
    """A table (`T1`) or figure (`F1`): its group (core, expanded, optional) and its subject."""

    item: str
    group: str
    subject: str


@cache
def expected_displays() -> Mapping[str, ExpectedDisplay]:
    """The tables and figures of FDA's standard safety tables and figures, version 2.0, by number.

    Tables of reference values are not among them: they show no data.

    >>> expected_displays()["T8"].subject
    'Deaths'
    """
    rows = read_table("expected_displays")
    return {row["item"]: ExpectedDisplay(row["item"], row["group"], row["subject"]) for row in rows}
