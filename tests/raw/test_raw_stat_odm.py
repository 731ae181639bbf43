"""SPSS, SAS, Stata and ODM files as text."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from syrupy.assertion import SnapshotAssertion

from il2cdisc.base.problems import Problems
from il2cdisc.raw.readers import all_readers
from il2cdisc.raw.table import RawTable


def read(path: Path, shown: str, problems: Problems, format: str, **options: str) -> RawTable | None:
    reader = all_readers()[format]
    return reader.whole(path, shown, reader.options.model_validate(options), problems)


def rows(table: RawTable | None) -> list[list[str | None]]:
    assert table is not None
    return [[None if pd.isna(cell) else cell for cell in row] for row in table.frame.to_numpy(dtype=object)]


def scale() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "PAT": ["007", "NA", ""],
            "ITEM": [2.0, float("nan"), 9.0],
            "SCORE": [12.5, 0.1, 1e-6],
            "DAT": [datetime.date(2021, 3, 4), None, datetime.date(2022, 1, 1)],
        }
    )


def test_spss(tmp_path: Path) -> None:
    path = tmp_path / "scale.sav"
    pyreadstat.write_sav(
        scale(),
        path,
        column_labels=["Subject", "Item 1", "Score", "Date"],
        variable_value_labels={"ITEM": {2: "Grade 2", 9: "not asked"}},
        missing_ranges={"ITEM": [9]},
    )
    problems = Problems()
    table = read(path, "raw/scales/scale.sav", problems, "sav")
    assert rows(table) == [
        ["007", "2", "12.5", "2021-03-04"],
        ["NA", None, "0.1", None],
        [None, "9", "0.000001", "2022-01-01"],
    ]
    assert table is not None
    assert table.lines.tolist() == [1, 2, 3]
    assert table.labels["ITEM"] == "Item 1"
    assert table.value_labels["ITEM"] == {"2": "Grade 2", "9": "not asked"}
    assert table.date_columns == ("DAT",)
    assert not problems


@pytest.mark.parametrize(
    ("suffix", "kind", "write"),
    [(".dta", "dta", pyreadstat.write_dta), (".xpt", "xport", pyreadstat.write_xport)],
)
def test_stata_and_transport(suffix: str, kind: str, write: Callable[..., None], tmp_path: Path) -> None:
    path = tmp_path / f"scale{suffix}"
    write(scale()[["PAT", "ITEM", "SCORE"]], path)
    table = read(path, path.name, Problems(), kind)
    assert rows(table)[:2] == [["007", "2", "12.5"], ["NA", None, "0.1"]]


def test_damaged_files_are_told(
    tmp_path: Path, told: Callable[[Problems], str], snapshot: SnapshotAssertion
) -> None:
    problems = Problems()
    whole = tmp_path / "whole.sav"
    pyreadstat.write_sav(pd.concat([scale()] * 200, ignore_index=True), whole)
    for name, data in {"empty": b"", "junk": b"PAT,ITEM\n", "cut": whole.read_bytes()[:-2000]}.items():
        path = tmp_path / f"{name}.sav"
        path.write_bytes(data)
        assert read(path, f"raw/scales/{path.name}", problems, "sav") is None
    assert told(problems) == snapshot


ODM = """<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot">
<ClinicalData StudyOID="S">
<SubjectData SubjectKey="007"><StudyEventData StudyEventOID="SE.1"><FormData FormOID="FO.1">
<ItemGroupData ItemGroupOID="IG.1" ItemGroupRepeatKey="1">
<ItemData ItemOID="IT.A" Value="NA"/><ItemData ItemOID="IT.B" IsNull="Yes"/></ItemGroupData>
<ItemGroupData ItemGroupOID="IG.1" ItemGroupRepeatKey="2">
<ItemDataString ItemOID="IT.A">perch&#233;</ItemDataString
><ItemData ItemOID="IT.C" Value=" 1"/></ItemGroupData>
<ItemGroupData ItemGroupOID="IG.2"><ItemData ItemOID="IT.Z" Value="other"/></ItemGroupData>
</FormData></StudyEventData></SubjectData></ClinicalData></ODM>
"""


def read_odm(folder: Path, text: str) -> tuple[RawTable | None, Problems]:
    problems = Problems()
    (folder / "odm.xml").write_text(text, encoding="utf-8")
    return read(folder / "odm.xml", "raw/odm.xml", problems, "odm", itemgroup="IG.1"), problems


def test_odm(tmp_path: Path) -> None:
    table, problems = read_odm(tmp_path, ODM)
    assert table is not None
    names = ["SubjectKey", "StudyEventOID", "FormOID", "ItemGroupRepeatKey", "IT.A", "IT.B", "IT.C"]
    assert list(table.frame.columns) == names
    assert rows(table) == [
        ["007", "SE.1", "FO.1", "1", "NA", None, None],
        ["007", "SE.1", "FO.1", "2", "perché", None, " 1"],
    ]
    assert table.lines.tolist() == [5, 7]
    assert not problems


BAD_ODM = {
    "empty": "",
    "cut off": ODM[:600],
    "entities": ODM.replace(
        "<ODM ", '<!DOCTYPE ODM [<!ENTITY x SYSTEM "file:///etc/hostname">]>\n<ODM ', 1
    ).replace('Value="NA"', 'Value="1"'),
    "transactional": ODM.replace('ItemGroupRepeatKey="2"', 'ItemGroupRepeatKey="2" TransactionType="Update"'),
    "other group": ODM.replace("IG.1", "IG.9"),
}


@pytest.mark.parametrize("case", list(BAD_ODM))
def test_bad_odm_is_told(
    case: str, tmp_path: Path, told: Callable[[Problems], str], snapshot: SnapshotAssertion
) -> None:
    table, problems = read_odm(tmp_path, BAD_ODM[case])
    assert table is None
    assert told(problems) == snapshot
