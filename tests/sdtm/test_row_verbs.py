"""Rows of a mapping, before and after: join, gather, stack, part, first, last."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from il2cdisc.base.problems import Stopped
from il2cdisc.sdtm import first, gather, join, last, planned_elements, stack
from il2cdisc.spec.models import ArmElement, Protocol, ProtocolElement


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    return list(
        frame[list(columns)].astype("object").where(frame.notna(), None).itertuples(index=False, name=None)
    )


@pytest.fixture
def events(make: Any) -> pd.DataFrame:
    frame = make.raw_frame("ae", "TERM", [("S1", "b"), ("S1", None), ("S2", "a")])
    return frame.set_axis([7, 8, 9])


def test_join_keeps_the_rows_of_the_left_and_their_order(events: pd.DataFrame, make: Any) -> None:
    coding = make.raw_frame("coding", "TEXT WORD", [(None, "a", "A"), (None, "b", "B"), (None, None, "?")])
    out = join(events, coding.drop(columns="USUBJID"), on={"ae.TERM": "coding.TEXT"})
    assert out.index.tolist() == [7, 8, 9]
    assert rows(out, "USUBJID", "ae.TERM", "coding.WORD", "@ae", "@coding") == [
        ("S1", "b", "B", 0, 1),
        ("S1", None, None, 1, None),  # a missing key matches nothing
        ("S2", "a", "A", 2, 0),
    ]


def test_join_takes_no_column_that_is_there(events: pd.DataFrame, make: Any) -> None:
    other = make.raw_frame("dm", "SEX", [("S1", "F"), ("S2", "M")])
    out = join(events, other, on={"USUBJID": "USUBJID"})
    assert list(out.columns) == ["@ae", "USUBJID", "ae.TERM", "@dm", "dm.SEX"]


def test_join_by_two_columns(make: Any) -> None:
    visits = make.raw_frame("vs", "VISIT", [("S1", "1"), ("S1", "2"), ("S1", None), ("S2", "1")])
    given = make.raw_frame("ex", "VISIT DOSE", [("S2", "1", "20"), ("S1", "2", "10"), ("S1", None, "5")])
    out = join(visits, given, on={"USUBJID": "USUBJID", "vs.VISIT": "ex.VISIT"})
    assert rows(out, "USUBJID", "vs.VISIT", "ex.VISIT", "ex.DOSE", "@ex") == [
        ("S1", "1", None, None, None),
        ("S1", "2", "2", "10", 1),
        ("S1", None, None, None, None),
        ("S2", "1", "1", "20", 0),
    ]


def test_join_with_no_rows_on_a_side(events: pd.DataFrame, make: Any) -> None:
    coding = make.raw_frame("coding", "TEXT WORD", []).drop(columns="USUBJID")
    out = join(events, coding, on={"ae.TERM": "coding.TEXT"})
    assert rows(out, "ae.TERM", "coding.WORD", "@coding") == [
        ("b", None, None),
        (None,) * 3,
        ("a", None, None),
    ]
    assert str(out["@coding"].dtype) == "Int64"
    none = join(events.iloc[:0], coding, on={"ae.TERM": "coding.TEXT"})
    assert list(none.columns) == list(out.columns)
    assert none.dtypes.equals(out.dtypes)


def test_join_refuses_to_multiply_rows(events: pd.DataFrame, make: Any, snapshot: Any) -> None:
    double = make.raw_frame("dm", "SEX", [("S1", "F"), ("S1", "M"), ("S2", "M")])
    with pytest.raises(Stopped) as stopped:
        join(events, double, on={"USUBJID": "USUBJID"})
    assert str(stopped.value) == snapshot


def test_gather_makes_a_row_a_field(make: Any) -> None:
    wide = make.raw_frame("lb", "DAY NA K", [("S1", "1", "140", None), ("S2", "1", "141", "4")])
    long = gather(wide, fields=["lb.NA", "lb.K"])
    assert rows(long, "USUBJID", "lb.DAY", "field", "value", "@lb") == [
        ("S1", "1", "lb.NA", "140", 0),
        ("S2", "1", "lb.NA", "141", 1),
        ("S1", "1", "lb.K", None, 0),
        ("S2", "1", "lb.K", "4", 1),
    ]


def test_gather_of_no_rows_has_its_columns(make: Any) -> None:
    wide = make.raw_frame("lb", "DAY NA K", [])
    long = gather(wide, fields=["lb.NA", "lb.K"])
    assert {name: str(kind) for name, kind in long.dtypes.items()} == {
        "@lb": "Int64", "USUBJID": "str", "lb.DAY": "str", "field": "str", "value": "str",
    }  # fmt: skip


def test_gather_of_a_column_that_is_not_there(make: Any) -> None:
    with pytest.raises(KeyError, match=r"lb\.CL"):
        gather(make.raw_frame("lb", "NA", []), fields=["lb.NA", "lb.CL"])


def test_first_and_last_of_each_group(make: Any) -> None:
    frame = make.raw_frame("sv", "DAY", [("S1", "3"), ("S2", "1"), ("S1", "2"), ("S1", "3")])
    assert rows(first(frame, by=["USUBJID"], order=["sv.DAY"]), "USUBJID", "@sv") == [("S2", 1), ("S1", 2)]
    assert rows(last(frame, by=["USUBJID"], order=["sv.DAY"]), "USUBJID", "@sv") == [("S2", 1), ("S1", 3)]


def test_a_missing_order_value_is_first_and_missing_keys_are_a_group(make: Any) -> None:
    frame = make.raw_frame("sv", "DAY", [("S1", "3"), ("S1", None), (None, "1"), (None, "2")])
    # before: a missing value was last, so that the first of S1 was record 0 and the last record 1
    assert rows(first(frame, by=["USUBJID"], order=["sv.DAY"]), "@sv") == [(1,), (2,)]
    assert rows(last(frame, by=["USUBJID"], order=["sv.DAY"]), "@sv") == [(0,), (3,)]


def test_stack_puts_frames_below_each_other(events: pd.DataFrame) -> None:
    out = stack(events.iloc[:1], events.iloc[2:])
    assert out.index.tolist() == [0, 1]
    assert out["@ae"].tolist() == [0, 2]


def test_nothing_changes_its_input(events: pd.DataFrame, make: Any) -> None:
    before = events.copy()
    join(events, make.raw_frame("dm", "SEX", [("S1", "F")]), on={"USUBJID": "USUBJID"})
    gather(events, fields=["ae.TERM"])
    first(events, by=["USUBJID"], order=["ae.TERM"])
    pd.testing.assert_frame_equal(events, before)


def test_planned_elements_by_arm_and_the_first_for_subjects_without_one() -> None:
    protocol = Protocol(
        arms=(
            ArmElement(arm_code="A", arm="Drug", order=1, element_code="SCRN", epoch="SCREENING"),
            ArmElement(arm_code="A", arm="Drug", order=2, element_code="TRTA", epoch="TREATMENT"),
            ArmElement(arm_code="B", arm="None", order=1, element_code="SCRN", epoch="SCREENING"),
        ),
        elements=(
            ProtocolElement(element_code="SCRN", element="Screening"),
            ProtocolElement(element_code="TRTA", element="Tablets"),
        ),
    )
    assert rows(planned_elements(protocol), "arm", "order", "code", "name", "epoch") == [
        ("A", 1, "SCRN", "Screening", "SCREENING"),
        ("A", 2, "TRTA", "Tablets", "TREATMENT"),
        ("B", 1, "SCRN", "Screening", "SCREENING"),
        (None, 1, "SCRN", "Screening", "SCREENING"),
    ]
    assert planned_elements(Protocol()).dtypes.astype("str").to_list() == [
        "str",
        "int64",
        "str",
        "str",
        "str",
    ]
