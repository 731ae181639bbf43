"""The file under a workbook: an XLSX package read with limits, no macros, no links, no entities.

Only values, formulas (told, never run), merged ranges and number formats are read. XML is parsed by
expat with document type declarations refused, so that no entity can expand.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from xml.parsers import expat

MAX_FILE = 50_000_000
MAX_PART = 100_000_000
MAX_TOTAL = 200_000_000
MAX_PARTS = 2_000
MAX_CELLS = 2_000_000
MAX_ROW = 1_048_576

_Start = Callable[[str, dict[str, str]], None]
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BUILTIN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_CODE = re.compile(r'"[^"]*"|\\.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})\Z")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class PackageError(Exception):
    """The file can't be read as a workbook; the text says why, the second argument what to do."""

    def __init__(self, why: str, fix: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.fix = fix


@dataclass(slots=True)
class Cell:
    """A filled cell: its text, and what it was: text, number, flag, error, date, formula."""

    text: str
    kind: str = "text"


@dataclass(slots=True)
class Grid:
    """A sheet: filled cells by row and column (both 1-based) and merged ranges as written (`A1:B2`)."""

    name: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict[int, dict[int, Cell]])
    merged: list[str] = field(default_factory=list[str])


class Package:
    """An opened workbook; sheets are parsed when they are asked for."""

    def __init__(self, path: Path) -> None:
        self._archive = _open(path)
        try:
            self._sheets, self._epoch_1904, strings, styles = _contents(self._archive)
            self._strings = _shared_strings(self._part(strings)) if strings else []
            self._dates = _date_styles(self._part(styles)) if styles else []
        except PackageError:
            self._archive.close()
            raise

    @property
    def sheets(self) -> tuple[str, ...]:
        """Names of the sheets, in the order of the tabs; hidden ones too."""
        return tuple(self._sheets)

    def grid(self, name: str) -> Grid:
        """The cells of one sheet."""
        reader = _SheetReader(name, self._strings, self._dates, self._epoch_1904)
        _parse(self._part(self._sheets[name]), reader.start, reader.end, reader.data)
        return reader.grid

    def close(self) -> None:
        self._archive.close()

    def _part(self, name: str) -> bytes:
        return _read(self._archive, name)


def _open(path: Path) -> zipfile.ZipFile:
    try:
        size = path.stat().st_size
        # Read whole (up to the limit), so that no handle is kept on a file that a person may have open.
        with path.open("rb") as stream:
            content = stream.read(MAX_FILE + 1)
    except FileNotFoundError:
        raise PackageError("the file does not exist", "put the workbook there, or correct the path") from None
    except OSError as error:
        why = f"the file can't be opened ({error.strerror})"
        raise PackageError(why, "close it elsewhere and try again") from None
    if size == 0:
        raise PackageError("the file is empty (0 bytes)", "put the workbook back from its last good copy")
    if size > MAX_FILE:
        raise PackageError(
            f"the file is larger than {MAX_FILE:,} bytes", "remove what is not a specification"
        )
    if content[:8] == _OLE:
        raise PackageError(
            "the workbook is protected by a password, or in the old .xls format",
            "remove the password and save it as .xlsx",
        )
    if content[:2] != b"PK":
        raise PackageError(
            "the file is not an .xlsx workbook", "save it from Excel as .xlsx (not by renaming)"
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, struct.error, OSError, EOFError, ValueError, NotImplementedError):
        raise PackageError(
            "the file is truncated or damaged", "put it back from its last good copy"
        ) from None
    parts = archive.infolist()
    total = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or total > MAX_TOTAL or any(part.file_size > MAX_PART for part in parts):
        archive.close()
        raise PackageError(
            f"the workbook unpacks to {total:,} bytes in {len(parts):,} parts: not safe",
            "save a workbook that holds the specification alone",
        )
    return archive


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as stream:
            content = stream.read(MAX_PART + 1)
    except KeyError:
        raise PackageError(
            f"the workbook lacks its part {name}", "save it again from Excel as .xlsx"
        ) from None
    except RuntimeError:
        raise PackageError("the workbook is encrypted", "remove the password and save it as .xlsx") from None
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError):
        raise PackageError(
            f"the file is damaged in its part {name}", "put it back from its last good copy"
        ) from None
    if len(content) > MAX_PART:
        raise PackageError(
            f"part {name} is larger than is safe", "save a workbook that holds the specification alone"
        )
    return content


def _refuse(*_: object) -> None:
    raise PackageError(
        "the workbook holds a document type declaration, which is not safe", "save it again from Excel"
    )


def _parse(
    content: bytes, start: _Start, end: Callable[[str], None] | None, data: Callable[[str], None] | None
) -> None:
    """Run expat over a part, with document type declarations and entities refused."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise PackageError(
            f"the workbook holds broken XML ({error})", "save it again from Excel as .xlsx"
        ) from None


def _local(tag: str) -> str:
    return tag.rsplit(":", 1)[-1]


def _contents(archive: zipfile.ZipFile) -> tuple[dict[str, str], bool, str, str]:
    """Sheet name → part, whether days count from 1904, and the parts of strings and styles."""
    names = set(archive.namelist())
    main = "xl/workbook.xml"
    if main not in names:
        targets = [
            target for _, kind, target in _relations(archive, "_rels/.rels", "") if kind == "officeDocument"
        ]
        main = targets[0] if targets else main
    if main not in names:
        raise PackageError(
            "the file is a zip, but not an .xlsx workbook", "save the workbook from Excel as .xlsx"
        )
    folder, base = posixpath.split(main)
    related = _relations(archive, f"{folder}/_rels/{base}.rels", folder)
    by_id = {key: target for key, _, target in related}
    sheets: dict[str, str] = {}
    epoch = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal epoch
        name = _local(tag)
        if name == "workbookPr":
            epoch = attributes.get("date1904", "0") in {"1", "true"}
        elif name == "sheet":
            key = next((value for at, value in attributes.items() if _local(at) == "id" and ":" in at), "")
            if key in by_id and "worksheets/" in by_id[key]:
                sheets[attributes.get("name", "")] = by_id[key]

    _parse(_read(archive, main), start, None, None)
    if not sheets:
        raise PackageError("the workbook has no worksheet", "save it again from Excel as .xlsx")
    part = {kind: target for _, kind, target in related}
    return sheets, epoch, part.get("sharedStrings", ""), part.get("styles", "")


def _relations(archive: zipfile.ZipFile, name: str, folder: str) -> list[tuple[str, str, str]]:
    """(id, last word of the type, part) of each relation that stays inside the package."""
    found: list[tuple[str, str, str]] = []
    if name not in archive.namelist():
        return found

    def start(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            whole = (
                target.lstrip("/")
                if target.startswith("/")
                else posixpath.normpath(posixpath.join(folder, target))
            )
            found.append((attributes.get("Id", ""), attributes.get("Type", "").rsplit("/", 1)[-1], whole))

    _parse(_read(archive, name), start, None, None)
    return found


def _shared_strings(content: bytes) -> list[str]:
    strings: list[str] = []
    pieces: list[str] = []
    state = {"text": False, "phonetic": 0}

    def start(tag: str, _: dict[str, str]) -> None:
        name = _local(tag)
        if name == "si":
            pieces.clear()
        elif name == "rPh":
            state["phonetic"] += 1
        elif name == "t":
            state["text"] = not state["phonetic"]

    def end(tag: str) -> None:
        name = _local(tag)
        if name == "si":
            strings.append(_unescape("".join(pieces)))
        elif name == "rPh":
            state["phonetic"] -= 1
        elif name == "t":
            state["text"] = False

    def data(text: str) -> None:
        if state["text"]:
            pieces.append(text)

    _parse(content, start, end, data)
    return strings


def _unescape(text: str) -> str:
    """Undo `_x000D_`, the way in which a workbook writes control characters."""
    if "_x" not in text:
        return text
    whole = _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text)
    # Halves of a surrogate pair are letters of no text: a text that holds one stays as it is written.
    whole = whole.replace("\r\n", "\n")
    return text if any("\ud800" <= letter <= "\udfff" for letter in whole) else whole


def _date_styles(content: bytes) -> list[bool]:
    """For each cell style, whether it shows a number as a date or a time."""
    custom: dict[int, bool] = {}
    styles: list[bool] = []
    inside = {"cellXfs": False}

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if name == "numFmt":
            code = _NOT_CODE.sub("", attributes.get("formatCode", ""))
            custom[_whole(attributes.get("numFmtId", ""))] = any(letter in code.lower() for letter in "dmyhs")
        elif name == "cellXfs":
            inside["cellXfs"] = True
        elif name == "xf" and inside["cellXfs"]:
            number = _whole(attributes.get("numFmtId", ""))
            styles.append(custom.get(number, number in _BUILTIN_DATES))

    def end(tag: str) -> None:
        if _local(tag) == "cellXfs":
            inside["cellXfs"] = False

    _parse(content, start, end, None)
    return styles


def _whole(text: str, otherwise: int = 0) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise


def number_text(text: str) -> str:
    """A stored number as a person would write it: `1.0` → `1`, `0.10000000000000001` → `0.1`."""
    try:
        value = float(text)
    except ValueError:
        return text
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _date_text(text: str, epoch_1904: bool) -> str:
    try:
        days = float(text)
        if days < 1 and not epoch_1904:
            moment = datetime(2000, 1, 1) + timedelta(seconds=round(days * 86400))  # noqa: DTZ001
            return moment.strftime("%H:%M:%S")
        start = datetime(1904, 1, 1) if epoch_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
        moment = start + timedelta(seconds=round(days * 86400))
    except (ValueError, OverflowError):
        return text
    return moment.date().isoformat() if moment.time() == datetime.min.time() else moment.isoformat()


def split_reference(reference: str) -> tuple[int, int]:
    """Row and column (1-based) of `F23`. Raises `ValueError` for anything else."""
    match = _REFERENCE.match(reference)
    if match is None or int(match[2]) > MAX_ROW:
        raise ValueError(reference)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


class _SheetReader:
    """Expat handlers that fill a `Grid`."""

    def __init__(self, name: str, strings: list[str], dates: list[bool], epoch_1904: bool) -> None:
        self.grid = Grid(name)
        self._strings = strings
        self._dates = dates
        self._epoch = epoch_1904
        self._row = 0
        self._column = 0
        self._inside = 0  # the row element that cells are in, and how their references end
        self._digits = ""
        self._columns: dict[str, int] = {}
        self._count = 0
        self._cell: dict[str, str] = {}
        self._formula = False
        self._value: list[str] = []
        self._take = False
        self._phonetic = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag if ":" not in tag else _local(tag)
        if name == "c":
            self._move(attributes.get("r"))
            self._cell = attributes
            self._formula = False
            if self._value:
                self._value = []
        elif name == "v":
            self._take = True
        elif name == "t":
            self._take = not self._phonetic
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._row = _whole(attributes.get("r", ""), self._row + 1)
            self._inside, self._digits = self._row, str(self._row or "")
            self._column = 0
            if self._row > MAX_ROW:
                raise PackageError(f"sheet {self.grid.name} has a row {self._row}", "save it again")
        elif name == "mergeCell":
            self.grid.merged.append(attributes.get("ref", ""))
        elif name == "rPh":
            self._phonetic += 1

    def data(self, text: str) -> None:
        if self._take:
            self._value.append(text)

    def end(self, tag: str) -> None:
        name = tag if ":" not in tag else _local(tag)
        if name == "c":
            if self._value or self._formula:
                self._finish()
        elif name in {"v", "t"}:
            self._take = False
        elif name == "rPh":
            self._phonetic -= 1

    def _move(self, reference: str | None) -> None:
        """Go to the cell of a reference; without one, to the next."""
        if not reference:
            self._column += 1
            return
        if self._digits and reference.endswith(self._digits):
            column = self._columns.get(reference[: -len(self._digits)])
            if column is not None:
                self._row, self._column = self._inside, column
                return
        try:
            self._row, self._column = split_reference(reference)
        except ValueError:
            raise PackageError(
                f"sheet {self.grid.name} has a cell at '{reference}'", "save it again"
            ) from None
        self._columns[reference.rstrip("0123456789")] = self._column

    def _finish(self) -> None:
        self._count += 1
        if self._count > MAX_CELLS:
            raise PackageError(
                f"sheet {self.grid.name} has more than {MAX_CELLS:,} cells", "remove what is not needed"
            )
        text, kind = "".join(self._value), "text"
        cell_type = self._cell.get("t", "n")
        if cell_type == "s":
            try:
                text = self._strings[int(text)]
            except (ValueError, IndexError):
                raise PackageError(
                    f"sheet {self.grid.name} names a text that is not there", "save it again"
                ) from None
        elif cell_type == "e":
            kind = "error"
        elif cell_type == "b":
            text, kind = ("TRUE" if text == "1" else "FALSE"), "flag"
        elif cell_type == "d":
            kind = "date"
        elif cell_type == "n":
            style = _whole(self._cell.get("s", ""))
            is_date = style < len(self._dates) and self._dates[style]
            text, kind = (_date_text(text, self._epoch), "date") if is_date else (number_text(text), "number")
        else:
            text = _unescape(text)
        if self._formula:
            kind = "formula"
        self.grid.rows.setdefault(self._row, {})[self._column] = Cell(text, kind)
