"""A workbook from transport files: their variables, the standard's facts, the terms that the data have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
from typer.testing import CliRunner

from il2cdisc.cli import app
from il2cdisc.spec.load import read_spec

DM = pd.DataFrame(
    {
        "STUDYID": ["S1", "S1", "S1"],
        "DOMAIN": ["DM", "DM", "DM"],
        "USUBJID": ["S1-1", "S1-2", "S1-3"],
        "AGE": [40.0, 51.0, 62.0],
        "SEX": ["F", "M", "F"],
        "RFICDTC": ["2022-01-03", "2022-01-04", ""],
        "SHOESIZE": [38.5, 44.0, 40.0],
    }
)
LABELS = ["Study Identifier", "Domain Abbreviation", "Unique Subject Identifier", "Age", "Sex",
          "Date/Time of Informed Consent", "Size of Shoes"]  # fmt: skip


def run(*words: object) -> Any:
    return CliRunner().invoke(app, ["spec", "from-xpt", *map(str, words)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "xpt"
    made.mkdir()
    pyreadstat.write_xport(
        DM,
        made / "dm.xpt",
        table_name="DM",
        file_label="Demographics",
        column_labels=LABELS,
        file_format_version=5,
    )
    return made


def test_a_file_becomes_a_dataset_of_the_workbook(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "sdtm.xlsx"
    done = run(folder, "--out", out, "--trial", tmp_path)
    assert done.exit_code == 0, done.output
    spec, problems = read_spec(out)
    dm = spec.datasets["DM"]
    assert spec.define["StudyName"] == "S1"
    assert dm.names == tuple(DM.columns)
    assert dm.class_ == "SPECIAL PURPOSE"
    assert [(v.name, v.data_type, v.label) for v in dm.variables[3:]] == [
        ("AGE", "integer", "Age"),
        ("SEX", "text", "Sex"),
        ("RFICDTC", "datetime", "Date/Time of Informed Consent"),
        ("SHOESIZE", "float", "Size of Shoes"),
    ]
    assert [(t.value, t.nci_code) for t in spec.codelists["SEX"].terms] == [("F", "C16576"), ("M", "C20197")]
    assert "TO FILL" in dm.by_name["SHOESIZE"].notes
    assert dm.by_name["SHOESIZE"].role == ""
    assert dm.by_name["AGE"].role == "Record Qualifier"
    assert not [
        p for p in problems if p.stops and p.code != "SPC063"
    ]  # required variables are not in the file


def test_what_is_no_transport_file_is_reported_and_nothing_written(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "sdtm.xlsx"
    (folder / "ae.xpt").write_bytes(b"no header")
    done = run(folder, "--out", out, "--trial", tmp_path)
    assert done.exit_code == 2
    assert "ae.xpt" in done.stderr
    empty = run(tmp_path / "nowhere", "--out", out, "--trial", tmp_path)
    assert "SPC239" in empty.stderr
    assert not out.exists()


def test_one_file_is_taken_too_and_a_wrong_name_is_said(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "one.xlsx"
    done = run(folder / "dm.xpt", "--out", out, "--trial", tmp_path)
    assert done.exit_code == 0, done.output
    assert "1 row of Datasets" in done.stdout
    assert list(read_spec(out)[0].datasets) == ["DM"]
    done = run(folder / "nosuch", "--out", tmp_path / "two.xlsx", "--trial", tmp_path)
    assert done.exit_code == 2
    assert "there is no such file or folder" in done.stderr
    assert "Correct the name." in done.stderr


def test_a_codelist_that_was_filled_from_the_data_is_not_marked(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "sdtm.xlsx"
    run(folder, "--out", out, "--trial", tmp_path)
    sex = read_spec(out)[0].datasets["DM"].by_name["SEX"]
    assert sex.codelist == "SEX"
    assert "Codelist" not in sex.notes
