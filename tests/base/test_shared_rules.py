"""Rules that SDTM and ADaM share: both give the same answer, because it is one function."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.adam import (
    compute_pre_treatment,
    derive_var_anrind,
    derive_var_trtemfl,
    derive_vars_below_lloq,
    derive_vars_dy,
    derive_vars_event_dt,
)
from il2cdisc.base.dates import sas_days
from il2cdisc.base.numbers import read_numbers
from il2cdisc.base.ranges import INDICATORS, indicators
from il2cdisc.sdtm.complete.last_before_exposure import with_last_before_exposure
from il2cdisc.sdtm.complete.limits import collected_limits, with_ranges
from il2cdisc.sdtm.complete.places import NOWHERE
from il2cdisc.sdtm.complete.study_days import with_study_days
from il2cdisc.sdtm.complete.treatment_emergence import treatment_emergent
from il2cdisc.spec.models import Spec

NUMBERS = st.sampled_from([None, 0.3, 0.1 + 0.2, 1.0, 2.0])


def values(column: pd.Series) -> list[Any]:
    return [None if pd.isna(value) else value for value in column]


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1))
def test_the_range_indicator_of_sdtm_is_that_of_adam(
    rows: list[tuple[float | None, float | None, float | None]],
) -> None:
    frame = pd.DataFrame(rows, columns=["LBSTRESN", "LBORNRLO", "LBORNRHI"], dtype="float64")
    frame = frame.assign(USUBJID="S1", LBTESTCD="K", LBSTRESU="mmol/L")
    texts = frame["LBSTRESN"].map(lambda value: None if np.isnan(value) else repr(value)).astype("str")
    spec = Spec(shown="", standard="SDTM", define={}, datasets={})
    rule = np.zeros(len(frame), dtype="int64")
    rules = [_Plain()]
    low, high = (collected_limits(frame, f"LBORNR{end}", rules, rule, NOWHERE) for end in ("LO", "HI"))  # pyright: ignore[reportArgumentType]
    sdtm = with_ranges(frame.assign(LBSTRESC=texts), "LB", spec, pd.DataFrame(), (low, high))
    adam = derive_var_anrind(frame, value="LBSTRESN", low="LBORNRLO", high="LBORNRHI")
    assert values(sdtm["LBNRIND"]) == values(adam["ANRIND"])


class _Plain:
    """Results that are in their standard unit."""

    unknown = False

    def standard_text(self, result: Any) -> str:
        return result.text


def test_a_range_with_its_limits_reversed_judges_nothing() -> None:
    data = pd.DataFrame({"AVAL": [3.0, 3.0], "ANRLO": [4.0, 11.0], "ANRHI": [11.0, 4.0]})
    assert values(derive_var_anrind(data)["ANRIND"]) == ["LOW", None]


@pytest.mark.parametrize(
    ("text", "indicator"),
    [
        ("<4", "LOW"),
        ("<5", None),  # may be low or normal
        ("<=4", None),
        (">11", "HIGH"),
        (">=12", "HIGH"),
        (">10", None),
        ("trace", None),
    ],
)
def test_a_result_below_or_above_a_limit_is_judged_by_all_that_it_may_be(
    text: str, indicator: str | None
) -> None:
    readings = read_numbers(pd.Series([text], dtype="str"))
    place = indicators(readings.values, np.array([4.0]), np.array([11.0]), readings)
    assert [INDICATORS[place[0]] if place[0] >= 0 else None] == [indicator]


def test_the_number_of_a_result_below_a_limit_is_read_once() -> None:
    data = pd.DataFrame(
        {
            "LBSTRESC": pd.Series(["<0.5", "< .5", "<=0.5", "0.5"], dtype="str"),
            "AVAL": [None, None, None, 0.5],
        }
    )
    out = derive_vars_below_lloq(data.astype({"AVAL": "float64"}), text="LBSTRESC")
    assert values(out["AVAL"]) == [0.25, 0.25, None, 0.5]


DOSE = "2022-03-05T09:00"
ONSETS = ["2022-03-04", "2022-03-05T08:59", "2022-03-05T09:00", "2022-03-05", "2022-03", None]
ONSETS += ["2022-03-20", "2022-05-01"]


@pytest.mark.parametrize("end", [None, "2022-03-04", "2022-06"])
def test_an_event_is_emergent_in_both_or_in_none(end: str | None) -> None:
    data = pd.DataFrame({"AESTDTC": ONSETS, "AEENDTC": [end] * len(ONSETS), "DOSE": DOSE}).astype("str")
    day = sas_days(data["DOSE"])
    data = data.assign(TRTSDT=day, TRTEDT=day)
    nothing = pd.Series(None, index=data.index, dtype="str")
    days = {"first_day": day, "last_day": day, "participation_end": day + 2}
    adam = derive_vars_event_dt(data, start="AESTDTC", end="AEENDTC").assign(LSTALVDT=day + 2)
    texts = {"start_dtc": "AESTDTC", "trt_start_dtc": "DOSE"}
    found: dict[object, list[str]] = {}
    for until in (30, "participation"):
        sdtm = treatment_emergent(data, first_dose=data["DOSE"], death=nothing, until=until, **days)
        flags = derive_var_trtemfl(adam, end_window=until, participation_end="LSTALVDT", **texts)["TRTEMFL"]
        assert sdtm.tolist() == flags.fillna("N").tolist()
        assert {"Y", "N"} <= set(sdtm)
        found[until] = sdtm.tolist()
    assert found[30] != found["participation"]


@pytest.mark.parametrize("planned", [None, True, False])
@pytest.mark.parametrize(
    "date", ["2022-03-04", "2022-03-05T08:59", DOSE, "2022-03-05T09:01", "2022-03-05", "2022-03-06"]
)
def test_a_result_counts_as_before_the_dose_in_both_or_in_none(date: str, planned: bool | None) -> None:
    frame = pd.DataFrame(
        {"USUBJID": ["S1"], "VSTESTCD": ["SYSBP"], "VSDTC": [date], "VSSTRESC": ["120"]}
    ).astype("str")
    plan = pd.Series([planned], dtype="boolean")
    sdtm = with_last_before_exposure(frame, "VS", pd.Series({"S1": DOSE}), (), plan)
    day = pd.DataFrame({"ADT": sas_days(frame["VSDTC"]), "TRTSDT": sas_days(pd.Series([DOSE])), "DOSE": DOSE})
    data = day.assign(VSDTC=frame["VSDTC"])
    adam = compute_pre_treatment(data, dtc="VSDTC", trt_start_dtc="DOSE", planned_before=plan)
    assert values(sdtm["VSLOBXFL"]) == (["Y"] if adam.iloc[0] else [None])


def test_study_days_are_counted_alike() -> None:
    dates = pd.Series(["2022-03-04", "2022-03-05", "2022-03-06", "2022-03", None], dtype="str")
    first = sas_days(pd.Series({"S1": DOSE}))
    sdtm = with_study_days(pd.DataFrame({"USUBJID": "S1", "VSDTC": dates}), "VS", first)
    data = pd.DataFrame({"ADT": sas_days(dates), "TRTSDT": first.iloc[0]})
    adam = derive_vars_dy(data, reference="TRTSDT", source=["ADT"])
    assert values(sdtm["VSDY"]) == values(adam["ADY"]) == [-1.0, 1.0, 2.0, None, None]
