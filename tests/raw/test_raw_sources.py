"""Formats of forms and their options: each format has its own, and a mistake is named at its line."""

from __future__ import annotations

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from il2cdisc.base.problems import Stopped
from il2cdisc.raw import check_sources, header_of, load_dictionary, read_export
from il2cdisc.raw.sources import source_of

AE = b"PAT\n001\n"


def told(trial: Any) -> str:
    return str(Stopped(check_sources(trial.study())))


def test_options_of_a_form(trial: Any) -> None:
    trial.form("ae", "ae.txt", AE, "PAT", 'delimiter = "|"\nheader_line = 3\nunit_line = 2')
    trial.form("lb", "lab.xlsx", b"", "PAT", 'sheet = "LBX"\nheader_line = 7')
    trial.form("sc", "SC.SAV", b"", "PAT", "")
    trial.form("eg", "eg.dat", b"", "PAT", 'format = "xport"\nencoding = "cp1252"')
    study = trial.study()
    assert check_sources(study) == []
    names = {form: source_of(study, form).reader.name for form in study.forms}
    assert names == {"dm": "csv", "arms": "csv", "ae": "csv", "lb": "xlsx", "sc": "sav", "eg": "xport"}
    assert source_of(study, "ae").options.model_dump() == {
        "encoding": "utf-8",
        "delimiter": "|",
        "header_line": 3,
        "unit_line": 2,
    }
    assert str(header_of(study, "ae", "PAT")) == "raw/ae.txt:3 PAT"
    assert str(header_of(study, "lb", "PAT")) == "raw/lab.xlsx!LBX:7 PAT"
    assert str(header_of(study, "sc", "PAT")) == "raw/SC.SAV PAT"
    assert str(header_of(study, "arms", "GROUP")) == "raw/closed/arms_dummy.csv:1 GROUP"


MISTAKES = {
    "misspelt option": ("ae.csv", 'delimeter = ";"'),
    "misspelt common key": ("ae.csv", 'subjct = "PAT"'),
    "no key at all": ("ae.csv", 'colour = "blue"'),
    "wrong values": ("ae.csv", 'encoding = "latin-99"\ndelimiter = ";;"\nheader_line = 0\nunit_line = "six"'),
    "units below the header": ("ae.csv", "header_line = 3\nunit_line = 3"),
    "delimiter of a SAS file": ("ae.sas7bdat", 'delimiter = ";"'),
    "sheet of a CSV file": ("ae.csv", 'sheet = "AE"'),
    "header line of an ODM file": ("ae.xml", 'itemgroup = "IG.AE"\nheader_line = 2'),
    "no sheet": ("ae.xlsx", ""),
    "no item group": ("ae.xml", ""),
    "unknown ending": ("ae.dat", 'delimiter = ";"\ndelimeter = ";"'),
    "unknown format": ("ae.csv", 'format = "xslx"'),
    "same file twice": ("dm.csv", ""),
}


@pytest.mark.parametrize("case", list(MISTAKES))
def test_mistakes_are_named_at_their_line(case: str, trial: Any, snapshot: SnapshotAssertion) -> None:
    file, options = MISTAKES[case]
    assert check_sources(trial.study()) == []
    assert told(trial.form("ae", file, AE, "PAT", options)) == snapshot


def test_sheets_and_item_groups_of_one_file_are_places_of_their_own(trial: Any) -> None:
    for name, options in (("la", 'sheet = "A"'), ("lb", 'sheet = "B"'), ("lc", 'sheet = "B"')):
        trial.form(name, "lab.xlsx", b"", "PAT", options)
    for name, options in (("oa", 'itemgroup = "A"'), ("ob", 'itemgroup = "B"')):
        trial.form(name, "odm.xml", b"", "PAT", options)
    (problem,) = check_sources(trial.study())
    assert problem.what == "Forms 'lb' and 'lc' are read from the same place."


def test_no_file_is_opened_with_options_that_are_wrong(trial: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    trial.form("ae", "ae.csv", AE, "PAT", 'delimeter = ";"').form("vs", "vs.csv", AE, "PAT", "sheet = 3")
    study = trial.study()
    dictionary = load_dictionary(study.dictionary)
    monkeypatch.setattr("il2cdisc.raw.readers.csv.text_blocks", lambda *_: pytest.fail("a file was opened"))
    with pytest.raises(Stopped) as stopped:
        read_export(study, dictionary)
    assert [problem.code for problem in stopped.value.problems] == ["STU002", "STU011"]


@pytest.mark.parametrize(
    ("file", "key"),
    [("ae.csv", "study.toml:24 forms.ae.file"), ("closed/arms_dummy.csv", "study.toml:16 treatment.dummy")],
)
def test_a_missing_file_is_named_with_the_key_that_names_it(trial: Any, file: str, key: str) -> None:
    study = trial.form("ae", "ae.csv", AE, "PAT").study()
    read_export(study, load_dictionary(study.dictionary))
    (study.raw / file).unlink()
    with pytest.raises(Stopped) as stopped:
        read_export(study, load_dictionary(study.dictionary))
    (problem,) = stopped.value.problems
    assert (problem.code, str(problem.where), *map(str, problem.source)) == ("RAW001", f"raw/{file}", key)
