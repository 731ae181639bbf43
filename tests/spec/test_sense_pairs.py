"""Checks of the sheet Checks over small frames: which records fire, joins, dates, pairs that are too many."""

from __future__ import annotations

import pandas as pd
import pytest

from il2cdisc.spec import sense
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.sense import TooManyPairs, fired
from il2cdisc.spec.trial_models import TrialCheck
from tests.spec.sides import Side


def side(**columns: list[object]) -> Side:
    return Side(
        pd.DataFrame(
            {
                name: pd.Series(values, dtype="float64" if name in ("VISITNUM", "EXDOSE") else "str")
                for name, values in columns.items()
            }
        )
    )


EX = side(
    USUBJID=["1", "1", "2", "3"],
    VISITNUM=[1, 2, 1, None],
    EXDOSE=[0.5, 5, 0.5, None],
    EXREFID=["K1", "K2", "K1", "K9"],
    EXSTDTC=["2024-01-05T10:00", "2024-01-08T10:00", "2024-02", None],
)
VS = side(
    USUBJID=["1", "1", "2", "2", "4"],
    VISITNUM=[1, 2, 1, 1, 1],
    VSDTC=["2024-01-05T11:00", "2024-01-08T09:00", "2024-02-10", "2024-03-01", "2024-01-05"],
)


def check(
    condition: str = "", join: str = "", by: str = "", where: str = "", *, none: bool = False
) -> TrialCheck:
    keys = tuple(tuple(part.split("=")) if "=" in part else (part, part) for part in by.split(", ") if part)
    return TrialCheck(
        id="T-1", dataset="VS" if join != "EX" or condition != "EX" else "EX", condition=parse(condition),
        join=join, keys=keys, join_condition=parse(where), least=0 if none else 1, most=0 if none else None,
    )  # fmt: skip


def rows(check: TrialCheck, own: Side, other: Side | None = None) -> tuple[list[int], list[int]]:
    found = fired(check, own, other)
    return found.rows.tolist(), found.joined.tolist()


def test_conditions_without_a_join_are_asked_of_each_record() -> None:
    assert rows(check("VISITNUM EQ 1 AND VSDTC GE 2024-02"), VS) == ([2, 3], [-1, -1])
    assert rows(check('VSDTC EQ ""'), VS) == ([], [])


def test_a_join_by_subject_and_visit_with_a_comparison_of_times() -> None:
    """Before: vital signs at 11:00 and 09:00, injections at 10:00. After: the first one fires."""
    late = check("", "EX", "Subject, Visit", "EXSTDTC LT VS.VSDTC")
    # a partial date of February is before 1 March, and may be before or after 10 February: no hit
    assert rows(late, VS, EX) == ([0, 3], [0, 2])
    assert rows(check("", "EX", "Subject, Visit", "EXSTDTC GT VS.VSDTC"), VS, EX) == ([1], [1])


def test_records_without_a_partner_fire_where_none_is_asked_for() -> None:
    alone = check("", "EX", "Subject", "EXDOSE GT 0", none=True)
    assert rows(alone, VS, EX) == ([4], [-1])
    assert rows(check("", "EX", "Subject", "EXDOSE GT 1"), VS, EX) == ([0, 1], [1, 1])


def test_a_missing_key_joins_nothing_and_is_no_missing_partner() -> None:
    own = side(USUBJID=["1", None], VISITNUM=[1, 1], VSDTC=["2024-01-01", "2024-01-01"])
    assert rows(check("", "EX", "Subject", "EXDOSE GT 100", none=True), own, EX) == ([0], [-1])


def test_a_dataset_joined_with_itself_compares_each_record_with_those_before() -> None:
    again = TrialCheck(id="T", dataset="EX", join="EX", keys=(("EXREFID", "EXREFID"),),
                       join_condition=parse("USUBJID NE EX.USUBJID"))  # fmt: skip
    assert rows(again, EX, EX) == ([2], [0])
    same = again.model_copy(update={"join_condition": ()})
    assert rows(same, EX, EX) == ([2], [0])


@pytest.mark.parametrize(
    ("least", "most", "where", "expected"),
    [
        (2, None, "", [0, 1]),  # more than 1: subject 1 has two injections
        (3, None, "", []),
        (0, 1, "", [2, 3, 4]),  # fewer than 2: one of subject 2, none of subject 4
        (0, 0, "", [4]),
        (2, None, "EXSTDTC GE 2024-01-06", []),
        (1, None, "EXSTDTC LT VS.VSDTC", [0, 1, 3]),
        (2, None, "EXSTDTC LE VS.VSDTC", []),  # the second one is later than both examinations
        (0, 1, "EXSTDTC LE VS.VSDTC", [0, 1, 2, 3, 4]),
    ],
)
def test_joined_records_are_counted(least: int, most: int | None, where: str, expected: list[int]) -> None:
    counted = check("", "EX", "Subject", where).model_copy(update={"least": least, "most": most})
    assert rows(counted, VS, EX)[0] == expected


def test_a_dataset_that_is_counted_in_itself_counts_all_its_records() -> None:
    """Each record of a kit that was used more often than once, and not those after the first alone."""
    often = TrialCheck(id="T", dataset="EX", join="EX", keys=(("EXREFID", "EXREFID"),), least=2)
    assert rows(often, EX, EX) == ([0, 2], [0, 0])
    seldom = often.model_copy(update={"least": 0, "most": 1})
    assert rows(seldom, EX, EX)[0] == [1, 3]


def test_numbers_compare_in_15_digits_and_texts_by_code_point() -> None:
    own = side(USUBJID=["1"], EXDOSE=[0.1 + 0.2])
    other = side(USUBJID=["1"], EXDOSE=[0.3])
    equal = TrialCheck(id="T", dataset="A", join="B", keys=(("Subject", "Subject"),),
                       join_condition=parse("EXDOSE NE A.EXDOSE"))  # fmt: skip
    assert rows(equal, own, other) == ([], [])
    assert rows(equal.model_copy(update={"join_condition": parse("EXDOSE EQ A.EXDOSE")}), own, other) == (
        [0],
        [0],
    )


def test_more_pairs_than_allowed_are_refused_and_portions_give_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late = check("", "EX", "Subject", "EXSTDTC LT VS.VSDTC")
    whole = rows(late, VS, EX)
    monkeypatch.setattr(sense, "_AT_ONCE", 1)
    assert rows(late, VS, EX) == whole
    monkeypatch.setattr(sense, "MOST_PAIRS", 2)
    with pytest.raises(TooManyPairs):
        fired(late, VS, EX)
    assert rows(check("", "EX", "Subject", "EXDOSE GT 1"), VS, EX) == ([0, 1], [1, 1])  # needs no pairs


def test_a_side_without_records() -> None:
    empty = side(USUBJID=[], VISITNUM=[], EXDOSE=[], EXREFID=[], EXSTDTC=[])
    assert rows(check("", "EX", "Subject", "EXSTDTC LT VS.VSDTC"), VS, empty) == ([], [])
    assert rows(check("", "EX", "Subject", "", none=True), VS, empty)[0] == [0, 1, 2, 3, 4]
