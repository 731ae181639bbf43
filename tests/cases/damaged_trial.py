"""The shipped trial with all that several files of tests damage in it: built once, up to the checks.

The damages of one file of tests are in other records than those of the others, and have a function each.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from il2cdisc.transport.xpt import read_xpt
from tests.conftest import run_here

ROOT = Path(__file__).parents[2]
PARTS = ("study.toml", "accepted.toml", "raw", "specs", "mappings")


class Damaged:
    """A copy of a trial whose raw cells are changed one by one; `places` says where each is."""

    def __init__(self, trial: Path, folder: Path) -> None:
        for name in PARTS:
            source = trial / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.exists():
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, folder / name)
        self.folder = folder
        self.places: dict[str, str] = {}

    def rows(self, file: str, delimiter: str) -> list[list[str]]:
        with (self.folder / file).open(encoding="latin-1", newline="") as stream:
            return list(csv.reader(stream, delimiter=delimiter))

    def write(self, file: str, rows: Iterable[list[str]], delimiter: str) -> None:
        with (self.folder / file).open("w", encoding="latin-1", newline="") as stream:
            csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows(rows)

    def change(
        self, name: str, file: str, column: str, value: str, *, delimiter: str = ",", **where: str
    ) -> None:
        """The cell of `column` in the first record that has the values `where`; called `name` afterwards."""
        rows = self.rows(file, delimiter)
        place = {head: number for number, head in enumerate(rows[0])}
        for line, row in enumerate(rows[1:], start=2):
            if all(row[place[key]] == wanted for key, wanted in where.items()):
                assert row[place[column]] != value
                row[place[column]] = value
                self.places[name] = f"{file}:{line} {column}"
                break
        else:
            raise AssertionError(f"{file} has no record with {where}")
        self.write(file, rows, delimiter)

    def cut(self, file: str, line_with: str, *, delimiter: str = ",") -> None:
        """Take away the record whose first field is `line_with`."""
        rows = self.rows(file, delimiter)
        left = [row for row in rows if row[0] != line_with]
        assert len(left) == len(rows) - 1
        self.write(file, left, delimiter)


@dataclass(frozen=True)
class Built:
    """Outputs of a damaged trial."""

    places: dict[str, str]
    outputs: Path
    exit_code: int
    said: str

    @cached_property
    def findings(self) -> list[dict[str, Any]]:
        return json.loads((self.outputs / "checks" / "findings.json").read_text())["findings"]

    def data(self, name: str) -> pd.DataFrame:
        """A dataset; a text that is not there is empty."""
        frame = read_xpt(self.outputs / "sdtm" / f"{name.lower()}.xpt").frame
        return frame.assign(**{n: frame[n].fillna("") for n in frame.columns if frame[n].dtype == "str"})

    def of(self, name: str, subject: str, **where: str) -> pd.DataFrame:
        data = self.data(name)
        data = data[data["USUBJID"].str.endswith(subject)]
        for column, value in where.items():
            data = data[data[column] == value]
        return data

    def at(self, name: str) -> dict[str, str]:
        """Code → text of all that is reported at the raw cell that was changed as `name`."""
        place = self.places[name]
        return {
            item["code"]: item["what"]
            for item in self.findings
            if any(record.get("where") == place for record in item["records"])
        }

    def ledger(self, form: str) -> dict[str, int]:
        """Rows of a form that are left out, by reason."""
        lines = pd.read_csv(self.outputs / "raw" / "ledger_rows.csv", dtype="str", keep_default_na=False)
        lines = lines[(lines["form"] == form) & (lines["state"] == "left out")]
        return {reason: int(rows) for reason, rows in zip(lines["reason"], lines["rows"], strict=True)}


def edited(source: Path, target: Path, change: Callable[[Any], None]) -> Path:
    """A workbook, changed as a person does in a spreadsheet."""
    book = openpyxl.load_workbook(source)
    change(book)
    book.save(target)
    return target


def rename(before: str, after: str) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        book[before].title = after

    return change


def cut(folder: Path, file: str, before: str) -> None:
    """Cut a raw file at the end of the line before one that begins with a text."""
    path = folder / "raw" / file
    lines = path.read_text().splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if line.startswith(before))
    path.write_text("".join(lines[:first]))


def replaced(folder: Path, file: str, *pairs: tuple[str, str]) -> None:
    path = folder / "raw" / file
    text = path.read_bytes().decode()
    for before, after in pairs:
        assert before in text, (file, before)
        text = text.replace(before, after)
    path.write_bytes(text.encode())


def in_line(path: Path, line: int, old: str, new: str) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    assert old in lines[line - 1], lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    path.write_text("\n".join(lines), encoding="utf-8")


UNMET = [("01-002", "IN05", "S"), ("01-013", "IN05", "S")] + [
    (subject, column, "N")
    for subject, column in (
        ("01-004", "EX20"),
        ("01-026", "EX15"),
        ("01-027", "EX16"),
        ("01-033", "EX17"),
        ("01-035", "EX02"),
    )
]
FIVE = "Giorno 5"


def codes_unknown(trial: Damaged) -> None:
    """Codes that no codelist has, empty answers, values out of range, doses that nobody knows."""

    def edc(name: str, form: str, column: str, value: str, subject: str, **where: str) -> None:
        trial.change(name, f"raw/edc/{form}.csv", column, value, SUBJID=subject, **where)

    edc("ae s", "ae", "AEYN", "s", "01-001", AENO="1")
    edc("ae S blank", "ae", "AEYN", "S ", "01-001", AENO="2")
    edc("ae empty", "ae", "AEYN", "", "01-003", AENO="1")
    edc("ae SI", "ae", "AEYN", "SI", "01-003", AENO="2")
    edc("ae N", "ae", "AEYN", "N", "01-005", AENO="1")
    edc("ae empty line n", "ae", "AEYN", "n", "01-006")
    edc("ae empty line", "ae", "AEYN", "", "01-008")
    edc("mh s", "mh", "MHYN", "s", "01-002", MHNO="1")
    edc("cm s", "cm", "CMYN", "s", "01-001", CMNO="1")
    edc("eg s", "eg", "EGYN", "s", "01-001", VISIT="Screening")
    edc("injsite s", "injsite", "INJYN", "s", "01-001", VISIT="Giorno 1")
    edc("pe s", "pe", "PEYN", "s", "01-001", VISIT="Screening")
    edc("pe a", "pe", "PESKIN", "a", "01-011", VISIT="Screening")
    edc("vs s", "vs", "VSYN", "s", "01-001", VISIT="Screening")
    edc("vs empty", "vs", "VSYN", "", "01-003", VISIT="Screening")
    edc("vs N", "vs", "VSYN", "N", "01-005", VISIT="Screening")
    edc("vs Girono", "vs", "VISIT", "Girono 5", "01-006", VISIT=FIVE)
    edc("vs GIORNO", "vs", "VISIT", "GIORNO 5", "01-007", VISIT=FIVE)
    edc("vs no visit", "vs", "VISIT", "", "01-009", VISIT=FIVE)
    edc("ex empty", "ex", "EXYN", "", "01-003", VISIT="Giorno 2")
    edc("ex negative", "ex", "EXVOL", "-0.5", "01-003", VISIT="Giorno 3")
    edc("ex tenfold", "ex", "EXVOL", "5.0", "01-003", VISIT="Giorno 4")
    edc("psyhx 998", "psyhx", "NEPIS", "998", "01-003")
    edc("cssrs baseline", "cssrs", "CSVERS", "baseline", "01-001", VISIT="Screening")
    edc("ic s", "ic", "ICYN", "s", "01-001")
    for subject, column, met in UNMET:
        edc(f"met {subject}", "ie", column, met, subject, VISIT="Screening")
    edc("ie X", "ie", "EX06", "X", "01-001", VISIT="Screening")
    edc("ie no", "ie", "IN03", "no", "01-001", VISIT="Giorno 1")
    for number in ("R103", "R104"):  # placebo and active
        trial.cut("raw/restricted/rand.csv", number)


def dates_partial_and_late(trial: Path) -> None:
    """A partial first dose, a partial onset before it, a consent after examinations, a date after the cut."""
    edc = trial / "raw" / "edc"
    in_line(edc / "ex.csv", 2, "21/06/2021", "UNK/06/2021")  # subject 01-001, Giorno 1
    in_line(edc / "ic.csv", 4, "09:33", "23:33")  # subject 01-003: after all examinations of its day
    events = (edc / "ae.csv").read_text(encoding="utf-8").split("\n")
    mine = next(n for n, text in enumerate(events, start=1) if text.startswith("01,01-001,"))
    cells = events[mine - 1].split(",")
    header = events[0].split(",")
    cells[header.index("AESTDAT")], cells[header.index("AESTTIM")] = "UNK/06/2021", ""
    cells[header.index("AEENDAT")] = "15/06/2021"
    events[mine - 1] = ",".join(cells)
    (edc / "ae.csv").write_text("\n".join(events), encoding="utf-8")
    in_line(edc / "ds.csv", 2, "21/06/2021", "21/06/2031")  # randomised after the data cut


def texts_short_files_and_a_sheet(folder: Path) -> None:
    """Text outside ASCII, tabs and line breaks; a file that is cut short; a misspelt sheet."""
    replaced(
        folder, "edc/ae.csv",
        (",cefalea,", ",febbricità,"), (",mal di testa,", ',"mal\tdi testa",'),
        (",raffreddore,", ',"raffreddore\nnotturno",'),
    )  # fmt: skip
    replaced(
        folder, "coding/coding.csv",
        ("AE,cefalea,", "AE,febbricità,"), ("AE,mal di testa,", 'AE,"mal\tdi testa",'),
        ("AE,raffreddore,", 'AE,"raffreddore\nnotturno",'),
    )  # fmt: skip
    replaced(folder, "edc/co.csv", ("il paziente è puntuale e collaborante", "l’umore è migliorato"))
    cut(folder, "edc/vs.csv", "01,01-030,")
    book = folder / "specs" / "sdtm.xlsx"
    edited(book, book, rename("Totals", "Total"))


def codes_of_diagnoses(folder: Path) -> None:
    """SNOMED codes of the user, here invented ones: the shipped trial has none."""
    (folder / "terminology").mkdir()
    (folder / "terminology" / "codes.csv").write_text(
        "Dataset,Key,Specimen,Dictionary,Version,Code,Term\n"
        "TS,INDIC,,SNOMED,2026-01-01,99900001,\n"
        "TS,TDIGRP,,SNOMED,2026-01-01,99900002,\n"
    )


def build(trial: Damaged, outputs: Path) -> Built:
    """Build up to the checks: no test looks at a display, or at a result."""
    (trial.folder / "specs" / "tlf.xlsx").unlink()
    done = run_here("build", "--trial", trial.folder, "--until", "checks", "--out", outputs)
    return Built(trial.places, outputs, done.returncode, done.stdout + done.stderr)


def build_damaged(folder: Path, outputs: Path) -> Built:
    """The shipped trial with all damages, in a folder."""
    trial = Damaged(ROOT, folder)
    dates_partial_and_late(folder)
    codes_unknown(trial)
    texts_short_files_and_a_sheet(folder)
    codes_of_diagnoses(folder)
    return build(trial, outputs)
