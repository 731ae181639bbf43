"""Visits, study days, epochs, last values before exposure and the treatment-emergent flag."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.base.dates import sas_days
from il2cdisc.base.problems import Problems
from il2cdisc.sdtm.complete.epoch import Elements, elements_of, with_epoch
from il2cdisc.sdtm.complete.last_before_exposure import with_last_before_exposure
from il2cdisc.sdtm.complete.mapped import MappedDataset
from il2cdisc.sdtm.complete.places import RawPlaces
from il2cdisc.sdtm.complete.study_days import with_study_days
from il2cdisc.sdtm.complete.treatment_emergence import treatment_emergent
from il2cdisc.sdtm.complete.visit_numbers import with_visit_numbers
from il2cdisc.spec.models import PlannedVisit, Protocol

VISITS = Protocol(
    visits=(
        PlannedVisit(visit_number=1, visit="FIRST", planned_day=1),
        PlannedVisit(visit_number=8, visit="SECOND", planned_day=8),
        PlannedVisit(visit_number=99, visit="LAST"),
    )
)


def values(column: pd.Series) -> list[Any]:
    return [None if pd.isna(v) else v for v in column]


def test_visits_have_numbers_and_planned_days(make: Any, problems: Problems) -> None:
    frame = make.text_frame("VISIT", [("SECOND",), ("EXTRA 8.1",), ("LAST",), (None,)])
    out = with_visit_numbers(frame, "VS", VISITS, problems)
    assert values(out["VISITNUM"]) == [8.0, 8.1, 99.0, None]
    assert values(out["VISITDY"]) == [8.0, None, None, None]
    assert [problem.what for problem in problems.items] == ["VISIT is empty"]


def test_an_unknown_visit_is_told_with_its_raw_lines(make: Any, problems: Problems, snapshot: Any) -> None:
    frame = make.text_frame("USUBJID VISIT", [("S1", "FIRST"), ("S1", "THIRD"), ("S1", "THIRD")])
    item = make.mapped_dataset("VS", "vs", frame, sources={"VISIT": ("vs.VISITA",)})
    with_visit_numbers(item.frame, "VS", VISITS, problems, RawPlaces(item, make.line_of))
    assert "\n".join(map(str, problems.items)) == snapshot


def test_raw_places_of_gathered_rows_have_their_own_field(make: Any) -> None:
    frame = make.text_frame("USUBJID LBORRES field", [("S1", "1", "lb.NA"), ("S1", "2", "lb.K")])
    ids = pd.Series([0, 0], dtype="Int64")
    item = MappedDataset(
        "LB", frame.assign(**{"@tube": ids, "@lb": ids}), pd.DataFrame(),
        sources={"LBORRES": ("lb.NA", "lb.K"), "LBDTC": ("tube.DAY",)},
    )  # fmt: skip
    places = RawPlaces(item, make.line_of)
    every = pd.Series(True, index=frame.index)
    assert list(map(str, places.of(every, "LBORRES"))) == ["raw/lb.csv:2 NA", "raw/lb.csv:2 K"]
    assert list(map(str, places.of(every, "LBDTC"))) == ["raw/tube.csv:2 DAY"]
    assert RawPlaces().of(every) == []


def test_study_days_have_no_zero_and_made_ones_are_kept(make: Any) -> None:
    frame = make.text_frame(
        "USUBJID AESTDTC AEENDTC",
        [("S1", "2022-03-04", "2022-03-05T08:00"), ("S1", "2022-03", None), ("S2", "2022-03-05", None)],
    ).assign(AEENDY=7.0)
    out = with_study_days(frame, "AE", sas_days(pd.Series({"S1": "2022-03-05T09:00"})))
    assert values(out["AESTDY"]) == [-1.0, None, None]
    assert values(out["AEENDY"]) == [7.0, 7.0, 7.0]  # what the mapping made


@given(st.dates(dt.date(1950, 1, 1), dt.date(2090, 1, 1)), st.integers(-9000, 9000))
def test_study_days_count_days(first: dt.date, shift: int) -> None:
    frame = pd.DataFrame({"USUBJID": ["S"], "VSDTC": [(first + dt.timedelta(days=shift)).isoformat()]})
    day = with_study_days(frame.astype("str"), "VS", sas_days(pd.Series({"S": first.isoformat()})))[
        "VSDY"
    ].iloc[0]
    assert day == (shift if shift < 0 else shift + 1)
    assert day != 0


@pytest.fixture
def elements(make: Any) -> Elements:
    starts = make.text_frame(
        "USUBJID EPOCH SESTDTC",
        [
            ("S1", "SCREENING", "2022-03-01T10:00"),
            ("S1", "TREATMENT", "2022-03-05T09:00"),
            ("S1", "FOLLOW-UP", "2022-03-20"),
        ],
    )
    return elements_of(starts)


@pytest.mark.parametrize(
    ("start", "finding", "event"),
    [
        ("2022-02-28", None, None),  # before the first element
        ("2022-03-01T08:00", "SCREENING", "SCREENING"),  # timed before consent, on its day
        ("2022-03-01", "SCREENING", "SCREENING"),
        ("2022-03-05T08:59", "SCREENING", "SCREENING"),
        ("2022-03-05T09:00", "TREATMENT", "TREATMENT"),
        ("2022-03-05", "SCREENING", "TREATMENT"),  # untimed: planned before the dose, or after it
        ("2022-03-20", "FOLLOW-UP", "FOLLOW-UP"),
        ("2023-01-01", "FOLLOW-UP", "FOLLOW-UP"),
        ("2022-03", None, None),
        (None, None, None),
    ],
)
def test_epochs(
    make: Any, elements: Elements, start: str | None, finding: str | None, event: str | None
) -> None:
    vs = make.text_frame("USUBJID VSDTC", [("S1", start)])
    assert values(with_epoch(vs, "VS", elements)["EPOCH"]) == [finding]
    ae = make.text_frame("USUBJID AESTDTC", [("S1", start)])
    assert values(with_epoch(ae, "AE", elements, class_="EVENTS")["EPOCH"]) == [event]


def test_an_epoch_of_the_mapping_is_kept(make: Any, elements: Elements) -> None:
    frame = make.text_frame("USUBJID AESTDTC EPOCH", [("S1", "2022-03-05", "OTHER")])
    assert with_epoch(frame, "AE", elements, class_="EVENTS")["EPOCH"].tolist() == ["OTHER"]


def test_the_last_value_before_exposure(make: Any) -> None:
    frame = make.text_frame(
        "USUBJID VSTESTCD VSDTC VSSTRESC",
        [
            ("S1", "PULSE", "2022-03-01", "60"),
            ("S1", "PULSE", "2022-03-05T08:00", "61"),  # before the dose of 09:00: the last
            ("S1", "PULSE", "2022-03-05T10:00", "62"),
            ("S1", "TEMP", "2022-03-05", "36"),  # untimed on the day: counts as before
            ("S1", "TEMP", "2022-03-04", None),
            ("S1", "WEIGHT", "2022-03", "70"),  # no whole date
            ("S2", "PULSE", "2022-03-01", "60"),  # never dosed
        ],
    )
    out = with_last_before_exposure(frame, "VS", pd.Series({"S1": "2022-03-05T09:00"}))
    assert values(out["VSLOBXFL"]) == [None, "Y", None, "Y", None, None, None]
    given_ = frame.assign(VSLOBXFL="Y")
    assert with_last_before_exposure(given_, "VS", pd.Series({"S1": "2022-03-05"})) is given_


def test_of_results_at_one_moment_one_without_a_visit_number_is_not_the_last(make: Any) -> None:
    rows = [("S1", "PULSE", "2022-03-01", "60"), ("S1", "PULSE", "2022-03-01", "61")]
    frame = make.text_frame("USUBJID VSTESTCD VSDTC VSSTRESC", rows).assign(VISITNUM=[1.0, None])
    out = with_last_before_exposure(frame, "VS", pd.Series({"S1": "2022-03-05"}))
    # before: a missing number was the last, and record 1 was flagged
    assert values(out["VSLOBXFL"]) == ["Y", None]


@pytest.mark.parametrize(
    ("onset", "end", "flag"),
    [
        ("2022-03-04", None, "N"),
        ("2022-03-05", None, "Y"),
        ("2022-03-05T08:59", None, "N"),
        ("2022-03-05T09:00", None, "Y"),
        ("2022-04-28", None, "Y"),  # 30 days after the last dose
        ("2022-04-29", None, "N"),
        ("2022-03", None, "Y"),  # may be on or after the first dose
        ("2022-02", None, "N"),
        (None, None, "Y"),
        (None, "2022-03-04", "N"),
        (None, "2022-03", "Y"),
    ],
)
def test_treatment_emergent(onset: str | None, end: str | None, flag: str) -> None:
    def flags(dose: str | None, last: str | None, ended: str | None = None) -> pd.Series:
        events = pd.DataFrame({"AESTDTC": [onset], "AEENDTC": [end]}).astype("str")
        text, until, none = (pd.Series([v], dtype="str") for v in (dose, last, None))
        return treatment_emergent(
            events,
            first_dose=text,
            first_day=sas_days(text),
            last_day=sas_days(until),
            death=none,
            participation_end=sas_days(pd.Series([ended], dtype="str")),
            until="participation" if ended else 30,
        )

    assert flags("2022-03-05T09:00", "2022-03-29").tolist() == [flag]
    # to the end of participation instead, which is 30 days after the last dose here
    assert flags("2022-03-05T09:00", "2022-03-29", "2022-04-28").tolist() == [flag]
    assert flags(None, None).isna().all()


def test_elements_that_begin_at_once_or_have_no_epoch(make: Any) -> None:
    """Of two that begin at the same minute the later row counts; one without an epoch goes on in the last."""
    rows = [
        ("S1", "RUN-IN", "2022-03-01T10:00"),
        ("S1", "TREATMENT", "2022-03-05T09:00"),
        ("S1", "EXTENSION", "2022-03-05T09:00"),
        ("S1", None, "2022-03-08"),
        ("S2", None, "2022-03-01"),
        ("S2", "TREATMENT", None),
    ]
    elements = elements_of(make.text_frame("USUBJID EPOCH SESTDTC", rows))
    starts = [("S1", "2022-03-05T09:00"), ("S1", "2022-03-09"), ("S2", "2022-03-09"), ("S3", "2022-03-09")]
    out = with_epoch(make.text_frame("USUBJID AESTDTC", starts), "AE", elements, class_="EVENTS")
    assert values(out["EPOCH"]) == ["EXTENSION", "EXTENSION", None, None]


@pytest.mark.parametrize(
    ("dose", "flags"),
    [
        ("2022-03-05T09:00", ["Y", None]),
        ("2022-03-05", [None, "Y"]),  # a dose without a time: all of its day counts as before
        ("2022-03", [None, None]),
    ],
)
def test_the_time_of_the_first_dose_decides_where_it_is_known(
    make: Any, dose: str, flags: list[str | None]
) -> None:
    rows = [("S1", "PULSE", "2022-03-05", "60"), ("S1", "PULSE", "2022-03-05T10:00", "61")]
    frame = make.text_frame("USUBJID VSTESTCD VSDTC VSSTRESC", rows)
    assert values(with_last_before_exposure(frame, "VS", pd.Series({"S1": dose}))["VSLOBXFL"]) == flags
