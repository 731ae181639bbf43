"""Raw files of other writers: read, or a problem that names file and sheet; nothing in them is lost."""

from __future__ import annotations

import datetime
import io
import re
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, cast

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.comments import Comment
from typer.testing import CliRunner

from il2cdisc.base.problems import Problem, Problems, Stopped, at_line
from il2cdisc.cli import app
from il2cdisc.raw import RawExport, load_dictionary, read_export
from il2cdisc.raw.link import link
from il2cdisc.raw.notice import notice
from il2cdisc.raw.readers import all_readers, reader_of
from il2cdisc.raw.readers._sound import UnsoundError, check_dta, check_sav
from il2cdisc.raw.readers._stat import _text
from il2cdisc.raw.readers._statdates import convert, sas_format, spss_format, stata_format
from il2cdisc.sdtm.context import Context
from il2cdisc.sdtm.modules import load_functions, run_mappings
from il2cdisc.standards.evs import NEEDED, read_evs
from il2cdisc.standards.release import read_release
from il2cdisc.study import Study, load_study
from il2cdisc.transport.ooxml import EXPORT, PackageError
from il2cdisc.transport.sheets import SheetPackage

HEAD = """
[study]
id = "SYN-T1"
title = "SYNTHETIC DATA - a trial"
protocol = "T1"
sponsor = "Example Sponsor"
subjects = "dm"
subject_key = "PAT"
synthetic = true
[build]
time = "2023-05-02T09:00:00"
[forms.dm]
file = "dm.csv"
subject = "PAT"
"""
DM = b"PAT\n001\n002\n003\n"


def trial(
    folder: Path, files: dict[str, bytes], forms: str, columns: list[str], head: str = HEAD
) -> tuple[Study, Callable[[], RawExport]]:
    """A study of DM and some more forms; `columns` are lines of the data dictionary, as far as needed."""
    (folder / "raw").mkdir()
    (folder / "study.toml").write_text(head + forms, encoding="utf-8")
    for name, data in {"dm.csv": DM, **files}.items():
        (folder / "raw" / name).write_bytes(data)
    lines = ["form,column,label,type,codes,unit,range,basis", "dm,PAT,Subject,text,,,,x"]
    lines += [f"{line}{',' * (7 - line.count(','))}" for line in columns]
    (folder / "raw" / "dictionary.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    study = load_study(folder)
    dictionary = load_dictionary(study.dictionary, "raw/dictionary.csv")
    return study, lambda: notice(link(read_export(study, dictionary), study), study, dictionary)


def of_code(problems: tuple[Problem, ...] | list[Problem], code: str) -> list[Problem]:
    return [problem for problem in problems if problem.code == code]


def rows(frame: pd.DataFrame) -> list[list[str | None]]:
    return [[None if pd.isna(cell) else cell for cell in row] for row in frame.to_numpy(dtype=object)]


def workbook(fill: Callable[[Any], None], title: str = "LBX") -> bytes:
    """A laboratory's workbook: a title, units in row 2, the header in row 3, two records."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in (["SYNTHETIC DATA"], [None, None, "/mm3"], ["PAT", "DAT", "WBC"]):
        sheet.append(row)
    sheet.append(["001", datetime.date(2021, 3, 4), 7370])
    sheet.append(["002", datetime.date(2021, 3, 5), 6990])
    fill(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def changed(data: bytes, edit: Callable[[str, bytes], bytes]) -> bytes:
    """The workbook with its parts edited."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(name, edit(name, source.read(name)))
    return out.getvalue()


def read_as(data: bytes, name: str, problems: Problems, **options: Any) -> Any:
    """The table of a file with these bytes, by the reader of its ending; None after a problem that stops."""
    reader = reader_of(Path(name).suffix)
    assert reader is not None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        return reader.whole(path, f"raw/{name}", reader.options.model_validate(options), problems)


def read(data: bytes) -> tuple[Any, Problems]:
    problems = Problems()
    return read_as(data, "lab.xlsx", problems, sheet="LBX", header_line=3), problems


PLAIN = workbook(lambda book: None)
RECORDS = [["001", "2021-03-04", "7370"], ["002", "2021-03-05", "6990"]]


# --- 1: workbooks of other writers


def other_prefix(name: str, part: bytes) -> bytes:
    """`rel:id` for `r:id`, as in ExcelDataReader #355."""
    return part.replace(b"r:id=", b"rel:id=").replace(b"xmlns:r=", b"xmlns:rel=")


def every_prefix(name: str, part: bytes) -> bytes:
    """All elements of workbook, relations and sheets with a prefix of their own."""
    if not name.startswith("xl/") and not name.endswith(".rels"):
        return part
    return re.sub(rb"<(/?)(\w)", rb"<\1q:\2", part).replace(b"xmlns=", b"xmlns:q=")


def elsewhere(name: str, part: bytes) -> bytes:
    """Relations with absolute targets."""
    return part.replace(b'Target="worksheets/', b'Target="/xl/worksheets/')


def quotes(name: str, part: bytes) -> bytes:
    """Attributes in single quotes, and a line break before each."""
    if name.startswith("xl/worksheets") or name == "xl/workbook.xml":
        return re.sub(rb' (\w+(?::\w+)?)="([^"]*)"', rb"\n\1='\2'", part)
    return part


@pytest.mark.parametrize("edit", [other_prefix, every_prefix, elsewhere, quotes])
def test_1_a_workbook_is_read_however_its_xml_is_spelled(edit: Callable[[str, bytes], bytes]) -> None:
    def fill(book: Any) -> None:
        book["LBX"]["C5"] = "=1+1"
        book["LBX"].row_dimensions[4].hidden = True

    data = changed(PLAIN, edit)
    assert data != PLAIN
    table, problems = read(data)
    assert rows(table.frame) == RECORDS
    assert not problems
    _, problems = read(changed(workbook(fill), edit))
    assert sorted(item.code for item in problems.items) == ["RAW011", "RAW105"]
    grid = SheetPackage(data).grid("LBX")
    assert [cell.text for cell in grid.rows[4].values()] == ["001", "2021-03-04", "7370"]


def test_1_a_part_is_found_by_its_relation_and_not_by_its_name() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            moved = name.replace("xl/workbook.xml", "book/main.xml").replace(
                "xl/_rels/workbook", "book/_rels/main"
            )
            part = source.read(name).replace(b"xl/workbook.xml", b"book/main.xml")
            part = part.replace(b'Target="worksheets/', b'Target="/xl/worksheets/')
            part = part.replace(b'Target="styles', b'Target="/xl/styles').replace(
                b'Target="sharedStrings', b'Target="/xl/sharedStrings'
            )
            target.writestr(moved, part)
    grid = SheetPackage(out.getvalue()).grid("LBX")
    assert [cell.text for cell in grid.rows[5].values()] == ["002", "2021-03-05", "6990"]


def test_1_whatever_a_reader_fails_with_names_file_sheet_and_format(tmp_path: Path, monkeypatch: Any) -> None:
    class Panic(BaseException):
        """As a reader in another language raises it."""

    def fails(*_: object, **__: object) -> None:
        raise Panic("index out of bounds")

    forms = '[forms.lb]\nfile = "lab.xlsx"\nsheet = "LBX"\nheader_line = 3\nsubject = "PAT"\n'
    _, read_all = trial(
        tmp_path, {"lab.xlsx": PLAIN}, forms, ["lb,PAT,a,text", "lb,DAT,a,date", "lb,WBC,a,text"]
    )
    read_all()
    monkeypatch.setattr("il2cdisc.raw.readers.xlsx.cell_values", fails)
    with pytest.raises(Stopped) as caught:
        read_all()
    assert [str(problem).splitlines()[0] for problem in caught.value.problems] == [
        "RAW002 raw/lab.xlsx!LBX: The reader of XLSX files can't read the file (Panic: index out of bounds)."
    ]


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_1_an_interruption_is_not_a_problem_of_the_file(tmp_path: Path, monkeypatch: Any, error: Any) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    _, read_all = trial(tmp_path, {}, "", [])
    monkeypatch.setattr("il2cdisc.raw.readers.csv.text_blocks", fails)
    with pytest.raises(error):
        read_all()


def test_1_a_part_that_unpacks_to_more_than_it_says_is_refused() -> None:
    """The directory of the zip says 100 bytes; other readers would go on unpacking."""
    data = bytearray(PLAIN)
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    place = data.rindex(b"xl/worksheets/sheet1.xml")
    assert data[place - 22 : place - 18] == size.to_bytes(4, "little")
    data[place - 22 : place - 18] = (100).to_bytes(4, "little")
    table, problems = read(bytes(data))
    assert table is None
    assert [item.code for item in problems.items] == ["RAW002"]
    with pytest.raises(PackageError, match=r"damaged in its part xl/worksheets/sheet1\.xml"):
        SheetPackage(bytes(data), EXPORT).verify()


# --- 4: what is in a file and would not be seen


LAB = '[forms.lb]\nfile = "lab.xlsx"\nsheet = "LBX"\nheader_line = 3\nsubject = "PAT"\n'
LAB_COLUMNS = ["lb,PAT,Subject,text", "lb,DAT,Date,date", "lb,WBC,Leukocytes,integer,,/mm3"]


def exported(tmp_path: Path, data: bytes, more: str = "") -> tuple[Problem, ...]:
    _, read_all = trial(tmp_path, {"lab.xlsx": data}, LAB + more, LAB_COLUMNS)
    return read_all().problems


def test_4_a_sheet_that_no_form_reads_is_reported_an_empty_one_is_not(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        book.create_sheet("Sheet2")
        book.copy_worksheet(book["LBX"]).title = "LBX (2)"
        book["LBX (2)"].sheet_state = "hidden"

    (found,) = exported(tmp_path, workbook(fill))
    assert (found.code, str(found.where), found.hint) == ("RAW171", "raw/lab.xlsx!LBX (2)", "LBX")
    assert found.what == "No form of study.toml reads the sheet 'LBX (2)', and it is hidden."


def test_4_sheets_of_other_forms_are_read(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        book.copy_worksheet(book["LBX"]).title = "LBY"

    more = LAB.replace("forms.lb", "forms.ly").replace("LBX", "LBY")
    columns = [*LAB_COLUMNS, *(line.replace("lb,", "ly,") for line in LAB_COLUMNS)]
    _, read_all = trial(tmp_path, {"lab.xlsx": workbook(fill)}, LAB + more, columns)
    assert read_all().problems == ()


def test_4_hidden_rows_columns_and_sheets_are_read_and_reported(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book["LBX"]
        sheet.column_dimensions["C"].hidden = True
        sheet.row_dimensions[5].hidden = True
        sheet.row_dimensions[1].hidden = True
        book.create_sheet("Z")
        sheet.sheet_state = "veryHidden"

    def no_height(name: str, part: bytes) -> bytes:
        return part.replace(b'<row r="4"', b'<row ht="0" customHeight="1" r="4"')

    found = exported(tmp_path, changed(workbook(fill), no_height))
    assert [(item.code, item.what) for item in found] == [
        ("RAW105", "The sheet is hidden in Excel."),
        ("RAW105", "Rows are hidden in Excel."),
        ("RAW105", "Columns are hidden in Excel: WBC."),
    ]
    assert [str(place) for place in found[1].records] == ["raw/lab.xlsx!LBX:4", "raw/lab.xlsx!LBX:5"]
    assert str(found[2].where) == "raw/lab.xlsx!LBX:3 WBC"


def test_4_cell_comments_are_reported_once_a_text_with_all_cells(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        sheet = book["LBX"]
        sheet["A1"].comment = Comment("Version 2", "lab")
        for name in ("C4", "C5"):
            sheet[name].comment = Comment("emolizzato,\nnon valido", "lab")

    found = exported(tmp_path, workbook(fill))
    assert [(item.code, str(item.where), item.what) for item in found] == [
        ("RAW170", "raw/lab.xlsx!LBX!A1", "The cell has the comment 'Version 2'."),
        ("RAW170", "raw/lab.xlsx!LBX:4 WBC", "The cell has the comment 'emolizzato, non valido'."),
    ]
    assert [str(place) for place in found[1].records] == ["raw/lab.xlsx!LBX:4 WBC", "raw/lab.xlsx!LBX:5 WBC"]


def test_4_a_thread_of_comments_is_reported_with_all_its_messages() -> None:
    thread = (
        b'<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
        b'<threadedComment ref="C4" id="1"><text>emolizzato</text></threadedComment>'
        b'<threadedComment ref="C4" id="2" parentId="1"><text>ripetere</text></threadedComment>'
        b"</ThreadedComments>"
    )
    relations = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId1" Target="../threadedComments/t1.xml" '
        b'Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"/></Relationships>'
    )
    stream = io.BytesIO(PLAIN)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/threadedComments/t1.xml", thread)
        archive.writestr("xl/worksheets/_rels/sheet1.xml.rels", relations)
    _, problems = read(stream.getvalue())
    assert [item.what for item in problems.items] == ["The cell has the comment 'emolizzato / ripetere'."]


def test_4_a_changed_unit_is_a_finding_with_all_its_results(tmp_path: Path) -> None:
    def fill(book: Any) -> None:
        book["LBX"]["C2"] = "10^9/L"
        book["LBX"]["C5"] = None

    (found,) = exported(tmp_path, workbook(fill), "unit_line = 2\n")
    assert (found.code, str(found.where)) == ("RAW173", "raw/lab.xlsx!LBX:2 WBC")
    assert found.what == "The file gives '10^9/L' for WBC, the data dictionary '/mm3'."
    assert ([place.line for place in found.records], found.out_of, found.stops) == ([4], 2, False)
    assert found.records[0].usubjid == "SYN-T1-001"


@pytest.mark.parametrize(
    ("column", "unit", "said"),
    [
        ("C", "/mm3 ", ""),
        ("C", None, "The file gives no unit for WBC, the data dictionary '/mm3'."),
        ("B", "d", "The file gives 'd' for DAT, the data dictionary no unit."),
    ],
)
def test_4_units_are_compared_in_both_directions(
    tmp_path: Path, column: str, unit: str | None, said: str
) -> None:
    def fill(book: Any) -> None:
        book["LBX"][f"{column}2"] = unit

    found = exported(tmp_path, workbook(fill), "unit_line = 2\n")
    assert [item.what for item in found] == ([said] if said else [])


def test_4_units_above_the_header_of_a_csv_file(tmp_path: Path) -> None:
    data = b";/mm3\nPAT;WBC\n001;7370\n"
    forms = '[forms.lb]\nfile = "lab.csv"\ndelimiter = ";"\nheader_line = 2\nunit_line = 1\nsubject = "PAT"\n'
    columns = ["lb,PAT,Subject,text", "lb,WBC,Leukocytes,integer,,10^9/L"]
    _, read_all = trial(tmp_path, {"lab.csv": data}, forms, columns)
    assert [(item.code, str(item.where)) for item in read_all().problems] == [("RAW173", "raw/lab.csv:1 WBC")]


def test_4_the_line_of_units_is_above_the_header(tmp_path: Path) -> None:
    with pytest.raises(Stopped, match="The line of units is above the header, which is line 3"):
        exported(tmp_path, PLAIN, "unit_line = 3\n")


def test_4_value_labels_that_contradict_the_dictionary(tmp_path: Path) -> None:
    frame = pd.DataFrame({"PAT": ["001", "002", "003"], "YN": [0.0, 1.0, 2.0], "G": [0.0, 1.0, 0.0]})
    labels = {"YN": {0: "Yes", 1: "No", 2: "unknown"}, "G": {0: "grade 0 ", 1: "GRADE 1"}}
    pyreadstat.write_sav(frame, tmp_path / "s.sav", variable_value_labels=labels)
    columns = ["sc,PAT,a,text", "sc,YN,a,code,0=No;1=Yes;2=Unknown", "sc,G,a,code,0=Grade 0;1=Grade 1"]
    form = '[forms.sc]\nfile = "s.sav"\nsubject = "PAT"\n'
    _, read_all = trial(tmp_path, {"s.sav": (tmp_path / "s.sav").read_bytes()}, form, columns)
    (found,) = read_all().problems
    assert (found.code, str(found.where)) == ("RAW172", "raw/s.sav YN")
    assert found.what == (
        "The file labels the values of YN differently: 0 = Yes (dictionary: No); 1 = No (dictionary: Yes)."
    )
    assert ([place.line for place in found.records], found.out_of) == ([1, 2], 3)


# --- 5: padded values


def test_5_trim_removes_blanks_at_the_end_of_values_and_keys(tmp_path: Path) -> None:
    data = b"PAT,SEX,NOTE\n001 ,M  , a \n002,F,  \n"
    columns = ["ae,PAT,a,text", "ae,SEX,a,code,M=Male;F=Female", "ae,NOTE,a,text"]
    form = '[forms.ae]\nfile = "ae.csv"\nsubject = "PAT"\ntrim = true\n'
    _, read_all = trial(tmp_path, {"ae.csv": data}, form, columns)
    export = read_all()
    assert rows(export.forms["ae"].frame()[["USUBJID", "ae.PAT", "ae.SEX", "ae.NOTE"]]) == [
        ["SYN-T1-001", "001", "M", " a"],
        ["SYN-T1-002", "002", "F", None],
    ]
    (receipt,) = [item for item in export.receipts if item.form == "ae"]
    assert receipt.notes == ("blanks at the end of values removed: PAT, SEX, NOTE",)
    assert export.problems == ()


# --- dates.md 7, numbers.md 4: SPSS, SAS and Stata files

SPSS_DAY = (datetime.date(2021, 3, 1).toordinal() - datetime.date(1582, 10, 14).toordinal()) * 86400.0
SAS_DAY = float(datetime.date(2021, 3, 1).toordinal() - datetime.date(1960, 1, 1).toordinal())


def read_file(path: Path, kind: str) -> tuple[pd.DataFrame, Problems, Any]:
    problems, reader = Problems(), all_readers()[kind]
    table = reader.whole(path, f"raw/{path.name}", reader.options(), problems)
    assert table is not None
    return table.frame, problems, table


def test_dates_7_a_user_missing_value_of_a_date_stays_visible(tmp_path: Path) -> None:
    """haven #505: it was 1582-10-13."""
    frame = pd.DataFrame({"D": [-99.0, SPSS_DAY, None, SPSS_DAY + 3600], "N": [-99.0, 1.5, None, 2.0]})
    pyreadstat.write_sav(
        frame, tmp_path / "a.sav", variable_format={"D": "DATE11"}, missing_ranges={"D": [-99], "N": [-99]}
    )
    found, problems, table = read_file(tmp_path / "a.sav", "sav")
    assert rows(found) == [
        ["-99", "-99"],
        ["2021-03-01", "1.5"],
        [None, None],
        ["2021-03-01 01:00:00", "2"],
    ]
    assert (table.date_columns, problems.items) == (("D",), [])


@pytest.mark.parametrize(
    ("kind", "write", "day", "form"),
    [
        ("sav", pyreadstat.write_sav, SPSS_DAY, "DATE11"),
        ("sav", pyreadstat.write_sav, SPSS_DAY, "DATETIME20"),
        ("xport", pyreadstat.write_xport, SAS_DAY, "DATE9."),
        ("xport", pyreadstat.write_xport, SAS_DAY, "DATETIME20."),
        ("dta", pyreadstat.write_dta, SAS_DAY, "%td"),
    ],
)
@pytest.mark.parametrize("number", [1e15, -1e15, 1e300, -200_000.0 * 86400])
def test_dates_7_a_number_beyond_the_calendar_is_a_problem_of_its_cell(
    tmp_path: Path, kind: str, write: Any, day: float, form: str, number: float
) -> None:
    """pyreadstat #26: OverflowError, and no file named."""
    path = tmp_path / "a.dat"
    number = min(number, 1e70) if kind == "xport" else number
    write(pd.DataFrame({"D": [day, number]}), path, variable_format={"D": form})
    found, problems, _ = read_file(path, kind)
    assert float(found["D"].iloc[1]) == pytest.approx(number)
    (problem,) = problems.items
    assert (problem.code, str(problem.where), problem.out_of) == ("RAW176", "raw/a.dat:2 D", 2)
    shown = form.strip(".")
    assert problem.what == f"A number of D is not a date between 1582 and 9999 in the format {shown}."


SAS_FORMATS = {
    "DATE9.": ["2021-03-01", "2021-04-01"],
    "YYMMDD10.": ["2021-03-01", "2021-04-01"],
    "E8601DA10.": ["2021-03-01", "2021-04-01"],
    "JULIAN7.": ["2021-03-01", "2021-04-01"],
    "MMYY7.": ["2021-03", "2021-04"],
    "MONYY7.": ["2021-03", "2021-04"],
    "YEAR4.": ["2021-03-01", "2021-04-01"],
    "BEST12.": [f"{SAS_DAY:.0f}", f"{SAS_DAY + 31:.0f}"],
}


def test_dates_7_formats_of_sas(tmp_path: Path) -> None:
    frame = pd.DataFrame({f"V{n}": [SAS_DAY, SAS_DAY + 31] for n in range(len(SAS_FORMATS))})
    formats = {f"V{n}": form for n, form in enumerate(SAS_FORMATS)}
    pyreadstat.write_xport(frame, tmp_path / "a.xpt", variable_format=formats)
    found, problems, _ = read_file(tmp_path / "a.xpt", "xport")
    assert {form: found[name].tolist() for name, form in formats.items()} == SAS_FORMATS
    assert not problems


def test_dates_7_a_format_that_hides_the_day_does_not_cost_it(tmp_path: Path) -> None:
    new_year = SAS_DAY - 59
    frame = pd.DataFrame({"M": [SAS_DAY, SAS_DAY + 14], "Y": [new_year, new_year], "Q": [SAS_DAY, SAS_DAY]})
    formats = {"M": "MONYY7.", "Y": "YEAR4.", "Q": "YYQ6."}
    pyreadstat.write_xport(frame, tmp_path / "a.xpt", variable_format=formats)
    found, problems, table = read_file(tmp_path / "a.xpt", "xport")
    assert rows(found)[1] == ["2021-03-15", "2021", f"{SAS_DAY:.0f}"]
    assert table.date_columns == ("M", "Y")
    (problem,) = problems.items
    assert (problem.code, problem.kind.title, str(problem.where)) == (
        "RAW175",
        "Date format not converted",
        "raw/a.xpt Q",
    )


def test_dates_7_formats_of_spss(tmp_path: Path) -> None:
    times = {"T": 34200.0, "L": 93600.0, "F": 1.25}
    frame = pd.DataFrame({"M": [SPSS_DAY], "Q": [SPSS_DAY], "S": [SPSS_DAY + 52200.5], **times})
    formats = {"M": "MOYR8", "Q": "QYR8", "S": "DATETIME23.2", "T": "TIME8", "L": "DTIME10", "F": "TIME11.2"}
    pyreadstat.write_sav(frame, tmp_path / "a.sav", variable_format=formats)
    found, problems, _ = read_file(tmp_path / "a.sav", "sav")
    assert rows(found) == [
        ["2021-03", f"{SPSS_DAY:.0f}", "2021-03-01 14:30:00.500", "09:30:00", "26:00:00", "00:00:01.250"]
    ]
    assert [(item.code, str(item.where)) for item in problems.items] == [("RAW175", "raw/a.sav Q")]


def test_dates_7_formats_of_stata(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"D": [SAS_DAY], "M": [734.0], "Y": [2021.0], "Q": [244.0], "C": [SAS_DAY * 86400e3]}
    )
    formats = {"D": "%tdDD/NN/CCYY", "M": "%tm", "Y": "%ty", "Q": "%tq", "C": "%tc"}
    pyreadstat.write_dta(frame, tmp_path / "a.dta", variable_format=formats)
    found, problems, _ = read_file(tmp_path / "a.dta", "dta")
    assert rows(found) == [["2021-03-01", "2021-03", "2021", "244", "2021-03-01 00:00:00"]]
    assert [(item.code, str(item.where)) for item in problems.items] == [("RAW175", "raw/a.dta Q")]


@given(st.dates(datetime.date(1582, 10, 15), datetime.date(9999, 12, 31)))
def test_dates_7_every_day_of_the_calendar_comes_back(day: datetime.date) -> None:
    sas = sas_format("DATE9")
    spss = spss_format("EDATE10")
    assert sas is not None
    assert spss is not None
    number = day.toordinal() - datetime.date(1960, 1, 1).toordinal()
    seconds = (day.toordinal() - datetime.date(1582, 10, 14).toordinal()) * 86400
    assert convert([number], sas).texts == {number: day.isoformat()}
    assert convert([seconds], spss).texts == {seconds: day.isoformat()}


@given(st.floats())
def test_dates_7_no_number_fails(number: float) -> None:
    for form in (
        sas_format("DATE9"),
        spss_format("DATETIME"),
        spss_format("TIME"),
        stata_format("%tm"),
        stata_format("%tc"),
    ):
        assert form is not None
        done = convert([number], form)
        assert (number in done.texts) != (len(done.wrong) == 1)


def test_numbers_4_a_number_of_single_precision_is_written_in_its_digits(tmp_path: Path) -> None:
    values = [5.1, 0.1, -0.0, 1e-7, 16777216.0, 1e10]
    frame = pd.DataFrame({"F": pd.Series(values, dtype="float32"), "D": values})
    frame.to_stata(tmp_path / "a.dta", write_index=False)
    found, _, _ = read_file(tmp_path / "a.dta", "dta")
    assert found["F"].tolist() == ["5.1", "0.1", "0", "0.0000001", "16777216", "10000000000"]
    assert found["D"].tolist() == found["F"].tolist()


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_numbers_4_the_shortest_text_reads_back_to_the_same_single(value: float) -> None:
    text = _text(value, single=True)
    assert "e" not in text
    assert np.float32(text) == np.float32(value)


# --- 7: transport files of version 8


def test_7_a_transport_file_of_version_8_is_read_with_long_names_and_labels(tmp_path: Path) -> None:
    frame = pd.DataFrame({"subject_identifier": ["001 ", "002"], "leukocytes_at_screening": [5.1, None]})
    label = "Leukocytes at screening, counted by the hospital's own laboratory on its machine"
    path = tmp_path / "lb.xpt"
    pyreadstat.write_xport(frame, path, file_format_version=8, column_labels=["Subject", label])
    assert path.read_bytes().startswith(b"HEADER RECORD*******LIBV8")
    found, problems, table = read_file(path, "xport")
    assert list(found.columns) == list(frame.columns)
    assert rows(found) == [["001", "5.1"], ["002", None]]
    assert table.labels["leukocytes_at_screening"] == label
    assert not problems


# --- 2: ODM-XML

OPENCLINICA = "http://www.openclinica.org/ns/odm_ext_v130/v3.1"


def odm(subjects: str, file_type: str = 'FileType="Transactional"') -> bytes:
    return (
        f'<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:OpenClinica="{OPENCLINICA}" {file_type}>'
        f"<ClinicalData>{subjects}\n</ClinicalData></ODM>"
    ).encode()


def subject(key: str, groups: str, kind: str = "Insert", *, event: str = "", form: str = "") -> str:
    """A subject of one event and form, on a line of its own; each level with its transaction, if any."""

    def level(name: str, said: str, inside: str) -> str:
        given = f' TransactionType="{said}"' if said else ""
        return f"<{name}{given}>{inside}</{name.split()[0]}>"

    inside = level('StudyEventData StudyEventOID="SE"', event, level('FormData FormOID="FO"', form, groups))
    return "\n" + level(f'SubjectData SubjectKey="{key}"', kind, inside)


def group(items: str, kind: str = "", repeat: str = "1", oid: str = "IG") -> str:
    given = f' TransactionType="{kind}"' if kind else ""
    return f'<ItemGroupData ItemGroupOID="{oid}" ItemGroupRepeatKey="{repeat}"{given}>{items}</ItemGroupData>'


def item(name: str, value: str = "", more: str = "") -> str:
    given = f'Value="{value}" ' if value else ""
    return f'<ItemData ItemOID="{name}" {given}{more}/>'


def read_group(data: bytes, order: list[str] | None = None) -> tuple[dict[str, dict[str, str]], Problems]:
    """Records of IG by subject and repeat key (kept in `order`), without missing values, and the problems."""
    problems = Problems()
    table = read_as(data, "o.xml", problems, itemgroup="IG")
    found: dict[str, dict[str, str]] = {}
    for record in table.frame.to_dict("records") if table is not None else []:
        kept = {str(name): value for name, value in record.items() if not pd.isna(value)}
        place = f"{kept.pop('SubjectKey')}.{kept.pop('ItemGroupRepeatKey')}"
        if order is not None:
            order.append(place)
        found[place] = {n: v for n, v in kept.items() if n not in ("StudyEventOID", "FormOID")}
    return found, problems


AB = group(item("A", "1") + item("B", "2"))
REMOVALS = {
    "SubjectData": subject("1", "", "Remove"),
    "StudyEventData": subject("1", "", "Context", event="Remove"),
    "FormData": subject("1", "", "Context", form="Remove"),
    "ItemGroupData": subject("1", group("", "Remove"), "Context"),
}


@pytest.mark.parametrize("level", list(REMOVALS))
def test_2_a_remove_of_every_level_takes_the_records_below_it(level: str) -> None:
    """`SubjectData TransactionType="Remove"` was read as data."""
    start = subject("1", AB) + subject("2", AB)
    found, problems = read_group(odm(start + REMOVALS[level]))
    assert (found, problems.items) == ({"2.1": {"A": "1", "B": "2"}}, [])
    again = subject("1", group(item("A", "9")), "Insert")
    found, problems = read_group(odm(start + REMOVALS[level] + again))
    assert (found["1.1"], problems.items) == ({"A": "9"}, [])


@pytest.mark.parametrize("at_item", [False, True])
@pytest.mark.parametrize(
    ("kind", "value", "after"),
    [
        ("Update", "9", {"A": "9", "B": "2"}),
        ("Upsert", "9", {"A": "9", "B": "2"}),
        ("Context", "9", {"A": "1", "B": "2"}),
        ("Remove", "", {"B": "2"}),
    ],
)
def test_2_transactions_of_items_are_applied_in_order(
    at_item: bool, kind: str, value: str, after: Any
) -> None:
    if at_item or kind == "Remove":
        change = group(item("A", value, f'TransactionType="{kind}"'), "Update")
    else:
        change = group(item("A", value), kind)
    found, problems = read_group(odm(subject("1", AB) + subject("1", change, "Context")))
    assert (found, problems.items) == ({"1.1": after}, [])


def test_2_an_entity_may_come_in_several_elements() -> None:
    more = subject("1", group(item("C", "3")) + group(item("A", "5"), repeat="2"))
    found, problems = read_group(odm(subject("1", AB) + more))
    assert found == {"1.1": {"A": "1", "B": "2", "C": "3"}, "1.2": {"A": "5"}}
    assert not problems


@pytest.mark.parametrize(
    ("change", "said", "after"),
    [
        (
            subject("9", AB, "Update"),
            "A record comes with Update and was not inserted before",
            ["1.1", "9.1"],
        ),
        (
            subject("9", AB, "Context"),
            "A record comes with Context and was not inserted before",
            ["1.1", "9.1"],
        ),
        (
            subject("9", group("", "Remove"), "Context"),
            "A Remove is for a record that was not inserted",
            ["1.1"],
        ),
        (
            subject("1", AB),
            "An Insert is for a record that was inserted before; both are kept",
            ["1.1", "1.1"],
        ),
    ],
)
def test_2_a_transaction_that_does_not_fit_is_reported_and_drops_nothing(
    change: str, said: str, after: list[str]
) -> None:
    order: list[str] = []
    _, problems = read_group(odm(subject("1", AB) + change), order)
    assert order == after
    (problem,) = problems.items
    assert (problem.code, str(problem.where)) == ("RAW177", "raw/o.xml:3")
    assert problem.what.startswith(said)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (odm(subject("1", AB, "Remove"), 'FileType="Snapshot"'), "raw/o.xml:2: The file is a Snapshot"),
        (odm(subject("1", AB), 'FileType="Delta"'), "raw/o.xml:1: FileType is 'Delta'"),
        (odm(subject("1", AB, "Delete")), "raw/o.xml:2: TransactionType is 'Delete'"),
        (
            odm(subject("1", group("", "Insert"), "Remove")),
            "raw/o.xml:2: The element has Insert, within an element with Remove.",
        ),
    ],
)
def test_2_a_file_that_contradicts_itself_stops(data: bytes, said: str) -> None:
    found, problems = read_group(data)
    assert found == {}
    assert [item.code for item in problems.items] == ["RAW002"]
    assert said in str(problems.items[0])


def test_2_a_file_without_type_is_transactional_if_it_holds_changes() -> None:
    data = odm(subject("1", AB) + subject("1", "", "Remove") + subject("2", AB, ""), "")
    assert list(read_group(data)[0]) == ["2.1"]


def test_2_a_null_item_with_a_value_is_reported_and_the_value_is_read() -> None:
    items = item("A", "7", 'IsNull="Yes"') + item("B", "", 'IsNull="Yes"') + item("C", "", "")
    found, problems = read_group(odm(subject("1", group(items), ""), 'FileType="Snapshot"'))
    assert found == {"1.1": {"A": "7"}}
    (problem,) = problems.items
    assert (problem.code, str(problem.where)) == ("RAW174", "raw/o.xml:2 A")


def test_2_attributes_of_vendors_are_columns() -> None:
    data = odm(
        '<SubjectData SubjectKey="SS_1" OpenClinica:StudySubjectID="001">'
        '<StudyEventData StudyEventOID="SE" OpenClinica:StartDate="2021-03-04"><FormData FormOID="FO">'
        + group(item("A", "", 'IsNull="Yes" OpenClinica:ReasonForNull="NASK"'))
        + "</FormData></StudyEventData></SubjectData>",
        'FileType="Snapshot"',
    )
    found, problems = read_group(data)
    assert found == {
        "SS_1.1": {
            "StudySubjectID": "001",
            "StudyEventData.StartDate": "2021-03-04",
            "A.ReasonForNull": "NASK",
        }
    }
    assert not problems


def test_5_a_padded_key_without_trim_says_what_would_match(tmp_path: Path) -> None:
    form = '[forms.ae]\nfile = "ae.csv"\nsubject = "PAT"\n'
    _, read_all = trial(tmp_path, {"ae.csv": b"PAT\n001 \n009 \n002\n"}, form, ["ae,PAT,a,text"])
    with pytest.raises(Stopped) as caught:
        read_all()
    first, second = caught.value.problems
    assert (first.code, str(first.where), first.hint) == ("LNK003", "raw/ae.csv:2 PAT", "001")
    assert first.what.endswith("is not in PAT of form 'dm'; without blanks at the end it is.")
    assert first.fix == "Set trim = true for form 'ae' in study.toml, or correct the key."
    assert second.what == "PAT '009 ' of form 'ae' is not in PAT of form 'dm'."
    assert "trim" not in second.fix


def test_5_the_form_that_is_padded_is_named(tmp_path: Path) -> None:
    form = '[forms.ae]\nfile = "ae.csv"\nsubject = "PAT"\n'
    _, read_all = trial(
        tmp_path, {"ae.csv": b"PAT\n001\n", "dm.csv": b"PAT\n001  \n"}, form, ["ae,PAT,a,text"]
    )
    with pytest.raises(Stopped, match="Set trim = true for form 'dm' in"):
        read_all()


# --- 6: a double row in a look-up


def test_6_a_double_row_of_a_look_up_names_file_line_and_mapping(tmp_path: Path) -> None:
    (tmp_path / "sdtm").mkdir()
    code = (
        "from il2cdisc.sdtm import join\n\n"
        "def ae(raw_ae, raw_coding):\n"
        '    return join(raw_ae, raw_coding, on={"ae.TERM": "coding.TEXT"})\n'
    )
    (tmp_path / "sdtm" / "ae.py").write_text(code)
    events = pd.DataFrame({"@ae": [0], "ae.TERM": ["a"]})
    coding = pd.DataFrame({"@coding": [0, 1, 2, 3], "coding.TEXT": ["a", "b", "a", None]})
    given = Context(
        cast("Any", None), Problems(), lambda form, row, column: at_line(f"raw/{form}.csv", row + 2, column)
    )
    functions = load_functions(tmp_path, "sdtm")
    with pytest.raises(Stopped) as caught:
        run_mappings(functions, ["ae"], {"raw_ae": events, "raw_coding": coding}, given, folder=tmp_path)
    (problem,) = caught.value.problems
    assert (str(problem.where), problem.values) == ("raw/coding.csv:2 coding.TEXT", ("a",))
    assert problem.what == "Several rows have the same coding.TEXT; mappings/sdtm/ae.py:4 joins by that."
    assert [place.line for place in problem.records] == [2, 4]


# --- 3: a release of terminology without Extensible

RELEASE = [
    [*NEEDED, "CDISC Definition", "NCI Preferred Term", "Standard and Date"],
    ["C1", "", "", "Attribute", "ATTR", "Attribute", "d", "p", "Protocol CT 2022-03-25"],
    ["C11", "C1", "", "Attribute", "DOSE", "", "d", "p", "Protocol CT 2022-03-25"],
    ["C2", "", "No", "Response", "NY", "Response", "d", "p", "Protocol CT 2022-03-25"],
    ["C21", "C2", "", "Response", "Y", "Yes", "d", "p", "Protocol CT 2022-03-25"],
]


def test_3_a_release_with_an_empty_column_extensible_is_imported_and_says_so(tmp_path: Path) -> None:
    """NCI EVS "Protocol Terminology" 2022-03-25."""
    trial(tmp_path, {}, "", [])
    file = tmp_path / "Protocol Terminology 2022-03-25.txt"
    file.write_text("".join("\t".join(line) + "\n" for line in RELEASE), encoding="utf-8")
    done = CliRunner().invoke(app, ["ct", "import", str(file), "--trial", str(tmp_path)])
    assert (done.exit_code, done.output.splitlines()[:2]) == (
        0,
        [
            "imported PROTOCOL 2022-03-25: 2 codelists, 2 terms (terminology/protocol_2022-03-25.csv)",
            "the file does not say whether these are extensible: C1",
        ],
    )
    kept = read_release(tmp_path / "terminology" / "protocol_2022-03-25.csv")
    assert {code: item.extensible for code, item in kept.codelists.items()} == {"C1": None, "C2": False}


def test_3_another_word_for_extensible_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "Protocol Terminology 2022-03-25.txt"
    lines = [line if line[0] != "C1" else ["C1", "", "Maybe", *line[3:]] for line in RELEASE]
    file.write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")
    with pytest.raises(Stopped, match="codelist C1 is neither extensible nor closed"):
        read_evs(file, file.name)


# --- 1: damage of any kind, to files of each format


def samples(folder: Path) -> dict[str, bytes]:
    """A small good file of each format, by its name."""
    frame = pd.DataFrame({"PAT": ["001", "002"] * 20, "X": [1.5, None] * 20, "D": [SAS_DAY, SAS_DAY] * 20})
    days = {"D": "DATE9."}
    labels = {"X": {1.5: "One and a half"}}
    pyreadstat.write_sav(
        frame, folder / "a.sav", variable_value_labels=labels, variable_format={"D": "DATE11"}
    )
    pyreadstat.write_sav(frame, folder / "a.zsav", compress=True)
    pyreadstat.write_xport(frame, folder / "a.xpt", variable_format=days)
    pyreadstat.write_xport(frame, folder / "b.xpt", variable_format=days, file_format_version=8)
    pyreadstat.write_dta(frame, folder / "a.dta", variable_format={"D": "%td"})

    def fill(book: Any) -> None:
        book["LBX"]["C5"].comment = Comment("x", "y")
        book["LBX"]["A4"] = "=1+1"

    made = {path.name: path.read_bytes() for path in folder.iterdir()}
    made["a.xlsx"] = workbook(fill)
    made["a.xml"] = odm(subject("1", AB) + subject("2", AB) + REMOVALS["FormData"])
    made["a.csv"] = 'PAT,X\n001,"a\nb"\n002,é\n'.encode()
    made["b.csv"] = b"PAT;X\n001;a\n002;b\n"
    return made


def damaged(data: bytes, random: Random) -> bytes:
    """The bytes cut off, with some bits flipped, or with a piece doubled or left out."""
    way = random.randrange(4)
    place = random.randrange(len(data))
    if way == 0:
        return data[:place]
    if way == 1:
        end = place + random.randrange(1, 40)
        return data[:place] + data[end:] if random.random() < 0.5 else data[:end] + data[place:]
    out = bytearray(data)
    for _ in range(1 if way == 2 else random.randrange(2, 12)):
        out[random.randrange(len(out))] ^= 1 << random.randrange(8)
    return bytes(out)


@pytest.mark.parametrize("version", [8, 10, 12, 13, 14, 15])
def test_1_sound_files_of_stata_pass(tmp_path: Path, version: int) -> None:
    frame = pd.DataFrame({"L": ["x" * 70, "y"], "Z": [1.0, 2.0]})
    pyreadstat.write_dta(frame, tmp_path / "a.dta", version=version)
    check_dta((tmp_path / "a.dta").read_bytes())


def test_1_sound_files_of_spss_pass_and_one_with_another_width_does_not(tmp_path: Path) -> None:
    """ReadStat read outside its memory where the width of a text was more than its pieces hold."""
    texts = {"LONG": ["x" * 700, "y"], "EIGHT": ["abcdefgh", "i"], "NINE": ["123456789", "1"]}
    pyreadstat.write_sav(
        pd.DataFrame({**texts, "Z": [1.0, 2.0]}),
        tmp_path / "a.sav",
        variable_value_labels={"Z": {1: "a" * 100}},
        missing_ranges={"Z": [{"lo": 1, "hi": 2}]},
        column_labels=["l" * 77] * 4,
        note="A note.",
    )
    data = (tmp_path / "a.sav").read_bytes()
    check_sav(data)
    place = data.index(b"NINE") - 20
    assert data[place : place + 4] == (9).to_bytes(4, "little")
    with pytest.raises(UnsoundError, match="another width than it says"):
        check_sav(data[:place] + (17).to_bytes(4, "little") + data[place + 4 :])


TRIES = 200
OPTIONS: dict[str, dict[str, Any]] = {
    "b.csv": {"delimiter": ";"},
    "a.xlsx": {"sheet": "LBX", "header_line": 3, "unit_line": 2},
    "a.xml": {"itemgroup": "IG"},
}


@pytest.mark.parametrize(
    "name",
    ["a.csv", "b.csv", "a.xlsx", "a.xml", "a.sav", "a.zsav", "a.xpt", "b.xpt", "a.dta", "a.xlsx!", "a.xml!"],
)
def test_1_damage_of_any_kind_gives_problems_and_never_an_error(tmp_path: Path, name: str) -> None:
    """The readers themselves: no wrapper catches what they would raise. `!`: damage within the XML."""
    random = Random(name)
    whole = samples(tmp_path)[name.removesuffix("!")]
    for number in range(TRIES if name.rpartition(".")[2] in {"csv", "xlsx", "xml"} else TRIES // 2):
        data = in_xml(whole, random) if name.endswith("!") else damaged(whole, random)
        problems = Problems()
        file = name.removesuffix("!")
        table = read_as(data, file, problems, **OPTIONS.get(file, {}))
        assert (table is not None) != bool(problems.stops), number
        if table is not None:
            assert len(table.frame) == len(table.lines)


def in_xml(data: bytes, random: Random) -> bytes:
    """Damage in the text of an XML file, or of one part of a workbook, where most of it stays XML."""

    def changed_text(part: bytes) -> bytes:
        text, bits = bytearray(part), [b"0", b"9", b"-", b"x", b'"', b"A", b"<", b"", b"99999999999", b" "]
        for _ in range(random.randrange(1, 5)):
            place = random.randrange(len(text))
            text[place : place + random.randrange(3)] = random.choice(bits)
        return bytes(text)

    if not data.startswith(b"PK"):
        return changed_text(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        chosen = random.choice([name for name in archive.namelist() if name.endswith((".xml", ".rels"))])
    return changed(data, lambda name, part: changed_text(part) if name == chosen else part)
