"""The layout of Pinnacle 21: read in both its versions, written, and read back the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from il2cdisc.cli import app
from il2cdisc.spec.load import read_spec
from il2cdisc.spec.models import Spec

SAMPLE = Path(__file__).parents[4] / "shared" / "standards" / "samples" / "p21_mock.xlsx"
SPECS = Path(__file__).parents[2] / "second_trial" / "specs"


def run(*words: object) -> Any:
    return CliRunner().invoke(app, ["spec", *map(str, words)])


def content(spec: Spec) -> Any:
    """A workbook without the places of its rows."""
    return without_places(spec.model_dump(exclude={"shown", "findings", "define_places"}))


def without_places(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_places(item) for key, item in value.items() if key != "place"}
    return [without_places(item) for item in value] if isinstance(value, list | tuple) else value


def test_ours_read_back_from_the_layout_is_the_same(tmp_path: Path) -> None:
    for name in ("sdtm", "adam"):
        there, back = tmp_path / f"p21_{name}.xlsx", tmp_path / f"{name}.xlsx"
        written = run("to-p21", SPECS / f"{name}.xlsx", "--out", there)
        assert written.exit_code == 0, written.output
        assert ("Translations" if name == "sdtm" else "Parameters") in written.stdout
        assert openpyxl.load_workbook(there).sheetnames[:3] == ["Define", "Datasets", "Variables"]
        assert "Translations" not in openpyxl.load_workbook(there).sheetnames
        done = run("from-p21", there, "--keep", SPECS / f"{name}.xlsx", "--out", back)
        assert done.exit_code == 0, done.output
        ours = content(read_spec(SPECS / f"{name}.xlsx")[0])
        assert content(read_spec(back)[0]) == ours
        assert run("from-p21", there, "--out", tmp_path / f"alone_{name}.xlsx").exit_code == 0
        alone = content(read_spec(tmp_path / f"alone_{name}.xlsx")[0])
        assert alone["datasets"] == ours["datasets"]
        assert alone != ours


def older(path: Path) -> Path:
    """A workbook as Pinnacle 21 wrote it for Define-XML 2.0."""
    book: Any = openpyxl.Workbook()
    study = book.active
    study.title = "Study"
    rows: dict[str, list[list[Any]]] = {
        "Datasets": [
            ["Dataset", "Description", "Class", "Structure", "Purpose", "Key Variables", "Repeating",
             "Colour"],
            ["DM", "Demographics", "SPECIAL PURPOSE", "One record per subject", "Tabulation",
             "STUDYID, USUBJID", "No", "green"],
        ],
        "Variables": [
            ["Order", "Dataset", "Variable", "Label", "Data Type", "Length", "Mandatory", "Codelist",
             "Origin",
             "Pages", "Method", "Role"],
            ["1", "DM", "STUDYID", "Study Identifier", "text", "12", "Yes", None, "CRF", "7", None,
             "Identifier"],
            ["2", "DM", "USUBJID", "Unique Subject Identifier", "text", "12", "Yes", None, "eDT", None, None,
             "Identifier"],
        ],
        "Sundries": [["Note"], ["kept nowhere"]],
    }  # fmt: skip
    for row in (["Attribute", "Value"], ["StudyName", "X1"], ["StandardName", "SDTM-IG"]):
        study.append(row)
    for name, lines in rows.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


def test_the_older_layout_is_read_and_what_is_left_out_is_reported(tmp_path: Path) -> None:
    out = tmp_path / "sdtm.xlsx"
    done = run("from-p21", older(tmp_path / "p21.xlsx"), "--out", out)
    assert done.exit_code == 0, done.output
    dm = read_spec(out)[0].datasets["DM"]
    assert (dm.label, dm.keys) == ("Demographics", ("STUDYID", "USUBJID"))
    assert [(str(v.origin), v.source, v.pages) for v in dm.variables] == [
        ("Collected", "Investigator", "7"),
        ("Collected", "Vendor", ""),
    ]
    assert (dm.standard, dm.no_data) == ("", False)
    assert [row["Has No Data"] for row in cells(out)["Variables"]] == ["No", "No"]
    assert "Standard is blank: StandardName 'SDTM-IG' and StandardVersion ''" in done.stderr
    assert done.stderr.count("SPC238") == 2
    assert "Colour" in done.stderr
    assert "Sundries" in done.stderr
    assert "Purpose" not in done.stderr


def test_a_workbook_of_another_kind_is_refused(tmp_path: Path) -> None:
    book: Any = openpyxl.Workbook()
    book.save(tmp_path / "other.xlsx")
    done = run("from-p21", tmp_path / "other.xlsx", "--out", tmp_path / "out.xlsx")
    assert done.exit_code == 2
    assert "SPC237" in done.stderr
    assert not (tmp_path / "out.xlsx").exists()


def test_a_workbook_of_ours_is_refused(tmp_path: Path) -> None:
    for name in ("sdtm", "adam"):
        done = run("from-p21", SPECS / f"{name}.xlsx", "--out", tmp_path / "out.xlsx")
        assert done.exit_code == 2
        assert "SPC237" in done.stderr
        assert "it is a workbook of il2cdisc" in done.stderr


def test_the_standard_of_the_datasets_is_taken_from_define(tmp_path: Path) -> None:
    file, out = older(tmp_path / "p21.xlsx"), tmp_path / "sdtm.xlsx"
    book = openpyxl.load_workbook(file)
    book["Study"].append(["StandardVersion", "3.3"])
    book.save(file)
    done = run("from-p21", file, "--out", out)
    assert "SPC242" not in done.stderr
    assert read_spec(out)[0].datasets["DM"].standard == "SDTMIG 3.3"


def cells(path: Path) -> dict[str, list[dict[str, str]]]:
    """Sheet → its rows that have a value, as header → text."""
    found: dict[str, list[dict[str, str]]] = {}
    for sheet in openpyxl.load_workbook(path):
        headers, *rows = ([cell.value for cell in row] for row in sheet.iter_rows())
        named = (zip(headers, row, strict=True) for row in rows)
        texts = ({str(h): str(v).strip() for h, v in row if h and v not in (None, "")} for row in named)
        found[sheet.title] = [row for row in texts if row]
    return found


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the published workbook is not here")
def test_a_published_workbook_is_read_and_comes_back_the_same(tmp_path: Path) -> None:
    ours, there, back = (tmp_path / f"{name}.xlsx" for name in ("ours", "there", "back"))
    assert run("from-p21", SAMPLE, "--out", ours).exit_code == 0
    given, made = cells(SAMPLE), cells(ours)
    assert len(given["Variables"]) == 100
    origins = {"CRF": "Collected", "eDT": "Collected"}
    for sheet, rows in given.items():
        here = made["Define" if sheet == "Study" else sheet]
        assert len(here) == len(rows)
        for row, mine in zip(rows, here, strict=True):
            renamed = "Label" if sheet in ("Datasets", "ValueLevel") else "Description"
            expected = {renamed if h == "Description" else h: v for h, v in row.items() if h != "Purpose"}
            if "Origin" in row:
                expected["Origin"] = origins.get(row["Origin"], row["Origin"])
            assert expected.items() <= mine.items()
            assert {"Source", "Standard", "Has No Data"} >= mine.keys() - expected.keys()
    assert run("to-p21", ours, "--out", there).exit_code == 0
    assert run("from-p21", there, "--out", back).exit_code == 0
    assert cells(back) == made
