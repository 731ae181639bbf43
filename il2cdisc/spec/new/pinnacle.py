"""The layout of Pinnacle 21's specification workbooks, of Define-XML 2.0 and 2.1, to ours and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from il2cdisc.base.problems import Address, Problem, Stopped, did_you_mean
from il2cdisc.spec.new.layout import LAYOUT, SHARED_SHEETS
from il2cdisc.spec.new.problems import LEFT_BLANK, LEFT_OUT, NOT_PINNACLE
from il2cdisc.spec.new.tables import Cell, SheetCells, Tables
from il2cdisc.spec.workbook import Workbook, open_workbook

_SHEETS = {"Study": "Define"}
_HEADERS = {"Datasets": {"Description": "Label"}, "ValueLevel": {"Description": "Label"}}
_MADE_ANEW = {"Datasets": {"Purpose"}}
"""Columns whose content follows from the rest."""
_ORIGINS = {
    "CRF": ("Collected", "Investigator"),
    "eDT": ("Collected", "Vendor"),
    "EDT": ("Collected", "Vendor"),
}
_NUMBERS = {"Order", "Length", "Significant Digits"}
_NEEDED = ("Datasets", "Variables")
_MARKS = {"Description", "Purpose"}
"""Headers of the sheet Datasets that only the layout has."""
_OURS = {name for sheets in LAYOUT.values() for name in sheets if name not in SHARED_SHEETS}
"""Sheets that only workbooks of il2cdisc have."""


@dataclass(frozen=True, slots=True)
class ForeignBook:
    """A workbook of the layout as rows of ours; `problems` are what was left out."""

    standard: Literal["SDTM", "ADaM"]
    tables: Tables
    problems: tuple[Problem, ...]


def rows_of_pinnacle(path: Path, shown: str) -> ForeignBook:
    """The rows of a Pinnacle 21 workbook: sheet Study or Define, Datasets, Variables and so on.

    Origins CRF and eDT become Collected. Raises `Stopped` for a file that is no such workbook, or that has
    cells that can't be read.
    """
    book = open_workbook(path, shown)
    try:
        absent = [name for name in _NEEDED if not book.has(name)]
        if absent:
            what = f"there is no sheet {' and no sheet '.join(absent)}"
            raise Stopped([NOT_PINNACLE.at(shown, what, values=book.sheets)])
        own = [name for name in book.sheets if name in _OURS]
        if own and not book.has("Study") and not _MARKS & {*book.headers("Datasets")}:
            what = "it is a workbook of il2cdisc: the layout of Pinnacle 21 does not have these sheets"
            fix = "Name the workbook of Pinnacle 21; one of il2cdisc is used as it is."
            raise Stopped([NOT_PINNACLE.at(shown, what, values=own, fix=fix)])
        tables: dict[str, list[SheetCells]] = {}
        problems: list[Problem] = []
        for sheet in book.sheets:
            name = _SHEETS.get(sheet, sheet)
            if name in SHARED_SHEETS:
                tables[name] = list(_rows(book, sheet, name))
                problems += _columns_left_out(book, sheet, name)
            elif book.rows(sheet, [], others=True, may_lack=True):
                hint = did_you_mean(sheet, [known for known in SHARED_SHEETS if not book.has(known)])
                place = Address(file=shown, sheet=sheet)
                problems.append(LEFT_OUT.at(place, f"the layout has no sheet '{sheet}'", hint=hint))
        problems += _blanks_filled(book, tables)
        stops = book.problems.stops
        problems += [problem for problem in book.problems.items if not problem.stops]
    finally:
        book.close()
    if stops:
        raise Stopped(stops)
    return ForeignBook(_standard(tables), tables, tuple(problems))


def _rows(book: Workbook, sheet: str, name: str) -> Iterator[SheetCells]:
    renamed = _HEADERS.get(name, {})
    known = LAYOUT["SDTM"][name]
    for row in book.rows(sheet, [], others=True):
        cells: SheetCells = {}
        for header, value in row.values.items():
            ours = renamed.get(header, header)
            if ours in known:
                cells[ours] = _cell(ours, value)
        if "Origin" in cells and str(cells["Origin"]) in _ORIGINS:
            origin, source = _ORIGINS[str(cells["Origin"])]
            cells["Origin"] = origin
            cells.setdefault("Source", source)
        yield cells


def _blanks_filled(book: Workbook, tables: dict[str, list[SheetCells]]) -> Iterator[Problem]:
    """Fills columns that the layout of Define-XML 2.0 does not have; a problem for what is not known."""
    for sheet in _NEEDED:
        if "Has No Data" not in book.headers(sheet):
            for row in tables[sheet]:
                row["Has No Data"] = "No"  # that layout lists what has data
    if "Standard" in book.headers("Datasets"):
        return
    define = {str(row.get("Attribute", "")): str(row.get("Value", "")) for row in tables.get("Define", ())}
    name, version = define.get("StandardName", ""), define.get("StandardVersion", "")
    guide = {"SDTM-IG": "SDTMIG", "SDTMIG": "SDTMIG", "ADaM-IG": "ADaMIG", "ADaMIG": "ADaMIG"}.get(name, "")
    if guide and version:
        for row in tables["Datasets"]:
            row["Standard"] = f"{guide} {version}"
        return
    what = (
        f"Standard is blank: StandardName '{name}' and StandardVersion '{version}' name no guide and version"
    )
    yield LEFT_BLANK.at(Address(file=book.shown, sheet="Datasets"), what)


def _cell(header: str, value: str) -> Cell:
    return int(value) if header in _NUMBERS and value.isascii() and value.isdecimal() else value


def _columns_left_out(book: Workbook, sheet: str, name: str) -> Iterator[Problem]:
    renamed, dropped = _HEADERS.get(name, {}), _MADE_ANEW.get(name, set[str]())
    for header in book.headers(sheet):
        if renamed.get(header, header) not in LAYOUT["SDTM"][name] and header not in dropped:
            place = Address(file=book.shown, sheet=sheet)
            yield LEFT_OUT.at(place, f"the workbook has no column '{header}'", values=[header])


def _standard(tables: Tables) -> Literal["SDTM", "ADaM"]:
    named = [str(row.get("Value", "")) for row in tables.get("Define", ())]
    named += [str(row.get("Standard", "")) for row in tables.get("Datasets", ())]
    adam = any("adam" in text.casefold() for text in named)
    names = {row.get("Dataset") for row in tables.get("Datasets", ())}
    return "ADaM" if adam or "ADSL" in names else "SDTM"


def rows_of_sheets(
    path: Path, shown: str, sheets: Sequence[str]
) -> tuple[Tables, dict[str, tuple[str, ...]]]:
    """Rows of some sheets of a workbook of ours as they are, and the headers of each.

    Raises `Stopped` where a cell can't be read.
    """
    book = open_workbook(path, shown)
    try:
        there = [name for name in sheets if book.has(name)]
        tables: dict[str, list[SheetCells]] = {
            name: [
                {header: _cell(header, value) for header, value in row.values.items()}
                for row in book.rows(name, [], others=True)
            ]
            for name in there
        }
        headers = {name: book.headers(name) for name in there}
        stops = book.problems.stops
    finally:
        book.close()
    if stops:
        raise Stopped(stops)
    return tables, headers


def other_sheets(path: Path, shown: str) -> tuple[str, ...]:
    """The sheets of a workbook of ours that the layout does not have."""
    book = open_workbook(path, shown)
    try:
        return tuple(name for name in book.sheets if name not in SHARED_SHEETS)
    finally:
        book.close()
