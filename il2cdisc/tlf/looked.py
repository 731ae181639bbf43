"""The register of displays: of each the hash of its content, and the check that was recorded of it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import pandas as pd

from il2cdisc.base.columns import CodedTable
from il2cdisc.base.problems import Kind, Problem, Severity
from il2cdisc.spec.tlf import Display
from il2cdisc.tlf.header import HeaderInfo
from il2cdisc.tlf.layout import lay_out
from il2cdisc.tlf.pages import Page, page_of
from il2cdisc.tlf.table import DisplayTable

CHANGED = Kind(
    "TLF020",
    "Display changed since its check",
    Severity.FINDING,
    "Check the display again, and write the new day and the hash of tlf/displays.csv; or clear the check.",
)
NOT_CHECKED, VALID, OUTDATED = "not checked", "checked", "changed since the check"
REGISTER = "displays.csv"
_HEADER = (
    "display", "number", "title", "population", "check", "checked_by", "checked_on", "checked_hash", "hash",
    "status",
)  # fmt: skip


def content_hash(table: DisplayTable, page: Page) -> str:
    """16 hexadecimal digits of the SHA-256 of all that a reader sees but the running lines of the pages.

    Titles, populations, footnotes, headers and cells; neither the time of the run nor the status.
    """
    seen = [
        page.titles,
        page.subtitles,
        page.notes,
        table.header,
        [(row.indent, row.cells) for row in table.rows],
        table.empty,
    ]
    text = json.dumps(seen, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def status_of(display: Display, now: str) -> str:
    """What the recorded check is worth, `now` being the hash of the content."""
    if not display.looked.level:
        return NOT_CHECKED
    return VALID if display.looked.hash == now else OUTDATED


def changed(
    displays: Iterable[Display],
    results: pd.DataFrame,
    header: HeaderInfo,
    listed: Mapping[str, CodedTable] = MappingProxyType({}),
) -> Iterator[Problem]:
    """A finding for each display whose content is not what was looked at."""
    for display in displays:
        if not display.looked.hash:
            continue
        table = lay_out(display, results, listed.get(display.id))
        now = content_hash(table, page_of(display, header, table.notes))
        if status_of(display, now) == OUTDATED:
            what = f"{display.id} is not what {display.looked.by} looked at on {display.looked.on}"
            yield CHANGED.at(display.at("Checked Hash"), what, values=[display.looked.hash, now])


def register(displays: Sequence[Display], hashes: Sequence[str], header: HeaderInfo) -> bytes:
    """`displays.csv`: a line for each display with its check, its hash now, and its status; UTF-8."""
    out = io.StringIO(newline="")
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(_HEADER)
    for display, now in zip(displays, hashes, strict=True):
        looked = display.looked
        lines.writerow(
            [
                display.id, display.full_number, header.title(display), display.population, looked.level,
                looked.by, looked.on, looked.hash, now, status_of(display, now),
            ]
        )  # fmt: skip
    return out.getvalue().encode()
