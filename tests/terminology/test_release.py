"""Releases of terminology: three formats that give the same, and files that are refused."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from il2cdisc.base.problems import Stopped
from il2cdisc.standards.evs import NEEDED, read_evs
from il2cdisc.standards.release import (
    Release,
    Terminology,
    imported,
    load_terminology,
    plain,
    read_release,
    store_release,
)

HEAD = [*NEEDED, "CDISC Definition", "NCI Preferred Term", "Standard and Date"]
STANDARD = "SDTM CT 2030-01-02"
LISTS = [
    ["C1", "", "Yes", "Unit", "UNIT", "Unit", "d", "p", STANDARD],
    ["C11", "C1", "", "Unit", "mg/dL", "Milligram per Deciliter; mg%", 'a "d', "p", STANDARD],
    ["C12", "C1", "", "Unit", "10^9/L", "", "d", "p", STANDARD],
    ["C2", "", "No", "No Yes Response", "NY", "No Yes Response", "d", "p", STANDARD],
    ["C21", "C2", "", "No Yes Response", "Y", "Yes", "d", "p", STANDARD],
]


def as_text(lines: list[list[str]], head: list[str] = HEAD) -> bytes:
    return "".join("\t".join(line) + "\r\n" for line in [head, *lines]).encode()


def as_excel(lines: list[list[str]]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "ReadMe"
    book.active["A1"] = "Terminology"
    sheet = book.create_sheet("SDTM Terminology 2030-01-02")
    for line in [HEAD, *lines]:
        sheet.append(line)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


XML = """<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:nciodm="http://ncicb.nci.nih.gov/xml/odm/EVS/CDISC"
     FileOID="CDISC_CT.SDTM.2030-01-02">
 <Study OID="CT"><MetaDataVersion OID="CT.SDTM.2030-01-02" Name="CDISC SDTM Controlled Terminology">
  <CodeList OID="CL.C1.UNIT" Name="Unit" nciodm:ExtCodeID="C1" nciodm:CodeListExtensible="Yes">
   <EnumeratedItem CodedValue="mg/dL" nciodm:ExtCodeID="C11">
    <nciodm:CDISCSynonym>Milligram per Deciliter</nciodm:CDISCSynonym>
    <nciodm:CDISCSynonym>mg%</nciodm:CDISCSynonym>
   </EnumeratedItem>
   <EnumeratedItem CodedValue="10^9/L" nciodm:ExtCodeID="C12"/>
   <nciodm:CDISCSubmissionValue>UNIT</nciodm:CDISCSubmissionValue>
  </CodeList>
  <CodeList OID="CL.C2.NY" Name="No Yes Response" nciodm:ExtCodeID="C2" nciodm:CodeListExtensible="No">
   <EnumeratedItem CodedValue="Y" nciodm:ExtCodeID="C21">
    <nciodm:CDISCSynonym>Yes</nciodm:CDISCSynonym>
   </EnumeratedItem>
  </CodeList>
 </MetaDataVersion></Study>
</ODM>
"""


def read(tmp_path: Path, data: bytes, name: str = "file", **more: str) -> Release:
    (tmp_path / name).write_bytes(data)
    return read_evs(tmp_path / name, name, **more)


def test_the_three_formats_give_the_same_release(tmp_path: Path) -> None:
    text = read(tmp_path, as_text(LISTS))
    assert (text.name, text.count, list(text.codelists)) == ("SDTM 2030-01-02", 3, ["C1", "C2"])
    unit = text.codelists["C1"]
    assert (unit.short_name, unit.name, unit.extensible) == ("UNIT", "Unit", True)
    assert unit.by_value["mg/dL"].synonyms == ("Milligram per Deciliter", "mg%")
    assert read(tmp_path, as_excel(LISTS)) == text
    assert read(tmp_path, XML.encode()) == text
    assert read(tmp_path, "\ufeff".encode() + as_text(LISTS)) == text


def test_package_and_version_may_be_in_the_name_alone_or_be_told(tmp_path: Path) -> None:
    old = as_text([line[:8] for line in LISTS], HEAD[:8])
    assert read(tmp_path, old, "ADaM Terminology 2030-04-05.txt").name == "ADAM 2030-04-05"
    assert read(tmp_path, old, "x.txt", package="SDTM", version="2030-01-02").name == "SDTM 2030-01-02"


def test_a_stored_release_is_read_back_and_stored_once(tmp_path: Path) -> None:
    release = read(tmp_path, as_text(LISTS))
    folder = tmp_path / "terminology"
    path = store_release(release, folder)
    assert read_release(path) == release
    assert store_release(release, folder) == path
    assert imported(folder) == [("sdtm", "2030-01-02")]
    other = read(
        tmp_path, as_text([*LISTS[:-1], ["C22", "C2", "", "No Yes Response", "N", "No", "", "", STANDARD]])
    )
    with pytest.raises(Stopped, match="TER005"):
        store_release(other, folder)
    assert read_release(path) == release


def test_a_damaged_table_is_told(tmp_path: Path) -> None:
    path = store_release(read(tmp_path, as_text(LISTS)), tmp_path)
    path.write_text("a,b\n1,2\n")
    with pytest.raises(Stopped, match="TER001"):
        read_release(path)


def test_the_terms_of_the_version_in_use_are_looked_up_else_those_that_come_along(tmp_path: Path) -> None:
    store_release(read(tmp_path, as_text(LISTS)), tmp_path)
    words = load_terminology(tmp_path, "2030-01-02")
    assert words.terms("C1") == {"mg/dL", "10^9/L"}
    assert load_terminology(tmp_path, "2031-01-01").terms("C1") == frozenset()
    assert "Y" in Terminology().terms("C66742")  # ships with il2cdisc
    assert Terminology().near("C66742", "y") == "Y"


@pytest.mark.parametrize(
    ("value", "near"),
    [
        ("mg/dL", ""),
        ("MG / DL", "mg/dL"),
        ("milligram per deciliter", "mg/dL"),
        ("mg%", "mg/dL"),
        ("10^9 /l", "10^9/L"),
        ("10*9/L", ""),
        ("mg", ""),
    ],
)
def test_near_terms(tmp_path: Path, value: str, near: str) -> None:
    assert read(tmp_path, as_text(LISTS)).codelists["C1"].near(value) == near


def test_signs_of_units_count() -> None:
    assert plain("10^9/L") != plain("10^9 L")
    assert plain("Sub-cutaneous ") == plain("SUBCUTANEOUS")


def changed(line: int, column: int, value: str) -> bytes:
    lines = [list(item) for item in LISTS]
    lines[line][column] = value
    return as_text(lines)


BOMB = b'<?xml version="1.0"?><!DOCTYPE ODM [<!ENTITY a "x">]><ODM><CodeList/></ODM>'
OTHER = "MedDRA-like\tLLT\tPT\n1\tb\tc\n"


@pytest.mark.parametrize(
    ("data", "more", "told"),
    [
        (b"", {}, "TER001 file: the file is empty"),
        (b"PK\x03\x04 cut off", {}, "TER001 file: the workbook can't be opened"),
        (XML.encode()[:700], {}, "the XML is damaged or cut off"),
        (BOMB, {}, "declares a document type"),
        (b"<html><body/></html>", {}, "TER002 file: it is html without codelists of NCI EVS"),
        (OTHER.encode(), {}, "columns of a release are missing: Code, Codelist Code"),
        (b"\x89PNG\0\0", {}, "neither text nor XML nor a workbook"),
        (
            as_text([line[:8] for line in LISTS], HEAD[:8]),
            {},
            "neither its content nor its name gives one version",
        ),
        (as_text(LISTS), {"version": "2029-01-01"}, "the version is 2030-01-02, not 2029-01-01"),
        (as_text(LISTS), {"package": "ADaM"}, "the package is SDTM, not ADaM"),
        (changed(1, 8, "SDTM CT 2030-07-01"), {}, "found: '2030-01-02', '2030-07-01'"),
        (changed(1, 0, "11"), {}, "TER004 file:3: there is no NCI code"),
        (changed(2, 4, "mg/dL"), {}, "TER004 file:4: a term stands twice in codelist C1"),
        (changed(4, 1, "C9"), {}, "TER004 file:6: terms of codelist C9, which is not there"),
        (changed(3, 2, "maybe"), {}, "codelist C2 is neither extensible nor closed"),
        (changed(4, 4, ""), {}, "term C21 of C2 has no submission value"),
        (as_text(LISTS) + b"C99\tC1\r\n", {}, "TER004 file:7: the line has 2 fields"),
        (as_text([]), {"version": "2030-01-02", "package": "SDTM"}, "TER002 file: there is no term in it"),
    ],
)
def test_what_is_no_release_is_told(tmp_path: Path, data: bytes, more: dict[str, str], told: str) -> None:
    with pytest.raises(Stopped) as stopped:
        read(tmp_path, data, **more)
    assert told in str(stopped.value)


def test_a_workbook_of_something_else_is_told_with_its_sheets(tmp_path: Path) -> None:
    import openpyxl

    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    with pytest.raises(Stopped, match=r"no sheet has the columns of a release\n    found: 'Sheet'"):
        read(tmp_path, stream.getvalue())


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Stopped, match="TER001 none: No such file"):
        read_evs(tmp_path / "none", "none")


def test_names_of_packages_are_whole_words(tmp_path: Path) -> None:
    old: Any = as_text([line[:8] for line in LISTS], HEAD[:8])
    with pytest.raises(Stopped, match="one package"):
        read(tmp_path, old, "mysdtms-2030-01-02.txt")
