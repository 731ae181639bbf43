"""A table as rows and cells of text, before any page or file format."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from il2cdisc.base.resultkey import ResultKey

Keys = tuple[ResultKey, ...]
"""The results that a cell shows."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: cells (the first is the row header of a table), and how it behaves at a page break.

    `block` numbers rows that belong together; `heads` are the labels above it, repeated with "(continued)"
    when a page begins inside the block; `keep` holds it on the page of the next row; `head` is bold. `keys`
    are those of each cell, none for a label; they are not printed.
    """

    cells: tuple[str, ...]
    indent: int = 0
    head: bool = False
    keep: bool = False
    block: int = 0
    heads: tuple[tuple[int, str], ...] = ()
    keys: tuple[Keys, ...] = ()


@dataclass(frozen=True, slots=True)
class DisplayTable:
    """A display's body.

    `widths` are shares of the page's width; `repeats` is the number of first columns that group a listing;
    `header_keys` are those of each cell of the header.
    """

    header: tuple[str, ...]
    rows: tuple[TableRow, ...]
    widths: tuple[float, ...]
    repeats: int = 0
    listing: bool = False
    notes: tuple[str, ...] = ()
    empty: str = ""
    header_keys: tuple[Keys, ...] = ()


NO_ROWS = "No subject met the criterion."
WITHHELD = "Withheld as restricted: the build is blinded."
MOST_REASONS = 6
"""Reasons that a footer has room for."""


@dataclass
class Notes:
    """Gathers reasons of missing statistics and gives each a letter: `NE [a]`."""

    letters: dict[str, str] = field(default_factory=dict)

    def mark(self, text: str, error: str) -> str:
        """The text with the letter of its reason; the text alone without one."""
        if not error:
            return text
        if error not in self.letters:
            self.letters[error] = _letters(len(self.letters))
        return f"{text} [{self.letters[error]}]"

    def lines(self) -> tuple[str, ...]:
        """Footnotes that explain the letters."""
        if not self.letters:
            return ()
        notes = [f"[{letter}] {reason}" for reason, letter in self.letters.items()]
        more = len(notes) - MOST_REASONS
        rest = (f"{more} more reasons are in the results dataset.",) if more > 0 else ()
        return ("NE = not estimable.", *notes[:MOST_REASONS], *rest)


def _letters(index: int) -> str:
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(97 + rest) + text
    return text


def shown_once(rows: Iterable[TableRow], repeats: int) -> list[tuple[str, ...]]:
    """Cells of rows of one page, the grouping cells blank where the row above shows the same ones."""
    out: list[tuple[str, ...]] = []
    above: tuple[str, ...] = ()
    for row in rows:
        same = 0
        while same < repeats and above[same : same + 1] == row.cells[same : same + 1]:
            same += 1
        out.append(("",) * same + row.cells[same:])
        above = row.cells
    return out
