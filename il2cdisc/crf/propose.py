"""A first placement sheet: each field where its label is found on the pages of a sponsor's CRF."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from il2cdisc.crf.find import CrfFile, PageText, normal
from il2cdisc.crf.forms import CrfForm
from il2cdisc.crf.placement import HEADERS, SHEET
from il2cdisc.raw.dictionary import DictionaryColumn
from il2cdisc.transport.rewrite import with_fixed_times

NOT_FOUND = "Label not found: give the page, and an anchor or both offsets."
NO_TITLE = (
    "Title of the form not found: its domains are named at the top of its first page. "
    "To place them, add a row with Field empty."
)
_WIDTHS = {"Form": 12, "Field": 14, "Page": 8, "Anchor": 44, "Comment": 60}
_NOTES = {
    "Form": "The form, as study.toml names it.",
    "Field": "The field, as the data dictionary names it; blank: where the form begins, or goes on.",
    "Page": "Number of the page in the file, from 1.",
    "Anchor": "Text on that page; the annotation is placed behind it. Blank: offsets count from the top left "
    "corner of the page.",
    "Occurrence": "Which one, where the page has the anchor more than once; blank: the first.",
    "Offset Right": "Points (72 to an inch) to the right of the end of the anchor; blank: 6.",
    "Offset Down": "Points below the top of the anchor; blank: 0.",
    "Comment": "For people; not read.",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A row of the sheet; `page` from 0, None where the label was not found.

    `times`: how many places on the page are as likely as this one. `note`: what the comment says besides.
    """

    form: str
    field: str
    page: int | None
    anchor: str = ""
    occurrence: int = 1
    times: int = 1
    note: str = ""

    @property
    def comment(self) -> str:
        """What a person should look at."""
        several = f"{self.times} times on the page: check Occurrence." if self.times > 1 else ""
        missing = NOT_FOUND if self.page is None else ""
        return " ".join(text for text in (missing, several, self.note) if text)


def propose(forms: Sequence[CrfForm], pages: CrfFile) -> list[Proposal]:
    """A row for each form and each of its fields, in the order of the dictionary."""
    return [row for form in forms for row in _of_form(form, pages)]


def _of_form(form: CrfForm, pages: CrfFile) -> Iterator[Proposal]:
    found = {column.column: dict(_anchors(column, pages)) for column in form.fields}
    order = _likely_pages(found.values())
    title = next((page for page in order if pages.text(page).spots(form.title)), None)
    if title is not None:
        yield Proposal(form.name, "", title, form.title, *_occurrence(pages.text(title), form.title, 1))
    note = NO_TITLE if title is None else ""
    taken: Counter[tuple[int, str]] = Counter()
    for column in form.fields:
        anchors = found[column.column]
        page = next((page for page in order if page in anchors), None)
        if page is None:
            yield Proposal(form.name, column.column, None, note=note)
        else:
            key = (page, normal(anchors[page]))
            taken[key] += 1
            which = _occurrence(pages.text(page), anchors[page], taken[key])
            yield Proposal(form.name, column.column, page, anchors[page], *which, note)
        note = ""


def _occurrence(text: PageText, anchor: str, turn: int) -> tuple[int, int]:
    """Which occurrence is meant by the field that is the `turn`th to have this label; how many are as likely.

    One that stands alone comes before one in a longer text.
    """
    alone = text.alone(anchor)
    others = [number for number in range(1, len(text.spots(anchor)) + 1) if number not in alone]
    likely = alone if turn <= len(alone) else others or alone
    place = turn - 1 if likely is alone else turn - 1 - len(alone)
    return likely[min(place, len(likely) - 1)], len(likely)


def _anchors(column: DictionaryColumn, pages: CrfFile) -> Iterator[tuple[int, str]]:
    """The pages that have the label, or the beginning of it, or the name of the field; with that text."""
    label = column.label
    words = [label, re.split(r"\s*[(;:]", label)[0], label.partition(",")[0], column.column]
    for page in range(pages.count):
        anchor = next((one for one in dict.fromkeys(words) if pages.text(page).spots(one)), "")
        if anchor:
            yield page, anchor


def _likely_pages(found: Iterable[dict[int, str]]) -> list[int]:
    """Pages, the likeliest of a form first: a label that few pages have counts most."""
    scores: Counter[int] = Counter()
    weights: dict[int, float] = {}
    for anchors in found:
        for page in anchors:
            scores[page] += 1
            weights[page] = weights.get(page, 0.0) + 1 / len(anchors)
    return sorted(scores, key=lambda page: (-weights[page], page))


def sheet_bytes(rows: Sequence[Proposal]) -> bytes:
    """The workbook; the same rows give the same bytes."""
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill

    book = Workbook()
    sheet: Any = book.active
    sheet.title = SHEET
    sheet.append(list(HEADERS))
    for number, header in enumerate(HEADERS, start=1):
        cell = sheet.cell(1, number)
        cell.font = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F4E78")
        cell.comment = Comment(_NOTES[header], "il2cdisc", height=90, width=320)
        sheet.column_dimensions[cell.column_letter].width = _WIDTHS.get(header, 13)
    for row in rows:
        sheet.append(_cells(row))
        if row.comment:
            sheet.cell(sheet.max_row, HEADERS.index("Comment") + 1).fill = PatternFill(
                "solid", fgColor="FFF2CC"
            )
        sheet.cell(sheet.max_row, HEADERS.index("Anchor") + 1).data_type = "s"
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:{sheet.cell(1, len(HEADERS)).column_letter}{sheet.max_row}"
    book.properties.creator = "il2cdisc"
    stream = io.BytesIO()
    book.save(stream)
    return with_fixed_times(stream.getvalue())


def _cells(row: Proposal) -> list[str | int | None]:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if row.page is None:
        return [row.form, row.field, None, None, None, None, None, row.comment]
    occurrence = row.occurrence if row.occurrence > 1 else None
    anchor = ILLEGAL_CHARACTERS_RE.sub("", " ".join(row.anchor.split()))
    return [row.form, row.field or None, row.page + 1, anchor, occurrence, None, None, row.comment or None]
