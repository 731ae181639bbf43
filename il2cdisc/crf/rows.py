"""A field of a drawn form: what is asked, and what there is to fill in or to choose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from il2cdisc.crf.paper import LEADING, DrawnPage, wrapped
from il2cdisc.raw.dictionary import DictionaryColumn
from il2cdisc.tlf.typeface import text_width

LABEL, ANSWER, NOTES = 152.0, 160.0, 181.0
"""Widths of the question, the answer and the annotations; 6 points are between them."""
GAP = 6.0
SIZE, SMALL = 8.5, 7.0
_MARK = 10.0
"""The room of the mark of a choice."""
_MOST_LINES = 40
"""Lines of choices that one row has: longer lists go on in another."""
_FIELD = {"date": 90.0, "time": 50.0, "integer": 50.0, "decimal": 60.0, "code": 60.0, "text": 150.0}
_TALL = 13.0


@dataclass(frozen=True, slots=True)
class AnswerChoice:
    """A word to choose, with the place of its mark within the answer."""

    left: float
    line: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A field, or the rest of one whose choices are many."""

    column: DictionaryColumn
    label: tuple[str, ...]
    blank: bool
    unit: tuple[str, ...]
    hints: tuple[str, ...]
    choices: tuple[AnswerChoice, ...]
    first: bool = True

    @property
    def height(self) -> float:
        """How tall it is without its annotations."""
        label = len(self.label) * SIZE * LEADING + SMALL * LEADING
        lines = max((choice.line + len(choice.texts) for choice in self.choices), default=0)
        answer = self._blank + len(self.hints) * SMALL * LEADING + lines * SIZE * LEADING
        return max(label, answer)

    @property
    def _blank(self) -> float:
        """How tall the box to fill in is with its unit."""
        return max(_TALL, len(self.unit) * SIZE * LEADING + 2) + 2 if self.blank else 0

    def draw(self, page: DrawnPage, left: float, top: float) -> None:
        """The question, and what there is to fill in."""
        name = self.column.column if self.first else f"{self.column.column} (continued)"
        page.text(left, page.lines(left, top, SIZE, self.label), SMALL, name, "grey")
        left, width = left + LABEL + GAP, _FIELD[self.column.type]
        if self.blank:
            page.shape("box", left, top, width, _TALL)
            page.lines(left + width + 4, top + 2, SIZE, self.unit)
            top += self._blank
        top = page.lines(left, top, SMALL, self.hints, "grey")
        kind = "round" if self.column.type == "code" or not self.blank else "square"
        for choice in self.choices:
            above = top + choice.line * SIZE * LEADING
            page.shape(kind, left + choice.left, above + 1.6, 6.5, 6.5)
            page.lines(left + choice.left + _MARK, above, SIZE, choice.texts)


def rows_of(column: DictionaryColumn, *, codes_only: bool) -> Iterator[Row]:
    """The rows of a field; more than one where its choices would fill a page."""
    label = column.column if codes_only else column.label
    lines = wrapped(label, LABEL, SIZE)
    blank = not _is_choice(column)
    hints = wrapped(column.range, ANSWER, SMALL) if blank and column.range else ()
    choices = list(_choices(column, codes_only=codes_only))
    first, *rest = _pieces(choices)
    unit = wrapped(column.unit, max(ANSWER - _FIELD[column.type] - 4, 40), SIZE) if column.unit else ()
    yield Row(column, lines, blank, unit, hints, first)
    for piece in rest:
        yield Row(column, lines, False, (), (), piece, first=False)


def _is_choice(column: DictionaryColumn) -> bool:
    """Whether all answers are listed; of a number codes may be all, or what is said instead of it."""
    if column.type == "code":
        return True
    codes = list(column.codes)
    return column.type == "integer" and len(codes) > 1 and _in_sequence(codes)


def _in_sequence(codes: Sequence[str]) -> bool:
    return all(code.isdecimal() for code in codes) and [int(code) for code in codes] == list(
        range(int(codes[0]), int(codes[0]) + len(codes))
    )


def _choices(column: DictionaryColumn, *, codes_only: bool) -> Iterator[AnswerChoice]:
    """Choices in lines, each with as many as fit."""
    left, line = 0.0, 0
    for code, meaning in column.codes.items():
        text = code if codes_only or meaning in ("", code) else f"{meaning} ({code})"
        texts = wrapped(text, ANSWER - _MARK, SIZE)
        width = _MARK + max(text_width(one, SIZE) for one in texts)
        if left and left + width > ANSWER:
            left, line = 0.0, line + 1
        yield AnswerChoice(left, line, texts)
        if len(texts) > 1:
            left, line = 0.0, line + len(texts)
        else:
            left += width + 8


def _pieces(choices: Sequence[AnswerChoice]) -> list[tuple[AnswerChoice, ...]]:
    """Choices in pieces of some lines each, the lines counted anew in each."""
    pieces: list[tuple[AnswerChoice, ...]] = [()]
    start = 0
    for choice in choices:
        if choice.line + len(choice.texts) - start > _MOST_LINES:
            start = choice.line
            pieces.append(())
        pieces[-1] = (*pieces[-1], AnswerChoice(choice.left, choice.line - start, choice.texts))
    return pieces
