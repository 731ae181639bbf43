"""Twelve analysis datasets of the pilot against the published ones: README.md has each difference."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from il2cdisc.spec.load import load_spec

TRIAL = Path(__file__).parent
KEYS = {
    "adsl": [],
    "adae": ["AESEQ"],
    "adlbc": ["PARAMCD", "AVISITN", "LBSEQ"],
    "adlbh": ["PARAMCD", "AVISITN", "LBSEQ"],
    "adadas": ["PARAMCD", "AVISITN", "QSSEQ"],
    "adcibc": ["PARAMCD", "AVISITN", "QSSEQ"],
    "adnpix": ["PARAMCD", "AVISITN", "QSSEQ"],
    "advs": ["PARAMCD", "AVISITN", "VSSEQ"],
    "adtte": ["PARAMCD"],
    "adlbcpv": ["PARAMCD", "AVISITN", "LBSEQ"],
    "adlbhpv": ["PARAMCD", "AVISITN", "LBSEQ"],
    "adlbhy": ["PARAMCD", "AVISITN"],
}
EXPECTED_ROWS = {
    "adsl": 254, "adae": 1191, "adlbc": 37132, "adlbh": 24966, "adadas": 12463, "adcibc": 730,
    "adnpix": 31140, "advs": 32139, "adtte": 254, "adlbcpv": 37132, "adlbhpv": 24966, "adlbhy": 9954,
}  # fmt: skip
ROWS = "(rows)"
# what the published files have and no mapping makes: codes of a licensed dictionary, all missing there
NOT_MADE = {"AEACN", "AELLTCD", "AEPTCD", "AEHLTCD", "AEHLGTCD", "AESOCCD"}
Read = Callable[[str], pd.DataFrame]


def listed() -> dict[tuple[str, str], int]:
    """The table of README.md: dataset, variable → rows that differ."""
    text = (TRIAL / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| (AD\w+) \| (\S+) \| (\d+) \|", text, flags=re.MULTILINE)
    return {(dataset, variable): int(count) for dataset, variable, count in rows}


def joined(name: str, derived: Read, published: Read) -> pd.DataFrame:
    """Both datasets, record by record; the published values have the suffix `_p`."""
    keys = ["USUBJID", *KEYS[name]]
    sides = []
    theirs = published(name)
    if name.endswith("pv"):  # _ALB is our PALB: both are compared as PARAMCD
        theirs = theirs.assign(PARAMCD="P" + theirs["PARAMCD"].str[1:], PARAMCD_p=theirs["PARAMCD"])
    for frame in (derived(name), theirs):
        numbers = {key: frame[key].fillna(-1.0) for key in keys if frame[key].dtype == "float64"}
        sides.append(frame.assign(**numbers))
        assert not sides[-1].duplicated(keys).any()
    return sides[0].merge(sides[1], on=keys, how="outer", suffixes=("", "_p"), indicator=True)


def differs(mine: pd.Series, theirs: pd.Series) -> pd.Series:
    """Where two columns differ; numbers in what arithmetic leaves behind the 12th digit do not."""
    missing = mine.isna() & theirs.isna()
    if mine.dtype == "float64" and theirs.dtype == "float64":
        same = np.isclose(mine.to_numpy(), theirs.to_numpy(), rtol=1e-12, atol=1e-12)
    else:
        same = (mine == theirs).fillna(False).to_numpy(dtype=bool)
    return ~(missing | same)


@pytest.mark.parametrize("name", KEYS)
def test_equals_the_published_but_for_what_is_listed(name: str, derived: Read, published: Read) -> None:
    both = joined(name, derived, published)
    found = {}
    unmatched = both["_merge"] != "both"
    if unmatched.any():
        found[name.upper(), ROWS] = int(unmatched.sum())
    both = both[~unmatched]
    compared = [column for column in derived(name).columns if f"{column}_p" in both]
    for column in compared:
        count = int(differs(both[column], both[f"{column}_p"]).sum())
        if count:
            found[name.upper(), column] = count
    assert len(both) == EXPECTED_ROWS[name] == len(published(name))
    assert found == {key: count for key, count in listed().items() if key[0] == name.upper()}


@pytest.mark.parametrize("name", KEYS)
def test_every_published_variable_is_made(name: str, derived: Read, published: Read) -> None:
    left_out = set(published(name).columns) - set(derived(name).columns)
    assert left_out <= NOT_MADE
    assert published(name)[sorted(left_out)].isna().all(axis=None)


def test_at_most_ten_variables_differ_and_few_in_more_than_one_percent(published: Read) -> None:
    counts = {key: count / len(published(key[0].lower())) for key, count in listed().items()}
    assert len(counts) <= 10
    assert {key for key, share in counts.items() if share > 0.01} <= {
        ("ADSL", "DCDECOD"),
        ("ADCIBC", "AWHI"),
        ("ADLBCPV", "PARAMCD"),
        ("ADLBHPV", "PARAMCD"),
    }


def test_observed_and_carried_totals(derived: Read) -> None:
    """ADADAS has 799 observed and 241 carried totals, as the published file has."""
    data = derived("adadas")
    kinds = data.loc[data["PARAMCD"] == "ACTOT", "DTYPE"].fillna("").value_counts()
    assert kinds.to_dict() == {"": 799, "LOCF": 241}


def test_published_mean_of_the_inventory_is_of_weeks_6_to_12(derived: Read, published: Read) -> None:
    """The published file calls it the mean of weeks 4 to 24; the report's table has that one, as we do."""
    data, theirs = derived("adnpix"), published("adnpix")
    total = data[(data["PARAMCD"] == "NPTOT") & (data["ANL01FL"] == "Y")]
    theirs = theirs[(theirs["PARAMCD"] == "NPTOTMN") & (theirs["AVISITN"] == 98)].set_index("USUBJID")["AVAL"]
    mine = data[(data["PARAMCD"] == "NPTOTMN") & (data["AVISITN"] == 98)].set_index("USUBJID")["AVAL"]
    for weeks, value in (((6, 12), theirs), ((4, 24), mine)):
        mean = total[total["AVISITN"].between(*weeks)].groupby("USUBJID")["AVAL"].mean()
        assert value.index.sort_values().equals(mean.index)
        assert np.allclose(value.sort_index(), mean, rtol=1e-12)


def test_sites_are_pooled_by_the_rule(derived: Read) -> None:
    """Sites with fewer than three subjects in one of the treatment groups are pooled, and no others."""
    adsl = derived("adsl")
    counts = pd.crosstab(adsl["SITEID"], adsl["TRT01P"])
    small = set(counts.index[(counts < 3).any(axis=1)])
    assert set(adsl.loc[adsl["SITEGR1"] == "900", "SITEID"]) == small
    assert (adsl["SITEGR1"] == adsl["SITEID"]).equals(~adsl["SITEID"].isin(small))


def test_the_workbook_describes_every_dataset() -> None:
    spec = load_spec(TRIAL / "specs" / "adam.xlsx")
    assert [name.lower() for name in spec.datasets] == list(KEYS)
