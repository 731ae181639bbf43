"""The contradictions: each finds its records, and no value breaks the data dictionary by itself."""

from __future__ import annotations

import csv
import re
import shutil
import sys
import tomllib
from pathlib import Path

import openpyxl
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import second_blind
import third_blind
from blind import CONTRADICTIONS as FIRST
from blind import Contradiction

from il2cdisc.run.kinds import all_kinds

ROOT = Path(__file__).parents[2]
SETS = (FIRST, second_blind.CONTRADICTIONS, third_blind.CONTRADICTIONS)
CONTRADICTIONS = tuple({each.name: each for given in SETS for each in given}.values())


@pytest.fixture(scope="module")
def dictionary() -> dict[tuple[str, str], dict[str, str]]:
    with (ROOT / "raw/dictionary.csv").open(encoding="utf-8", newline="") as stream:
        return {(row["form"], row["column"]): row for row in csv.DictReader(stream)}


def test_three_times_sixty_with_names_of_their_own() -> None:
    assert [len({each.name for each in given}) for given in SETS] == [60, 60, 60]


def test_no_value_breaks_the_dictionary(dictionary: dict[tuple[str, str], dict[str, str]]) -> None:
    number = r"\d+(?:\.\d+)?"
    for each in CONTRADICTIONS:
        for column, value in each.cells:
            line = dictionary[each.record.form.lower(), column]
            codes = [part.partition("=")[0] for part in line["codes"].split(";") if part]
            if line["type"] == "code" and value:
                assert value in codes, each.name
            if value == "nan":  # an emptied number of an SPSS file
                continue
            if limits := re.fullmatch(rf"({number})-({number})", line["range"]):
                assert float(limits[1]) <= float(value) <= float(limits[2]), each.name


@pytest.mark.parametrize("each", CONTRADICTIONS, ids=lambda each: each.name)
def test_changes_one_file(each: Contradiction, tmp_path: Path) -> None:
    """The copy holds only the files that the contradiction reads."""
    forms = (each.record, *each.beside)
    for record in forms:
        name = record.form.lower().replace("lbhem", "lab").replace("lbchem", "lab").replace("lbthy", "lab")
        (file,) = (ROOT / "raw").rglob(f"{name}.*")
        to = tmp_path / file.relative_to(ROOT)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, to)
    places = each.apply(tmp_path)
    copies = [path for path in (tmp_path / "raw").rglob("*") if path.is_file()]
    changed = [
        path for path in copies if path.read_bytes() != (ROOT / path.relative_to(tmp_path)).read_bytes()
    ]
    assert [str(path.relative_to(tmp_path)) for path in changed] == [re.split("[:!]", places[0])[0]]


def test_each_has_a_fitting_finding_or_is_explained() -> None:
    fits = tomllib.loads((Path(__file__).with_name("fits.toml")).read_text(encoding="utf-8"))
    page = Path(__file__).with_name("README.md").read_text(encoding="utf-8")
    without = {each.name for each in CONTRADICTIONS} - set(fits)
    assert without == {"suicidal-on-one-scale"}
    assert all(f"**{name}.**" in page for name in without)
    assert set(fits) <= {each.name for each in CONTRADICTIONS}


def test_fitting_codes_and_checks_are_there() -> None:
    sheet = openpyxl.load_workbook(ROOT / "specs/sdtm.xlsx", read_only=True)["Checks"]
    known = {str(row[0]) for row in sheet.iter_rows(min_row=2, max_col=1, values_only=True)}
    fits = tomllib.loads((Path(__file__).with_name("fits.toml")).read_text(encoding="utf-8"))
    named = {item for items in fits.values() for item in items}
    codes = {item for item in named if re.fullmatch(r"[A-Z]{3}\d{3}", item)}
    assert named - codes <= known
    assert codes <= set(all_kinds())
