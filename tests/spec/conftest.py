"""A small good workbook, to be spoilt by each test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from il2cdisc.base.problems import Problem
from il2cdisc.spec import sheets_checks, sheets_data, sheets_protocol, sheets_study, sheets_terms
from il2cdisc.spec.load import read_spec

Sheets = dict[str, list[dict[str, Any]]]

HEADERS: dict[str, list[str]] = {
    "Define": ["Attribute", "Value"],
    "Datasets": [*sheets_data.DATASETS[0], *sheets_data.DATASETS[1]],
    "Variables": [*sheets_data.VARIABLES[0], *sheets_data.VARIABLES[1]],
    "ValueLevel": [*sheets_data.VALUE_LEVEL[0], *sheets_data.VALUE_LEVEL[1]],
    "WhereClauses": [*sheets_data.WHERE_CLAUSES[0], *sheets_data.WHERE_CLAUSES[1]],
    "Codelists": [*sheets_terms.CODELISTS[0], *sheets_terms.CODELISTS[1]],
    "Dictionaries": [*sheets_terms.DICTIONARIES[0], *sheets_terms.DICTIONARIES[1]],
    "Methods": [*sheets_terms.METHODS[0], *sheets_terms.METHODS[1]],
    "Comments": [*sheets_terms.COMMENTS[0], *sheets_terms.COMMENTS[1]],
    "Documents": sheets_terms.DOCUMENTS,
    "Translations": sheets_terms.TRANSLATIONS,
    "Conversions": sheets_study.CONVERSIONS,
    "Ranges": sheets_study.RANGES,
    "Totals": sheets_checks.TOTALS,
    "Plausibility": sheets_checks.PLAUSIBILITY,
    "Protocol Arms": sheets_study.ARMS,
    "Protocol Elements": sheets_study.ELEMENTS,
    "Protocol Visits": sheets_study.VISITS,
    "Protocol Criteria": sheets_protocol.CRITERIA,
    "Protocol Summary": sheets_protocol.SUMMARY,
    "Parameters": [*sheets_study.PARAMETERS[0], *sheets_study.PARAMETERS[1]],
    "Windows": sheets_study.WINDOWS,
}


def _variable(dataset: str, line: str) -> dict[str, Any]:
    name, label, data_type, mandatory, codelist, origin, method = (part.strip() for part in line.split("|"))
    return {
        "Dataset": dataset,
        "Variable": name,
        "Label": label,
        "Data Type": data_type,
        "Length": 20 if data_type == "text" else None,
        "Mandatory": mandatory,
        "Codelist": codelist,
        "Origin": origin,
        "Method": method,
    }


VS = """
STUDYID  | Study Identifier                   | text     | Yes |        | Assigned  |
DOMAIN   | Domain Abbreviation                | text     | Yes |        | Assigned  |
USUBJID  | Unique Subject Identifier          | text     | Yes |        | Derived   | MT.USUBJID
VSSEQ    | Sequence Number                    | integer  | Yes |        | Derived   | MT.SEQ
VSTESTCD | Vital Signs Test Short Name        | text     | Yes | VSTESTCD | Assigned |
VSTEST   | Vital Signs Test Name              | text     | Yes | VSTEST | Assigned  |
VSORRES  | Result or Finding in Original Units | text    | No  |        | Collected |
VSORRESU | Original Units                     | text     | No  | VSRESU | Collected |
VSSTRESC | Character Result/Finding in Std Format | text | No  |        | Derived   | MT.STRESC
VSSTRESN | Numeric Result/Finding in Standard Units | float | No |      | Derived   | MT.STRESC
VSSTRESU | Standard Units                     | text     | No  | VSRESU | Assigned  |
VSLOBXFL | Last Observation Before Exposure Flag | text  | No  | NY     | Derived   | MT.LOBXFL
VISITNUM | Visit Number                       | float    | No  |        | Assigned  |
VISIT    | Visit Name                         | text     | No  |        | Assigned  |
VSDTC    | Date/Time of Measurements          | datetime | No  |        | Collected |
"""
SUPPVS = """
STUDYID  | Study Identifier            | text | Yes |        | Assigned |
RDOMAIN  | Related Domain Abbreviation | text | Yes | DOMAIN | Assigned |
USUBJID  | Unique Subject Identifier   | text | Yes |        | Derived  | MT.USUBJID
IDVAR    | Identifying Variable        | text | No  |        | Assigned |
IDVARVAL | Identifying Variable Value  | text | No  |        | Assigned |
QNAM     | Qualifier Variable Name     | text | Yes |        | Assigned |
QLABEL   | Qualifier Variable Label    | text | Yes |        | Assigned |
QVAL     | Data Value                  | text | Yes |        |          |
QORIG    | Origin                      | text | Yes |        | Assigned |
QEVAL    | Evaluator                   | text | No  | EVAL   | Assigned |
"""
TERMS = """
NY       | No Yes Response             | C66742 | Y      | C49488  | Yes
VSTESTCD | Vital Signs Test Code       | C66741 | SYSBP  | C25298  | Systolic Blood Pressure
VSTESTCD | Vital Signs Test Code       | C66741 | TEMP   | C174446  | Temperature
VSTEST   | Vital Signs Test Name       | C67153 | Systolic Blood Pressure | C25298 |
VSTEST   | Vital Signs Test Name       | C67153 | Temperature | C174446 |
VSRESU   | Units for Vital Signs Results | C66770 | mmHg | C49670  |
VSRESU   | Units for Vital Signs Results | C66770 | C    | C42559  |
VSRESU   | Units for Vital Signs Results | C66770 | F    | C44277  |
DOMAIN   | SDTM Domain Abbreviation    | C66734 | VS     | C49622  | Vital Signs
EVAL     | Evaluator                   | C78735 | INVESTIGATOR | C25936 |
"""


def _numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"Order": order, **row} for order, row in enumerate(rows, start=1)]


def good_sdtm() -> Sheets:
    """VS with SUPPVS, codelists, a conversion, a range and a protocol: no problem at all."""
    variables = [
        row
        for dataset, text in (("VS", VS), ("SUPPVS", SUPPVS))
        for row in _numbered([_variable(dataset, line) for line in text.strip().splitlines()])
    ]
    terms: list[dict[str, Any]] = []
    for line in TERMS.strip().splitlines():
        id_, name, code, term, term_code, decode = (part.strip() for part in line.split("|"))
        terms.append(
            {"ID": id_, "Name": name, "NCI Codelist Code": code, "Data Type": "text", "Order": 1}
            | {"Term": term, "NCI Term Code": term_code, "Decoded Value": decode}
        )
    return {
        "Define": [{"Attribute": "StudyName", "Value": "S1"}],
        "Datasets": [
            {"Dataset": "VS", "Label": "Vital Signs", "Class": "FINDINGS", "Structure": "One record per sign"}
            | {"Key Variables": "STUDYID, USUBJID, VSTESTCD, VSDTC"},
            {"Dataset": "SUPPVS", "Label": "Supplemental Qualifiers for VS", "Class": "RELATIONSHIP"}
            | {"Structure": "One record per value", "Key Variables": "STUDYID, USUBJID, IDVARVAL, QNAM"},
        ],
        "Variables": variables,
        "ValueLevel": [
            {"Order": 1, "Dataset": "SUPPVS", "Variable": "QVAL", "Where Clause": "WC.SUPPVS.VSARM"}
            | {
                "Label": "Arm Used",
                "Data Type": "text",
                "Length": 5,
                "Mandatory": "No",
                "Origin": "Collected",
            }
        ],
        "WhereClauses": [
            {"ID": "WC.SUPPVS.VSARM", "Dataset": "SUPPVS", "Variable": "QNAM", "Comparator": "EQ"}
            | {"Value": "VSARM"}
        ],
        "Codelists": terms,
        "Dictionaries": [],
        "Methods": [
            {"ID": f"MT.{name}", "Name": name, "Type": "Computation", "Description": f"How {name} is made."}
            for name in ("USUBJID", "SEQ", "STRESC", "LOBXFL")
        ],
        "Comments": [],
        "Documents": [],
        "Translations": [{"Codelist": "NY", "Collected Value": "oui", "Term": "Y"}],
        "Conversions": [
            {
                "Dataset": "VS",
                "Test Code": "TEMP",
                "From Unit": "F",
                "To Unit": "C",
                "Factor": 0.5555555555555556,
            }
            | {"Offset": -17.77777777777778, "Digits": 1}
        ],
        "Ranges": [{"Dataset": "VS", "Test Code": "TEMP", "Unit": "C", "Low": 36, "High": 37.5}],
        "Protocol Arms": [
            {"Arm Code": "A", "Arm": "Arm A", "Order": 1, "Element Code": "E1", "Epoch": "SCREENING"},
            {"Arm Code": "A", "Arm": "Arm A", "Order": 2, "Element Code": "E2", "Epoch": "TREATMENT"},
        ],
        "Protocol Elements": [
            {"Element Code": "E1", "Element": "First", "Start Rule": "Consent"},
            {"Element Code": "E2", "Element": "Second", "Start Rule": "Dose"},
        ],
        "Protocol Visits": [
            {"Visit Number": 1, "Visit": "V1", "Planned Day": -7, "Window Before": 2, "Window After": 2},
            {"Visit Number": 2.1, "Visit": "V2", "Planned Day": 1},
        ],
    }


def good_adam() -> Sheets:
    """ADSL with its required variables, and a dataset of parameters: no problem but labels, at most."""
    adsl = """
STUDYID | Study Identifier                | text    | Yes | | Predecessor |
USUBJID | Unique Subject Identifier       | text    | Yes | | Predecessor |
SUBJID  | Subject Identifier for the Study | text   | Yes | | Predecessor |
SITEID  | Study Site Identifier           | text    | Yes | | Predecessor |
AGE     | Age                             | integer | Yes | | Predecessor |
AGEU    | Age Units                       | text    | Yes | | Predecessor |
SEX     | Sex                             | text    | Yes | | Predecessor |
RACE    | Race                            | text    | Yes | | Predecessor |
ARM     | Description of Planned Arm      | text    | Yes | | Predecessor |
TRT01P  | Planned Treatment for Period 01 | text    | Yes | | Derived     | MT.TRT
"""
    rows = _numbered([_variable("ADSL", line) for line in adsl.strip().splitlines()])
    for row in rows:
        if row["Origin"] == "Predecessor":
            row["Predecessor"] = f"DM.{row['Variable']}"
    return {
        "Define": [],
        "Datasets": [
            {"Dataset": "ADSL", "Label": "Subject-Level Analysis Dataset", "Standard": "ADaMIG 1.3"}
            | {"Class": "SUBJECT LEVEL ANALYSIS DATASET", "Structure": "One record per subject"}
            | {"Key Variables": "STUDYID, USUBJID"}
        ],
        "Variables": rows,
        "ValueLevel": [],
        "WhereClauses": [],
        "Codelists": [],
        "Dictionaries": [],
        "Methods": [
            {"ID": "MT.TRT", "Name": "TRT", "Type": "Computation", "Description": "The planned arm."}
        ],
        "Comments": [],
        "Documents": [],
    }


def write(path: Path, sheets: Sheets) -> openpyxl.Workbook:
    """Write sheets with their headers; returns the workbook so that a test can spoil single cells."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        headers = HEADERS.get(name) or list(rows[0])
        sheet.append(headers)
        for row in rows:
            sheet.append([row.get(header) or row.get(header, None) for header in headers])
    book.save(path)
    return book


def told(problems: list[Problem] | tuple[Problem, ...]) -> str:
    """The messages as a user sees them."""
    return "\n".join(str(problem) for problem in problems)


@pytest.fixture
def sdtm() -> Sheets:
    return good_sdtm()


@pytest.fixture
def adam() -> Sheets:
    return good_adam()


@pytest.fixture
def save(tmp_path: Path) -> Callable[[Sheets], Path]:
    """Writes sheets as a workbook and gives its path."""

    def saved(sheets: Sheets) -> Path:
        path = tmp_path / "book.xlsx"
        write(path, sheets)
        return path

    return saved


@pytest.fixture
def problems_of(save: Callable[[Sheets], Path]) -> Callable[[Sheets], str]:
    """Every problem of a workbook with these sheets, as text."""

    def problems(sheets: Sheets) -> str:
        return told(read_spec(save(sheets), "specs/sdtm.xlsx")[1])

    return problems


@pytest.fixture
def find() -> Callable[..., dict[str, Any]]:
    """The one row of a sheet whose cells are as given, to be changed in place."""

    def found(rows: list[dict[str, Any]], **cells: str) -> dict[str, Any]:
        (row,) = [row for row in rows if all(row.get(name) == value for name, value in cells.items())]
        return row

    return found
