"""The shipped trial: it reads and links without a stop, and every planted line is where the list says."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from il2cdisc.raw import RawExport, link, load_dictionary, read_export
from il2cdisc.study import load_study

ROOT = Path(__file__).resolve().parents[2]
PLANTED = ROOT / "tests" / "planted.toml"


@pytest.fixture(scope="module")
def export() -> RawExport:
    study = load_study(ROOT)
    return link(read_export(study, load_dictionary(study.dictionary)), study)


def test_it_links(export: RawExport) -> None:
    assert not export.problems
    for name, form in export.forms.items():
        assert form.has_subjects == (name in export.links)
        if name in export.links:
            assert form.frame()["USUBJID"].notna().all()
    assert export.subjects is not None
    assert len(export.subjects) == export.forms["dm"].rows


def test_dates_of_excel_are_told_from_text(export: RawExport) -> None:
    assert export.forms["lbhem"].date_columns == ("LBDAT",)
    assert export.forms["lbchem"].date_columns == ()
    assert export.forms["lbhem"].frame()["lbhem.LBDAT"].str.match(r"\d{4}-\d\d-\d\d$").all()
    assert export.forms["lbchem"].frame()["lbchem.LBDAT"].dropna().str.match(r"\d\d/\d\d/\d{4}$").all()


def test_planted_values_stand_on_their_lines(export: RawExport) -> None:
    planted = tomllib.loads(PLANTED.read_text(encoding="utf-8"))["planted"]
    index = pd.concat([form.row_index().assign(form=name) for name, form in export.forms.items()])
    checked = 0
    for entry in planted:
        column, value = entry.get("column"), entry.get("value")
        if not column or not value:
            continue
        rows = index[(index["file"] == entry["file"]) & (index["line"] == entry["line"])]
        found = {
            export.forms[name].frame()[f"{name}.{column}"][row]
            for name, row in zip(rows["form"], rows["id"], strict=True)
            if f"{name}.{column}" in export.forms[name].frame()
        }
        assert value in found, entry
        checked += 1
    assert checked > 30
