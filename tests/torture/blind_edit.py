"""Changes in place to a copy of a trial folder: a cell of a CSV, workbook or SPSS file, a setting."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pyreadstat

Row = dict[str, str]
Apply = Callable[[Path], str]

DAY = "%d/%m/%Y"


@dataclass(frozen=True)
class Csv:
    """A CSV of the raw export: lines that are not touched keep their bytes."""

    file: str
    delimiter: str = ","
    encoding: str = "utf-8"

    def lines(self, trial: Path) -> list[str]:
        text = (trial / self.file).read_bytes().decode(self.encoding)
        return list(io.StringIO(text, newline="\n"))

    def save(self, trial: Path, lines: list[str]) -> None:
        (trial / self.file).write_bytes("".join(lines).encode(self.encoding))

    def fields(self, line: str) -> list[str]:
        return next(csv.reader([line], delimiter=self.delimiter))

    def rows(self, trial: Path) -> list[tuple[int, Row]]:
        """Line number and fields of every record."""
        header, *records = map(self.fields, self.lines(trial))
        return [(number, dict(zip(header, fields, strict=True))) for number, fields in enumerate(records, 2)]

    def first(self, trial: Path, where: Callable[[Row], bool]) -> tuple[int, Row]:
        for number, row in self.rows(trial):
            if where(row):
                return number, row
        raise LookupError(f"{self.file}: no line to damage")

    def set(self, trial: Path, number: int, column: str, value: str) -> str:
        lines = self.lines(trial)
        at, fields = self.fields(lines[0]).index(column), self.fields(lines[number - 1])
        if fields[at] == value:
            raise ValueError(f"{self.file}:{number} {column} is {value!r} already")
        fields[at] = value
        text = io.StringIO(newline="")
        ending = "\r\n" if lines[number - 1].endswith("\r\n") else "\n"
        csv.writer(text, delimiter=self.delimiter, lineterminator=ending).writerow(fields)
        lines[number - 1] = text.getvalue()
        self.save(trial, lines)
        return f"{self.file}:{number} {column}"


def edc(form: str) -> Csv:
    return Csv(f"raw/edc/{form}.csv")


def immunology(form: str) -> Csv:
    return Csv(f"raw/lab/{form}.csv", ";", "latin-1")


def cell(
    table: Csv,
    column: str,
    value: str | Callable[[Row], str],
    where: Callable[[Row], bool],
    *,
    whole_line: bool = False,
) -> Apply:
    """Changes the first line that fits; `whole_line` if a report may as well name another column."""

    def apply(trial: Path) -> str:
        number, row = table.first(trial, where)
        place = table.set(trial, number, column, value if isinstance(value, str) else value(row))
        return place.removesuffix(f" {column}") if whole_line else place

    return apply


def workbook(file: str, edit: Callable[[Any], str]) -> Apply:
    """`edit` changes the workbook and returns the place within the file."""

    def apply(trial: Path) -> str:
        book = openpyxl.load_workbook(trial / file)
        place = edit(book)
        book.save(trial / file)
        return file + place

    return apply


def sheet_cell(
    file: str,
    sheet: str,
    column: str,
    value: object,
    where: Callable[[dict[str, Any]], bool],
    header_line: int = 1,
) -> Apply:
    def edit(book: Any) -> str:
        page = book[sheet]
        header = [cell.value for cell in page[header_line]]
        for cells in page.iter_rows(min_row=header_line + 1):
            row = dict(zip(header, [cell.value for cell in cells], strict=True))
            if where(row):
                target = cells[header.index(column)]
                if target.value == value:
                    raise ValueError(f"{sheet}!{target.coordinate} is {value!r} already")
                target.value = value
                return f"!{sheet}!{target.coordinate}"
        raise LookupError(f"{file}!{sheet}: no line to damage")

    return workbook(file, edit)


def spss(file: str, edit: Callable[[Any, Any], str]) -> Apply:
    """`edit` changes the data or the value labels, and returns the place within the file."""

    def apply(trial: Path) -> str:
        data, meta = pyreadstat.read_sav(trial / file)
        place = edit(data, meta)
        pyreadstat.write_sav(
            data,
            trial / file,
            file_label=meta.file_label or "",
            column_labels=meta.column_names_to_labels,
            variable_value_labels=meta.variable_value_labels,
            variable_format=meta.original_variable_types,
        )
        return file + place

    return apply


def setting(old: str, new: str, place: str = "study.toml") -> Apply:
    def apply(trial: Path) -> str:
        file = trial / "study.toml"
        text = file.read_bytes().decode()
        if text.count(old) != 1:
            raise LookupError(f"study.toml: {old!r} is there {text.count(old)} times")
        file.write_bytes(text.replace(old, new).encode())
        return place

    return apply


def day(text: str) -> datetime:
    return datetime.strptime(text, DAY).replace(tzinfo=UTC)


def is_day(text: str) -> bool:
    try:
        day(text)
    except ValueError:
        return False
    return True


def later(text: str, days: int) -> str:
    return (day(text) + timedelta(days)).strftime(DAY)


# Damages that need more than a cell


def item_above_its_range(data: Any, meta: Any) -> str:
    """The fourth item is raised to 4, and the total with it: the sum stays right."""
    for at, row in data.iterrows():
        if row["HDYN"] == 1 and row["HD04"] in meta.variable_value_labels["HD04"] and row["HDTOT"] <= 50:
            data.loc[at, "HDTOT"] += 4 - row["HD04"]
            data.loc[at, "HD04"] = 4
            return f":{at + 1} HD04"
    raise LookupError("hdrs.sav: no record to damage")


def labels_swapped(data: Any, meta: Any) -> str:
    if meta.variable_value_labels["MAYN"] != {0.0: "No", 1.0: "Yes"}:
        raise LookupError("madrs.sav: MAYN has other labels")
    meta.variable_value_labels["MAYN"] = {0.0: "Yes", 1.0: "No"}
    return ""


def number_repeated(trial: Path) -> str:
    table, before = edc("cm"), ("", "")
    for number, row in table.rows(trial):
        if row["SUBJID"] == before[0] and row["CMNO"] and before[1]:
            return table.set(trial, number, "CMNO", before[1]).removesuffix(" CMNO")
        before = row["SUBJID"], row["CMNO"]
    raise LookupError("cm.csv: nobody has two medications")


def cut_inside_a_record(trial: Path) -> str:
    table = edc("vs")
    lines = table.lines(trial)
    number, row = table.first(
        trial, lambda r: r["VSYN"] == "S" and r["VISIT"] == "Giorno 29" and r["SYSBP60"] != ""
    )
    start = ",".join(list(row.values())[:8])
    if not lines[number - 1].startswith(start):
        raise LookupError("vs.csv: the record is quoted")
    table.save(trial, [*lines[: number - 1], start])
    return f"{table.file}:{number}"


def last_injections_gone(trial: Path) -> str:
    table = edc("ex")
    last, given = table.rows(trial)[-1][1]["SUBJID"], table.rows(trial)
    gone = {number for number, row in given if row["SUBJID"] == last and row["EXYN"] == "S"}
    if len(gone) < 4:
        raise LookupError("ex.csv: the last subject has too few injections")
    gone = set(sorted(gone)[-3:])
    table.save(trial, [line for number, line in enumerate(table.lines(trial), 1) if number not in gone])
    return table.file


def tube_without_results(trial: Path) -> str:
    table = immunology("flow")
    drawn = {
        row["BARCODE"]
        for _, row in immunology("samples").rows(trial)
        if row["SAMPYN"] == "S" and row["VISIT"] == "Giorno 29"
    }
    _, row = table.first(trial, lambda r: r["BARCODE"] in drawn and r["RUNSTAT"] == "OK")
    barcode = row["BARCODE"]
    table.save(trial, [line for line in table.lines(trial) if not line.startswith(barcode)])
    return barcode


def comments_in_latin_1(trial: Path) -> str:
    table = edc("co")
    text = "".join(table.lines(trial))
    if text.isascii():
        raise LookupError("co.csv: no letter tells the encodings apart")
    (trial / table.file).write_bytes(text.encode("latin-1"))
    return table.file


def tubes_with_commas(trial: Path) -> str:
    table = immunology("samples")
    lines = table.lines(trial)
    if ";" not in lines[0] or any("," in line for line in lines):
        raise LookupError("samples.csv: no plain file with semicolons")
    table.save(trial, [line.replace(";", ",") for line in lines])
    return table.file


def title_grows(book: Any) -> str:
    page = book["LBTHY"]
    if page["A7"].value != "SUBJID":
        raise LookupError("LBTHY: the header is not in line 7")
    page.insert_rows(2)
    return "!LBTHY"


def sheet_renamed(book: Any) -> str:
    book["Codelists"].title = "Code Lists"
    return ""


def unit_of_haemoglobin(book: Any) -> str:
    for unit, header in zip(book["LBHEM"][6], book["LBHEM"][7], strict=True):
        if header.value == "HGB" and unit.value == "g/dL":
            unit.value = "g/L"
            return f"!LBHEM!{unit.coordinate}"
    raise LookupError("LBHEM: no haemoglobin in g/dL")


def naive_share_raised(trial: Path) -> str:
    table = immunology("flow")
    number, row = table.first(trial, lambda r: r["ANALYTE"] == "N4_PCT" and r["RUNSTAT"] == "OK")
    share = float(row["RESULT"].replace(",", ".")) + 12
    return table.set(trial, number, "RESULT", f"{share:.2f}".replace(".", ",")).removesuffix(" RESULT")


def fast_total_is_right(row: Row) -> bool:
    items = [row[f"FAST{item:02}"] for item in range(1, 25)]
    return row["FASTYN"] == "S" and all(items) and str(sum(map(int, items))) == row["FASTTOT"]
