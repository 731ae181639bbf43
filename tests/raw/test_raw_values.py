"""Every raw value against its entry of the data dictionary: what is reported, and with which cells."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from il2cdisc.base.problems import Problem
from il2cdisc.raw import link, load_dictionary, notice, read_export
from il2cdisc.raw.dictionary import DictionaryColumn
from il2cdisc.raw.problems import INVALID_DATE, UNKNOWN_CODE
from il2cdisc.raw.values import without_reported

YES_NO = {"S": "Yes", "N": "No"}
NONE = {"ND": "Not done", "999": "Unknown"}


def reported(trial: Any, kind: str, values: list[str], *, decimal: str = "", **entry: Any) -> list[Problem]:
    """What is reported of a column `V` that holds `values`, a record a subject and value."""
    lines = "".join(f"001;{number};{value}\n" for number, value in enumerate(values))
    more = 'subject = "PAT"\ndelimiter = ";"' + (f'\ndecimal = "{decimal}"' if decimal else "")
    trial.form("vs", "vs.csv", b"PAT;N;V\n" + lines.encode(), "PAT N V", more)
    study = trial.study()
    dictionary = load_dictionary(study.dictionary)
    described: list[DictionaryColumn] = list(dictionary["vs"])
    described[2] = replace(described[2], type=kind, **entry)
    dictionary["vs"] = tuple(described)
    return list(notice(link(read_export(study, dictionary), study), study, dictionary).problems)


@pytest.mark.parametrize(
    ("kind", "entry", "right", "wrong"),
    [
        ("code", {"codes": YES_NO}, ["S", "N", ""], ["s", "S ", " N", "SI", "X", "1"]),
        ("integer", {"range": "1-40"}, ["1", "40", "007", ""], ["0", "41", "998", "-1", "1.5", "x", "<2"]),
        ("integer", {"range": "1-40", "codes": NONE}, ["ND", "999", "3"], ["nd", "99"]),
        ("integer", {"codes": {"0": "None", "1": "Mild"}}, ["0", "1"], ["2", "x"]),
        ("integer", {"codes": {"0": "None", "9": "Worst"}, "range": "0-9"}, ["5"], ["10"]),
        ("decimal", {"range": "0-0.5"}, ["0.50", ".3", "0"], ["-0.5", "5.0", "0,3", "0.3 mL"]),
        ("decimal", {"range": "<0.3-60"}, ["<0.3", "12"], ["<0.1", "0.2", "60.1"]),
        ("decimal", {}, ["<0.3", "-4e3"], ["abc", "1.2.3"]),
        ("decimal", {"range": "in the unit of the laboratory"}, ["1", "1000"], ["1000 g"]),
        (
            "date",
            {"range": "dd/mm/yyyy; partial"},
            ["31/01/2022", "UNK/02/2022"],
            ["31/02/2022", "2022-01-31"],
        ),
        ("date", {"range": "Excel date"}, ["31/02/2022", "soon"], []),
        ("time", {"range": "HH:MM"}, ["08:30"], ["25:00", "morning"]),
        ("text", {"range": "8 digits"}, ["12"], []),
    ],
)
def test_a_value(trial: Any, kind: str, entry: dict[str, Any], right: list[str], wrong: list[str]) -> None:
    found = reported(trial, kind, [*right, *wrong], **entry)
    held = [problem for problem in found if problem.code.startswith("RAW12")]
    assert [problem.values for problem in held] == [(value,) for value in wrong]


def test_a_decimal_comma_is_that_of_the_file(trial: Any) -> None:
    found = reported(trial, "decimal", ["0,3", "0.3", "0,9"], range="0-0.5", decimal=",")
    assert [(problem.code, problem.values) for problem in found] == [
        ("RAW121", ("0.3",)),
        ("RAW122", ("0,9",)),
    ]


def test_a_value_is_reported_once_with_all_its_cells(trial: Any) -> None:
    (problem,) = reported(trial, "code", ["s", "S", "", "s", "N", "s"], codes=YES_NO)
    assert [str(cell) for cell in problem.records] == ["raw/vs.csv:2 V", "raw/vs.csv:5 V", "raw/vs.csv:7 V"]
    assert {cell.usubjid for cell in problem.records} == {"SYN-T1-001"}
    assert (problem.out_of, problem.hint) == (5, "S"), "a missing value is not looked at"


def test_how_values_are_reported(trial: Any, snapshot: SnapshotAssertion) -> None:
    found = reported(trial, "code", ["s", "N ", "n ", "X"], codes=YES_NO)
    assert "\n".join(map(str, found)) == snapshot


def test_how_numbers_are_reported(trial: Any, snapshot: SnapshotAssertion) -> None:
    found = reported(trial, "integer", ["998", "1.5", "nd"], codes=NONE, range="1-40", unit="weeks")
    assert "\n".join(map(str, found)) == snapshot


def test_a_word_for_no_value_is_one_finding(trial: Any) -> None:
    found = reported(trial, "integer", ["ND", "3"], codes=NONE, range="1-40")
    assert [problem.code for problem in found] == ["RAW109"]


def test_a_cell_that_a_mapping_reports_is_not_reported_twice(trial: Any) -> None:
    found = reported(trial, "date", ["31/02/2022", "soon", "31/02/2022"], range="dd/mm/yyyy")
    first, second = found
    mapping = INVALID_DATE.at(first.records[0], "left empty by the mapping")
    assert [p.records for p in without_reported(found, [mapping])] == [first.records[1:], second.records]
    mapping = INVALID_DATE.at(first.where, "left empty", records=[*first.records, *second.records])
    assert without_reported(found, [mapping]) == ()
    code = UNKNOWN_CODE.at(first.where, "'x' is not a code of V")
    assert without_reported([code], [mapping]) == (code,)


def test_a_randomisation_number_that_the_treatment_list_does_not_have(
    trial: Any, snapshot: SnapshotAssertion
) -> None:
    trial.files["dm.csv"] = b"PAT,RND\n001,R1\n002,R2\n003,R3\n"
    study = trial.study()
    dictionary = load_dictionary(study.dictionary)
    found = notice(link(read_export(study, dictionary), study), study, dictionary).problems
    assert "\n".join(map(str, found)) == snapshot
