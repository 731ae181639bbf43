"""What a release changes for a workbook, told cell by cell; and checks of data with a full release."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from il2cdisc.base.columns import CodedTable
from il2cdisc.base.datasets import Variable
from il2cdisc.check.context import CheckContext
from il2cdisc.check.rules import all_rules
from il2cdisc.check.run import check_folder, run_rules
from il2cdisc.check.table import CheckedTable
from il2cdisc.spec.models import Codelist, DatasetSpec, Spec, Term, VariableSpec
from il2cdisc.spec.release import release_changes, terms_added
from il2cdisc.spec.workbook import Place
from il2cdisc.standards.evs import NEEDED
from il2cdisc.standards.release import Release, ReleaseCodelist, ReleaseTerm, Terminology
from tests.conftest import run_here

ROOT = Path(__file__).parents[2]
COLUMNS = {
    name: n for n, name in enumerate(["ID", "Name", "NCI Codelist Code", "Term", "NCI Term Code"], start=1)
}


def place(row: int) -> Place:
    return Place("specs/sdtm.xlsx", "Codelists", row, COLUMNS)


def term(row: int, value: str, code: str = "", decode: str = "") -> Term:
    return Term(place=place(row), value=value, nci_code=code, decode=decode)


def spec() -> Spec:
    unit = [
        term(2, "mg/dL", "C11"),
        term(3, "mg/l", "C12"),
        term(4, "old", "C13"),
        term(5, "g/L", "C14"),
        term(6, "our own"),
        term(7, "NEWTERM"),
        term(8, "x", "", "Milligram per Second"),
    ]
    lists = [
        Codelist(place=place(2), id="UNIT", name="Unit", nci_code="C1", extensible=True, terms=tuple(unit)),
        Codelist(place=place(9), id="NY", name="Yes", nci_code="C66742", terms=(term(9, "Y", "C49488"),)),
        Codelist(place=place(10), id="MINE", terms=(term(10, "A"),)),
    ]
    variable = VariableSpec(dataset="LB", name="LBORRESU", codelist="UNIT", place=place(3))
    return Spec(
        shown="specs/sdtm.xlsx",
        standard="SDTM",
        define={},
        datasets={"LB": DatasetSpec(name="LB", variables=(variable,))},
        codelists={item.id: item for item in lists},
    )


def release(name: str, extensible: bool, *terms: ReleaseTerm) -> Release:
    return Release("SDTM", "2030-01-02", {"C1": ReleaseCodelist("C1", "UNIT", name, extensible, terms)})


NEW = release(
    "Unit of Measure",
    False,
    ReleaseTerm("C11", "mg/dL"),
    ReleaseTerm("C12", "mg/L"),
    ReleaseTerm("C99", "g/L"),
    ReleaseTerm("C77", "NEWTERM"),
    ReleaseTerm("C78", "mg/s", ("Milligram per Second",)),
)
OLD = release("Unit", True, ReleaseTerm("C11", "mg/dL"), ReleaseTerm("C12", "mg/l"))


def test_every_change_is_told_at_its_cell(snapshot: Any) -> None:
    changes = release_changes(spec(), NEW, Terminology([OLD]))
    assert "\n".join(map(str, changes)) == snapshot
    assert terms_added(spec(), NEW, Terminology([OLD])) == {"UNIT": 4}


def test_a_release_that_agrees_changes_nothing() -> None:
    same = release("Unit", True, ReleaseTerm("C11", "mg/dL"))
    listed = spec().codelists["UNIT"].model_copy(update={"terms": (term(2, "mg/dL", "C11"), term(3, "ours"))})
    small = spec().model_copy(update={"codelists": {"UNIT": listed}})
    assert release_changes(small, same, Terminology([same])) == []


def test_values_of_your_own_near_to_a_standard_term_are_told_with_their_records() -> None:
    frame = pd.DataFrame({"USUBJID": ["1", "1", "2"], "LBORRESU": ["mg/dl", "mg/dL", "miles"]}, dtype="str")
    variables = (Variable("USUBJID", "x", "Char", 1), Variable("LBORRESU", "x", "Char", 5))
    table = CheckedTable("LB", "", "lb.xpt", variables, CodedTable.of(frame), spec().datasets["LB"])
    words = Terminology([OLD])
    context = CheckContext(spec(), {"LB": table}, words.terms, near=words.near)
    rules = [rule for rule in all_rules() if rule.kind.code == "CHK026"]
    (found,) = run_rules(context, rules=rules)
    assert (*found.first[4:8:2], found.first.value, found.hint) == ("1", 1, "mg/dl", "mg/dL")
    assert found.where == "LB USUBJID=1 record 1 LBORRESU"


def test_a_workbook_is_held_against_the_imported_release_of_its_version(tmp_path: Path) -> None:
    found = check_folder(tmp_path, [spec()], terminology=Terminology([NEW])).findings
    assert ("TER014", "specs/sdtm.xlsx!Codelists!D3") in [(item.code, item.where) for item in found]
    assert not [item for item in check_folder(tmp_path, [spec()]).findings if item.code.startswith("TER")]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["diff"], 2, "TER006 terminology: nothing is imported"),
        (["diff", "2031-01-01"], 2, "neither a file nor an imported version is called 2031-01-01"),
        (["import", "study.toml"], 2, "TER002"),
        (["import", "none.txt"], 2, "TER001 none.txt: No such file"),
    ],
)
def test_the_commands_tell_what_is_wrong(tmp_path: Path, arguments: list[str], code: int, told: str) -> None:
    done = command(trial(tmp_path), "ct", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_release_is_imported_and_compared(tmp_path: Path) -> None:
    head = "\t".join(NEEDED)
    lines = ["C66742\t\tNo\tNo Yes Response\tNY\t", "C49488\tC66742\t\tNo Yes Response\tYES\t"]
    folder = trial(tmp_path)
    (folder / "SDTM Terminology 2031-01-01.txt").write_text("\n".join([head, *lines]) + "\n")
    done = command(folder, "ct", "import", "SDTM Terminology 2031-01-01.txt")
    assert done.returncode == 0, done.stderr
    assert "imported SDTM 2031-01-01: 1 codelists, 1 terms (terminology/sdtm_2031-01-01.csv)" in done.stdout
    assert "checks use version 2026-03-27, that study.toml names" in done.stdout
    compared = command(folder, "ct", "diff")
    assert compared.returncode == 1, compared.stderr
    assert "'Y' of NY (C49488) has another submission value in SDTM 2031-01-01" in compared.stdout
    assert "did you mean: YES" in compared.stdout


def trial(tmp_path: Path) -> Path:
    folder = tmp_path / "trial"
    folder.mkdir()
    for name in ("raw", "specs", "mappings"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    text = (ROOT / "study.toml").read_text()
    (folder / "study.toml").write_text(text)
    return folder


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as it is run in a folder."""
    return run_here(*arguments, cwd=folder)
