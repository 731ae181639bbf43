"""The table of public rules on define.xml and ours, docs/define-rules.md, is made of define_rules.csv.

`python tests/define/test_define_rules.py` writes it anew. A mistake of each kind is planted, and found.
"""

from __future__ import annotations

import csv
import os
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from il2cdisc.base.problems import Stopped
from il2cdisc.define import check_define, define_bytes, read_define
from il2cdisc.define import problems as kinds
from tests.define.test_analysis_results import package
from tests.define.test_from_define import ours

HERE = Path(__file__).parent
TABLE = HERE.parents[1] / "docs" / "define-rules.md"
SCHEMA = "odmlib/schemas/arm/1.0-define2.1/arm1-0-0.xsd"
HEAD = """# Rules on define.xml: what is checked, and by whom

Generated from `tests/define/define_rules.csv`; a test holds it current, and plants a mistake of each kind.
The subjects are those of FDA's validator rules (SD, DD, OD, CT and the technical rejection criteria, TRC) and
of CDISC's conformance rules (CG) on define.xml, and of the elements of Define-XML 2.1 and Analysis Results
Metadata 1.0 that they are about.

* **il2cdisc**: the codes of the checks of a build and of the workbooks that it is made from.
* **CORE**: the rule of CDISC CORE, which a build can run.
* **schema**: the published XML schema refuses it, too.
"""


def lines() -> list[dict[str, str]]:
    with (HERE / "define_rules.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def codes(row: dict[str, str]) -> list[str]:
    return [code for code in row["codes"].split(";") if code]


def text() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_tables()]) + "\n"


def _tables() -> Iterator[str]:
    for part in dict.fromkeys(row["part"] for row in lines()):
        rows = [row for row in lines() if row["part"] == part]
        checked = sum(1 for row in rows if row["codes"] or row["core"] or row["schema"])
        yield f"\n## {part}: {checked} of {len(rows)} checked\n"
        yield "| subject | public rule or element | il2cdisc | CORE | schema | why not |"
        yield "| --- | --- | --- | --- | --- | --- |"
        for row in rows:
            ids, own = row["ids"].replace(";", ", "), ", ".join(codes(row))
            yield f"| {row['subject']} | {ids} | {own} | {row['core']} | {row['schema']} | {row['reason']} |"


def test_the_table_is_current() -> None:
    assert TABLE.read_text(encoding="utf-8") == text(), "run python tests/define/test_define_rules.py"


@cache
def known_codes() -> str:
    """The source of the engine, in which each code is given once."""
    return "".join(path.read_text() for path in (HERE.parents[1] / "il2cdisc").rglob("*.py"))


@pytest.mark.parametrize("row", lines(), ids=lambda row: row["subject"])
def test_each_subject_has_a_check_or_a_reason(row: dict[str, str]) -> None:
    assert bool(row["codes"] or row["core"] or row["schema"]) != bool(row["reason"])
    assert [code for code in codes(row) if f'"{code}"' not in known_codes()] == []
    core = (HERE.parent / "core" / "rules_run.txt").read_text()
    assert not row["core"] or f"{row['core']}\t" in core


def test_each_kind_of_problem_of_define_is_in_the_table() -> None:
    listed = {code for row in lines() for code in codes(row)}
    every = {kind.code for name, kind in vars(kinds).items() if name.isupper()}
    about_workbooks = {"DEF031", "DEF035", "DEF037", "DEF038", "DEF039", "DEF040"}
    assert every - listed == about_workbooks


SDTM, ADAM = "sdtm", "adam"
PLANTED: dict[str, tuple[str, str, str]] = {
    "XML that is damaged or cut off": (SDTM, r"</ODM>", ""),
    "A document type, with which entities come": (SDTM, r"\?>", '?><!DOCTYPE ODM [<!ENTITY a "b">]>'),
    "Another version of Define-XML": (SDTM, 'DefineVersion="2.1.0"', 'DefineVersion="3.0"'),
    "Name of the study": (SDTM, "<StudyName>[^<]*", "<StudyName>"),
    "No implementation guide among the standards": (SDTM, 'Type="IG"', 'Type="CT" PublishingSet="SDTM"'),
    "Controlled terminology without its publishing set": (SDTM, ' PublishingSet="SDTM"', ""),
    "A dataset that neither names a standard nor is marked as non-standard": (
        SDTM, '(<ItemGroupDef OID="IG.DM"[^>]*) def:StandardOID="[^"]*"', r"\1"),
    "A codelist that neither names a standard nor is marked as non-standard": (
        SDTM, '(<CodeList [^>]*) def:StandardOID="[^"]*"', r"\1"),
    "A dataset without a label": (
        SDTM, r'(<ItemGroupDef OID="IG.DM"[^>]*>\s*)<Description>.*?</Description>', r"\1"),
    "A dataset without a structure": (SDTM, '(<ItemGroupDef OID="IG.DM"[^>]*) def:Structure="[^"]*"', r"\1"),
    "A class that is not a term": (SDTM, '<def:Class Name="EVENTS"', '<def:Class Name="EVENT"'),
    "A dataset with data that names no file": (
        SDTM, '(<ItemGroupDef OID="IG.DM"[^>]*) def:HasNoData="Yes"', r"\1"),
    "A supplemental dataset without the description of its domain": (
        SDTM, '<Alias Context="DomainDescription"[^>]*>', ""),
    "Keys that are not numbered from 1": (SDTM, ' KeySequence="1"', ' KeySequence="9"'),
    "Two items with one order number": (SDTM, ' OrderNumber="2"', ' OrderNumber="1"'),
    "An identifier that is defined twice": (SDTM, 'ItemDef OID="IT.DM.AGE"', 'ItemDef OID="IT.DM.SEX"'),
    "Two datasets with one name": (SDTM, '(OID="IG.DM") Name="DM"', r'\1 Name="AE"'),
    "Two variables of a dataset with one name": (SDTM, '(OID="IT.DM.AGE") Name="AGE"', r'\1 Name="SEX"'),
    "A reference to something that is not defined": (SDTM, 'CodeListOID="CL.NY"', 'CodeListOID="CL.NYY"'),
    "A definition that nothing refers to": (
        SDTM, "<def:CommentDef ", r'<def:CommentDef OID="COM.NONE"/>\g<0>'),
    "A variable without a label": (
        SDTM, r'(<ItemDef OID="IT.DM.AGE"[^>]*>\s*)<Description>.*?</Description>', r"\1"),
    "A data type that is not a term": (SDTM, 'DataType="text"', 'DataType="txt"'),
    "A length where the data type has none, or none where it has one": (
        SDTM, '(<ItemDef OID="IT.DM.SEX"[^>]*) Length="[^"]*"', r"\1"),
    "A decimal number without significant digits": (SDTM, ' SignificantDigits="[^"]*"', ""),
    "A variable without an origin, above and below": (
        SDTM, r'(<ItemDef OID="IT.DM.SEX".*?)<def:Origin [^>]*/>', r"\1"),
    "An origin or source that is not a term": (SDTM, '<def:Origin Type="Assigned"', '<def:Origin Type="CRF"'),
    "A predecessor that is not named": (
        ADAM, '(<def:Origin Type="Predecessor")([^>]*)>.*?</def:Origin>', r"\1\2/>"),
    "A derived variable without a method": (
        SDTM, '(<ItemRef ItemOID="IT.AE.AESEQ"[^>]*) MethodOID="[^"]*"', r"\1"),
    "A method without a description": (
        SDTM, r"(<MethodDef [^>]*>\s*)<Description>.*?</Description>", r"\1"),
    "A type of a method that is not a term": (SDTM, 'Type="Computation"', 'Type="Guess"'),
    "A codelist without a term": (SDTM, r"(<CodeList [^>]*>).*?(</CodeList>)", r"\1\2"),
    "A term that is listed twice": (SDTM, r'(<CodeListItem CodedValue=")Y(.*?CodedValue="N")', r"\1N\2"),
    "Terms without a decoded value beside terms that have one": (
        SDTM, r"(<CodeList OID=\"CL.NY\".*?<TranslatedText[^>]*>)[^<]*", r"\1"),
    "A term without an NCI code that is not marked as extended": (
        SDTM, r'(<CodeList OID="CL.NY".*?)<Alias Context="nci:ExtCodeID" Name="[^"]*"/>', r"\1"),
    "A term that is marked as extended in a sponsor's codelist": (
        SDTM, '(def:IsNonStandard="Yes">\\s*<(?:Enumerated|CodeList)Item [^>/]*?)(/?>)',
        r'\1 def:ExtendedValue="Yes"\2'),
    "Data type of a codelist and of its variable": (
        SDTM, '(<CodeList OID="CL.NY"[^>]*) DataType="text"', r'\1 DataType="integer"'),
    "A dictionary without a version": (SDTM, r'(<ExternalCodeList [^>]*) Version="[^"]*"', r"\1"),
    "A value-level item without a where-clause": (SDTM, "<def:WhereClauseRef [^>]*>", ""),
    "A comparator that is not a term": (SDTM, 'Comparator="EQ"', 'Comparator="IS"'),
    "A comparison with more values than its comparator takes": (
        SDTM, '(Comparator="EQ".*?)(<CheckValue>.*?</CheckValue>)', r"\1\2\2"),
    "A comparison with a value that is not in the codelist": (
        SDTM, '(def:ItemOID="IT.DS.DSCAT">\\s*<CheckValue>)', r"\1NO"),
    "A comment without a text": (
        SDTM, r"(<def:CommentDef [^>]*>\s*)<Description>.*?</Description>", r"\1"),
    "A dataset or variable without data that has no comment": (
        SDTM, '(<ItemGroupDef OID="IG.DM"[^>]*) def:CommentOID="[^"]*"', r"\1"),
    "No stylesheet, or one that is not there": (SDTM, r"<\?xml-stylesheet [^>]*>", ""),
    "A display without a result": ("arm", r"<arm:AnalysisResult .*</arm:AnalysisResult>", ""),
    "A display without a document": (
        "arm", r'(<arm:ResultDisplay .*?</Description>\s*)<def:DocumentRef [^>]*>', r"\1"),
    "A result without a reason or a purpose": ("arm", ' AnalysisReason="[^"]*"', ""),
    "A reason or purpose that is not a term": ("arm", 'AnalysisReason="[^"]*"', 'AnalysisReason="WISH"'),
    "A result without a dataset": ("arm", r"<arm:AnalysisDataset .*</arm:AnalysisDataset>", ""),
    "A result that refers to a dataset, where-clause or variable that is not defined": (
        "arm", 'ItemGroupOID="IG.ADXX"', 'ItemGroupOID="IG.ADXY"'),
}  # fmt: skip
"""Subject → the file, a pattern in it, and what takes its place, once."""
NOT_PLANTED = {
    # found in a workbook, or when it becomes a model; each has its test there
    "A character that XML does not allow", "A subclass that its class does not have", "Role of a variable",
    "A domain code that is not published", "A required variable that is not mandatory",
    "A name that a transport file can't hold", "Display format of dates and times of analysis data",
    "A derived or assigned value without a source", "A predecessor that neither package has",
    "An extended term in a codelist that is not extensible", "An NCI code that is not that of the term",
    "A flag or code of analysis data without a codelist", "Context, file type and time of creation",
}  # fmt: skip


@cache
def good(name: str) -> bytes:
    return define_bytes(package() if name == "arm" else ours(name))


def spoilt(subject: str) -> bytes:
    name, old, new = PLANTED[subject]
    data, times = re.subn(old, new, good(name).decode(), count=1, flags=re.S)
    assert times == 1, subject
    return data.encode()


def found(data: bytes) -> set[str]:
    try:
        return {
            f"{problem.code} {problem.where} {problem.what}" for problem in check_define(read_define(data))
        }
    except Stopped as stopped:
        return {f"{problem.code} {problem.where} {problem.what}" for problem in stopped.problems}


def test_a_mistake_of_each_subject_is_planted() -> None:
    in_itself = [row for row in lines() if row["part"] != lines()[0]["part"]]
    checked = {row["subject"] for row in in_itself if not row["reason"]}
    assert checked == set(PLANTED) | NOT_PLANTED


@pytest.mark.parametrize("subject", PLANTED)
def test_a_planted_mistake_is_found(subject: str) -> None:
    (row,) = [row for row in lines() if row["subject"] == subject]
    told = {line[:6] for line in found(spoilt(subject)) - found(good(PLANTED[subject][0]))}
    assert told & set(codes(row)), told


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    python = os.environ.get("IL2CDISC_CORE_PYTHON", "")
    if not python:
        pytest.skip("the schema comes with odmlib in the environment of IL2CDISC_CORE_PYTHON; it is not set")
    find = "import importlib.util as u; print(u.find_spec('odmlib').submodule_search_locations[0])"
    place = subprocess.run([python, "-c", find], capture_output=True, text=True, check=True).stdout.strip()
    return etree.XMLSchema(etree.parse(str(Path(place).parent / SCHEMA)))


@pytest.mark.parametrize("subject", PLANTED)
def test_the_schema_refuses_what_the_table_says(subject: str, schema: etree.XMLSchema) -> None:
    (row,) = [row for row in lines() if row["subject"] == subject]
    try:
        valid = schema.validate(etree.fromstring(spoilt(subject)))
    except etree.XMLSyntaxError:
        valid = False
    assert valid != bool(row["schema"])


if __name__ == "__main__":
    TABLE.write_text(text(), encoding="utf-8", newline="\n")
