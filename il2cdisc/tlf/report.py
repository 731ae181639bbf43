"""The sections of the report that displays belong to, by their numbers (ICH E3), and the list of contents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from il2cdisc.spec.tlf import Display
from il2cdisc.tlf.header import HeaderInfo
from il2cdisc.tlf.pages import PAPERS, Page
from il2cdisc.tlf.table import DisplayTable, TableRow
from il2cdisc.tlf.writer import Layout, Written

SECTIONS = {
    "14.1": "Demographic data",
    "14.2": "Efficacy data",
    "14.3": "Safety data",
    "16.1": "Study information",
    "16.2": "Subject data listings",
}
OTHER = "Other displays"
CONTENTS = "Contents"
HEADING = "Tables, listings and figures"


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A section of the report and its displays."""

    number: str
    name: str
    displays: tuple[Display, ...]

    @property
    def title(self) -> str:
        """`14.2 Efficacy data`."""
        return f"{self.number} {self.name}".strip()


def sections(displays: Sequence[Display]) -> list[ReportSection]:
    """The sections that have displays, each in the order of the numbers; those of no section come last."""
    parts: dict[str, list[Display]] = {number: [] for number in (*SECTIONS, "")}
    for display in sorted(displays, key=lambda display: number_order(display.number)):
        number = ".".join(display.number.split(".")[:2])
        parts[number if number in SECTIONS else ""].append(display)
    return [
        ReportSection(number, SECTIONS.get(number, OTHER), tuple(found))
        for number, found in parts.items()
        if found
    ]


def number_order(number: str) -> tuple[tuple[int, str], ...]:
    """What sorts 14.2.2 before 14.2.10.

    >>> sorted(["14.2.10", "14.2.2", "14.1"], key=number_order)
    ['14.1', '14.2.2', '14.2.10']
    """
    return tuple((int(part) if part.isdigit() else 0, part) for part in re.split(r"[.\-]", number))


@dataclass(frozen=True, slots=True)
class ContentsEntry:
    """A display of a document with the page that it begins on, from 1."""

    display: Display
    page: int


@dataclass(frozen=True, slots=True)
class Contents:
    """The list of contents as a display, and the entries of each section in its order."""

    layout: Layout
    sections: tuple[tuple[ReportSection, tuple[ContentsEntry, ...]], ...]

    @property
    def entries(self) -> list[ContentsEntry]:
        """All entries in their order."""
        return [entry for _, entries in self.sections for entry in entries]


def contents(written: Sequence[Written], header: HeaderInfo) -> Contents:
    """The contents of a document of these displays, which comes before them."""
    parts = sections([item.display for item in written])
    lengths = {item.display.id: item.pages for item in written}
    pages = 1
    while True:  # the list's own pages count, and depend on nothing but its rows
        numbered = tuple(_numbered(parts, lengths, pages))
        made = Contents(_layout(numbered, header), numbered)
        if len(made.layout.sheets) == pages:
            return made
        pages = len(made.layout.sheets)


def _numbered(
    parts: Iterable[ReportSection], lengths: dict[str, int], before: int
) -> Iterable[tuple[ReportSection, tuple[ContentsEntry, ...]]]:
    page = before + 1
    for part in parts:
        entries: list[ContentsEntry] = []
        for display in part.displays:
            entries.append(ContentsEntry(display, page))
            page += lengths[display.id]
        yield part, tuple(entries)


def _layout(parts: Sequence[tuple[ReportSection, tuple[ContentsEntry, ...]]], header: HeaderInfo) -> Layout:
    rows: list[TableRow] = []
    for block, (part, entries) in enumerate(parts):
        rows.append(TableRow((part.title, "", "", ""), head=True, keep=True, block=block))
        rows += [_row(part, entry, block) for entry in entries]
    table = DisplayTable(
        ("Display", "Title", "Population", "Page"), tuple(rows), (0.14, 0.5, 0.3, 0.06), listing=True
    )
    page = Page(
        paper=PAPERS[header.paper],
        running=((header.sponsor, ""), (f"Protocol {header.protocol}", header.status)),
        titles=(CONTENTS, header.marked(HEADING)),
        subtitles=(),
        footnotes=("Page: of this file. Each display counts its own pages.",),
        closing=((f"Program: {header.program}", header.run_line),),
    )
    display = Display(
        id=CONTENTS,
        kind="Listing",
        number="",
        title=HEADING,
        population="",
        population_dataset="",
        treatment="",
    )
    return Layout(display, header, page, table)


def _row(part: ReportSection, entry: ContentsEntry, block: int) -> TableRow:
    shown = entry.display
    title = f"{shown.title}: {shown.subtitle}" if shown.subtitle else shown.title
    cells = (shown.full_number, title, shown.population, str(entry.page))
    return TableRow(cells, block=block, heads=((0, part.title),))
