"""Reads specs/tlf.xlsx: rows of the sheets Displays, Columns and Analyses → displays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from il2cdisc.base.problems import Kind as ProblemKind
from il2cdisc.base.problems import Problem, Problems, Severity, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.analysis_plan import read_plan
from il2cdisc.spec.chosen import Choice, parse_choice
from il2cdisc.spec.models import PlannedAnalysis
from il2cdisc.spec.tlf import (
    CHECKS,
    FIELD,
    KINDS,
    SORTS,
    Covered,
    Display,
    DisplayAnalysis,
    DisplayColumn,
    Kind,
    Line,
    ListedItem,
    Looked,
)
from il2cdisc.spec.tlf_coverage import read_coverage
from il2cdisc.spec.tlf_expand import by_level, filled_rows
from il2cdisc.spec.tlf_reports import with_models
from il2cdisc.spec.workbook import SheetRow, Workbook, open_workbook

DISPLAYS = (
    ["Display", "Kind", "Number", "Title", "Population", "Population Dataset", "Treatment"],
    [
        "Subtitle", "Population Where", "Columns", "Row Header", "X Axis", "Y Axis", "Footnotes", "Comment",
        "Order", "Template", "Template Values", "Check", "Checked By", "Checked On", "Checked Hash",
    ],
)  # fmt: skip
COLUMNS = (["Set", "Order", "Label"], ["Values", "Comment"])
ANALYSES = (
    ["Display", "Order", "Analysis", "Method", "Dataset"],
    [
        "Label", "Where", "Treatment", "Variables", "Levels", "By", "By Levels", "Lines", "Decimals", "Sort",
        "Options", "Reason", "Purpose", "Comment", "Each", "Each Levels", "Record",
    ],
)  # fmt: skip

ITEM_TEXT = ProblemKind(
    "SPC110",
    "Invalid line in a cell",
    Severity.STOP,
    "Write one item per line (Alt+Enter between them), as the note of the column header says.",
)
METHODS = (["Method"], ["Shows", "Needs", "May Have", "Options", "Statistics"])
"""The sheet behind the drop-down of Method: what the engine offers, for who writes an analysis."""
DISPLAY_ID = ProblemKind(
    "SPC111",
    "Invalid id of a display",
    Severity.STOP,
    "Use letters, digits and hyphens, a letter first.",
)
CHECK_OF_DISPLAY = ProblemKind(
    "SPC182",
    "Incomplete check of a display",
    Severity.FINDING,
    "Fill in Check, Checked By, Checked On (YYYY-MM-DD) and Checked Hash (of tlf/displays.csv), or none.",
)
RECORD_TEXT = ProblemKind(
    "SPC184",
    "Invalid choice of records",
    Severity.STOP,
    "Write one of highest, lowest, first, last, and a variable of the dataset; or leave the cell empty.",
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_HASH = re.compile(r"[0-9a-f]{16}")
OF_ALL = ("index", "all-displays", "displays")
"""Files of all displays: no display has such a name."""
_ID = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


def load_displays(path: Path | str, shown: str = "") -> tuple[Display, ...]:
    """The displays of a workbook, in the order of their rows, each with its analyses in their order.

    Raises `Stopped` with every problem of the workbook that stops, each with its cell.
    """
    displays, problems = read_displays(path, shown)
    Problems(problems).stop_if_any()
    return displays


def read_displays(path: Path | str, shown: str = "") -> tuple[tuple[Display, ...], list[Problem]]:
    """The displays as far as they could be read, and every problem, stops and findings alike.

    Raises `Stopped` only if the file can't be opened.
    """
    book = read_display_book(path, shown)
    return book.displays, book.problems


@dataclass(frozen=True, slots=True)
class DisplayBook:
    """What a workbook of displays holds, as far as it could be read, and every problem of it."""

    displays: tuple[Display, ...]
    planned: tuple[PlannedAnalysis, ...]
    covered: tuple[Covered, ...]
    problems: list[Problem] = field(default_factory=list[Problem])


NO_DISPLAYS = DisplayBook((), (), ())
"""Of a trial without the workbook."""


def read_display_book(path: Path | str, shown: str = "") -> DisplayBook:
    """The displays, the rows of the sheets Plan and Coverage, and every problem.

    Raises `Stopped` only if the file can't be opened.
    """
    book = open_workbook(path, shown)
    try:
        sets = _column_sets(book)
        rows = book.rows("Displays", *DISPLAYS)
        values = {row.text("Display"): _named_lines(row, "Template Values") for row in rows}
        analyses = _analyses(filled_rows(book.rows("Analyses", *ANALYSES), rows, values))
        displays = with_models(_displays(book, rows, sets, analyses), book.problems)
        planned, covered = read_plan(book), read_coverage(book)
        list(book.rows("Methods", *METHODS, may_lack=True))  # only offered by the drop-down
        book.tell_unknown_sheets()
        book.tell_to_fill()
    finally:
        book.close()
    return DisplayBook(tuple(displays), planned, covered, book.problems.items)


def _column_sets(book: Workbook) -> dict[str, tuple[DisplayColumn, ...]]:
    rows: dict[str, list[tuple[float, DisplayColumn]]] = {}
    for row in book.rows("Columns", *COLUMNS):
        values = tuple(_text_lines(row.text("Values")))
        column = DisplayColumn(label=row.needed("Label"), values=values, place=row.place)
        rows.setdefault(row.needed("Set"), []).append((row.number_("Order") or 0, column))
    return {
        name: tuple(c for _, c in sorted(found, key=lambda pair: pair[0])) for name, found in rows.items()
    }


def _displays(
    book: Workbook,
    given: Sequence[SheetRow],
    sets: dict[str, tuple[DisplayColumn, ...]],
    analyses: dict[str, list[tuple[SheetRow, DisplayAnalysis]]],
) -> list[Display]:
    out: dict[str, Display] = {}
    orders: dict[str, float] = {}
    for row in given:
        name = row.needed("Display")
        if name.casefold() in {known.casefold() for known in out}:
            book.problems.add(kinds.TWICE.at(row.at("Display"), f"display {name} is given above already"))
            continue
        if name and not _ID.fullmatch(name):
            what = f"{name!r} can't be the name of a file"
            book.problems.add(DISPLAY_ID.at(row.at("Display"), what))
        if name.casefold() in OF_ALL:
            what = f"{name!r} is the name of a file of all displays"
            book.problems.add(DISPLAY_ID.at(row.at("Display"), what, fix="Give the display another id."))
        own = [analysis for _, analysis in analyses.get(name, [])]
        if not own:
            book.problems.add(kinds.UNUSED.at(row.at("Display"), f"display {name} has no row in Analyses"))
        orders[name] = row.number_("Order") or 0
        out[name] = Display(
            id=name,
            kind=cast("Kind", row.choice("Kind", KINDS) or "Table"),
            number=row.needed("Number"),
            title=row.needed("Title"),
            subtitle=row.text("Subtitle"),
            population=row.needed("Population"),
            population_dataset=row.needed("Population Dataset"),
            population_where=row.where("Population Where"),
            treatment=row.needed("Treatment"),
            columns=_columns(row, sets),
            row_header=row.text("Row Header"),
            footnotes=tuple(_text_lines(row.text("Footnotes"))),
            axes=(row.text("X Axis"), row.text("Y Axis")),
            analyses=tuple(own),
            looked=_looked(row),
            place=row.place,
        )
    for name, rows in analyses.items():
        if name not in out:
            where = rows[0][0].at("Display")
            what = f"there is no display {name!r} in Displays"
            book.problems.add(kinds.UNKNOWN_ID.at(where, what, hint=did_you_mean(name, out)))
    return sorted(out.values(), key=lambda display: (orders[display.id], display.section))


def _looked(row: SheetRow) -> Looked:
    """The check of a display: complete, or none."""
    headers = ("Check", "Checked By", "Checked On", "Checked Hash")
    texts = [row.text(header) for header in headers]
    row.choice("Check", CHECKS)
    wrong = [header for header, text in zip(headers, texts, strict=True) if any(texts) and not text]
    if texts[2] and not _DAY.fullmatch(texts[2]):
        wrong.append("Checked On")
    if texts[3] and not _HASH.fullmatch(texts[3]):
        wrong.append("Checked Hash")
    for header in wrong:
        what = f"{header} of {row.text('Display')} is empty or not written as it should be"
        row.problems.add(CHECK_OF_DISPLAY.at(row.at(header), what, values=[row.text(header)]))
    return Looked() if wrong else Looked(level=texts[0], by=texts[1], on=texts[2], hash=texts[3])


def _columns(row: SheetRow, sets: dict[str, tuple[DisplayColumn, ...]]) -> tuple[DisplayColumn, ...]:
    name = row.text("Columns")
    if name and name not in sets:
        what = f"there is no set of columns {name!r}"
        row.problems.add(kinds.UNKNOWN_ID.at(row.at("Columns"), what, hint=did_you_mean(name, sets)))
    return sets.get(name, ())


def _analyses(rows: Sequence[SheetRow]) -> dict[str, list[tuple[SheetRow, DisplayAnalysis]]]:
    ordered: list[tuple[str, float, SheetRow, DisplayAnalysis]] = []
    seen: set[tuple[str, str]] = set()
    for row in rows:
        for analysis in _each(row, _analysis(row)):
            key = (analysis.display, analysis.id)
            if key in seen:
                what = f"analysis {analysis.id} of {analysis.display} is given above already"
                row.problems.add(kinds.TWICE.at(row.at("Analysis"), what))
            seen.add(key)
            ordered.append((analysis.display, row.number_("Order") or 0, row, analysis))
    out: dict[str, list[tuple[SheetRow, DisplayAnalysis]]] = {}
    for display, _, row, analysis in sorted(ordered, key=lambda item: (item[1], item[2].number)):
        out.setdefault(display, []).append((row, analysis))
    return out


def _each(row: SheetRow, analysis: DisplayAnalysis) -> list[DisplayAnalysis]:
    """The analysis, or where Each names a variable one for each of its levels."""
    variable, levels = row.text("Each"), _items(row, "Each Levels")
    if bool(variable) != bool(levels):
        blank = "Each Levels" if variable else "Each"
        row.problems.add(kinds.BLANK_CELL.at(row.at(blank), f"{blank} is empty"))
    return by_level(analysis, variable, levels) if variable and levels else [analysis]


def _choice(row: SheetRow) -> Choice | None:
    text = row.text("Record")
    try:
        return parse_choice(text) if text else None
    except ValueError as error:
        row.problems.add(RECORD_TEXT.at(row.at("Record"), str(error), values=[text]))
        return None


def _analysis(row: SheetRow) -> DisplayAnalysis:
    return DisplayAnalysis(
        display=row.needed("Display"),
        id=row.needed("Analysis"),
        label=row.text("Label"),
        method=row.needed("Method"),
        dataset=row.needed("Dataset"),
        where=row.where("Where"),
        chosen=_choice(row),
        treatment=row.text("Treatment"),
        variables=_items(row, "Variables"),
        levels=_items(row, "Levels"),
        by=row.text("By"),
        by_levels=_items(row, "By Levels"),
        lines=_lines(row),
        decimals=row.integer("Decimals") or 0,
        sort=row.choice("Sort", SORTS) or SORTS[0],
        options=_named_lines(row, "Options"),
        reason=row.text("Reason"),
        purpose=row.text("Purpose"),
        place=row.place,
    )


def _text_lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _items(row: SheetRow, header: str) -> tuple[ListedItem, ...]:
    """Lines of `NAME = label | width | format`."""
    out: list[ListedItem] = []
    for line in _text_lines(row.text(header)):
        head, *rest = (part.strip() for part in line.split("|"))
        name, _, label = (part.strip() for part in head.partition(" = "))
        width = rest[0] if rest else ""
        if not name or len(rest) > 2 or (width and not width.isdigit()):
            what = f"{line!r} is not written as NAME = label | width | format"
            row.problems.add(ITEM_TEXT.at(row.at(header), what))
            continue
        out.append(
            ListedItem(
                name=name, label=label or name, width=int(width or 0), format=rest[1] if len(rest) > 1 else ""
            )
        )
    return tuple(out)


def _lines(row: SheetRow) -> tuple[Line, ...]:
    """Lines of `Label = {statistic} text {statistic}`."""
    out: list[Line] = []
    for line in _text_lines(row.text("Lines")):
        label, equals, template = (part.strip() for part in line.rpartition(" = "))
        plain = FIELD.sub("", template)
        if not equals or "{" in plain or "}" in plain or plain == template:
            what = f"{line!r} is not written as Label = {{statistic}} or {{statistic:decimals}}"
            row.problems.add(ITEM_TEXT.at(row.at("Lines"), what))
            continue
        out.append(Line(label=label, template=template))
    return tuple(out)


def _named_lines(row: SheetRow, header: str) -> dict[str, str]:
    """Lines of `name = value`."""
    out: dict[str, str] = {}
    for line in _text_lines(row.text(header)):
        name, equals, value = (part.strip() for part in line.partition(" = "))
        if not equals or not name:
            row.problems.add(ITEM_TEXT.at(row.at(header), f"{line!r} is not written as option = value"))
        elif name in out:
            row.problems.add(kinds.TWICE.at(row.at(header), f"option {name!r} is given twice"))
        else:
            out[name] = value
    return out
