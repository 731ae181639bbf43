"""The class of a check of the data's sense, its tolerance, scope and source, and when a hit is right."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

CONFIRM_BOTH = "Please check the entries against the source documents, and confirm or correct them."


class SenseKind(StrEnum):
    """Who deals with what a check finds."""

    HARD = "hard"
    """Cannot be true: a question to the site."""
    SOFT = "soft"
    """Rare, but possible: a question to the site."""
    MEDICAL_REVIEW = "medical review"
    """Possible, and to be read by a physician: a listing, never a question."""
    PROGRAMMING = "programming"
    """A fault of mappings, workbooks or derived values: for the programmer, never a question."""

    @property
    def is_asked(self) -> bool:
        """Whether the site is asked."""
        return self in (SenseKind.HARD, SenseKind.SOFT)


class SenseScope(StrEnum):
    """What a check must see at once."""

    COLUMN = "column"
    SUBJECT = "subject"
    STUDY = "study"


@dataclass(frozen=True, slots=True)
class Sense:
    """The class of a check, and what a reader of its findings must know.

    `right_when`: a sentence that says when the data are right although the check reports them. `tolerance`:
    how much is let pass, empty for nothing. `source`: where the check comes from. `question`: what the site
    is asked after the facts; it asks for a check and suggests no value.

    >>> sense = Sense(SenseKind.SOFT, SenseScope.SUBJECT, "The visit was moved.", "SDTMIG 3.4", "1 day")
    >>> print(sense.page)
    Class: soft
    Scope: subject
    Tolerance: 1 day
    Source: SDTMIG 3.4
    Right when: The visit was moved.
    """

    kind: SenseKind
    scope: SenseScope
    right_when: str
    source: str
    tolerance: str = ""
    question: str = CONFIRM_BOTH

    @property
    def page(self) -> str:
        """The lines that `il2cdisc rule CODE` shows below the page of the check."""
        return "\n".join(
            [
                f"Class: {self.kind.value}",
                f"Scope: {self.scope.value}",
                f"Tolerance: {self.tolerance or 'none'}",
                f"Source: {self.source}",
                f"Right when: {self.right_when}",
            ]
        )

    @property
    def asked(self) -> str:
        """The template of the question (`check.queries`); empty where the site is not asked."""
        return "{label} is recorded as {value}: {told}. " + self.question if self.kind.is_asked else ""
