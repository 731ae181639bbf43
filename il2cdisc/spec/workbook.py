"""Reads a workbook's sheets as rows by header; tells every problem with its cell.

Nothing is guessed: texts like `NA` and `NULL` stay texts, a number read as text loses only its `.0`,
hidden and filtered rows are read like all others, formulas are never run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from il2cdisc.base.numbers import read_number
from il2cdisc.base.problems import Address, Problems, Stopped, at_cell, column_letter, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.conditions import Where, parse
from il2cdisc.transport.cells import Grid, SheetCell, split_reference
from il2cdisc.transport.ooxml import PackageError
from il2cdisc.transport.sheets import SheetPackage

_SPACES = re.compile("[\u00a0\u2007\u202f\u200b\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TO_FILL = re.compile(r"(Core: \w+\. )?TO FILL\b")
"""How the cells begin that a new workbook leaves to people."""
_YES = {"yes", "y", "true", "1"}
_NO = {"no", "n", "false", "0"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row of a workbook stands; `columns` maps headers to 1-based column numbers."""

    file: str = ""
    sheet: str = ""
    row: int = 0
    columns: dict[str, int] = field(default_factory=dict[str, int], compare=False, repr=False)

    def at(self, header: str = "") -> Address:
        """Address of the cell under a header; of the row's first cell if the header is not there."""
        if not self.row:
            return Address(file=self.file, sheet=self.sheet)
        return at_cell(self.file, self.sheet, self.columns.get(header, 1), self.row)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row below the header. Readers add what is wrong to the workbook's problems."""

    place: Place
    values: dict[str, str]
    problems: Problems

    @property
    def number(self) -> int:
        """The row's number in the sheet (1-based; the header is row 1)."""
        return self.place.row

    def at(self, header: str = "") -> Address:
        """Address of the cell under a header."""
        return self.place.at(header)

    def text(self, header: str) -> str:
        """The cell as text, "" if it is blank or the sheet has no such column."""
        return self.values.get(header, "")

    def where(self, header: str) -> Where:
        """The conditions of a cell, none where they can't be read: that is a problem at the cell."""
        try:
            return parse(self.text(header))
        except ValueError as error:
            self.problems.add(kinds.WHERE_TEXT.at(self.at(header), str(error), values=[self.text(header)]))
            return ()

    def needed(self, header: str) -> str:
        """The cell as text; a blank one is a problem (where the column itself is missing, that is told)."""
        value = self.values.get(header, "")
        if not value and header in self.place.columns:
            self.problems.add(kinds.BLANK_CELL.at(self.at(header), f"{header} is empty"))
        return value

    def number_(self, header: str) -> float | None:
        """The cell as a number, None if blank; anything else is a problem (and None)."""
        value = self.values.get(header, "")
        if not value:
            return None
        found = read_number(value)
        if not found.is_number:
            self.problems.add(
                kinds.NOT_NUMBER.at(self.at(header), f"{header} is not a number", values=[value])
            )
            return None
        return found.value

    def integer(self, header: str) -> int | None:
        """The cell as a whole number, None if blank; anything else is a problem (and None)."""
        number = self.number_(header)
        if number is None:
            return None
        if not number.is_integer():
            self.problems.add(
                kinds.NOT_NUMBER.at(
                    self.at(header),
                    f"{header} is not a whole number",
                    values=[self.text(header)],
                    fix="Write a whole number, or leave the cell empty.",
                )
            )
            return None
        return int(number)

    def flag(self, header: str, *, blank: bool = False) -> bool:
        """The cell as Yes or No (also Y, N, TRUE, FALSE); `blank` is what an empty one means."""
        value = self.values.get(header, "").casefold()
        if not value:
            return blank
        if value not in _YES | _NO:
            self.problems.add(
                kinds.NOT_FLAG.at(
                    self.at(header), f"{header} is neither Yes nor No", values=[self.text(header)]
                )
            )
            return blank
        return value in _YES

    def choice(self, header: str, allowed: Iterable[str]) -> str:
        """The cell as one of the allowed words, "" if blank; anything else is a problem (and "")."""
        value, words = self.text(header), list(allowed)
        if not value or value in words:
            return value
        self.problems.add(
            kinds.VOCABULARY.at(
                self.at(header),
                f"{header} is not one of {', '.join(words)}",
                values=[value],
                hint=did_you_mean(value, words),
            )
        )
        return ""


class Workbook:
    """An opened workbook: sheets, rows by header, and the problems met while reading."""

    def __init__(self, package: SheetPackage, shown: str) -> None:
        self._package = package
        self.shown = shown
        self.problems = Problems()
        self._read: dict[str, int] = {}
        self._to_fill: dict[tuple[str, str], list[Address]] = {}

    @property
    def sheets(self) -> tuple[str, ...]:
        """Names of the sheets in the order of their tabs."""
        return self._package.sheets

    def has(self, sheet: str) -> bool:
        """Whether a sheet of that very name is there."""
        return sheet in self.sheets

    def headers(self, sheet: str) -> tuple[str, ...]:
        """The headers of a sheet's row 1, as read; () if the sheet is not there."""
        if not self.has(sheet):
            return ()
        return tuple(
            text
            for text in (_clean(cell.text) for cell in self._grid(sheet).rows.get(1, {}).values())
            if text
        )

    def rows(
        self,
        sheet: str,
        required: Sequence[str],
        optional: Sequence[str] = (),
        *,
        may_lack: bool = False,
        may_be_empty: bool = True,
        others: bool = False,
    ) -> list[SheetRow]:
        """Rows of a sheet whose cells are not all blank, in order.

        `required` headers must be there, `optional` ones may. `may_lack`: the sheet itself may be absent.
        `others`: columns of any other name are allowed and read too. Problems go to `self.problems`; a
        sheet or header that is missing gives no rows, or rows with "" there.
        """
        self._read[sheet] = 0
        if not self.has(sheet):
            hint = did_you_mean(sheet, [name for name in self.sheets if name not in {*required}])
            if not may_lack:
                self.problems.add(
                    kinds.SHEET_MISSING.at(
                        Address(file=self.shown),
                        f"there is no sheet '{sheet}'",
                        hint=hint,
                        values=self.sheets,
                    )
                )
            return []
        grid = self._grid(sheet)
        columns = self._headers(grid, required, optional, others)
        found = self._body(grid, columns)
        self._merged(grid, columns)
        self._read[sheet] = len(found)
        if not found and not may_be_empty:
            self.problems.add(
                kinds.SHEET_EMPTY.at(Address(file=self.shown, sheet=sheet), "the sheet has no rows")
            )
        return found

    @property
    def filled(self) -> frozenset[str]:
        """Sheets read so far that have rows."""
        return frozenset(sheet for sheet, count in self._read.items() if count)

    def tell_unknown_sheets(self) -> None:
        """A problem for each sheet that nobody asked for: call it when every sheet has been read."""
        absent = [name for name in sorted(self._read) if not self.has(name)]
        for sheet in self.sheets:
            if sheet not in self._read:
                place, hint = Address(file=self.shown, sheet=sheet), did_you_mean(sheet, absent)
                what = f"'{sheet}' is not a sheet of this workbook; nothing in it is used"
                self.problems.add(kinds.SHEET_UNKNOWN.at(place, what, hint=hint))

    def tell_to_fill(self) -> None:
        """A problem for each sheet and column with marks TO FILL: call it when every sheet has been read."""
        for (_, header), cells in self._to_fill.items():
            count = f"{len(cells):,} cells are" if len(cells) > 1 else "1 cell is"
            self.problems.add(kinds.TO_FILL.at(cells[0], f"{header}: {count} marked TO FILL", records=cells))

    def close(self) -> None:
        """Close the file. Rows already read stay valid."""
        self._package.close()

    def _grid(self, sheet: str) -> Grid:
        try:
            return self._package.grid(sheet)
        except PackageError as error:
            self.problems.add(
                kinds.UNREADABLE.at(Address(file=self.shown, sheet=sheet), error.why, fix=error.fix)
            )
            raise Stopped(self.problems.stops) from None

    def _headers(
        self, grid: Grid, required: Sequence[str], optional: Sequence[str], others: bool
    ) -> dict[str, int]:
        known = [*required, *optional]
        columns: dict[str, int] = {}
        strange: list[tuple[int, str]] = []
        for column, cell in sorted(grid.rows.get(1, {}).items()):
            header = re.sub(r"\s+", " ", _clean(cell.text))
            if not header:
                continue
            place = at_cell(self.shown, grid.name, column, 1)
            if header in columns:
                first = column_letter(columns[header])
                self.problems.add(kinds.HEADER_TWICE.at(place, f"header '{header}' is in {first}1 already"))
            elif header in known or others:
                columns[header] = column
            else:
                strange.append((column, header))
        missing = [header for header in required if header not in columns]
        elsewhere = self._header_row(grid, missing) if missing else 0
        if elsewhere:
            self.problems.add(
                kinds.HEADER_MISSING.at(
                    at_cell(self.shown, grid.name, 1, elsewhere),
                    f"the headers are in row {elsewhere}, not in row 1",
                    fix="Delete the rows above the headers.",
                )
            )
            missing = []
        for header in missing:
            hint = did_you_mean(header, [name for _, name in strange])
            self.problems.add(
                kinds.HEADER_MISSING.at(
                    at_cell(self.shown, grid.name, 1, 1), f"there is no column '{header}'", hint=hint
                )
            )
        if not elsewhere:
            self._nameless(grid)
            for column, header in strange:
                hint = did_you_mean(header, [name for name in known if name not in columns])
                self.problems.add(
                    kinds.HEADER_UNKNOWN.at(
                        at_cell(self.shown, grid.name, column, 1),
                        f"column '{header}' is not known here",
                        hint=hint,
                    )
                )
        return columns

    def _nameless(self, grid: Grid) -> None:
        """Columns that hold values and have no header would be lost without a word."""
        named = {column for column, cell in grid.rows.get(1, {}).items() if _clean(cell.text)}
        filled = {
            column
            for number, row in grid.rows.items()
            if number > 1
            for column, cell in row.items()
            if column not in named and _clean(cell.text)
        }
        for column in sorted(filled) if named else ():
            place = at_cell(self.shown, grid.name, column, 1)
            what = f"column {column_letter(column)} holds values but has no header"
            fix = "Write its header into row 1, or clear the column."
            self.problems.add(kinds.HEADER_MISSING.at(place, what, fix=fix))

    def _header_row(self, grid: Grid, missing: Sequence[str]) -> int:
        for number in sorted(grid.rows)[:20]:
            texts = {_clean(cell.text) for cell in grid.rows[number].values()}
            if number > 1 and texts.issuperset(missing):
                return number
        return 0

    def _body(self, grid: Grid, columns: dict[str, int]) -> list[SheetRow]:
        found: list[SheetRow] = []
        by_number = {number: header for header, number in columns.items()}
        for number in sorted(grid.rows):
            if number == 1:
                continue
            place = Place(self.shown, grid.name, number, columns)
            values: dict[str, str] = {}
            for column, cell in sorted(grid.rows[number].items()):
                header = by_number.get(column)
                if header is not None:
                    text = self._value(place, header, cell)
                    if text or cell.kind == "formula":
                        values[header] = text
                    if _TO_FILL.match(text):
                        self._to_fill.setdefault((grid.name, header), []).append(place.at(header))
            if values:
                found.append(SheetRow(place, values, self.problems))
        return found

    def _value(self, place: Place, header: str, cell: SheetCell) -> str:
        if cell.kind == "text":
            text = _clean(cell.text)
            if text != cell.text:
                what = (
                    "a non-breaking or invisible blank"
                    if _SPACES.search(cell.text)
                    else "a blank at its start or end"
                )
                if text:
                    self.problems.add(
                        kinds.BLANKS.at(place.at(header), f"{header} has {what}", values=[cell.text])
                    )
            return text
        if cell.kind == "formula":
            shown = f", now showing '{cell.text}'" if cell.text else ""
            self.problems.add(kinds.FORMULA.at(place.at(header), f"{header} is a formula{shown}"))
        elif cell.kind == "error":
            self.problems.add(
                kinds.ERROR_VALUE.at(place.at(header), f"{header} shows an error", values=[cell.text])
            )
            return ""
        elif cell.kind == "date":
            self.problems.add(
                kinds.DATE_CELL.at(
                    place.at(header), f"{header} is an Excel date, read as text", values=[cell.text]
                )
            )
        elif cell.shown:
            what = f"{header} shows '{cell.shown}' and is read as {cell.text}"
            self.problems.add(kinds.SHOWN.at(place.at(header), what, values=[cell.shown]))
        return cell.text

    def _merged(self, grid: Grid, columns: dict[str, int]) -> None:
        used = set(columns.values())
        for reference in grid.merged:
            try:
                first, _, last = reference.partition(":")
                (_, left), (_, right) = split_reference(first), split_reference(last or first)
            except ValueError:
                continue
            if used & set(range(left, right + 1)):
                place = Address(file=self.shown, sheet=grid.name, cell=reference)
                self.problems.add(
                    kinds.MERGED.at(place, "the cells are merged; only the first of them holds a value")
                )


def _clean(text: str) -> str:
    # what is to become a space is never printable
    return (text if text.isprintable() else _SPACES.sub(" ", text)).strip()


def open_workbook(path: Path | str, shown: str = "") -> Workbook:
    """Open a workbook (`.xlsx`, `.xlsm`); `shown` is the name that messages use.

    Raises `Stopped` with one problem if the file is missing, empty, truncated, protected by a password,
    no workbook, or larger than is safe to unpack.
    """
    name = shown or str(path)
    try:
        return Workbook(SheetPackage(Path(path)), name)
    except PackageError as error:
        raise Stopped([kinds.UNREADABLE.at(Address(file=name), error.why, fix=error.fix)]) from None
