"""Periods, phases and treatments of records: before and after."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from il2cdisc.adam import (
    create_period_dataset,
    derive_var_trta,
    derive_var_trtp,
    derive_vars_period,
    derive_vars_period_dates,
    derive_vars_phase,
)
from il2cdisc.adam.keys import latest_places
from il2cdisc.base.problems import Stopped

ADSL = pd.DataFrame(
    {
        "USUBJID": ["S1", "S2", "S3"],
        "AP01SDT": [100.0, 200.0, np.nan],
        "AP01EDT": [109.0, 209.0, np.nan],
        "TRT01A": ["ACTIVE", "CONTROL", None],
        "AP02SDT": [120.0, np.nan, np.nan],
        "AP02EDT": [np.nan, np.nan, np.nan],
        "TRT02A": ["CONTROL", None, None],
        "P01S1SDT": [100.0, 200.0, np.nan],
        "P01S2SDT": [105.0, np.nan, np.nan],
    }
)
WANTED = {"APERSDT": "APxxSDT", "APEREDT": "APxxEDT", "TRTA": "TRTxxA"}


def test_periods_of_subjects_are_rows_and_back():
    periods = create_period_dataset(ADSL, new_vars=WANTED)
    assert periods.astype(object).fillna("").values.tolist() == [
        ["S1", 1, 100, 109, "ACTIVE"],
        ["S1", 2, 120, "", "CONTROL"],
        ["S2", 1, 200, 209, "CONTROL"],
    ]
    back = derive_vars_period_dates(
        ADSL[["USUBJID"]], periods, new_vars={pattern: new for new, pattern in WANTED.items()}
    )
    assert_frame_equal(back, ADSL[list(back.columns)], check_dtype=False)
    assert list(back.columns) == ["USUBJID", *(f"{n}" for n in ADSL.columns[1:7])]


def test_subperiods_have_two_numbers():
    parts = create_period_dataset(ADSL, new_vars={"ASPRSDT": "PxxSwSDT"})
    assert parts.values.tolist() == [["S1", 1, 1, 100], ["S1", 1, 2, 105], ["S2", 1, 1, 200]]
    assert list(parts.columns) == ["USUBJID", "APERIOD", "ASPER", "ASPRSDT"]


def test_records_get_the_period_of_their_date():
    periods = create_period_dataset(ADSL, new_vars=WANTED)
    rows = pd.DataFrame(
        {"USUBJID": ["S1", "S1", "S1", "S2", "S3", None, "S1"], "ADT": [99, 109, 110, 209, 100, 100, np.nan]}
    )
    out = derive_vars_period(pd.concat([rows, rows.assign(ADT=500.0)]), periods, new_vars=["APERIOD", "TRTA"])
    assert out["APERIOD"].fillna(0).tolist() == [0, 1, 0, 1, 0, 0, 0, 2, 2, 2, 0, 0, 0, 2]
    assert out["TRTA"].fillna("").tolist()[:4] == ["", "ACTIVE", "", "CONTROL"]
    assert out.index.tolist() == [*range(7), *range(7)]


@pytest.mark.parametrize(
    "dates", [{"PHSDT": [1.0, 5.0], "PHEDT": [5.0, 9.0]}, {"PHSDT": [1.0, 9.0], "PHEDT": [3.0, 7.0]}]
)
def test_periods_that_overlap_or_are_reversed_stop(dates: dict[str, list[float]]):
    phases = pd.DataFrame({"USUBJID": "S1", "APHASEN": [1.0, 2.0], "APHASE": ["A", "B"], **dates})
    with pytest.raises(Stopped, match=r"ADM041 derive_vars_phase.*(?s:.*)found: 'S1'"):
        derive_vars_phase(pd.DataFrame({"USUBJID": ["S1"], "ADT": [2.0]}), phases)


def test_treatment_follows_the_period():
    rows = pd.DataFrame({"APERIOD": [2.0, None, 1.0], "TRT01P": ["A", "A", "B"], "TRT02P": ["C", "C", "C"]})
    assert derive_var_trtp(rows)["TRTP"].fillna("").tolist() == ["C", "", "B"]
    numbered = rows.assign(TRT01AN=[1.0, 1.0, 2.0], TRT02AN=3.0)
    out = derive_var_trta(numbered, new_var="TRTAN", source="TRTxxAN")
    assert out["TRTAN"].fillna(0).tolist() == [3, 0, 2]
    with pytest.raises(Stopped, match=r"ADM001 derive_var_trta: dataset has no column TRT02A"):
        derive_var_trta(rows)
    with pytest.raises(Stopped, match="not a number from 1 to 99"):
        derive_var_trtp(rows.assign(APERIOD=1.5))
    with pytest.raises(Stopped, match="same places"):
        create_period_dataset(ADSL, new_vars={"A": "APxxSDT", "B": "PHwSDT"})


KEYED = st.lists(st.tuples(st.integers(-1, 2), st.sampled_from([0.0, 1.0, 2.5, np.nan])), max_size=8)


@given(KEYED, KEYED, st.booleans())
@settings(max_examples=50)
def test_the_latest_place_is_that_of_a_search_through_all(
    ours: list[tuple[int, float]], theirs: list[tuple[int, float]], itself: bool
):
    def best(key: int, value: float) -> int:
        fit = [
            (other, n)
            for n, (k, other) in enumerate(theirs)
            if k == key >= 0 and (other <= value if itself else other < value)
        ]
        return max(fit)[1] if fit else -1

    arrays = [
        np.array([row[n] for row in rows], dtype=kind)
        for rows in (ours, theirs)
        for n, kind in ((0, int), (1, float))
    ]
    assert latest_places(*arrays, itself=itself).tolist() == [best(*row) for row in ours]
