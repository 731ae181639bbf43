"""A trial's inputs as the mutators see them: study.toml, the data dictionary, and text files cell by cell."""

from __future__ import annotations

import csv
import io
import re
import shutil
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SHIPPED, SECOND = ROOT, ROOT / "tests" / "second_trial"
PARTS = ("raw", "specs", "mappings", "study.toml", "accepted.toml")
NUMERIC = ("integer", "decimal")


def copy_trial(trial: Path, to: Path) -> Path:
    """The inputs of a trial in a folder of their own."""
    to.mkdir(parents=True)
    for name in PARTS:
        source = trial / name
        if source.is_dir():
            shutil.copytree(source, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, to / name)
    return to


@dataclass(frozen=True)
class Column:
    """A line of the data dictionary."""

    form: str
    column: str
    label: str
    type: str
    codes: tuple[str, ...]
    range: str

    @property
    def limits(self) -> tuple[float, float] | None:
        """The range of a numeric column, where it is written as `a-b`."""
        number = r"-?\d+(?:\.\d+)?"
        found = re.fullmatch(rf"({number})-({number})", self.range.strip())
        return (float(found[1]), float(found[2])) if found and self.type in NUMERIC else None


@dataclass
class Table:
    """A delimited text file: `rows` are (line, cells), the header first."""

    path: Path
    shown: str
    encoding: str
    delimiter: str
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    ending: str = "\n"

    @property
    def header(self) -> list[str]:
        return self.rows[0][1]

    @property
    def records(self) -> list[tuple[int, list[str]]]:
        return self.rows[1:]

    def place(self, line: int, column: str) -> str:
        return f"{self.shown}:{line} {column}"

    def can_hold(self, value: str) -> bool:
        """Whether the encoding of the file has the characters of a value."""
        try:
            value.encode(self.encoding)
        except UnicodeEncodeError:
            return False
        return True

    def text(self) -> str:
        stream = io.StringIO(newline="")
        csv.writer(stream, delimiter=self.delimiter, lineterminator=self.ending).writerows(
            cells for _, cells in self.rows
        )
        return stream.getvalue()

    def write(self) -> None:
        self.path.write_bytes(self.text().encode(self.encoding))


def read_table(path: Path, shown: str, encoding: str = "utf-8", delimiter: str = ",") -> Table:
    """Read a text file; raises `ValueError` where writing it back would change a byte."""
    content = path.read_bytes()
    text = content.decode(encoding)
    table = Table(path, shown, encoding, delimiter, ending="\r\n" if "\r\n" in text else "\n")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    before = 0
    for cells in reader:
        table.rows.append((before + 1, cells))
        before = reader.line_num
    if table.text().encode(encoding) != content:
        raise ValueError(f"{shown} is not written as Python's csv writes it")
    return table


class Trial:
    """The inputs of a trial in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def study(self) -> dict[str, Any]:
        return tomllib.loads((self.folder / "study.toml").read_text(encoding="utf-8"))

    @cached_property
    def dictionary_path(self) -> str:
        return self.study["paths"]["dictionary"]

    @cached_property
    def columns(self) -> list[Column]:
        table = read_table(self.folder / self.dictionary_path, self.dictionary_path)
        out: list[Column] = []
        for _, cells in table.records:
            row = dict(zip(table.header, cells, strict=True))
            codes = tuple(part.partition("=")[0] for part in row["codes"].split(";") if part)
            out.append(Column(row["form"], row["column"], row["label"], row["type"], codes, row["range"]))
        return out

    @cached_property
    def forms(self) -> dict[str, dict[str, Any]]:
        """Forms of `study.toml` that are delimited text."""
        return {
            name: form
            for name, form in self.study["forms"].items()
            if str(form.get("file", "")).endswith((".csv", ".tsv", ".txt"))
        }

    def table(self, form: str) -> Table:
        source = self.forms[form]
        shown = f"{self.study['paths'].get('raw', 'raw')}/{source['file']}"
        return read_table(
            self.folder / shown, shown, source.get("encoding", "utf-8"), source.get("delimiter", ",")
        )

    @cached_property
    def tables(self) -> dict[str, Table]:
        return {form: self.table(form) for form in self.forms}

    def keys(self, form: str) -> tuple[str, ...]:
        """Columns that link the form's records to subjects."""
        subject = self.forms[form].get("subject")
        return (subject,) if isinstance(subject, str) else (subject["by"],) if subject else ()
