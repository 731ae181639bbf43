"""The export is what the simulator makes: same seed, same bytes; planted errors lie where the list says."""

from __future__ import annotations

import csv
import datetime as dt
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import openpyxl
import pandas as pd
import pyreadstat
import pytest

ROOT = Path(__file__).resolve().parents[2]
PLANTED = tomllib.loads((ROOT / "tests" / "planted.toml").read_text(encoding="utf-8"))["planted"]
# exact numbers of the shipped export
EXACT = {
    "total_differs": 2,
    "swapped_barcode": 2,
    "ae_before_first_dose": 1,
    "visit_out_of_window": 3,
    "wrong_stratum": 1,
    "missing_item": 1,
    "clotted_tube": 1,
    "flow_not_done": 2,
    "haemolysed": 1,
    "missed_dose": 1,
    "late_dose": 1,
    "lost_to_follow_up": 1,
    "withdrew_consent": 1,
    "unit_changed": 1,
    "duplicate_row": 4,
}
AT_LEAST_THREE = (
    "partial_date",
    "impossible_date",
    "not_done_word",
    "missing_code",
    "blank",
    "drug_typo",
    "untranslated",
)


def tree(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@cache
def sheet_rows(path: Path, sheet: str) -> list[tuple[Any, ...]]:
    """All rows of a sheet; most of the planted errors are in the same ones."""
    book = openpyxl.load_workbook(path, read_only=True)
    rows = list(book[sheet].iter_rows(values_only=True))
    book.close()
    return rows


def cell(root: Path, entry: dict[str, Any]) -> str:
    """The text of the cell that an entry points at, read from the file alone."""
    path = root / entry["file"].removeprefix("raw/")
    if path.suffix == ".sav":
        frame = cast(pd.DataFrame, pyreadstat.read_sav(str(path))[0])
        value = frame[entry["column"]].iloc[entry["line"] - 1]
        assert frame["SUBJID"].iloc[entry["line"] - 1] == entry["subject"]
        if isinstance(value, float):
            return "" if value != value else f"{value:g}"
        return str(value)
    if path.suffix == ".xlsx":
        rows = sheet_rows(path, entry["sheet"])
        header, row = rows[6], rows[entry["line"] - 1]
        found = dict(zip(header, row, strict=True))
        assert found["SUBJID"] == entry["subject"]
        value = found[entry["column"]]
        if isinstance(value, dt.datetime):
            return value.strftime("%d/%m/%Y")
        return "" if value is None else f"{value:g}" if isinstance(value, int | float) else str(value)
    lab = path.parent.name == "lab"
    with path.open(encoding="latin-1" if lab else "utf-8", newline="") as lines:
        rows = list(csv.reader(lines, delimiter=";" if lab else ","))
    found = dict(zip(rows[0], rows[entry["line"] - 1], strict=True))
    assert found.get("SUBJID", entry["subject"]) == entry["subject"]
    return found[entry["column"]]


def test_the_committed_export_is_what_the_simulator_makes(
    simulator: ModuleType, raw: Path, tmp_path: Path
) -> None:
    simulator.simulate(tmp_path / "raw", planted=tmp_path / "planted.toml")
    made, shipped = tree(tmp_path / "raw"), tree(raw)
    assert sorted(made) == sorted(shipped)
    assert [name for name in made if made[name] != shipped[name]] == []
    assert (tmp_path / "planted.toml").read_bytes() == (ROOT / "tests" / "planted.toml").read_bytes()


def test_another_seed_gives_another_export(simulator: ModuleType, raw: Path, tmp_path: Path) -> None:
    simulator.simulate(tmp_path, seed=simulator.SEED + 1)
    made, shipped = tree(tmp_path), tree(raw)
    assert sorted(made) == sorted(shipped)
    assert [name for name in made if made[name] == shipped[name]] == ["dictionary.csv"]


@pytest.mark.parametrize(
    "entry", PLANTED, ids=lambda entry: f"{entry['kind']}-{entry['file'][4:]}-{entry['line']}"
)
def test_each_planted_error_is_where_the_list_says(entry: dict[str, Any], raw: Path) -> None:
    assert cell(raw, entry) == entry["value"]


def test_planted_numbers_are_those_asked_for() -> None:
    counts = Counter(entry["kind"] for entry in PLANTED)
    assert {kind: counts[kind] for kind in EXACT} == EXACT
    assert {kind: counts[kind] >= 3 for kind in AT_LEAST_THREE} == dict.fromkeys(AT_LEAST_THREE, True)


def test_planted_errors_of_a_large_trial_lie_in_its_parts(large: Path) -> None:
    planted = tomllib.loads((large / "planted.toml").read_text(encoding="utf-8"))["planted"]
    far = [entry for entry in planted if "_" in entry["file"]]
    assert {Path(entry["file"]).suffix for entry in far} == {".csv", ".xlsx"}
    sample = {entry["file"]: entry for entry in planted}.values()  # one of each file
    assert [cell(large, entry) for entry in sample] == [entry["value"] for entry in sample]


def test_a_trial_too_small_for_its_strata_is_refused(simulator: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="take 12 or more"):
        simulator.simulate(tmp_path, subjects=11)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("subjects", [12, 25])
def test_small_trials_are_made_too(simulator: ModuleType, tmp_path: Path, subjects: int) -> None:
    simulator.simulate(tmp_path, subjects=subjects, seed=3, planted=tmp_path / "planted.toml")
    for entry in tomllib.loads((tmp_path / "planted.toml").read_text(encoding="utf-8"))["planted"]:
        assert cell(tmp_path, entry) == entry["value"]
