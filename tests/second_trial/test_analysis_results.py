"""define.xml of ADaM describes the results of displays: their records give the numbers that are shown."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from lxml import etree
from openpyxl import load_workbook

from tests.define.analysis_records import SPACES, selected

TRIAL = Path(__file__).parent


def test_records_of_each_result_give_the_numbers_that_are_shown(second: Path) -> None:
    tree = etree.parse(second / "adam" / "define.xml")
    results = pd.read_csv(second / "results" / "results.csv", dtype={"value": "float64"})
    found = tree.findall(".//a:AnalysisResult", SPACES)
    assert {result.get("AnalysisPurpose") for result in found} == {
        "PRIMARY OUTCOME MEASURE",
        "SECONDARY OUTCOME MEASURE",
    }
    for result in found:
        records, subjects = (
            selected(tree, part, second / "adam")
            for part in result.findall("a:AnalysisDatasets/a:AnalysisDataset", SPACES)
        )
        records = records[records["USUBJID"].isin(subjects["USUBJID"])]
        display, _, analysis = str(result.get("OID")).removeprefix("AR.").rpartition(".")
        shown = results[(results["display"] == display) & (results["analysis"] == analysis)]
        counted = shown[shown["statistic"] == "n"]
        assert len(counted) > 3
        for row in counted.to_dict("records"):
            inside = records
            for number in (1, 2, 3):
                name, level = row[f"group{number}"], row[f"group{number}_level"]
                if isinstance(name, str) and isinstance(level, str) and level != "All":
                    inside = inside[inside[name].astype("str") == level]
            people = row["variable"] == "USUBJID"
            count = inside["USUBJID"].nunique() if people else inside[row["variable"]].notna().sum()
            assert row["value"] == count, row


def test_files_of_displays_are_there(second: Path) -> None:
    tree = etree.parse(second / "adam" / "define.xml")
    leaves = {
        leaf.get("ID"): leaf.get(f"{{{SPACES['x']}}}href") for leaf in tree.iterfind(".//d:leaf", SPACES)
    }
    refs = tree.findall(".//a:ResultDisplay/d:DocumentRef", SPACES)
    assert refs
    for ref in refs:
        assert (second / "adam" / leaves[ref.get("leafID")]).is_file()


def test_reason_and_purpose_are_published_terms_and_given_together(
    tmp_path: Path, command: Callable[..., Any]
) -> None:
    trial = tmp_path / "trial"
    for part in ("raw", "specs", "mappings"):
        shutil.copytree(TRIAL / part, trial / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("study.toml", "accepted.toml"):
        shutil.copy(TRIAL / name, trial)
    before = command("spec", "check", "--trial", trial)
    assert before.returncode == 0, before.stderr
    path = trial / "specs" / "tlf.xlsx"
    book = load_workbook(path)
    sheet = book["Analyses"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    with_purpose = [
        row for row in range(2, sheet.max_row + 1) if sheet.cell(row, columns["Purpose"]).value is not None
    ]
    first, second = with_purpose[:2]
    purpose, reason = sheet.cell(first, columns["Purpose"]), sheet.cell(second, columns["Reason"])
    purpose.value, reason.value = "PRIMARY OUTCOME MESURE", None
    places = [f"specs/tlf.xlsx!Analyses!{cell.coordinate}" for cell in (purpose, reason)]
    book.save(path)
    done = command("spec", "check", "--trial", trial)
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 1
    assert f"SPC185 {places[0]}: 'PRIMARY OUTCOME MESURE' is not a published term: " in said
    assert "did you mean: PRIMARY OUTCOME MEASURE" in said
    assert f"SPC186 {places[1]}: analysis " in said
    assert "states its purpose, and not its reason do: Write why the analysis was made" in said
