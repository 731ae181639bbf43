"""Dates and times: partial doses and onsets, ties with the first dose, epochs, baselines, the data cut."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.adam import (
    derive_analysed_locf_records,
    derive_locf_records,
    derive_var_trtemfl,
    derive_vars_dose_dt,
    derive_vars_event_dt,
)
from il2cdisc.base.dates import from_sas_day, sas_day, sas_days
from il2cdisc.base.exposure import exposure_days
from il2cdisc.base.moments import AFTER, BEFORE, SAME, UNKNOWN, compared, days_after, in_time
from il2cdisc.base.onset import end_days, onset_days
from il2cdisc.base.problems import Problem
from il2cdisc.sdtm.complete.epoch import elements_of, with_epoch
from il2cdisc.sdtm.complete.last_before_exposure import with_last_before_exposure
from il2cdisc.sdtm.complete.treatment_emergence import treatment_emergent
from il2cdisc.spec.baseline import baseline_keys, baseline_rules
from il2cdisc.spec.load import read_spec
from il2cdisc.spec.models import BaselineRule, Spec
from il2cdisc.transport.xpt import read_xpt
from tests.cases.damaged_trial import Built

ROOT = Path(__file__).parents[2]
NONE = pd.Series([None], dtype="str")


def texts(columns: str, *rows: tuple[str | None, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns.split()).astype("str")


def values(column: pd.Series) -> list[Any]:
    return [None if pd.isna(v) else v for v in column]


def text(value: str | None) -> pd.Series:
    return pd.Series([value], dtype="str")


def day(value: str | None) -> np.ndarray:
    return sas_days(text(value)).to_numpy()


# --- 5: one comparison ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "order"),
    [
        ("2022-03-05T10:00", "2022-03-05T10:01", BEFORE),
        ("2022-03-05T10:01", "2022-03-05T10:01:00", SAME),
        ("2022-03-05T10:01", "2022-03-05T10:01:59", SAME),  # no second is made up
        ("2022-03-05T10:01:59", "2022-03-05T10:01:58", AFTER),
        ("2022-03-05T10:01:58.50", "2022-03-05T10:01:58.5", SAME),
        ("2022-03-05T10:01:58.4", "2022-03-05T10:01:58.5", BEFORE),
        ("2022-03-05", "2022-03-05T10:01", SAME),
        ("2022-03-05T10", "2022-03-05T10:59", SAME),
        ("2022-03-05T-:30", "2022-03-05T10:01", SAME),
        ("2022-03-04T23:59", "2022-03-05", BEFORE),
        ("2022-03-06", "2022-03-05T23:59", AFTER),
        ("2022-03", "2022-03-05", UNKNOWN),
        ("2022-03", "2022-03", UNKNOWN),
        ("2022-02", "2022-03-05", BEFORE),
        ("2022---15", "2022-03-05", UNKNOWN),
        ("2023", "2022-12-31T23:59", AFTER),
        ("2022-02-30", "2022-03-05", UNKNOWN),  # no date at all
        (None, "2022-03-05", UNKNOWN),
        ("2022-03-05", None, UNKNOWN),
    ],
)
def test_5_one_comparison(left: str | None, right: str | None, order: int) -> None:
    assert compared(text(left), text(right)).tolist() == [order]
    turned = {BEFORE: AFTER, AFTER: BEFORE}.get(order, order)
    assert compared(text(right), text(left)).tolist() == [turned]


MOMENTS = st.builds(
    lambda at, length: at.isoformat(timespec="seconds")[:length],
    st.datetimes(pd.Timestamp("2021-12-30").to_pydatetime(), pd.Timestamp("2022-01-03").to_pydatetime()),
    st.sampled_from([4, 7, 10, 13, 16, 19]),
)


@given(MOMENTS, MOMENTS)
def test_5_the_comparison_agrees_with_the_instants(left: str, right: str) -> None:
    """By the least and the greatest second that each text may mean."""

    def second(given_: str, rest: str) -> pd.Timestamp:
        return pd.Timestamp(given_ + rest[len(given_) :])

    least, greatest = "2021-01-01T00:00:00", "2021-12-31T23:59:59"
    low, high = second(left, least), second(left, greatest)
    other_low, other_high = second(right, least), second(right, greatest)
    if high < other_low:
        wanted = BEFORE
    elif low > other_high:
        wanted = AFTER
    else:
        wanted = SAME if min(len(left), len(right)) >= 10 else UNKNOWN
    assert compared(text(left), text(right)).tolist() == [wanted]


def test_5_moments_sort_by_what_they_may_mean_and_by_the_visit_where_partial() -> None:
    column = pd.Series(["2022-03-05T10:00", "2022-03", "2022-03-05", None], dtype="str")
    assert in_time(column).rank().tolist()[:3] == [3.0, 1.0, 2.0]
    visit = pd.Series([None, "2022-03-06", None, "2022-03-04"], dtype="str")
    assert in_time(column, instead=visit).rank().tolist() == [3.0, 4.0, 2.0, 1.0]
    assert in_time(column, last=True).rank().tolist()[:3] == [1.0, 3.0, 2.0]


def test_5_the_day_after_a_partial_date_is_known_as_far_as_the_date_is() -> None:
    dates = pd.Series(["2022-02-28T08:30", "2022-03", "2022-03", "2022-12", "2022", None], dtype="str")
    visits = pd.Series([None, "2022-03-31", None, None, None, "2022-03-31"], dtype="str")
    assert values(days_after(dates, visits)) == ["2022-03-01", "2022-04", "2022", None, None, None]


SE = texts(
    "USUBJID EPOCH SESTDTC",
    ("S1", "SCREENING", "2021-06-14T08:41"),
    ("S1", "TREATMENT", "2021-06-21T10:01:00"),
    ("S1", "FOLLOW-UP", "2021-07-20"),
)
DOSE = pd.Series({"S1": "2021-06-21T10:01:00"})


def epoch(name: str, class_: str, date: str | None, se: pd.DataFrame = SE, **more: Any) -> str | None:
    stem = "DTC" if class_ == "FINDINGS" else "STDTC"
    frame = texts(f"USUBJID {name}{stem}", ("S1", date))
    planned = pd.Series([more.get("planned")], dtype="boolean")
    elements = elements_of(se, more.get("dose", DOSE))
    return values(with_epoch(frame, name, elements, class_=class_, planned_before=planned)["EPOCH"])[0]


@pytest.mark.parametrize(
    ("date", "event", "finding", "planned"),
    [
        ("2021-06-21T10:00", "SCREENING", "SCREENING", "SCREENING"),
        ("2021-06-21T10:01", "TREATMENT", "TREATMENT", "SCREENING"),  # the tie
        ("2021-06-21", "TREATMENT", "SCREENING", "SCREENING"),
        ("2021-06-21T10:02", "TREATMENT", "TREATMENT", "TREATMENT"),  # its time says that it was after
        ("2021-07-20", "FOLLOW-UP", "FOLLOW-UP", "FOLLOW-UP"),
    ],
)
def test_5_each_caller_says_what_a_tie_with_the_dose_is(
    date: str, event: str, finding: str, planned: str
) -> None:
    assert epoch("AE", "EVENTS", date) == event
    assert epoch("VS", "FINDINGS", date) == finding
    assert epoch("VS", "FINDINGS", date, planned=True) == planned


def flag(start: str | None, end: str | None, dose: str, *, death: str | None = None) -> str:
    events = texts("AESTDTC AEENDTC", (start, end))
    first, last = sas_days(text(dose[:10])), sas_days(text("2021-07-19"))
    flags = treatment_emergent(
        events,
        first_dose=text(dose),
        first_day=first,
        last_day=last,
        death=text(death),
        participation_end=first,
        until=30,
    )
    return flags.iloc[0]


def test_5_an_event_at_the_minute_of_the_dose_is_emergent() -> None:
    assert flag("2021-06-21T10:01", None, "2021-06-21T10:01:00") == "Y"
    assert flag("2021-06-21T10:01", None, "2021-06-21T10:01:59") == "Y"
    assert flag("2021-06-21T10:00", None, "2021-06-21T10:01:00") == "N"


def last_before(rows: list[tuple[str | None, ...]], dose: str, **more: Any) -> list[str | None]:
    frame = texts("USUBJID VSTESTCD VSDTC VSSTRESC", *[("S1", "PULSE", *row) for row in rows])
    planned = pd.Series(more.pop("planned", [None] * len(rows)), dtype="boolean")
    first = pd.Series({"S1": dose})
    return values(with_last_before_exposure(frame, "VS", first, **more, planned_before=planned)["VSLOBXFL"])


def test_5_a_finding_at_the_minute_of_the_dose_is_no_baseline_unless_planned_so() -> None:
    rows = [("2021-06-14", "60"), ("2021-06-21T10:01", "61")]
    assert last_before(rows, "2021-06-21T10:01:00") == ["Y", None]
    assert last_before(rows, "2021-06-21T10:01:00", planned=[None, True]) == [None, "Y"]
    assert last_before([("2021-06-14", "60"), ("2021-06-21", "61")], "2021-06-21T10:01") == [None, "Y"]
    # a dose without a time: what is done on its day was planned before it, unless the plan says after
    assert last_before(rows, "2021-06-21") == [None, "Y"]
    assert last_before(rows, "2021-06-21", planned=[None, False]) == ["Y", None]


# --- 3: a dose with a partial date -----------------------------------------------------------------------


def ymd(value: str) -> float:
    return float(sas_day(pd.Timestamp(value).date()))


@pytest.mark.parametrize(
    ("date", "visit", "taken"),
    [
        ("2021-06-21T10:01", "2021-06-20", "2021-06-21"),  # a whole date is its own day
        ("2021-06", "2021-06-21", "2021-06-21"),  # the visit at which it was given
        ("2021-06", None, "2021-06-18"),  # else not before randomisation
        ("2021-06", "2021-05-21", "2021-06-18"),  # a visit that the known part excludes is not taken
        ("2021-07", None, "2021-07-01"),  # the start of the known part
        ("2021", None, "2021-06-18"),
        (None, "2021-06-21", "2021-06-21"),
        (None, None, "2021-06-18"),
    ],
)
def test_3_the_day_taken_for_a_dose(date: str | None, visit: str | None, taken: str) -> None:
    ex = texts("USUBJID VISIT EXSTDTC EXENDTC", ("S1", "FIRST", date, date))
    dm = texts("USUBJID RFICDTC RFPENDTC", ("S1", "2021-06-14T08:41", "2021-08-16"))
    sv = texts("USUBJID VISIT SVSTDTC", ("S1", "FIRST", visit))
    ds = texts("USUBJID DSDECOD DSSTDTC", ("S1", "RANDOMIZED", "2021-06-18"))
    days = exposure_days(ex, dm, sv, ds)
    assert days[["first", "last"]].to_numpy().tolist() == [[ymd(taken), ymd(taken)]]


def test_3_an_interval_with_a_partial_end_ends_with_the_known_part_or_the_last_contact() -> None:
    ex = texts(
        "USUBJID EXSTDTC EXENDTC",
        ("S1", "2021-06-21", "2021-07"),
        ("S1", "2021-06-21", "2021-08"),
        ("S1", "2021-06", "2021-06-20"),
    )
    dm = texts("USUBJID RFICDTC RFPENDTC", ("S1", "2021-06-14", "2021-08-16"))
    days = exposure_days(ex, dm, pd.DataFrame(), pd.DataFrame())
    assert days["last"].tolist() == [ymd("2021-07-31"), ymd("2021-08-16"), ymd("2021-06-20")]
    assert days["first"].iloc[2] == ymd("2021-06-14")  # consent


def test_3_a_partial_first_dose_leaves_open_what_it_leaves_open() -> None:
    """SDTM stays partial: no baseline and no epoch where the dose may be before as well as after."""
    se = SE.assign(SESTDTC=["2021-06-14T08:41", "2021-06", "2021-07-20"], TAETORD=[1.0, 2.0, 4.0])
    dose = pd.Series({"S1": "2021-06"})
    found = [
        epoch("VS", "FINDINGS", date, se, dose=dose) for date in ("2021-06-20", "2021-07-01", "2021-07-21")
    ]
    assert found == [None, "TREATMENT", "FOLLOW-UP"]
    assert last_before([("2021-05-14", "60"), ("2021-07-01", "61")], "2021-06") == ["Y", None]
    assert last_before([("2021-05-14", "60"), ("2021-06-14", "61")], "2021-06") == [None, None]


def dates(column: pd.Series) -> list[str | None]:
    return [None if np.isnan(value) else from_sas_day(value).isoformat() for value in column]


def test_3_analysis_dates_of_doses_their_flags_and_findings() -> None:
    ex = texts(
        "USUBJID VISIT EXSTDTC EXENDTC",
        ("S1", "FIRST", "2021-06", "2021-06"),
        ("S1", "SECOND", "2021-06-22T10:58", "2021-06-22T10:58"),
        ("S1", "THIRD", None, None),
    ).assign(EXSEQ=[1.0, 2.0, 3.0])
    dm = texts("USUBJID RFICDTC RFPENDTC", ("S1", "2021-06-14T08:41", "2021-08-16"))
    sv = texts("USUBJID VISIT SVSTDTC", ("S1", "FIRST", "2021-06-21"), ("S1", "THIRD", "2021-06-23"))
    ds = texts("USUBJID DSDECOD DSSTDTC", ("S1", "RANDOMIZED", "2021-06-20"))
    out, findings = derive_vars_dose_dt(ex, dm=dm, ds=ds, sv=sv)
    assert dates(out["ASTDT"]) == dates(out["AENDT"]) == ["2021-06-21", "2021-06-22", "2021-06-23"]
    assert values(out["ASTDTF"]) == values(out["AENDTF"]) == ["D", None, "Y"]
    first, third = map(str, findings)
    place = "EX USUBJID=S1 EXSEQ=1 EXSTDTC"
    assert first.splitlines() == [
        f"ADM020 {place}: The date of the dose is 2021-06; the analysis takes 2021-06-21",
        "    found: '2021-06'",
        "    do: Ask for the date; until then the analysis takes the day named.",
    ]
    assert "EXSEQ=3 EXSTDTC: The date of the dose is missing; the analysis takes 2021-06-23" in third


# --- 4: start and end imputed together (admiral #727) ------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "death", "taken", "emergent"),
    [
        ("2021-06", "2021-06-15", None, "2021-06-01", "N"),  # ended before the first dose
        ("2021-06", "2021-06-25", None, "2021-06-21", "Y"),
        ("2021-06", "2021-06", None, "2021-06-21", "Y"),
        ("2021-06", "2021-05", None, "2021-06-01", "N"),
        ("2021", "2021-06-15", None, "2021-01-01", "N"),
        ("2021", None, None, "2021-06-21", "Y"),
        ("2021-06", None, "2021-06-20", "2021-06-01", "N"),  # never after death
        ("2021-05", "2021-06-25", None, "2021-05-01", "N"),  # the known part is before the first dose
        ("2021-07", None, None, "2021-07-01", "Y"),
        ("2021-06-22", "2021-06", None, "2021-06-22", "Y"),
        (None, None, None, None, "Y"),
        (None, "2021-06-15", None, None, "N"),
    ],
)
def test_4_onset_and_end_are_imputed_together(
    start: str | None, end: str | None, death: str | None, taken: str | None, emergent: str
) -> None:
    days, _ = onset_days(text(start), text(end), day("2021-06-21"), day(death))
    assert values(pd.Series(days)) == [None if taken is None else ymd(taken)]
    assert flag(start, end, "2021-06-21T10:01", death=death) == emergent


PARTIAL = st.builds(
    lambda at, length: at.isoformat()[:length],
    st.dates(pd.Timestamp("2021-03-01").date(), pd.Timestamp("2021-10-31").date()),
    st.sampled_from([4, 7, 10]),
)


@given(PARTIAL, st.one_of(st.none(), PARTIAL))
def test_4_an_imputed_onset_is_never_after_an_end_that_can_be_after_it(start: str, end: str | None) -> None:
    onset, level = onset_days(text(start), text(end), day("2021-06-21"), day(None))
    last, _ = end_days(text(end), onset, day("2021-09-15"))
    first_possible = ymd(start + "2021-01-01"[len(start) :])
    assert onset[0] >= first_possible
    if end is not None and np.nanmax(last) >= first_possible and level[0]:
        assert onset[0] <= last[0]
    assert onset[0] in (first_possible, ymd("2021-06-21"))


def test_4_analysis_dates_of_an_event_and_the_flag_of_sdtm_agree() -> None:
    events = texts(
        "AESTDTC AEENDTC",
        ("2021-06", "2021-06-15"),
        ("2021-06", "2021-06-25"),
        ("2021-06-21T10:01", None),
        ("2021-06-21T10:00", None),
        (None, "2021"),
        ("2021", "2021-06"),
    )
    data = events.assign(
        TRTSDT=ymd("2021-06-21"), TRTEDT=ymd("2021-07-19"), LAST=ymd("2021-08-16"), DOSE="2021-06-21T10:01:00"
    )
    out = derive_vars_event_dt(data, start="AESTDTC", end="AEENDTC", not_after=["LAST"])
    out = derive_var_trtemfl(out, end_window=30, start_dtc="AESTDTC", trt_start_dtc="DOSE")
    assert dates(out["ASTDT"])[:2] == ["2021-06-01", "2021-06-21"]
    assert dates(out["ASTDT"])[5] == "2021-06-21"
    assert dates(out["AENDT"]) == ["2021-06-15", "2021-06-25", None, None, "2021-08-16", "2021-06-30"]
    assert values(out["ASTDTF"]) == ["D", "D", None, None, None, "M"]
    assert values(out["AENDTF"]) == [None, None, None, None, "M", "D"]
    assert values(out["TRTEMFL"]) == [None, "Y", "Y", None, "Y", "Y"]
    sdtm = [
        flag(start, end, "2021-06-21T10:01:00")
        for start, end in [values(row) for _, row in events.iterrows()]
    ]
    assert sdtm == ["N", "Y", "Y", "N", "Y", "Y"]


@given(
    st.one_of(st.none(), PARTIAL), st.one_of(st.none(), PARTIAL), st.sampled_from(["", "T10:01", "T10:02"])
)
def test_4_the_flags_of_sdtm_and_adam_never_disagree(start: str | None, end: str | None, time: str) -> None:
    start = start + time if start and len(start) == 10 else start
    dose = "2021-06-21T10:01:30"
    data = texts("AESTDTC AEENDTC", (start, end)).assign(
        TRTSDT=ymd("2021-06-21"), TRTEDT=ymd("2021-07-19"), DOSE=dose
    )
    out = derive_vars_event_dt(data, start="AESTDTC", end="AEENDTC")
    out = derive_var_trtemfl(out, end_window=30, start_dtc="AESTDTC", trt_start_dtc="DOSE")
    assert (flag(start, end, dose) == "Y") == (values(out["TRTEMFL"]) == ["Y"])


# --- 8: one baseline per key ------------------------------------------------------------------------------


def flags(rule: BaselineRule | None) -> list[str | None]:
    frame = texts(
        "USUBJID VSTESTCD VSPOS VSTPT VSDTC VSSTRESC",
        ("S1", "SYSBP", "STANDING", "AFTER 1 MIN", "2021-06-21", "120"),
        ("S1", "SYSBP", "STANDING", "AFTER 3 MIN", "2021-06-21", "118"),
        ("S1", "SYSBP", "SUPINE", None, "2021-06-21", "125"),
        ("S1", "SYSBP", "SUPINE", None, "2021-06-21", "126"),
    )
    rules = (rule,) if rule else ()
    return values(with_last_before_exposure(frame, "VS", DOSE, rules)["VSLOBXFL"])


def test_8_one_baseline_per_time_point_where_the_sheet_says_so() -> None:
    assert flags(None) == [None, "Y", None, "Y"]  # the default: test and position, not the time point
    assert flags(BaselineRule(dataset="VS", time_point=True)) == ["Y", "Y", None, "Y"]


def test_8_of_replicates_the_one_that_the_sheet_names() -> None:
    assert flags(BaselineRule(dataset="VS", first_replicate=True)) == ["Y", None, "Y", None]


def test_8_keys_of_the_sheet_and_rules_of_single_tests() -> None:
    assert flags(BaselineRule(dataset="VS", keys=("VSTESTCD",))) == [None, None, None, "Y"]
    other = BaselineRule(dataset="VS", testcd="DIABP", keys=("VSTESTCD",))
    assert flags(other) == [None, None, None, None]  # no rule for the test: `baseline_rules` always adds one


def test_8_left_and_right_have_a_baseline_each() -> None:
    frame = texts(
        "USUBJID MKTESTCD MKLAT MKDTC MKSTRESC",
        ("S1", "SWELL", "LEFT", "2021-06-14", "1"),
        ("S1", "SWELL", "RIGHT", "2021-06-21", "2"),
    )
    assert values(with_last_before_exposure(frame, "MK", DOSE)["MKLOBXFL"]) == ["Y", "Y"]


def test_8_specimens_methods_and_locations_have_a_baseline_each() -> None:
    frame = texts(
        "USUBJID LBTESTCD LBSPEC LBMETHOD LBLOC LBDTC LBSTRESC",
        ("S1", "GLUC", "SERUM", None, None, "2021-06-13", "5"),
        ("S1", "GLUC", "SERUM", None, None, "2021-06-14", "6"),
        ("S1", "GLUC", "URINE", None, None, "2021-06-14", "7"),
        ("S1", "GLUC", "URINE", "DIPSTICK", None, "2021-06-14", "8"),
        ("S1", "GLUC", "URINE", "DIPSTICK", "BLADDER", "2021-06-14", "9"),
        ("S1", "GLUC", "URINE", "DIPSTICK", "BLADDER", "2021-06-15", "10"),
    )
    assert values(with_last_before_exposure(frame, "LB", DOSE)["LBLOBXFL"]) == [
        None,
        "Y",
        "Y",
        "Y",
        None,
        "Y",
    ]


HEADERS = ("Dataset", "Test Code", "Keys", "Time Point", "Replicates")


def baseline_sheet(path: Path, *rows: tuple[str | None, ...]) -> tuple[Spec, list[Problem]]:
    """The second trial's workbook with a sheet Baseline, as it is read."""
    book = openpyxl.load_workbook(ROOT / "tests" / "second_trial" / "specs" / "sdtm.xlsx")
    sheet = book.create_sheet("Baseline")
    for row in (HEADERS, *rows):
        sheet.append(row)
    book.save(path)
    return read_spec(path, "specs/sdtm.xlsx")


def test_8_the_sheet_is_read_from_a_workbook(tmp_path: Path) -> None:
    spec, problems = baseline_sheet(
        tmp_path / "sdtm.xlsx",
        ("LB", None, "LBTESTCD, LBSPEC", "No", "First"),
        ("LB", "GLUC", None, None, None),
    )
    assert not problems
    assert "Baseline" not in spec.absent
    single, rest = baseline_rules(spec, "LB")  # of single tests first
    assert (single.testcd, single.keys, single.time_point, single.first_replicate) == (
        "GLUC",
        (),
        False,
        False,
    )
    assert (rest.testcd, rest.keys) == ("", ("LBTESTCD", "LBSPEC"))
    assert (rest.time_point, rest.first_replicate) == (False, True)
    columns = ["USUBJID", "LBTESTCD", "LBCAT", "LBSPEC", "LBTPT"]
    assert baseline_keys(single, columns) == ["LBTESTCD", "LBCAT", "LBSPEC"]
    assert baseline_keys(rest, columns) == ["LBTESTCD", "LBSPEC"]
    assert baseline_rules(spec, "VS") == (BaselineRule(dataset="VS"),)


def test_8_wrong_entries_of_the_sheet_are_told_at_their_cells(tmp_path: Path) -> None:
    _, problems = baseline_sheet(
        tmp_path / "sdtm.xlsx",
        ("LB", "GLUC", None, "Maybe", None),
        ("LB", "ALT", None, None, "Frist"),
        ("LBB", None, None, None, None),
        ("LB", "HGB", "LBTESTCD, LBTSTCD", None, None),
        ("LB", "PLAT", None, "Yes", None),
        ("LB", "GLUC", None, None, None),
    )
    sheet = "specs/sdtm.xlsx!Baseline"
    told = {(problem.code, str(problem.where), problem.hint) for problem in problems}
    assert told == {
        ("SPC024", f"{sheet}!D2", ""),
        ("SPC024", f"{sheet}!E3", "First"),
        ("SPC040", f"{sheet}!A4", "LB"),
        ("SPC041", f"{sheet}!C5", "LBTESTCD"),
        ("SPC041", f"{sheet}!D6", "LBTEST"),  # there is no LBTPT
        ("SPC025", f"{sheet}!B7", ""),
    }


KEYS = (
    "TESTCD",
    "BDAGNT",
    "CAT",
    "SCAT",
    "SPEC",
    "METHOD",
    "MRKSTR",
    "SBMRKS",
    "CELSTA",
    "LOC",
    "LAT",
    "POS",
)


def test_8_a_second_baseline_within_the_keys_is_in_no_shipped_dataset(shipped_outputs: Path) -> None:
    """Flags by dataset; at most one of a subject and the keys that tell tests apart."""
    flagged = {}
    for path in sorted((shipped_outputs / "sdtm").glob("*.xpt")):
        frame, name = read_xpt(path).frame, path.stem.upper()
        if f"{name}LOBXFL" in frame:
            rows = frame[frame[f"{name}LOBXFL"] == "Y"]
            keys = ["USUBJID", *(f"{name}{stem}" for stem in KEYS if f"{name}{stem}" in frame)]
            assert rows.groupby(keys, dropna=False).size().max() == 1, name
            flagged[name] = len(rows)
    assert flagged == {
        "CP": 1980, "EG": 222, "IS": 72, "LB": 1680, "PE": 324, "QS": 2520, "RP": 46, "RS": 1656, "VS": 216,
    }  # fmt: skip


# --- 9: epochs of what the record describes -----------------------------------------------------------------


def test_9_what_was_asked_at_a_visit_began_at_no_known_time() -> None:
    """Substance use and procedures of the time before the study have a date of collection alone."""
    use = texts("USUBJID SUDTC", ("S1", "2021-06-14"))
    elements = elements_of(SE, DOSE)
    out = with_epoch(use, "SU", elements, class_="INTERVENTIONS")
    assert "EPOCH" not in out or out["EPOCH"].isna().all()
    assert values(with_epoch(use.rename(columns={"SUDTC": "VSDTC"}), "VS", elements)["EPOCH"]) == [
        "SCREENING"
    ]


def test_9_the_deviation_of_the_stratum_is_before_the_dose_of_its_day(shipped_outputs: Path) -> None:
    """It is said of the randomisation, has no time, and is dated on the day of the first dose."""
    deviations = read_xpt(shipped_outputs / "sdtm" / "dv.xpt").frame
    wrong = deviations[deviations["DVDECOD"] == "RANDOMIZED IN THE WRONG STRATUM"]
    assert wrong[["USUBJID", "DVSTDTC", "EPOCH"]].to_numpy().tolist() == [
        ["SYN-IL2REG-01-001", "2021-06-21", "SCREENING"]
    ]
    subjects = read_xpt(shipped_outputs / "sdtm" / "dm.xpt").frame.set_index("USUBJID")
    assert subjects.loc["SYN-IL2REG-01-001", "RFXSTDTC"] == "2021-06-21T10:01"
    others = deviations.drop(wrong.index)
    assert set(others["EPOCH"]) == {"TREATMENT", "FOLLOW-UP"}


def test_9_randomisation_comes_before_the_dose_of_its_day() -> None:
    assert epoch("DS", "EVENTS", "2021-06-21", planned=True) == "SCREENING"
    assert epoch("DS", "EVENTS", "2021-06-21") == "TREATMENT"


# --- 10: the last observation carried forward ---------------------------------------------------------------


def test_10_the_last_observation_before_the_window_is_carried() -> None:
    """The rating of day 40 stands for no visit, and is the last one before the window of the later visit."""
    windows = pd.DataFrame({"AVISIT": ["V1", "V2"], "AVISITN": [29.0, 60.0], "AWLO": [22.0, 45.0]})
    data = texts("USUBJID AVISIT DTYPE", ("S1", "Base", None), ("S1", "V1", None), ("S1", None, None)).assign(
        ADY=[1.0, 29.0, 40.0],
        ADT=[100.0, 128.0, 139.0],
        AVISITN=[0.0, 29.0, np.nan],
        AVAL=[25.0, 18.0, 15.0],
        SRCSEQ=[1.0, 2.0, 3.0],
    )
    after = data["ADY"] > 1
    out = derive_locf_records(data, windows, by=["USUBJID"], where=after)
    assert len(out) == 4
    made = out.iloc[3]
    assert (made["AVISIT"], made["AVAL"], made["ADY"], made["ADT"], made["SRCSEQ"], made["DTYPE"]) == (
        "V2", 15.0, 40.0, 139.0, 3.0, "LOCF",
    )  # fmt: skip
    # the way of the pilot carries the last analysed record
    pilot = derive_analysed_locf_records(data, windows, by=["USUBJID"], where=after)
    assert pilot.iloc[3][["AVISIT", "AVAL"]].tolist() == ["V2", 18.0]


def test_10_nothing_is_carried_into_a_visit_from_its_own_window_or_from_baseline() -> None:
    windows = pd.DataFrame({"AVISIT": ["V1", "V2"], "AVISITN": [29.0, 60.0], "AWLO": [22.0, 45.0]})
    data = texts("USUBJID AVISIT DTYPE", ("S1", "Base", None), ("S1", "V2", None), ("S1", None, None)).assign(
        ADY=[1.0, 60.0, 80.0],
        ADT=[100.0, 159.0, 179.0],
        AVISITN=[0.0, 60.0, np.nan],
        AVAL=[25.0, np.nan, 9.0],
    )
    out = derive_locf_records(data, windows, by=["USUBJID"], where=data["ADY"] > 1)
    assert len(out) == 3


# --- the shipped trial with damages, built once -------------------------------------------------------------


@pytest.fixture(scope="module")
def damaged(damaged_shipped: Built) -> Path:
    """Outputs of the shipped trial with the damages of `dates_partial_and_late`, and others."""
    return damaged_shipped.outputs


def of_first(damaged: Path, name: str) -> pd.DataFrame:
    place = damaged / ("adam" if name.startswith("ad") else "sdtm") / f"{name}.xpt"
    frame = read_xpt(place).frame
    return frame[frame["USUBJID"].str.endswith("01-001")].reset_index(drop=True)


def test_3_treated_does_not_need_a_complete_date(damaged: Path) -> None:
    """sdtmchecks #400: nine injections, the first in June; the visit was on the 21st."""
    subject = of_first(damaged, "adsl").iloc[0]
    assert (subject["SAFFL"], subject["FASFL"], subject["NDOSES"]) == ("Y", "Y", 9.0)
    assert from_sas_day(subject["TRTSDT"]).isoformat() == "2021-06-21"
    assert subject["TRTSDTF"] == "D"
    assert pd.isna(subject["TRTSDTM"])
    dm, ex = of_first(damaged, "dm").iloc[0], of_first(damaged, "ex")
    assert dm["RFSTDTC"] == dm["RFXSTDTC"] == "2021-06"
    assert ex.loc[ex["VISIT"] == "DAY 1", "EXSTDTC"].tolist() == ["2021-06"]
    assert of_first(damaged, "vs")["VSDY"].isna().all()
    assert of_first(damaged, "rs")["RSLOBXFL"].isna().all()
    assert (of_first(damaged, "adhamd")["ABLFL"] == "Y").any()


def test_4_an_event_that_ended_before_the_first_dose_is_not_emergent(damaged: Path) -> None:
    event = of_first(damaged, "adae")
    event = event[event["AESTDTC"] == "2021-06"].iloc[0]
    assert from_sas_day(event["ASTDT"]).isoformat() == "2021-06-01"
    assert event["ASTDTF"] == "D"
    assert pd.isna(event["TRTEMFL"])
    supp = of_first(damaged, "suppae")
    flags = supp[supp["QNAM"] == "AETRTEM"].set_index("IDVARVAL")["QVAL"]
    assert flags[f"{event['AESEQ']:g}"] == "N"


def reported(damaged: Path, code: str) -> list[str]:
    found = json.loads((damaged / "checks" / "findings.json").read_text())["findings"]
    return [f"{item['where']}: {item['what']}" for item in found if item["code"] == code]


def test_3_the_partial_date_and_the_day_taken_are_one_finding(damaged: Path) -> None:
    (told,) = reported(damaged, "ADM020")
    assert told.endswith("The date of the dose is 2021-06; the analysis takes 2021-06-21")


def test_11_dates_after_the_data_cut_are_reported_at_their_cell(damaged: Path) -> None:
    found = json.loads((damaged / "checks" / "findings.json").read_text())["findings"]
    (late,) = [item for item in found if item["code"] == "CHK067"]
    assert late["what"] == "the date is after the data cut of 2023-04-26"
    assert late["records"][0]["source"][0]["place"] == "raw/edc/ds.csv:2 DSDAT"


def test_11_records_timed_before_consent_are_compared_by_time(damaged: Path) -> None:
    found = json.loads((damaged / "checks" / "findings.json").read_text())["findings"]
    (wrong,) = [i for i in found if i["code"] == "CHK070" and i["where"] == "raw/edc/ic.csv:4 ICDAT"]
    assert wrong["what"] == "the informed consent of 2021-07-15T23:33 is after times of its day"
    cells = {record["source"][0]["place"].split(":")[0] for record in wrong["records"] if "source" in record}
    assert {"raw/edc/vs.csv", "raw/edc/eg.csv"} <= cells


def test_9_substance_use_and_randomisation(damaged: Path) -> None:
    for name in ("su", "pr"):
        assert read_xpt(damaged / "sdtm" / f"{name}.xpt").frame["EPOCH"].isna().all()
    ds = read_xpt(damaged / "sdtm" / "ds.xpt").frame
    randomised = ds[(ds["DSDECOD"] == "RANDOMIZED") & ~ds["USUBJID"].str.endswith("01-001")]
    assert (randomised["EPOCH"] == "SCREENING").all()


def test_10_the_early_termination_rating_is_carried(damaged: Path) -> None:
    frame = read_xpt(damaged / "adam" / "adhamd.xpt").frame
    mine = frame["USUBJID"].str.endswith("01-025") & (frame["PARAMCD"] == "HAMD2TS")
    carried = frame[mine & (frame["DTYPE"] == "LOCF")]
    assert carried[["AVISIT", "AVAL", "ADY"]].to_numpy().tolist() == [["Day 60", 15.0, 40.0]]
