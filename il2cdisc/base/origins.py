"""Origins of a variable, in the words of Define-XML 2.1, and the plan that a mapping is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Origin(StrEnum):
    """Origin types (Define-XML 2.1, terminology DEFORIG)."""

    COLLECTED = "Collected"
    DERIVED = "Derived"
    ASSIGNED = "Assigned"
    PROTOCOL = "Protocol"
    PREDECESSOR = "Predecessor"
    NOT_AVAILABLE = "Not Available"


@dataclass(frozen=True, slots=True)
class PlannedVariable:
    """What a mapping says of one target variable before any data are read."""

    dataset: str
    variable: str
    origin: Origin
    sources: tuple[str, ...]
    rule: str
    codelist: str = ""
    supplemental: bool = False


@dataclass(frozen=True, slots=True)
class DroppedColumn:
    """A raw column that a mapping leaves out, with its written reason."""

    column: str
    reason: str
    dataset: str = ""
