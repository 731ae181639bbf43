"""Raw files of other writers: read, or a problem that names file and sheet; nothing in them is lost."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.comments import Comment

from il2cdisc.base.problems import Problem, Problems, Stopped
from il2cdisc.raw import RawExport, load_dictionary, read_export
from il2cdisc.raw.link import link
from il2cdisc.raw.notice import notice
from il2cdisc.raw.xlsx import read_xlsx
from il2cdisc.study import Study, load_study
from il2cdisc.transport.ooxml import EXPORT, PackageError
from il2cdisc.transport.sheets import Package

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


def read(data: bytes, **options: Any) -> tuple[Any, Problems]:
    problems = Problems()
    options = {"sheet": "LBX", "header_line": 3, **options}
    return read_xlsx(data, "raw/lab.xlsx", problems, **options), problems


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
    grid = Package(data).grid("LBX")
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
    grid = Package(out.getvalue()).grid("LBX")
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
    monkeypatch.setattr("il2cdisc.raw.read.read_xlsx", fails)
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
    monkeypatch.setattr("il2cdisc.raw.read.read_csv", fails)
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
        Package(bytes(data), EXPORT).verify()


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
        ("RAW105", "Rows are hidden in Excel: 4, 5."),
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
    import pyreadstat

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
    assert rows(export.forms["ae"].frame[["USUBJID", "ae.PAT", "ae.SEX", "ae.NOTE"]]) == [
        ["SYN-T1-001", "001", "M", " a"],
        ["SYN-T1-002", "002", "F", None],
    ]
    (receipt,) = [item for item in export.receipts if item.form == "ae"]
    assert receipt.notes == ("blanks at the end of values removed: PAT, SEX, NOTE",)
    assert export.problems == ()
