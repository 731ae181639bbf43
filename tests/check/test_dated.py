"""Dates of many records, compared by their distinct values: as moments compare them row by row."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from il2cdisc.base.columns import CodedColumn
from il2cdisc.base.moments import compared, moments_of
from il2cdisc.check import dated
from il2cdisc.check.dated import Dated

DATES = st.sampled_from(["2022-03-05T10:01", "2022-03-05", "2022-03", "2022-03-06", "2022", "none", None])


def dates(texts: list[str | None]) -> Dated:
    column = CodedColumn.of(pd.Series(texts, dtype="str"))
    return Dated(moments_of(pd.Series(column.values)), column.codes)


def test_what_is_known_of_each_record() -> None:
    found = dates(["2022-03-05", None, "2022-03", "2022-03-05T10", "2022-03-05"])
    assert found.is_known.tolist() == [True, False, True, True, True]
    assert found.has_day.tolist() == [True, False, False, True, True]
    assert found.has_time.tolist() == [False, False, False, True, False]
    assert found.days[0] == found.days[3] > found.days[2] > found.days[1] == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(st.tuples(DATES, DATES), max_size=20), at_once=st.integers(1, 20))
def test_in_any_number_at_once(
    pairs: list[tuple[str | None, str | None]], at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dated, "AT_ONCE", at_once)
    left, right = ([pair[side] for pair in pairs] for side in (0, 1))
    wanted = compared(pd.Series(left, dtype="str"), pd.Series(right, dtype="str"))
    assert dates(left).order(dates(right)).tolist() == wanted.tolist()
