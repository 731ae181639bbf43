"""The sheets of an XLSX workbook: cells as text, and what their values do not show.

Two ways to read a sheet: `SheetPackage.grid` gives every cell with what it is (for specifications), and
`cell_values` with `SheetPackage.marks` the values of a large table and, apart, formulas, errors, comments and
what is hidden (for raw data). Formulas are reported, never run.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from il2cdisc.transport.cells import (
    Grid,
    MarkReader,
    Marks,
    SheetReader,
    Style,
    Where,
    cell_styles,
    shared_strings,
    split_reference,
)
from il2cdisc.transport.ooxml import (
    SPECIFICATION,
    Attributes,
    Container,
    PackageError,
    UnpackLimits,
    content_of,
    parse,
)


@dataclass(frozen=True, slots=True)
class _PackagedSheet:
    part: str
    hidden: bool


class SheetPackage:
    """An opened workbook, a file or its bytes; sheets are parsed when they are asked for."""

    def __init__(self, source: Path | bytes, limits: UnpackLimits = SPECIFICATION) -> None:
        content = source if isinstance(source, bytes) else content_of(source, limits)
        self._container = Container(content, limits)
        self._strings: list[str] | None = None
        self._styles: list[Style] | None = None
        try:
            main = _main(self._container)
            self._sheets, self._epoch_1904 = _sheets(self._container, main)
            self._parts = {relation.kind: relation.part for relation in self._container.relations(main)}
        except PackageError:
            self.close()
            raise

    @property
    def sheets(self) -> tuple[str, ...]:
        """Names of the sheets, in the order of the tabs; hidden ones too."""
        return tuple(self._sheets)

    def grid(self, name: str) -> Grid:
        """The cells of one sheet."""
        if self._strings is None or self._styles is None:
            strings, styles = (self._parts.get(kind, "") for kind in ("sharedStrings", "styles"))
            self._strings = shared_strings(self._container.read(strings)) if strings else []
            self._styles = cell_styles(self._container.read(styles)) if styles else []
        reader = SheetReader(name, self._strings, self._styles, self._epoch_1904)
        return reader.read(self._container.read(self._sheets[name].part))

    def marks(self, name: str) -> Marks:
        """Formulas, errors, comments, and what is hidden, of one sheet."""
        sheet = self._sheets[name]
        marks = MarkReader().read(self._container.read(sheet.part))
        marks.comments = _comments(self._container, sheet.part)
        marks.hidden = sheet.hidden
        return marks

    def is_empty(self, name: str) -> bool:
        """Whether no cell of a sheet holds anything."""
        reader = MarkReader()
        reader.read(self._container.read(self._sheets[name].part))
        return not reader.filled

    def verify(self) -> None:
        """Unpack every part once, before another reader does."""
        self._container.verify()

    def close(self) -> None:
        self._container.close()


def cell_values(content: bytes, sheet: str) -> tuple[list[list[Any]], list[tuple[Where, Where]]]:
    """The values of a sheet from row 1 on, and its merged ranges (0-based corners), by calamine.

    Open the bytes as `SheetPackage` and `verify` it first: calamine has no limits. Raises `PackageError` for
    whatever fails there, panics of its language too.
    """
    import python_calamine

    try:
        found = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(sheet)
        return found.to_python(skip_empty_area=False), found.merged_cell_ranges or []
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # noqa: BLE001 - a panic is no Exception
        short = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
        why = f"The sheet '{sheet}' is damaged ({short})."
        raise PackageError(why, "Put the workbook back from its last good copy.") from None


def _main(container: Container) -> str:
    """The part of the workbook itself: where the package says it is, else where Excel puts it."""
    found = [relation.part for relation in container.relations("") if relation.kind == "officeDocument"]
    for name in (*found, "xl/workbook.xml"):
        if name in container:
            return name
    why = "The file is a zip archive, but not an .xlsx workbook."
    raise PackageError(why, "Save the workbook from Excel as .xlsx.")


def _sheets(container: Container, main: str) -> tuple[dict[str, _PackagedSheet], bool]:
    """Name → worksheet, in the order of the tabs, and whether days count from 1904."""
    parts = {item.key: item.part for item in container.relations(main) if item.kind == "worksheet"}
    sheets: dict[str, _PackagedSheet] = {}
    epoch: list[bool] = [False]

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "workbookPr":
            epoch[0] = attributes.get("date1904") in {"1", "true"}
        elif tag == "sheet":
            key = next((value for at, value in attributes.items() if at.endswith(" id")), "")
            if key in parts:
                hidden = attributes.get("state", "visible") != "visible"
                sheets[attributes.get("name", "")] = _PackagedSheet(parts[key], hidden)

    parse(container.read(main), start)
    if not sheets:
        raise PackageError("The workbook has no worksheet.", "Save it again from Excel as .xlsx.")
    return sheets, epoch[0]


def _comments(container: Container, sheet: str) -> dict[Where, str]:
    """Comments of a sheet by cell; of a thread its messages, not the note that stands in for it."""
    found: dict[Where, str] = {}
    by_kind = {"comments": "comment", "threadedComment": "threadedComment"}
    related = [item for item in container.relations(sheet) if item.kind in by_kind and item.part in container]
    for item in sorted(related, key=lambda item: list(by_kind).index(item.kind)):
        for where, texts in _comment_texts(container.read(item.part), by_kind[item.kind]).items():
            found[where] = " / ".join(text for text in texts if text)
    return found


def _comment_texts(content: bytes, element: str) -> dict[Where, list[str]]:
    found: dict[Where, list[str]] = {}
    pieces: list[str] = []
    inside = [False]

    def start(tag: str, attributes: Attributes) -> None:
        if tag == element:
            try:
                found.setdefault(split_reference(attributes.get("ref", "")), []).append("")
            except ValueError:
                raise PackageError("A comment has no cell.", "Save it again as .xlsx.") from None
        inside[0] = tag == "t" or (tag == "text" and element == "threadedComment")

    def data(text: str) -> None:
        if inside[0]:
            pieces.append(text)

    def end(tag: str) -> None:
        inside[0] = False
        if tag == element:
            next(reversed(found.values()))[-1] = " ".join("".join(pieces).split())
            pieces.clear()

    parse(content, start, end, data)
    return found
