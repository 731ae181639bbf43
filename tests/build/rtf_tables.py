"""Reads a table back from its RTF file: rows of cells as a reader sees them. No import of the engine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_TOKEN = re.compile(r"\\u(-?\d+) ?\??|\\'([0-9a-f]{2})|\\([a-z]+)(-?\d+)? ?|\\([{}\\~_*-])|([{}])|([^\\{}]+)")
_SPACES = re.compile(r"[\s\u00a0\u2007\u2008\u2009\u202f]+")


@dataclass(frozen=True)
class RtfRow:
    """A row: labels from the broadest on (its own last), and the cells behind the label."""

    path: tuple[str, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True)
class RtfTable:
    """A table: the texts of its header, and its rows without those repeated at the top of a page."""

    header: tuple[str, ...]
    rows: tuple[RtfRow, ...]

    def cells(self, *path: str) -> tuple[str, ...]:
        """The cells of the one row below these labels."""
        found = [row.cells for row in self.rows if row.path[-len(path) :] == path]
        assert len(found) == 1, (path, len(found))
        return found[0]

    @property
    def sizes(self) -> dict[str, int]:
        """The N of each column of the header."""
        found = (re.fullmatch(r"(.*) \(N=(\d+)\)", text) for text in self.header)
        return {match[1]: int(match[2]) for match in found if match}


def read_table(path: Path) -> RtfTable:
    """The table of a display; rows of several pages together."""
    header: tuple[str, ...] = ()
    rows: list[RtfRow] = []
    labels: list[tuple[int, str]] = []
    for line in re.findall(r"\\trowd(.*?)\\row\b", path.read_text("ascii"), flags=re.DOTALL):
        indent, cells = _cells(line)
        if "\\trhdr" in line:
            assert header in ((), cells), "another header on another page"
            header = cells
            continue
        label = cells[0]
        if label.endswith(" (continued)"):
            continue
        labels = [item for item in labels if item[0] < indent] + [(indent, label)]
        if len(cells) > 1 and any(cells[1:]):
            rows.append(RtfRow(tuple(text for _, text in labels), cells[1:]))
    return RtfTable(header, tuple(rows))


def _cells(line: str) -> tuple[int, tuple[str, ...]]:
    """The indent of the first cell in twips, and the texts of the cells."""
    texts: list[str] = []
    text, indent = "", 0
    for found in _TOKEN.finditer(line):
        code, byte, word, number, symbol, _, plain = found.groups()
        if code:
            text += chr(int(code) % 65536)
        elif byte:
            text += bytes.fromhex(byte).decode("cp1252")
        elif word == "cell":
            texts.append(_SPACES.sub(" ", text).strip())
            text = ""
        elif word == "line":
            text += " "
        elif word == "li" and not texts:
            indent = int(number or 0)
        elif symbol:
            text += {"~": " ", "_": "-"}.get(symbol, symbol if symbol in "{}\\" else "")
        elif plain:
            text += plain.replace("\n", "").replace("\r", "")
    return indent, tuple(texts)
