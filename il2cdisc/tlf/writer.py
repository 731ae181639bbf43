"""What a writer of displays is given, and what it declares about itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from il2cdisc.spec.tlf import Display, Kind
from il2cdisc.tlf.figure import Drawing
from il2cdisc.tlf.header import HeaderInfo
from il2cdisc.tlf.pages import Page
from il2cdisc.tlf.sheets import NO_TABLE, Sheet, notes_of, sheets_of
from il2cdisc.tlf.table import DisplayTable


@dataclass(frozen=True)
class Layout:
    """A display that is ready to be written.

    `table` is its body, of a figure the table of its points; `page` is what surrounds it; `drawing` is that
    of a figure. `data_files` are its files of numbers: suffix and name of each.
    """

    display: Display
    header: HeaderInfo
    page: Page
    table: DisplayTable
    drawing: Drawing | None = None
    data_files: tuple[tuple[str, str], ...] = ()

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """Its pages, the same in every format that has pages; a figure has one."""
        body = (NO_TABLE,) if self.drawing else sheets_of(self.table, self.page)
        return (*body, *notes_of(self.page))

    @property
    def title(self) -> str:
        """Number and title in one line."""
        return " ".join(self.page.titles)

    @property
    def picture(self) -> Drawing | None:
        """The drawing, unless it would show nothing: the display then says so."""
        return None if self.table.empty else self.drawing


@dataclass(frozen=True, slots=True)
class Written:
    """A display as the document of all displays takes it: title, number of pages, and its part."""

    display: Display
    title: str
    pages: int
    content: bytes


@dataclass(frozen=True, slots=True)
class DocumentFormat:
    """The file of all displays in a format; `part` is what it takes of each (None: the display's file)."""

    write: Callable[[Sequence[Written], HeaderInfo], bytes]
    part: Callable[[Layout], bytes] | None = None


@dataclass(frozen=True, slots=True)
class Writer:
    """A file format: the suffix of its files, the kinds of display that it is for, and what writes them.

    `data`: the file holds the numbers of a display and not its pages. `document` makes one file of all
    displays, for formats that have one.
    """

    suffix: str
    kinds: tuple[Kind, ...]
    write: Callable[[Layout], bytes]
    data: bool = False
    document: DocumentFormat | None = None
