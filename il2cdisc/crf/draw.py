"""The CRF drawn from the data dictionary: which marks are on which page, and where annotations go."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

from il2cdisc.crf.annotations import NOT_SUBMITTED, Annotation
from il2cdisc.crf.boxes import Box, PlacedBox, box_of, stacked
from il2cdisc.crf.facts import CrfHeader
from il2cdisc.crf.forms import CrfForm
from il2cdisc.crf.paper import LEADING, DrawnPage, PortraitPaper, wrapped
from il2cdisc.crf.rows import ANSWER, GAP, LABEL, NOTES, Row, rows_of
from il2cdisc.raw.dictionary import DictionaryColumn

Wording = tuple[str, str, tuple[tuple[str, str], ...]]
TITLE, HEADING, BODY = 16.0, 13.0, 8.5
RECONSTRUCTED = "Reconstructed from the data dictionary"
_DRAWN = (
    "The sponsor's case report form is not part of the study's sources: its pages are drawn from the data "
    "dictionary, each form once. They show what was asked, not how it was laid out."
)
_READ = (
    "An annotation names the SDTM variable that holds the answer; its colour is that of the domain. A "
    "qualifier is named with its supplemental dataset. [NOT SUBMITTED]: the answer is in no dataset."
)


@dataclass(slots=True)
class DrawnCrf:
    """Pages with their marks, the boxes on them, the first page of each form and where contents lead."""

    pages: list[DrawnPage] = field(default_factory=list[DrawnPage])
    placed: list[PlacedBox] = field(default_factory=list[PlacedBox])
    starts: dict[str, int] = field(default_factory=dict[str, int])
    links: list[tuple[int, tuple[float, float, float, float], str]] = field(
        default_factory=list[tuple[int, tuple[float, float, float, float], str]]
    )
    """Page, rectangle (left, top, right, bottom from the top of the page) and form."""


def draw(
    forms: Sequence[CrfForm],
    annotations: Sequence[Annotation],
    labels: Mapping[str, str],
    header: CrfHeader,
    paper: PortraitPaper,
) -> DrawnCrf:
    """The contents, and each form on pages of its own. `labels`: of the datasets, by name."""
    own: dict[str, list[Annotation]] = {form.name: [] for form in forms}
    for item in annotations:
        own[item.form].append(item)
    free = {_wording(column) for form in forms if not form.item_codes for column in form.fields}
    sheets = [_Sheets(paper, form, own[form.name], labels, free) for form in forms]
    before = _Contents(paper, header, forms)
    out = DrawnCrf()
    number = before.count
    for form, sheet in zip(forms, sheets, strict=True):
        sheet.draw(number)
        out.starts[form.name] = number
        out.placed += sheet.placed
        number += len(sheet.pages)
    out.pages = [*before.draw(out), *(page for sheet in sheets for page in sheet.pages)]
    for place, page in enumerate(out.pages, start=1):
        _surround(page, paper, header, f"Page {place} of {len(out.pages)}")
    return out


def _surround(page: DrawnPage, paper: PortraitPaper, header: CrfHeader, number: str) -> None:
    """What is at the head of every page."""
    right = paper.width - paper.right
    page.text(paper.left, 32, BODY, f"{header.sponsor} · {header.protocol}")
    page.ends(right, 32, BODY, number)
    if header.notice:
        page.text(paper.left, 44, BODY, header.notice, "bold")
    page.ends(right, 44, BODY, RECONSTRUCTED, "bold")
    page.shape("rule", paper.left, 58, paper.room, 0)


class _Contents:
    """The first pages: title, how to read the annotations, the forms with their pages."""

    def __init__(self, paper: PortraitPaper, header: CrfHeader, forms: Sequence[CrfForm]) -> None:
        self._paper, self._header, self._forms = paper, header, forms
        self.count = len(self.draw(DrawnCrf()))

    def draw(self, drawing: DrawnCrf) -> list[DrawnPage]:
        """The pages, with what is known of where the forms begin."""
        paper, pages = self._paper, [DrawnPage()]
        right = paper.width - paper.right
        top = pages[0].lines(paper.left, paper.top + 8, TITLE, (self._header.title,), "bold") + 4
        title = wrapped(self._header.study, paper.room, 10)
        top = pages[0].lines(paper.left, top, 10, title) + 10
        for text in (_DRAWN, _READ):
            top = pages[0].lines(paper.left, top, BODY, wrapped(text, paper.room, BODY)) + 4
        top = pages[0].lines(paper.left, top + 10, 11, ("Forms",), "bold") + 4
        for form in self._forms:
            title = wrapped(form.title, 190, BODY)
            visits = wrapped(", ".join(form.visits), 260, 7)
            height = max(len(visits) * 7, len(title) * BODY) * LEADING + 4
            if top + height > paper.end:
                pages.append(DrawnPage())
                top = paper.top
            page, start = pages[-1], drawing.starts.get(form.name, 0)
            page.lines(paper.left, top, BODY, title)
            page.lines(paper.left + 200, top + 1, 7, visits, "grey")
            page.ends(right, top, BODY, str(start + 1))
            drawing.links.append((len(pages) - 1, (paper.left, top, right, top + height - 4), form.name))
            top += height
        return pages


class _Sheets:
    """The pages of one form."""

    def __init__(
        self,
        paper: PortraitPaper,
        form: CrfForm,
        annotations: Sequence[Annotation],
        labels: Mapping[str, str],
        free: Container[Wording],
    ) -> None:
        self._paper, self._form, self._free = paper, form, free
        self._by_field: dict[str, list[Annotation]] = {}
        for item in annotations:
            self._by_field.setdefault(item.field, []).append(item)
        domains = dict.fromkeys(item.domain for item in annotations if item.domain)
        self._domains = [
            box_of(f"{name} = {labels.get(name, name)}", name, paper.room, bold=True) for name in domains
        ]
        self.pages: list[DrawnPage] = []
        self.placed: list[PlacedBox] = []
        self._top = self._number = 0

    def draw(self, number: int) -> None:
        """Draw the form, its first page being `number`, from 0."""
        self._number = number
        self._top = self._begin()
        for column in self._form.fields:
            own = self._by_field.get(column.column, [])
            codes_only = self._form.item_codes and _may_be_item(own) and _wording(column) not in self._free
            for row in rows_of(column, codes_only=codes_only):
                self._row(row, own if row.first else [])

    def _row(self, row: Row, annotations: Sequence[Annotation]) -> None:
        boxes = [box_of(item.text, item.domain, NOTES) for item in annotations]
        height = max(row.height, sum(box.height + 2 for box in boxes)) + 8
        if self._top + height > self._paper.end:
            self._top = self._begin()
        left, page = self._paper.left, self.pages[-1]
        row.draw(page, left, self._top + 4)
        places = stacked(boxes, left + LABEL + ANSWER + 2 * GAP, self._top + 4)
        for item, (box, x, y) in zip(annotations, places, strict=True):
            self._place(box, x, y, item)
        self._top += height
        page.shape("hairline", left, self._top, self._paper.room, 0)

    def _begin(self) -> float:
        """A new page with the title of the form and the names of its domains; where its fields begin."""
        first, page, paper = not self.pages, DrawnPage(), self._paper
        self.pages.append(page)
        title = self._form.title if first else f"{self._form.title} (continued)"
        top = page.lines(
            paper.left, paper.top, HEADING, wrapped(title, paper.room, HEADING, bold=True), "bold"
        )
        if first and self._form.visits:
            visits = f"Visits: {', '.join(self._form.visits)}"
            top = page.lines(paper.left, top, 8, wrapped(visits, paper.room, 8), "grey")
        top = self._flow([(box, None) for box in self._domains], top + 4)
        own = self._by_field.get("", []) if first else []
        top = self._flow([(box_of(item.text, item.domain, paper.room), item) for item in own], top)
        page.shape("rule", paper.left, top + 2, paper.room, 0)
        return top + 2

    def _flow(self, boxes: Sequence[tuple[Box, Annotation | None]], top: float) -> float:
        """Boxes in lines, each with as many as fit; gives where the next line would be."""
        left, most = self._paper.left, 0.0
        for box, item in boxes:
            if left > self._paper.left and left + box.width > self._paper.width - self._paper.right:
                left, top, most = self._paper.left, top + most + 2, 0.0
            self._place(box, left, top, item)
            left, most = left + box.width + 4, max(most, box.height)
        return top + most + 2 if boxes else top

    def _place(self, box: Box, left: float, top: float, annotation: Annotation | None) -> None:
        self.placed.append(PlacedBox(box, self._number + len(self.pages) - 1, left, top, annotation))


def _wording(column: DictionaryColumn) -> Wording:
    """What would be drawn of a field: wording that an open form has, too, is no item of a licensed scale."""
    return column.column, column.label, tuple(column.codes.items())


def _may_be_item(annotations: Sequence[Annotation]) -> bool:
    """Whether a field may be an item of a scale: a test, a qualifier, or what is not submitted."""
    texts = [item.text for item in annotations]
    marks = ("TESTCD = ", " in SUPP", NOT_SUBMITTED)
    return not texts or any(mark in text for text in texts for mark in marks)
