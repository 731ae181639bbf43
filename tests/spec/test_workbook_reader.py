"""The reader of workbooks: what it takes, what it refuses, and how it tells."""

from __future__ import annotations

import datetime
import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from il2cdisc.base.problems import Stopped
from il2cdisc.spec.workbook import Workbook, open_workbook
from il2cdisc.transport import cells, ooxml
from il2cdisc.transport.sheets import SheetPackage


def book_of(path: Path, rows: list[list[Any]], name: str = "Terms") -> Path:
    """A workbook of one sheet, as openpyxl writes it."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = name
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def change(path: Path, part: str, old: bytes, new: bytes) -> Path:
    """The workbook with bytes of one part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                assert old in content
                content = content.replace(old, new)
            target.writestr(name, content)
    path.write_bytes(out.getvalue())
    return path


def told(book: Workbook) -> str:
    return "\n".join(str(problem) for problem in book.problems.items)


def stopped(path: Path) -> str:
    with pytest.raises(Stopped) as caught:
        open_workbook(path, "specs/sdtm.xlsx").rows("Terms", ["A"])
    return str(caught.value)


def test_values_come_as_they_are_written(tmp_path: Path) -> None:
    path = book_of(
        tmp_path / "b.xlsx",
        [
            ["Text", "Number", "Flag"],
            ["NA", 1.0, "Yes"],
            ["NULL", 0.1, "N"],
            ["007", 1e3, True],
            [None, None, None],
            ["a\nb", -2, False],
            [1.0, "2.5", None],
        ],
    )
    book = open_workbook(path)
    rows = book.rows("Terms", ["Text", "Number"], ["Flag"])
    assert [row.number for row in rows] == [2, 3, 4, 6, 7]
    assert [row.text("Text") for row in rows] == ["NA", "NULL", "007", "a\nb", "1"]
    assert [row.number_("Number") for row in rows] == [1.0, 0.1, 1000.0, -2.0, 2.5]
    assert [row.flag("Flag", blank=True) for row in rows] == [True, False, True, False, True]
    assert rows[0].integer("Number") == 1
    assert str(rows[0].at("Number")) == f"{path}!Terms!B2"
    assert book.problems.items == []


def test_numbers_flags_and_choices_that_are_none(tmp_path: Path, snapshot: object) -> None:
    path = book_of(tmp_path / "b.xlsx", [["A", "B"], ["1,5", "maybe"], ["nan", "colected"], [2.5, None]])
    book = open_workbook(path, "specs/sdtm.xlsx")
    first, second, third = book.rows("Terms", ["A", "B"])
    assert first.number_("A") is None
    assert not first.flag("B")
    assert second.number_("A") is None
    assert second.choice("B", ["Collected", "Derived"]) == ""
    assert third.integer("A") is None
    assert third.needed("B") == ""
    assert told(book) == snapshot


def test_blanks_are_told_and_left_out(tmp_path: Path, snapshot: object) -> None:
    path = book_of(tmp_path / "b.xlsx", [["A ", "B"], [" x", "y\u00a0z"], ["  ", None], ["a b", "c"]])
    book = open_workbook(path, "specs/sdtm.xlsx")
    rows = book.rows("Terms", ["A", "B"])
    assert [(row.text("A"), row.text("B")) for row in rows] == [("x", "y z"), ("a b", "c")]
    assert told(book) == snapshot


def test_formulas_errors_dates_and_merged_cells(tmp_path: Path, snapshot: object) -> None:
    path = tmp_path / "b.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Terms"
    for row in (
        ["A", "B", "C"],
        ["=1+1", "#REF!", "x"],
        [datetime.date(2022, 3, 1), "y", "z"],
        ["p", "q", "r"],
    ):
        sheet.append(row)
    sheet["A4"] = datetime.time(9, 30)
    sheet["A5"] = datetime.datetime(2022, 3, 1, 9, 30)  # noqa: DTZ001
    sheet.merge_cells("B4:C5")
    sheet.merge_cells("F1:G3")
    book.save(path)
    read = open_workbook(path, "specs/sdtm.xlsx")
    rows = read.rows("Terms", ["A", "B"], ["C"])
    assert [row.text("A") for row in rows[1:]] == ["2022-03-01", "09:30:00", "2022-03-01T09:30:00"]
    assert told(read) == snapshot


def test_hidden_rows_filters_and_hidden_sheets_are_read(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Terms"
    for row in (["A"], ["1"], ["2"], ["3"]):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    sheet.auto_filter.ref = "A1:A4"
    sheet.freeze_panes = "A2"
    book.create_sheet("Other")
    sheet.sheet_state = "hidden"
    book.save(path)
    read = open_workbook(path)
    assert [row.text("A") for row in read.rows("Terms", ["A"])] == ["1", "2", "3"]
    assert read.sheets == ("Terms", "Other")


def test_headers_missing_unknown_and_twice(tmp_path: Path, snapshot: object) -> None:
    path = book_of(
        tmp_path / "b.xlsx", [["Variable", "Lable", "Variable", "Comments", "Zebra"], ["x", "y", "z", "", ""]]
    )
    book = open_workbook(path, "specs/sdtm.xlsx")
    rows = book.rows("Terms", ["Variable", "Label"], ["Comment"])
    assert rows[0].text("Variable") == "x"
    assert told(book) == snapshot


def test_headers_below_a_title(tmp_path: Path, snapshot: object) -> None:
    path = book_of(tmp_path / "b.xlsx", [["My terms"], [], ["A", "B"], ["x", "y"]])
    book = open_workbook(path, "specs/sdtm.xlsx")
    book.rows("Terms", ["A", "B"])
    assert told(book) == snapshot


def test_a_renamed_sheet(tmp_path: Path, snapshot: object) -> None:
    book = open_workbook(book_of(tmp_path / "b.xlsx", [["A"], ["x"]], "Variabels"), "specs/sdtm.xlsx")
    assert book.rows("Variables", ["A"]) == []
    assert book.rows("Windows", ["A"], may_lack=True) == []
    assert told(book) == snapshot


def test_an_empty_sheet(tmp_path: Path, snapshot: object) -> None:
    book = open_workbook(book_of(tmp_path / "b.xlsx", [["A"]]), "specs/sdtm.xlsx")
    assert book.rows("Terms", ["A"], may_be_empty=False) == []
    assert told(book) == snapshot


def test_files_that_are_no_workbook(tmp_path: Path, snapshot: object) -> None:
    good = book_of(tmp_path / "good.xlsx", [["A"], ["x"]]).read_bytes()
    path = tmp_path / "b.xlsx"
    said = [stopped(path)]
    contents = {
        "empty": b"",
        "password": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "text": b"Variable,Label\n",
        "truncated": good[: len(good) // 2],
        "head only": b"PK\x03\x04",
    }
    for name, content in contents.items():
        path.write_bytes(content)
        said.append(f"[{name}] {stopped(path)}")
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    path.write_bytes(other.getvalue())
    said.append(f"[another zip] {stopped(path)}")
    assert "\n".join(said) == snapshot


def test_a_damaged_part(tmp_path: Path, snapshot: object) -> None:
    path = book_of(tmp_path / "b.xlsx", [["A"], ["x"]])
    change(path, "xl/worksheets/sheet1.xml", b"</sheetData>", b"</sheetDat>")
    assert stopped(path) == snapshot


def test_entities_are_refused(tmp_path: Path, snapshot: object) -> None:
    path = book_of(tmp_path / "b.xlsx", [["A"], ["x"]])
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet '
    change(path, "xl/worksheets/sheet1.xml", b"<worksheet ", bomb)
    assert stopped(path) == snapshot


def test_a_zip_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: object) -> None:
    path = book_of(tmp_path / "b.xlsx", [["A"], *[["x" * 1000 + str(n)] for n in range(200)]])
    with zipfile.ZipFile(path) as archive:
        assert sum(part.file_size for part in archive.infolist()) > 100_000
    with pytest.raises(ooxml.PackageError, match="not safe"):
        SheetPackage(path, replace(ooxml.SPECIFICATION, total=100_000))
    monkeypatch.setattr(cells, "MAX_CELLS", 100)
    assert stopped(path) == snapshot


def test_macros_and_links_are_not_touched(tmp_path: Path) -> None:
    path = book_of(tmp_path / "b.xlsm", [["A"], ["x"]])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
        archive.writestr("xl/externalLinks/externalLink1.xml", b"<!DOCTYPE a><a")
    assert [row.text("A") for row in open_workbook(path).rows("Terms", ["A"])] == ["x"]


def test_inline_and_rich_texts_and_missing_references(tmp_path: Path) -> None:
    path = book_of(tmp_path / "b.xlsx", [["A", "B"], ["x", "y"]])
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    start, end = sheet.index(b"<sheetData>"), sheet.index(b"</sheetData>")
    rows = (
        b'<sheetData><row r="1"><c t="inlineStr"><is><t>A</t></is></c>'
        b'<c t="inlineStr"><is><t>B</t></is></c></row>'
        b'<row><c t="inlineStr"><is><r><t>p</t></r><r><t>q</t></r><rPh><t>no</t></rPh></is></c>'
        b'<c t="str"><v>_x0041_1</v></c></row>'
    )
    change(path, "xl/worksheets/sheet1.xml", sheet[start:end], rows)
    (row,) = open_workbook(path).rows("Terms", ["A", "B"])
    assert (row.text("A"), row.text("B")) == ("pq", "A1")


def of_rows(tmp_path: Path, rows: bytes) -> Path:
    """A workbook whose one sheet `Terms` has these rows."""
    path = book_of(tmp_path / "b.xlsx", [["A", "B"], ["x", "y"]])
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    start, end = sheet.index(b"<sheetData>"), sheet.index(b"</sheetData>")
    change(path, "xl/worksheets/sheet1.xml", sheet[start:end], b"<sheetData>" + rows)
    return path


def test_a_cell_stands_where_its_reference_says(tmp_path: Path) -> None:
    rows = (
        b'<row r="1"><c r="A1"><v>1</v></c><c r="C1"><v>2</v></c><c><v>3</v></c><c r="A11"><v>4</v></c>'
        b'<c r="C1"/><c r="AA1"><v>5</v></c></row>'
        b'<row r="11"><c r="C11"><v>6</v></c><c r="A1"><v>7</v></c></row>'
    )
    grid = SheetPackage(of_rows(tmp_path, rows)).grid("Terms")
    texts = {row: {column: cell.text for column, cell in cells.items()} for row, cells in grid.rows.items()}
    assert texts == {1: {1: "7", 3: "2", 4: "3", 27: "5"}, 11: {1: "4", 3: "6"}}


@pytest.mark.parametrize("reference", ["A", "1", "A0", "a1", "A01", "1A", "AAAA1", "A1048577"])
def test_a_reference_that_is_none_is_refused(tmp_path: Path, reference: str) -> None:
    """Filled or empty, whatever cells and rows came before it."""
    for number in (b"1", b"0", b"01", b""):
        rows = b'<row r="%s"><c r="A1"><v>1</v></c><c r="%s"/></row>' % (number, reference.encode())
        book = SheetPackage(of_rows(tmp_path, rows))
        with pytest.raises(ooxml.PackageError, match=f"a cell at '{reference}'"):
            book.grid("Terms")


# Where to do damage, in parts of 10,000: the size of a file depends on the clock that openpyxl writes.
PLACES = st.integers(0, 9_999)
BITS = [
    b"0",
    b"9",
    b"-",
    b"x",
    b'"',
    b"A",
    b"<",
    b"",
    b"_x0000_",
    b"_xD800_",
    b"99999999999",
    b" ",
    b"\xc2\xb2",
]


@given(st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_of_any_kind_is_told_and_never_raised(tmp_path: Path, data: st.DataObject) -> None:
    path = book_of(tmp_path / "b.xlsx", [["A", "B"], ["x", 1.5], [datetime.date(2022, 3, 1), True]])
    if data.draw(st.booleans(), "bytes of the file"):
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(PLACES) * len(content) // 10_000] = data.draw(st.integers(0, 255))
        path.write_bytes(content)
    else:
        with zipfile.ZipFile(path) as archive:
            part = data.draw(st.sampled_from([name for name in archive.namelist() if name.startswith("xl/")]))
            content = bytearray(archive.read(part))
            whole = bytes(content)
        for _ in range(data.draw(st.integers(1, 5))):
            at = data.draw(PLACES) * len(content) // 10_000
            content[at : at + data.draw(st.integers(0, 2))] = data.draw(st.sampled_from(BITS))
        change(path, part, whole, bytes(content))
    try:
        book = open_workbook(path, "specs/sdtm.xlsx")
        for row in book.rows("Terms", ["A"], ["B"]):
            row.number_("B")
        said = told(book)
    except Stopped as stop:
        said = str(stop)
    assert said.isprintable() or said.encode()


@pytest.mark.parametrize(
    ("text", "shown"), [("1.0", "1"), ("0.10000000000000001", "0.1"), ("1E-3", "0.001"), ("-5", "-5")]
)
def test_numbers_as_a_person_writes_them(text: str, shown: str) -> None:
    assert cells.number_text(text) == shown
