"""What a writer of displays is given, and what it declares about itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from il2cdisc.spec.tlf import Display, Kind
from il2cdisc.tlf.figure import Drawing
from il2cdisc.tlf.header import HeaderInfo
from il2cdisc.tlf.pages import Page
from il2cdisc.tlf.table import DisplayTable


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Writer:
    """A file format: the suffix of its files, the kinds of display that it is for, and what writes them.

    `data`: the file holds the numbers of a display and not its pages.
    """

    suffix: str
    kinds: tuple[Kind, ...]
    write: Callable[[Layout], bytes]
    data: bool = False
