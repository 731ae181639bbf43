"""Analysis datasets that admiral made of its test data, made by il2cdisc: README.md has each difference."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

TRIAL = Path(__file__).parent
TIME_POINT = ["PARAMCD", "ADT", "AVISITN", "DTYPE", "VISITNUM", "ATPTN"]
KEYS = {
    "adsl": [],
    "adae": ["AESEQ"],
    "adcm": ["CMSEQ"],
    "adlb": ["PARAMCD", "ADT", "AVISITN", "VISITNUM", "LBSEQ"],
    "advs": TIME_POINT,
    "adex": ["PARAMCD", "ASTDT", "VISITNUM", "EXSEQ"],
    "admh": ["MHSEQ"],
    "adeg": TIME_POINT,
}
# records of admiral
ROWS = {
    "adsl": 306, "adae": 1191, "adcm": 7510, "adlb": 83652, "advs": 65032, "adex": 6315, "admh": 1818,
    "adeg": 78756,
}  # fmt: skip
ROWS_DIFFER = "(rows)"
FINDINGS = ("adlb", "advs", "adeg")
# what needs a table that is not in the data: grades of toxicity, and one query of terms
NOT_IN_DATA = {
    "adlb": {
        "ATOXGR",
        "ATOXGRL",
        "ATOXGRH",
        "BTOXGR",
        "BTOXGRL",
        "BTOXGRH",
        "ATOXDSCL",
        "ATOXDSCH",
        "SHIFT2",
    },
    "admh": {"CQ01NAM"},
}
# copies of SDTM that datasets of findings leave out
COPIES = re.compile(r"(LB|VS|EG)[A-Z]+|VISITDY")
Read = Callable[[str], pd.DataFrame]


def listed() -> dict[tuple[str, str], int]:
    """The table of README.md: dataset, variable → rows that differ."""
    text = (TRIAL / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| (AD\w+) \| (\S+) \| (\d+) \|", text, flags=re.MULTILINE)
    return {(dataset, variable): int(count) for dataset, variable, count in rows}


def places(mine: pd.DataFrame, theirs: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The row of each record on both sides, -1 for none; a missing part of a key is one, too."""
    sides = []
    for frame, name in ((mine, "mine"), (theirs, "theirs")):
        key = frame[keys].astype(object).where(frame[keys].notna(), "")
        assert not key.duplicated().any()
        sides.append(key.assign(**{name: np.arange(len(frame))}))
    return sides[0].merge(sides[1], on=keys, how="outer")[["mine", "theirs"]].fillna(-1).astype("int64")


@pytest.mark.parametrize("name", KEYS)
def test_equals_admiral_but_for_what_is_listed(name: str, derived: Read, admiral: Read) -> None:
    mine, theirs = derived(name), admiral(name)
    keys = ["USUBJID", *KEYS[name]]
    found = places(mine, theirs, keys)
    both = found[((found["mine"] >= 0) & (found["theirs"] >= 0)).to_numpy()]
    ours, of_admiral = both["mine"].to_numpy(), both["theirs"].to_numpy()
    differ = {(name.upper(), ROWS_DIFFER): len(found) - len(both)}
    for column in (column for column in mine.columns if column not in keys):
        one, other = mine[column].take(ours), theirs[column].take(of_admiral)
        differ[name.upper(), column] = int(differs(one, other).sum())
    assert len(theirs) == ROWS[name]
    expected = {key: count for key, count in listed().items() if key[0] == name.upper()}
    assert {key: count for key, count in differ.items() if count} == expected


@pytest.mark.parametrize("name", KEYS)
def test_every_variable_is_made(name: str, derived: Read, admiral: Read) -> None:
    """But for what needs a table, copies in datasets of findings, and variables without any value."""
    left_out = set(admiral(name).columns) - set(derived(name).columns)
    left_out -= NOT_IN_DATA.get(name, set())
    if name in FINDINGS:
        left_out = {column for column in left_out if not COPIES.fullmatch(column)}
        left_out -= set(admiral("adsl").columns)
    assert admiral(name)[sorted(left_out)].isna().all(axis=None)


def differs(mine: pd.Series, theirs: pd.Series) -> np.ndarray:
    """Where values differ, numbers in 12 digits or by more than 1e-12; no value, no type."""
    missing = mine.isna().to_numpy() & theirs.isna().to_numpy()
    if mine.dtype == "float64" and theirs.dtype == "float64":
        same = np.isclose(mine.to_numpy(), theirs.to_numpy(), rtol=1e-12, atol=1e-12)
    else:
        one, other = (side.astype("str").to_numpy(dtype=object) for side in (mine, theirs))
        same = ((one == other) & mine.notna().to_numpy() & theirs.notna().to_numpy()).astype(bool)
    return ~(missing | same)


def test_a_difference_is_seen() -> None:
    assert differs(pd.Series([1.0, 2.0]), pd.Series([1.0, np.nan])).tolist() == [False, True]
    assert differs(pd.Series(["a"], dtype="str"), pd.Series(["b"], dtype="str")).tolist() == [True]
    assert differs(pd.Series([0.1 + 0.2, 0.3001]), pd.Series([0.3, 0.3])).tolist() == [False, True]
    assert not differs(pd.Series([np.nan]), pd.Series([None], dtype="str")).any()


def test_a_record_without_partner_is_seen() -> None:
    one = pd.DataFrame({"USUBJID": ["S1", "S2"], "ADT": [1.0, np.nan]})
    other = pd.DataFrame({"USUBJID": ["S1", "S2"], "ADT": [2.0, np.nan]})
    assert sorted(places(one, other, ["USUBJID", "ADT"]).to_numpy().tolist()) == [[-1, 0], [0, -1], [1, 1]]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("adlb", {"": 59580, "CALCULATION": 24, "MINIMUM": 7941, "MAXIMUM": 7941, "LOV": 8166}),
        ("advs", {"": 41948, "AVERAGE": 20060, "LOV": 3024}),
        ("adeg", {"": 59597, "AVERAGE": 19159}),
    ],
)
def test_derived_records(name: str, kinds: dict[str, int], derived: Read) -> None:
    assert derived(name)["DTYPE"].fillna("").value_counts().to_dict() == kinds
