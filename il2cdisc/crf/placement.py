"""The placement sheet: where each field is on the pages of a sponsor's CRF, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from il2cdisc.base.problems import Problem, Problems, Stopped, did_you_mean
from il2cdisc.crf import problems as kinds
from il2cdisc.crf.find import CrfFile, Spot
from il2cdisc.crf.forms import CrfForm
from il2cdisc.spec.problems import HEADER_MISSING, SHEET_EMPTY, SHEET_MISSING
from il2cdisc.spec.workbook import Place, SheetRow, open_workbook

SHEET = "Placement"
HEADERS = ("Form", "Field", "Page", "Anchor", "Occurrence", "Offset Right", "Offset Down", "Comment")
_UNREAD = (SHEET_MISSING, SHEET_EMPTY, HEADER_MISSING)
BESIDE = 6.0
"""From the end of an anchor to its annotation, in points, where no offset is given."""
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PlacementRow:
    """A field (blank: the form as a whole) on a page (from 1; None where the cell is wrong)."""

    place: Place
    form: str
    field: str
    page: int | None
    anchor: str = ""
    occurrence: int = 1
    right: float | None = None
    down: float | None = None


@dataclass(frozen=True, slots=True)
class PageSpot:
    """A place on a page (from 0); `given`: a person gave an offset, so that it may be over a text."""

    page: int
    spot: Spot
    given: bool = False


def read_placement(path: Path, shown: str) -> tuple[list[PlacementRow], list[Problem]]:
    """The rows of a placement sheet.

    Raises `Stopped` where the workbook can't be read, or lacks the sheet, its rows or one of its columns:
    what would follow from that is not reported.
    """
    book = open_workbook(path, shown)
    try:
        needed = _needed(book.headers(SHEET))
        rows = [_row(row) for row in book.rows(SHEET, needed, HEADERS[len(needed) :], may_be_empty=False)]
        book.tell_unknown_sheets()
    finally:
        book.close()
    if any(problem.kind in _UNREAD for problem in book.problems.items):
        raise Stopped(book.problems.items)
    return [row for row in rows if row is not None], book.problems.items


def _needed(headers: Sequence[str]) -> Sequence[str]:
    """A column of an unknown name may be one of the sheet's own, renamed: then none of them may be absent."""
    return HEADERS[:3] if set(headers) <= set(HEADERS) else HEADERS[:-1]


def _row(row: SheetRow) -> PlacementRow | None:
    form, page = row.needed("Form"), row.integer("Page") if row.needed("Page") else None
    occurrence = row.integer("Occurrence")
    right, down = row.number_("Offset Right"), row.number_("Offset Down")
    if not form:
        return None
    times = 1 if occurrence is None else occurrence
    return PlacementRow(row.place, form, row.text("Field"), page, row.text("Anchor"), times, right, down)


def resolve(
    rows: Sequence[PlacementRow],
    forms: Sequence[CrfForm],
    others: Mapping[str, str],
    pages: CrfFile,
    shown: str,
) -> tuple[dict[Key, list[PageSpot]], list[Problem]]:
    """Form and field → its places, and all that is wrong with the sheet.

    `others`: forms of the study that are on no page → why. A field needs a row; a form as a whole need not
    have one: it then begins at the top of its first page.
    """
    problems = Problems()
    known = {form.name: [column.column for column in form.fields] for form in forms}
    spots: dict[Key, list[PageSpot]] = {}
    seen: dict[tuple[str, str, int], int] = {}
    for row in rows:
        wrong = [*_named(row, known, others), *_repeated(row, seen)]
        spot = None if wrong or row.page is None else _spot(row, row.page, pages, problems)
        problems.extend(wrong)
        if spot is not None:
            spots.setdefault((row.form, row.field), []).append(spot)
    named = {_meant(row, known) for row in rows}
    for form in forms:
        lacking = [column.column for column in form.fields if (form.name, column.column) not in named]
        if lacking:
            what = f"fields of form '{form.name}' have no row"
            problems.add(kinds.UNPLACED.at(shown, what, values=lacking))
    return spots, problems.items


def _meant(row: PlacementRow, known: Mapping[str, Sequence[str]]) -> Key:
    """The field that a row names, or the nearest one: a misspelt row is one problem, not two."""
    form = row.form if row.form in known else did_you_mean(row.form, known)
    if any(row.field in fields for fields in known.values()):
        return form, row.field
    return form, did_you_mean(row.field, known.get(form, ()))


def _named(
    row: PlacementRow, known: Mapping[str, Sequence[str]], others: Mapping[str, str]
) -> Iterator[Problem]:
    if row.form not in known:
        what = others.get(row.form, f"there is no form '{row.form}'")
        hint = "" if row.form in others else did_you_mean(row.form, known)
        yield kinds.UNKNOWN_FORM.at(row.place.at("Form"), what, hint=hint)
    elif row.field and row.field not in known[row.form]:
        homes = [form for form, fields in known.items() if row.field in fields]
        hint = f"{homes[0]}.{row.field}" if len(homes) == 1 else did_you_mean(row.field, known[row.form])
        what = f"form '{row.form}' has no field '{row.field}' in the data dictionary"
        yield kinds.UNKNOWN_FIELD.at(row.place.at("Field"), what, hint=hint)


def _repeated(row: PlacementRow, seen: dict[tuple[str, str, int], int]) -> Iterator[Problem]:
    if row.page is None:
        return
    first = seen.setdefault((row.form, row.field, row.page), row.place.row)
    if first != row.place.row:
        what = f"'{row.field or row.form}' is placed on page {row.page} by row {first} already"
        yield kinds.TWICE.at(row.place.at("Page"), what)


def _spot(row: PlacementRow, page: int, pages: CrfFile, problems: Problems) -> PageSpot | None:
    """Where a row is on its page; None where that is a problem."""
    if not 1 <= page <= pages.count:
        what = f"page {page} does not exist: the file has {pages.count}"
        problems.add(kinds.NO_PAGE.at(row.place.at("Page"), what))
        return None
    spot = _at_anchor(row, page, pages, problems) if row.anchor else _at_offsets(row, problems)
    if spot is None:
        return None
    width, height = pages.size(page - 1)
    given = row.right is not None or row.down is not None  # else a box is moved back onto the page
    if given and not (0 <= spot.left < width and 0 <= spot.top < height):
        what = f"the place is outside page {page}, which is {width:.0f} by {height:.0f} points"
        found = [f"{spot.left:.0f}", f"{spot.top:.0f}"]
        problems.add(kinds.OFF_PAGE.at(row.place.at("Offset Right"), what, values=found))
        return None
    return PageSpot(page - 1, spot, given)


def _at_offsets(row: PlacementRow, problems: Problems) -> Spot | None:
    if row.right is None or row.down is None:
        what = f"'{row.field or row.form}' has neither an anchor nor both offsets"
        problems.add(kinds.NO_OFFSET.at(row.place.at("Anchor"), what))
        return None
    return Spot(row.right, row.down)


def _at_anchor(row: PlacementRow, page: int, pages: CrfFile, problems: Problems) -> Spot | None:
    found = pages.text(page - 1).spots(row.anchor)
    if 1 <= row.occurrence <= len(found):
        spot = found[row.occurrence - 1]
        right = BESIDE if row.right is None else row.right
        return Spot(spot.left + right, spot.top + (row.down or 0.0))
    if found:
        what = f"occurrence {row.occurrence} of the anchor does not exist: page {page} has {len(found)}"
        place = row.place.at("Occurrence")
        problems.add(kinds.NO_ANCHOR.at(place, what, values=[row.anchor], fix="Correct the occurrence."))
        return None
    what = f"the anchor of '{row.field or row.form}' is not on page {page}"
    if not pages.has_text:
        what += ": the file is a picture of the form, without text"
    hint = _where_it_is(row.anchor, pages)
    problems.add(kinds.NO_ANCHOR.at(row.place.at("Anchor"), what, values=[row.anchor], hint=hint))
    return None


def _where_it_is(anchor: str, pages: CrfFile) -> str:
    there = [str(number + 1) for number in range(pages.count) if pages.text(number).spots(anchor)]
    return f"page {', '.join(there[:5])}" if there else ""
