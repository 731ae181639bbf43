"""Tables that a trial brings for its derivations: queries, toxicity criteria, rules of scoring."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from il2cdisc.adam.problems import UNUSABLE_TABLE
from il2cdisc.base.problems import Address, Stopped, at_line, did_you_mean
from il2cdisc.spec.workbook import open_workbook


def read_table(path: Path | str, *, columns: Sequence[str], sheet: str = "") -> pd.DataFrame:
    """A table of a CSV file (UTF-8, comma) or of a `sheet` of a workbook, as text; a blank cell is missing.

    `columns` must be there; others are read, too. Blanks around a value are left out, rows without any value
    are skipped, and nothing else is changed: `NA` is a text.

    Raises `Stopped` with ADM046 for a file that is missing, is not UTF-8, has lines of another number of
    fields than its header, or does not have a column; with the kinds of the specification for a workbook.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> text = "VARIABLE,QUERY,TERM\\nCQ01NAM,SKIN REACTION,Rash\\n"
    >>> _ = (folder / "queries.csv").write_text(text, encoding="utf-8")
    >>> read_table(folder / "queries.csv", columns=["VARIABLE", "QUERY", "TERM"])
      VARIABLE          QUERY  TERM
    0  CQ01NAM  SKIN REACTION  Rash
    """
    path = Path(path)
    header, rows = _of_sheet(path, sheet, columns) if sheet else _of_csv(path)
    missing = [name for name in columns if name not in header]
    if missing:
        where = Address(file=str(path), sheet=sheet)
        raise Stopped(
            UNUSABLE_TABLE.at(where, f"the table has no column {name}", hint=did_you_mean(name, header))
            for name in missing
        )
    filled = [[value.strip(" \t") or None for value in row] for row in rows]
    filled = [row for row in filled if any(value is not None for value in row)]
    values = {name: pd.array([row[n] for row in filled], dtype="str") for n, name in enumerate(header)}
    return pd.DataFrame(values)


def _of_csv(path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), strict=True) if line]
    except OSError as error:
        said = error.strerror or type(error).__name__
        raise Stopped([UNUSABLE_TABLE.at(str(path), f"the file can't be read: {said}")]) from None
    except UnicodeDecodeError as error:
        what = f"the file is not UTF-8: byte {error.start + 1} is 0x{error.object[error.start]:02X}"
        raise Stopped([UNUSABLE_TABLE.at(str(path), what)]) from None
    except csv.Error as error:
        raise Stopped([UNUSABLE_TABLE.at(str(path), f"the file is not CSV: {error}")]) from None
    header, *rows = [[name.strip() for name in lines[0]], *lines[1:]] if lines else [[]]
    wrong = [number for number, row in enumerate(rows, start=2) if len(row) != len(header)]
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise Stopped([UNUSABLE_TABLE.at(str(path), "the header has a column twice", values=repeated)])
    if wrong:
        what = f"{len(wrong)} of {len(rows)} lines do not have the header's {len(header)} fields"
        raise Stopped([UNUSABLE_TABLE.at(at_line(str(path), wrong[0]), what)])
    return header, rows


def _of_sheet(path: Path, sheet: str, columns: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    book = open_workbook(path)
    try:
        found = book.rows(sheet, columns, others=True)
        headers = list(found[0].place.columns) if found else list(book.headers(sheet))
    finally:
        book.close()
    book.problems.stop_if_any()
    return headers, [[row.text(name) for name in headers] for row in found]
