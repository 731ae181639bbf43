"""Reads specs/tlf.xlsx: rows of the sheets Displays, Columns and Analyses → displays."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

from il2cdisc.base.problems import Kind as ProblemKind
from il2cdisc.base.problems import Problem, Problems, Severity, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.tlf import (
    FIELD,
    KINDS,
    SORTS,
    Display,
    DisplayAnalysis,
    DisplayColumn,
    Kind,
    Line,
    ListedItem,
)
from il2cdisc.spec.workbook import SheetRow, Workbook, open_workbook

DISPLAYS = (
    ["Display", "Kind", "Number", "Title", "Population", "Population Dataset", "Treatment"],
    ["Subtitle", "Population Where", "Columns", "Row Header", "X Axis", "Y Axis", "Footnotes", "Comment"],
)
COLUMNS = (["Set", "Order", "Label"], ["Values", "Comment"])
ANALYSES = (
    ["Display", "Order", "Analysis", "Method", "Dataset"],
    [
        "Label", "Where", "Treatment", "Variables", "Levels", "By", "By Levels", "Lines", "Decimals", "Sort",
        "Options", "Reason", "Purpose", "Comment",
    ],
)  # fmt: skip

ITEM_TEXT = ProblemKind(
    "SPC110",
    "Invalid line in a cell",
    Severity.STOP,
    "Write one item per line (Alt+Enter between them), as the note of the column header says.",
)
DISPLAY_ID = ProblemKind(
    "SPC111",
    "Invalid id of a display",
    Severity.STOP,
    "Use letters, digits and hyphens, a letter first.",
)
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
    book = open_workbook(path, shown)
    try:
        sets = _column_sets(book)
        analyses = _analyses(book)
        displays = _displays(book, sets, analyses)
        book.tell_unknown_sheets()
    finally:
        book.close()
    return tuple(displays), book.problems.items


def _column_sets(book: Workbook) -> dict[str, tuple[DisplayColumn, ...]]:
    rows: dict[str, list[tuple[float, DisplayColumn]]] = {}
    for row in book.rows("Columns", *COLUMNS):
        column = DisplayColumn(label=row.needed("Label"), values=tuple(_text_lines(row.text("Values"))))
        rows.setdefault(row.needed("Set"), []).append((row.number_("Order") or 0, column))
    return {
        name: tuple(c for _, c in sorted(found, key=lambda pair: pair[0])) for name, found in rows.items()
    }


def _displays(
    book: Workbook,
    sets: dict[str, tuple[DisplayColumn, ...]],
    analyses: dict[str, list[tuple[SheetRow, DisplayAnalysis]]],
) -> list[Display]:
    out: dict[str, Display] = {}
    for row in book.rows("Displays", *DISPLAYS):
        name = row.needed("Display")
        if name.casefold() in {known.casefold() for known in out}:
            book.problems.add(kinds.TWICE.at(row.at("Display"), f"display {name} is given above already"))
            continue
        if name and not _ID.fullmatch(name):
            what = f"{name!r} can't be the name of a file"
            book.problems.add(DISPLAY_ID.at(row.at("Display"), what))
        own = [analysis for _, analysis in analyses.get(name, [])]
        if not own:
            book.problems.add(kinds.UNUSED.at(row.at("Display"), f"display {name} has no row in Analyses"))
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
            place=row.place,
        )
    for name, rows in analyses.items():
        if name not in out:
            where = rows[0][0].at("Display")
            what = f"there is no display {name!r} in Displays"
            book.problems.add(kinds.UNKNOWN_ID.at(where, what, hint=did_you_mean(name, out)))
    return list(out.values())


def _columns(row: SheetRow, sets: dict[str, tuple[DisplayColumn, ...]]) -> tuple[DisplayColumn, ...]:
    name = row.text("Columns")
    if name and name not in sets:
        what = f"there is no set of columns {name!r}"
        row.problems.add(kinds.UNKNOWN_ID.at(row.at("Columns"), what, hint=did_you_mean(name, sets)))
    return sets.get(name, ())


def _analyses(book: Workbook) -> dict[str, list[tuple[SheetRow, DisplayAnalysis]]]:
    ordered: list[tuple[str, float, SheetRow, DisplayAnalysis]] = []
    seen: set[tuple[str, str]] = set()
    for row in book.rows("Analyses", *ANALYSES):
        analysis = _analysis(row)
        key = (analysis.display, analysis.id)
        if key in seen:
            what = f"analysis {analysis.id} of {analysis.display} is given above already"
            book.problems.add(kinds.TWICE.at(row.at("Analysis"), what))
        seen.add(key)
        ordered.append((analysis.display, row.number_("Order") or 0, row, analysis))
    out: dict[str, list[tuple[SheetRow, DisplayAnalysis]]] = {}
    for display, _, row, analysis in sorted(ordered, key=lambda item: (item[1], item[2].number)):
        out.setdefault(display, []).append((row, analysis))
    return out


def _analysis(row: SheetRow) -> DisplayAnalysis:
    return DisplayAnalysis(
        display=row.needed("Display"),
        id=row.needed("Analysis"),
        label=row.text("Label"),
        method=row.needed("Method"),
        dataset=row.needed("Dataset"),
        where=row.where("Where"),
        treatment=row.text("Treatment"),
        variables=_items(row, "Variables"),
        levels=_items(row, "Levels"),
        by=row.text("By"),
        by_levels=_items(row, "By Levels"),
        lines=_lines(row),
        decimals=row.integer("Decimals") or 0,
        sort=row.choice("Sort", SORTS) or SORTS[0],
        options=_options(row),
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


def _options(row: SheetRow) -> dict[str, str]:
    """Lines of `option = value`."""
    out: dict[str, str] = {}
    for line in _text_lines(row.text("Options")):
        name, equals, value = (part.strip() for part in line.partition(" = "))
        if not equals or not name:
            row.problems.add(ITEM_TEXT.at(row.at("Options"), f"{line!r} is not written as option = value"))
        elif name in out:
            row.problems.add(kinds.TWICE.at(row.at("Options"), f"option {name!r} is given twice"))
        else:
            out[name] = value
    return out
