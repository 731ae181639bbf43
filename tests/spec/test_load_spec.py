"""A workbook as a whole: what a good one gives, and what is told of each bad one."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import Stopped
from il2cdisc.spec.load import load_spec, read_spec

Sheets = dict[str, list[dict[str, Any]]]
Find = Callable[..., dict[str, Any]]
Told = Callable[[Sheets], str]


def test_a_good_workbook_has_no_problem(sdtm: Sheets, problems_of: Told) -> None:
    assert problems_of(sdtm) == ""


def test_a_good_adam_workbook_has_no_problem(adam: Sheets, problems_of: Told) -> None:
    assert problems_of(adam) == ""


def test_the_models_hold_what_the_cells_say(sdtm: Sheets, save: Callable[[Sheets], Path]) -> None:
    spec = load_spec(save(sdtm), "specs/sdtm.xlsx")
    assert spec.standard == "SDTM"
    assert spec.datasets["VS"].keys == ("STUDYID", "USUBJID", "VSTESTCD", "VSDTC")
    assert spec.datasets["VS"].names[:4] == ("STUDYID", "DOMAIN", "USUBJID", "VSSEQ")
    found = spec.variable("VS", "VSSTRESN")
    assert found is not None
    assert (found.type, found.origin, found.method) == ("Num", Origin.DERIVED, "MT.STRESC")
    assert str(found.at("Label")) == "specs/sdtm.xlsx!Variables!D11"
    assert spec.codelists["VSTESTCD"].values == ("SYSBP", "TEMP")
    assert spec.codelists["VSTESTCD"].extensible
    assert not spec.codelists["NY"].extensible
    assert spec.translations == {"NY": {"oui": "Y"}}
    assert spec.conversions[0].offset == -17.77777777777778
    assert (spec.ranges[0].low, spec.ranges[0].sex, spec.ranges[0].age_to) == (36.0, "", None)
    assert [row.visit_number for row in spec.protocol.visits] == [1.0, 2.1]
    assert spec.qualifiers("SUPPVS")["VSARM"].label == "Arm Used"


def test_a_spec_is_frozen_and_picklable(sdtm: Sheets, save: Callable[[Sheets], Path]) -> None:
    spec = load_spec(save(sdtm))
    copy = pickle.loads(pickle.dumps(spec))
    assert copy == spec
    assert copy.variable("VS", "VSDTC").at("Label") == spec.variable("VS", "VSDTC").at("Label")
    with pytest.raises(ValueError, match="frozen"):
        spec.shown = "other"  # type: ignore[misc]


def test_stops_raise_and_findings_do_not(sdtm: Sheets, save: Callable[[Sheets], Path], find: Find) -> None:
    find(sdtm["Variables"], Dataset="VS", Variable="VSDTC")["Label"] = "When"
    assert [problem.code for problem in load_spec(save(sdtm)).findings] == ["SPC060"]
    find(sdtm["Variables"], Dataset="VS", Variable="VSDTC")["Data Type"] = "float"
    with pytest.raises(Stopped) as stopped:
        load_spec(save(sdtm))
    assert {problem.code for problem in stopped.value.problems} == {"SPC061"}


def test_rows_of_variables(sdtm: Sheets, problems_of: Told, find: Find, snapshot: object) -> None:
    rows = sdtm["Variables"]
    find(rows, Variable="VSORRES")["Label"] = "Result or Finding in Original Units, as found"
    find(rows, Variable="VSORRESU")["Label"] = "Unità"
    find(rows, Variable="VISIT")["Length"] = 400
    find(rows, Variable="VISITNUM")["Data Type"] = "number"
    find(rows, Variable="VSDTC")["Order"] = 17
    find(rows, Variable="VSSTRESC")["Length"] = None
    find(rows, Variable="VSSTRESU")["Significant Digits"] = 2
    find(rows, Variable="VSTEST")["Mandatory"] = "Perhaps"
    find(rows, Variable="VSSEQ")["Length"] = "eight"
    find(rows, Variable="VSLOBXFL")["Method"] = None
    find(rows, Dataset="VS", Variable="DOMAIN")["Origin"] = "assigned"
    find(rows, Dataset="VS", Variable="STUDYID")["Origin"] = "Predecessor"
    rows.append({**find(rows, Variable="VSTEST"), "Order": 16})
    rows.append({**find(rows, Variable="VSDTC"), "Variable": "vs date", "Order": 18})
    assert problems_of(sdtm) == snapshot


def test_keys_of_a_subject_dataset_begin_with_the_subject(
    sdtm: Sheets, problems_of: Told, find: Find
) -> None:
    assert "SPC035" not in problems_of(sdtm)  # SUPPVS has RDOMAIN in front, as the standard does
    find(sdtm["Datasets"], Dataset="VS")["Key Variables"] = "STUDYID, VSTESTCD, USUBJID, VISITNUM"
    what = "dataset VS has records of subjects, and its first key is VSTESTCD"
    assert f"SPC035 specs/sdtm.xlsx!Datasets!E2: {what}" in problems_of(sdtm)


def test_links(sdtm: Sheets, problems_of: Told, find: Find, snapshot: object) -> None:
    rows = sdtm["Variables"]
    find(rows, Variable="VSLOBXFL")["Codelist"] = "NYY"
    find(rows, Variable="VSSEQ")["Method"] = "MT.SEK"
    find(rows, Variable="VISIT")["Comment"] = "C.NONE"
    find(rows, Variable="VISIT")["Predecessor"] = "VS.VISITT"
    find(rows, Variable="VSDTC")["Dataset"] = "VZ"
    sdtm["ValueLevel"][0]["Where Clause"] = "WC.SUPPVS.VSARMS"
    sdtm["ValueLevel"].append({**sdtm["ValueLevel"][0], "Variable": "QVALUE"})
    sdtm["WhereClauses"] += [
        {"ID": "WC.1", "Dataset": "VS", "Variable": "VSTESTCD", "Comparator": "IN", "Value": 'SYSBP, "TEMQ"'},
        {"ID": "WC.2", "Dataset": "VS", "Variable": "VISITNUM", "Comparator": "EQ", "Value": "first"},
        {"ID": "WC.3", "Dataset": "VS", "Variable": "VSTEST", "Comparator": "EQUALS", "Value": "Temperature"},
        {"ID": "WC.4", "Dataset": "VS", "Variable": "VSTST", "Comparator": "NE", "Value": "Temperature"},
    ]
    sdtm["Translations"].append({"Codelist": "NY", "Collected Value": "non", "Term": "n"})
    sdtm["Translations"].append({"Codelist": "YN", "Collected Value": "non", "Term": "N"})
    sdtm["Translations"].append({"Codelist": "NY", "Collected Value": "oui", "Term": "Y"})
    assert problems_of(sdtm) == snapshot


def test_a_dictionary_has_an_address_and_a_comment(
    sdtm: Sheets, problems_of: Told, find: Find, save: Callable[[Sheets], Path]
) -> None:
    dictionary = {"ID": "WORDS", "Name": "Words", "Data Type": "text", "Dictionary": "WORDS", "Version": "1"}
    sdtm["Dictionaries"].append({**dictionary, "Href": "https://example.org", "Comment": "C.WORDS"})
    find(sdtm["Variables"], Variable="VISIT")["Codelist"] = "WORDS"
    assert "Dictionaries!G2: comment C.WORDS is not in Comments" in problems_of(sdtm)
    sdtm["Comments"].append({"ID": "C.WORDS", "Description": "Own words."})
    assert problems_of(sdtm) == ""
    found = read_spec(save(sdtm))[0].dictionaries["WORDS"]
    assert (found.href, found.comment) == ("https://example.org", "C.WORDS")


def test_qualifiers(sdtm: Sheets, problems_of: Told, snapshot: object) -> None:
    level = sdtm["ValueLevel"][0]
    for name, variable, value in (
        ("1", "QNAM", "VISIT"),
        ("2", "QNAM", "too long a name"),
        ("3", "IDVAR", "X"),
    ):
        sdtm["WhereClauses"].append(
            {"ID": name, "Dataset": "SUPPVS", "Variable": variable, "Comparator": "EQ", "Value": value}
        )
        sdtm["ValueLevel"].append({**level, "Where Clause": name})
    assert problems_of(sdtm) == snapshot


def test_study_sheets(sdtm: Sheets, problems_of: Told, snapshot: object) -> None:
    sdtm["Conversions"] += [
        {**sdtm["Conversions"][0]},
        {"Dataset": "VS", "Test Code": "TEMP", "From Unit": "K", "To Unit": "K", "Factor": 0},
        {"Dataset": "VS", "Test Code": "TMP", "From Unit": "", "To Unit": "", "Factor": "1,8"},
    ]
    sdtm["Ranges"] += [
        {"Dataset": "VS", "Test Code": "TEMP", "Unit": "F", "Sex": "M", "Low": 99, "High": 96},
        {"Dataset": "VS", "Test Code": "SYSBP", "Unit": "mmHg", "Age From": 18, "Age To": 60, "High": 130},
        {"Dataset": "VS", "Test Code": "SYSBP", "Unit": "mmHg", "Age From": 59, "Age To": 59, "High": 140},
    ]
    sdtm["Protocol Arms"] += [
        {"Arm Code": "A", "Arm": "Arm A", "Order": 2, "Element Code": "E2", "Epoch": "TREATMENT"},
        {"Arm Code": "A", "Arm": "Arm AA", "Order": 4, "Element Code": "E22", "Epoch": "FOLLOW-UP"},
    ]
    sdtm["Protocol Elements"].append({"Element Code": "E3", "Element": "Third", "Start Rule": "Later"})
    sdtm["Protocol Visits"] += [
        {"Visit Number": 3, "Visit": "V2"},
        {"Visit Number": 1, "Visit": "V4"},
        {"Visit Number": "four", "Visit": "V5"},
        {"Visit Number": 6, "Visit": "V6", "Arm Code": "B"},
    ]
    assert problems_of(sdtm) == snapshot


def test_terms(sdtm: Sheets, problems_of: Told, find: Find, snapshot: object) -> None:
    rows = sdtm["Codelists"]
    find(rows, Term="Y", ID="NY")["Term"] = "y"
    find(rows, Term="TEMP")["NCI Term Code"] = "C1"
    find(rows, Term="INVESTIGATOR")["Term"] = "Investigator"
    find(rows, Term="mmHg")["NCI Term Code"] = None
    find(rows, Term="VS")["NCI Codelist Code"] = "C6673"
    rows.append({**find(rows, Term="SYSBP"), "Name": "Another Name"})
    rows.append(
        {**find(rows, Term="SYSBP", Name="Vital Signs Test Code"), "Term": "SHOE", "NCI Term Code": "C2"}
    )
    assert problems_of(sdtm) == snapshot


def test_standard_sdtm(sdtm: Sheets, problems_of: Told, find: Find, snapshot: object) -> None:
    rows = sdtm["Variables"]
    rows.remove(find(rows, Dataset="VS", Variable="DOMAIN"))
    rows.remove(find(rows, Variable="VSORRES"))
    find(rows, Variable="VSTESTCD")["Order"] = 6
    find(rows, Variable="VSTEST")["Order"] = 5
    find(rows, Variable="VSTEST")["Role"] = "Topic"
    find(rows, Variable="VSLOBXFL")["Codelist"] = "EVAL"
    find(rows, Variable="VSSTRESU")["Codelist"] = None
    find(rows, Variable="VSSTRESN")["Data Type"] = "text"
    find(rows, Variable="VSSEQ")["Mandatory"] = "No"
    find(rows, Variable="VSDTC")["Variable"] = "VSDATE"
    find(sdtm["Datasets"], Dataset="VS")["Label"] = "Vitals"
    find(sdtm["Datasets"], Dataset="VS")["Class"] = "EVENTS"
    sdtm["Datasets"].append({"Dataset": "XX", "Label": "Own", "Class": "OTHER", "Has No Data": "Yes"})
    assert problems_of(sdtm) == snapshot


def test_standard_adam(adam: Sheets, problems_of: Told, find: Find, snapshot: object) -> None:
    rows = adam["Variables"]
    find(rows, Variable="SEX")["Label"] = "Gender"
    find(rows, Variable="AGE")["Data Type"] = "text"
    rows.remove(find(rows, Variable="TRT01P"))
    rows.append({"Order": 10, "Dataset": "ADSL", "Variable": "COUNTRY", "Label": "Land", "Data Type": "text"}
                | {"Length": 3, "Origin": "Predecessor", "Predecessor": "DM.COUNTRY"})  # fmt: skip
    rows.append({"Order": 11, "Dataset": "ADSL", "Variable": "XDT", "Label": "A Date", "Data Type": "integer"}
                | {"Origin": "Derived", "Method": "MT.TRT"})  # fmt: skip
    adam["Datasets"].append({"Dataset": "ADX", "Label": "Own", "Class": "BDS", "Key Variables": "SEX, SEX"})
    rows.append(
        {**find(rows, Variable="XDT"), "Dataset": "ADX", "Order": 1, "Label": "Another", "Format": "DATE9."}
    )
    rows.append(
        {**find(rows, Variable="SEX"), "Dataset": "ADX", "Order": 2, "Label": "Sex", "Data Type": "integer"}
    )
    adam["Parameters"] = [
        {"Dataset": "ADX", "Parameter Code": "TOOLONGACODE", "Parameter": "One"},
        {"Dataset": "ADY", "Parameter Code": "P", "Parameter": "Two"},
    ]
    adam["Windows"] = [
        {"Dataset": "ADX", "Visit": "V1", "Visit Number": 1, "Target": 1, "From": 5, "To": 1},
        {"Dataset": "ADX", "Visit": "V2", "Visit Number": 2, "Target": 15, "From": 10, "To": 21},
        {"Dataset": "ADX", "Visit": "V3", "Visit Number": 3, "Target": 29, "From": 21, "To": None},
    ]
    assert problems_of(adam) == snapshot


def test_duplicates_are_told_with_the_first_row(sdtm: Sheets, problems_of: Told, snapshot: object) -> None:
    for sheet in ("Define", "Datasets", "ValueLevel", "Methods", "Protocol Elements"):
        sdtm[sheet].append({**sdtm[sheet][0]})
    assert problems_of(sdtm) == snapshot


def test_further_columns_of_parameters_are_kept(adam: Sheets, save: Callable[[Sheets], Path]) -> None:
    adam["Parameters"] = [{"Dataset": "ADSL", "Parameter Code": "P", "Parameter": "A"}]
    path = save(adam)
    import openpyxl

    book = openpyxl.load_workbook(path)
    book["Parameters"]["H1"], book["Parameters"]["H2"] = "Digits", 2
    book.save(path)
    spec, problems = read_spec(path)
    assert problems == []
    assert spec.parameters[0].extra == {"Digits": "2"}


def test_cells_that_a_new_workbook_left_to_people_are_reported(
    sdtm: Sheets, save: Callable[[Sheets], Path]
) -> None:
    sdtm["Datasets"][0]["Structure"] = "TO FILL: what one record is"
    for row in sdtm["Variables"][:2]:
        row["Developer Notes"] = "Core: Req. TO FILL: Origin and Source"
    sdtm["Variables"][2]["Developer Notes"] = "the site has forms TO FILL"
    found = [problem for problem in load_spec(save(sdtm)).findings if problem.code == "SPC161"]
    assert [(str(p.where).rsplit("!", 2)[1], p.what, p.count) for p in found] == [
        ("Datasets", "Structure: 1 cell is marked TO FILL", 1),
        ("Variables", "Developer Notes: 2 cells are marked TO FILL", 2),
    ]


def test_a_study_day_needs_its_date(sdtm: Sheets, problems_of: Told, find: Find) -> None:
    day = {"Label": "Study Day of Vital Signs", "Data Type": "integer", "Length": None, "Order": 16}
    sdtm["Variables"].insert(15, {**find(sdtm["Variables"], Variable="VSSEQ"), "Variable": "VSDY", **day})
    assert "SPC073" not in problems_of(sdtm)
    sdtm["Variables"].remove(find(sdtm["Variables"], Variable="VSDTC"))
    assert "VS has VSDY and not its date VSDTC" in problems_of(sdtm)


def test_a_faulty_row_of_a_where_clause_is_there(sdtm: Sheets, problems_of: Told) -> None:
    sdtm["WhereClauses"][0]["Variable"] = None
    told = problems_of(sdtm)
    assert "SPC013" in told
    assert "SPC042" not in told
    assert "SPC049" not in told
