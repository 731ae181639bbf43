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
class FieldUse:
    """A raw column as one part of a mapping uses it for a variable: a line of the annotated CRF.

    `conditions`: variables of the record that the mapping gives a fixed value there. `source` is empty for a
    value that is printed on the forms `forms` and in no column of theirs.
    """

    dataset: str
    variable: str
    origin: Origin
    source: str
    conditions: tuple[tuple[str, str], ...] = ()
    supplemental: bool = False
    fixed: str = ""
    forms: tuple[str, ...] = ()

    @property
    def given(self) -> dict[str, str]:
        """The conditions by variable."""
        return dict(self.conditions)


@dataclass(frozen=True, slots=True)
class DroppedColumn:
    """A raw column that a mapping leaves out, with its written reason."""

    column: str
    reason: str
    dataset: str = ""
