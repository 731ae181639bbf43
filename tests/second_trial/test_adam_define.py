"""define.xml of the second trial's analysis data: its files, its checks, and its workbook held to it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from il2cdisc.base.problems import Problems
from il2cdisc.define import check_define, compare_define, compare_predecessors, define_bytes, read_define
from il2cdisc.run.build import products_of
from il2cdisc.run.stages import LastStage
from il2cdisc.run.survey import make_plan, survey
from il2cdisc.study import load_study
from il2cdisc.transport.xpt import read_xpt

TRIAL = Path(__file__).parent
Command = Callable[..., Any]


def copied(folder: Path) -> Path:
    """The trial's workbooks, mappings and raw files, to be changed."""
    trial = folder / "trial"
    trial.mkdir()
    for name in ("specs", "mappings", "raw"):
        shutil.copytree(TRIAL / name, trial / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("study.toml", "accepted.toml"):
        shutil.copy(TRIAL / name, trial / name)
    return trial


def test_it_is_whole_and_agrees_with_the_files(second: Path) -> None:
    data = (second / "adam" / "define.xml").read_bytes()
    define = read_define(data)
    assert define_bytes(define) == data
    assert check_define(define) == []
    assert compare_define(define, [read_xpt(path) for path in (second / "adam").glob("*.xpt")]) == []
    assert compare_predecessors(define, read_define((second / "sdtm" / "define.xml").read_bytes())) == []
    shown = [(group.name, group.class_, group.subclasses, len(group.items)) for group in define.groups]
    assert shown == [
        ("ADSL", "SUBJECT LEVEL ANALYSIS DATASET", (), 33),
        ("ADAE", "OCCURRENCE DATA STRUCTURE", ("ADVERSE EVENT",), 33),
        ("ADLB", "BASIC DATA STRUCTURE", (), 41),
    ]
    origins = {(o.type, o.source) for item in define.items for o in item.origins}
    assert origins == {("Predecessor", ""), ("Derived", "Sponsor"), ("Assigned", "Sponsor")}


def test_a_build_has_it_from_the_stage_define_on() -> None:
    plan = make_plan(load_study(TRIAL))
    written = {stage: [p.name for p in products_of(plan, stage)] for stage in LastStage}
    assert [stage for stage, names in written.items() if "adam_define" in names] == [
        "define",
        "lineage",
        "results",
        "checks",
    ]


def test_a_label_that_was_changed_after_the_build_is_found(
    second: Path, tmp_path: Path, command: Command
) -> None:
    out = shutil.copytree(second, tmp_path / "outputs")
    path = out / "adam" / "define.xml"
    text = path.read_text()
    assert text.count(">Days with Tablets<") == 1
    path.write_text(text.replace(">Days with Tablets<", ">Days<").replace("DM.ETHNIC<", "DM.ETHNICITY<"))
    done = command("check", "--trial", TRIAL, "--out", out)
    assert done.returncode == 1
    assert "DEF021" in done.stdout
    assert "adam/define.xml ADSL.DAYSTRT: the label differs (define.xml, file)" in done.stdout
    assert "DEF044" in done.stdout
    assert "DM.ETHNICITY" in done.stdout


def edited(folder: Path, *changes: Callable[[Any], None]) -> Path:
    """A copy of the trial whose workbook of ADaM a person has changed."""
    trial = copied(folder)
    path = trial / "specs" / "adam.xlsx"
    book = openpyxl.load_workbook(path)
    for change in changes:
        change(book)
    book.save(path)
    return trial


def without(sheet: str, column: int, value: str) -> Callable[[Any], None]:
    """Rows of a sheet that have a value in a column (from 0) are deleted."""

    def change(book: Any) -> None:
        rows = [row[column].row for row in book[sheet].iter_rows(min_row=2) if row[column].value == value]
        assert rows
        for row in reversed(rows):
            book[sheet].delete_rows(row)

    return change


def other(sheet: str, key: tuple[str, ...], header: str, value: str) -> Callable[[Any], None]:
    """One cell of the row that has the values of `key` among its cells."""

    def change(book: Any) -> None:
        names = [cell.value for cell in book[sheet][1]]
        row = next(
            row for row in book[sheet].iter_rows(min_row=2) if set(key) <= {cell.value for cell in row[:9]}
        )
        row[names.index(header)].value = value

    return change


def test_a_codelist_that_only_sdtm_has_is_taken_from_there(tmp_path: Path) -> None:
    trial = edited(tmp_path, without("Codelists", 0, "OUT"), without("Dictionaries", 0, "PLAINDICT"))
    found = survey(load_study(trial), Problems())
    assert found.problems.items == []
    assert found.plan is not None
    taken = found.plan.adam.codelists["OUT"]
    assert taken is found.plan.sdtm.codelists["OUT"]
    assert str(taken.at("ID")).startswith("specs/sdtm.xlsx!Codelists!A")
    assert found.plan.adam.dictionaries["PLAINDICT"] is found.plan.sdtm.dictionaries["PLAINDICT"]


def test_a_codelist_that_neither_workbook_has_stops(tmp_path: Path) -> None:
    trial = edited(tmp_path, other("Variables", ("ADAE", "AEOUT"), "Codelist", "OUTT"))
    told = [str(problem).splitlines()[0] for problem in survey(load_study(trial), Problems()).problems.stops]
    assert told == ["SPC042 specs/adam.xlsx!Variables!K55: codelist OUTT is not in Codelists or Dictionaries"]


CHANGES = {
    "DEF030": (other("Variables", ("ADSL", "ETHNIC"), "Predecessor", "DM.ETHNICX"), "Variables!Q12"),
    "DEF032": (without("ValueLevel", 3, "WC.ADLB.AVAL.GLUC"), "Parameters!B4"),
    "DEF034": (other("Datasets", ("ADAE",), "Structure", ""), "Datasets!E3"),
    "DEF035": (other("Variables", ("ADLB", "PARAM"), "Origin", "Collected"), "Variables!M96"),
    "DEF036": (other("Variables", ("ADLB", "CHG"), "Source", ""), "Variables!N101"),
    "DEF038": (other("Variables", ("ADLB", "TRTSDT"), "Format", "E8601DA."), "Variables!H80"),
    "DEF039": (other("Codelists", ("ARMCD", "F10"), "Decoded Value", "Fictamol 20 mg"), "Codelists!J33"),
    "DEF041": (other("Variables", ("ADLB", "ABLFL"), "Codelist", ""), "Variables!K107"),
}


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Problems:
    """What is said of a workbook with all of the changes."""
    trial = edited(tmp_path_factory.mktemp("damaged"), *(change for change, _ in CHANGES.values()))
    return survey(load_study(trial), Problems()).problems


@pytest.mark.parametrize("code", CHANGES)
def test_a_mistake_of_the_workbook_is_reported_at_its_cell(damaged: Problems, code: str) -> None:
    cells = [str(problem.where) for problem in damaged.items if problem.kind.code == code]
    assert f"specs/adam.xlsx!{CHANGES[code][1]}" in cells, cells


def test_a_wrong_predecessor_is_reported_once(damaged: Problems) -> None:
    cell = f"specs/adam.xlsx!{CHANGES['DEF030'][1]}"
    assert [problem.code for problem in damaged.items if str(problem.where) == cell] == ["DEF030"]


def test_a_hint_for_a_predecessor_names_a_variable_that_there_is(tmp_path: Path) -> None:
    change = other("Variables", ("ADSL", "ETHNIC"), "Predecessor", "DN.ETHNICX")
    found = survey(load_study(edited(tmp_path, change)), Problems()).problems.items
    assert [problem.hint for problem in found if problem.code == "DEF030"] == [""]
