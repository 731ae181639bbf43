"""The twins of the shipped trial, over the SDTM of the session's build: they agree with its datasets, and a
fault on either side is found."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from il2cdisc.base.datasets import Dataset, no_edges
from il2cdisc.compare.built import TwinsOutcome, compare_twins
from il2cdisc.package import dataset_files, read_dataset
from il2cdisc.spec.load import load_spec

ROOT = Path(__file__).parents[2]
TWINS = ROOT / "mappings" / "qc"
Datasets = dict[str, Dataset]


def datasets_of(folder: Path) -> Datasets:
    """The datasets of a built folder, with the keys of their workbook."""
    spec = load_spec(ROOT / "specs" / f"{folder.name}.xlsx")
    out: Datasets = {}
    for path in dataset_files(folder):
        file = read_dataset(path)
        keys = tuple(spec.datasets[file.name].keys) if file.name in spec.datasets else ()
        out[file.name] = Dataset(file.name, file.label, file.variables, keys, file.frame, no_edges())
    return out


@pytest.fixture(scope="module")
def sdtm(built: Path) -> Datasets:
    return datasets_of(built / "sdtm")


@pytest.fixture(scope="module")
def adam(built: Path) -> Datasets:
    return datasets_of(built / "adam")


def differences(outcome: TwinsOutcome) -> dict[str, dict[str, int]]:
    """By dataset the variables that differ with their number of records; records that one side alone has."""
    out: dict[str, dict[str, int]] = {}
    for item in outcome.compared:
        found = {variable.name: variable.count for variable in item.variables}
        alone = {"not in twin": len(item.matching.only_left), "twin only": len(item.matching.only_right)}
        out[item.left.name] = found | {what: count for what, count in alone.items() if count}
    return out


def test_the_twins_agree_in_every_variable_and_record(sdtm: Datasets, adam: Datasets) -> None:
    found = compare_twins(TWINS, "mappings/qc", list(sdtm.values()), list(adam.values()))
    assert (found.problems, found.failed, found.complete) == ((), (), True)
    assert differences(found) == {"ADAE": {}, "ADCP": {}, "ADHAMD": {}, "ADSL": {}}
    for item in found.compared:
        dataset = adam[item.left.name]
        assert item.compared == len(dataset.names), item.left.name
        assert len(item.matching.left) == dataset.rows > 0, item.left.name


def first_row(holds: pd.Series) -> int:
    """The first row in which a condition holds."""
    assert holds.any()
    return int(holds.to_numpy().argmax())


def changed(item: Dataset, row: int, name: str, change: Callable[[Any], Any]) -> Dataset:
    """A dataset with another value in one place."""
    frame = item.frame.copy()
    frame[name] = frame[name].mask(frame.index == row, change(frame[name].iloc[row]))
    assert not frame[name].equals(item.frame[name])
    return replace(item, frame=frame)


def without(item: Dataset, row: int) -> Dataset:
    """A dataset without one of its records."""
    return replace(item, frame=item.frame.drop(index=row).reset_index(drop=True))


def test_a_fault_in_a_dataset_is_found(sdtm: Datasets, adam: Datasets) -> None:
    """One day, one flag, the eighth digit of one value, one record."""
    dosed = first_row(adam["ADSL"].frame["TRTSDT"].notna())
    baseline = first_row(adam["ADCP"].frame["ABLFL"].notna())
    value = first_row(adam["ADHAMD"].frame["CHG"].abs() > 0)
    faulty = adam | {
        "ADSL": changed(adam["ADSL"], dosed, "TRTSDT", lambda day: day + 1),
        "ADCP": changed(adam["ADCP"], baseline, "ABLFL", lambda flag: None),
        "ADHAMD": changed(adam["ADHAMD"], value, "CHG", lambda value: value * (1 + 1e-8)),
        "ADAE": without(adam["ADAE"], 3),
    }
    found = compare_twins(TWINS, "mappings/qc", list(sdtm.values()), list(faulty.values()))
    assert differences(found) == {
        "ADAE": {"twin only": 1},
        "ADCP": {"ABLFL": 1},
        "ADHAMD": {"CHG": 1},
        "ADSL": {"TRTSDT": 1},
    }


FAULTS = {
    "adsl": ("[-np.inf, 40, 65, np.inf]", "[-np.inf, 43, 65, np.inf]"),
    "adae": ('("POSSIBLY RELATED", "PROBABLY RELATED", "RELATED")', '("PROBABLY RELATED", "RELATED")'),
    "adhamd": ('total(rated, "HAMD17D", "ITEM17", 17, 16)', 'total(rated, "HAMD17D", "ITEM17", 17, 17)'),
    "adcp": (".iloc[::-1]", ""),
}


def test_a_fault_in_a_twin_is_found(sdtm: Datasets, adam: Datasets, tmp_path: Path) -> None:
    """A limit of age, a relation, the number of items, and the earlier of two results that are as near."""
    folder = tmp_path / "qc"
    shutil.copytree(TWINS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name, (right, wrong) in FAULTS.items():
        text = (folder / f"{name}.py").read_text(encoding="utf-8")
        assert text.count(right) == 1, name
        (folder / f"{name}.py").write_text(text.replace(right, wrong), encoding="utf-8")
    found = compare_twins(folder, "mappings/qc", list(sdtm.values()), list(adam.values()))
    assert (found.problems, found.failed) == ((), ())
    assert differences(found) == {
        "ADAE": {"AREL": 5, "ARELN": 5},
        "ADCP": {"ANL01FL": 4},  # a record sent twice, as measured and as a logarithm
        "ADHAMD": {"ASEQ": 150, "not in twin": 2, "twin only": 3},  # a total of 16 items and its LOCF
        "ADSL": {"AGEGR1": 3, "AGEGR1N": 3},
    }
