"""Changes that say the same in another way: none may change an output."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from openpyxl import load_workbook
from trial import Trial


def columns_in_another_order(folder: Path) -> None:
    trial = Trial(folder)
    for table in trial.tables.values():
        for _, cells in table.rows:
            cells.append(cells.pop(0))
        table.write()


def other_line_ends(folder: Path) -> None:
    for table in Trial(folder).tables.values():
        table.ending = "\r\n" if table.ending == "\n" else "\n"
        table.write()


def all_quoted(folder: Path) -> None:
    import csv
    import io

    for table in Trial(folder).tables.values():
        stream = io.StringIO(newline="")
        csv.writer(
            stream, delimiter=table.delimiter, lineterminator=table.ending, quoting=csv.QUOTE_ALL
        ).writerows(cells for _, cells in table.rows)
        table.path.write_bytes(stream.getvalue().encode(table.encoding))


def saved_by_openpyxl(folder: Path) -> None:
    for path in sorted((folder / "specs").glob("*.xlsx")):
        load_workbook(path).save(path)


def columns_of_a_sheet_in_another_order(folder: Path) -> None:
    for path in sorted((folder / "specs").glob("*.xlsx")):
        book = load_workbook(path)
        for sheet in book:
            last = sheet.max_column
            for row in sheet.iter_rows():
                values = [cell.value for cell in row]
                for cell, value in zip(row, [*values[1:last], values[0]], strict=True):
                    cell.value = value
        book.save(path)


def saved_by_libreoffice(folder: Path) -> None:
    """Raises `LookupError` where LibreOffice is not installed, or writes no file."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise LookupError("LibreOffice is not installed")
    paths = sorted((folder / "specs").glob("*.xlsx"))
    with tempfile.TemporaryDirectory() as place:
        out, profile = Path(place, "saved"), Path(place, "profile")
        command = [program, "--headless", "--norestore", f"-env:UserInstallation=file://{profile}",
                   "--convert-to", "xlsx", "--outdir", str(out), *map(str, paths)]  # fmt: skip
        for _ in range(2):  # the first start may make its profile and end without a word
            said = _said(command)
            absent = [path.name for path in paths if not (out / path.name).is_file()]
            if not absent:
                break
        else:
            raise LookupError(f"LibreOffice did not write {', '.join(absent)}; it said: {said}")
        for path in paths:
            shutil.copy(out / path.name, path)


def _said(command: list[str]) -> str:
    """What LibreOffice prints, in one line; it may end with 0 and have written nothing."""
    try:
        done = subprocess.run(
            command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=180
        )
    except subprocess.TimeoutExpired:
        return "nothing in 180 seconds"
    return f"{' '.join(done.stdout.split()) or 'nothing'} (exit code {done.returncode})"


CHANGES: dict[str, Callable[[Path], None]] = {
    "columns in another order": columns_in_another_order,
    "other line ends": other_line_ends,
    "all fields quoted": all_quoted,
    "workbooks saved by openpyxl": saved_by_openpyxl,
    "columns of sheets in another order": columns_of_a_sheet_in_another_order,
    "workbooks saved by LibreOffice": saved_by_libreoffice,
}
NAMES_INPUTS = ("manifest.json", "raw/receipts.json")
"""Outputs that hold digests of inputs: they may differ."""


def outputs_of(folder: Path) -> dict[str, bytes]:
    """Every output but those that hold digests of inputs."""
    return {
        name: path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (name := path.relative_to(folder).as_posix()) not in NAMES_INPUTS
    }
