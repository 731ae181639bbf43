"""Many texts are read at once, few one by one: the moments are the same."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.base import moments

PARTS = st.builds(
    "{:04d}-{:02d}-{:02d}{}".format,
    st.integers(900, 3100),
    st.integers(0, 13),
    st.integers(0, 32),
    st.one_of(
        st.just(""),
        st.builds("T{:02d}:{:02d}".format, st.integers(0, 25), st.integers(0, 61)),
        st.builds("T{:02d}:{:02d}:{:02d}".format, st.integers(0, 24), st.integers(0, 60), st.integers(0, 61)),
    ),
)
ODD = st.sampled_from(["2022", "2022-03", "2022---15", "2022-03-05T-:30", "2022-03-05T10:01:02.5", "x", ""])


@given(st.lists(st.one_of(PARTS, ODD, st.none()), max_size=40))
def test_read_at_once_as_one_by_one(texts: list[str | None]) -> None:
    column = pd.Series(texts, dtype="str")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moments, "MANY", 10**9)
        slow = moments.moments_of(column)
        patch.setattr(moments, "MANY", 1)
        quick = moments.moments_of(column)
    for name in ("first", "end", "known"):
        assert getattr(quick, name).tolist() == getattr(slow, name).tolist()


def test_a_column_of_many_texts_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    column = pd.Series([f"2022-03-05T10:{minute:02d}" for minute in range(60)] + ["2022-03"] * 9, dtype="str")
    column = pd.concat([column, pd.Series([f"2022-03-{day:02d}" for day in range(1, 32)], dtype="str")])
    asked: list[str] = []
    span = moments._span
    monkeypatch.setattr(moments, "_span", lambda text: asked.append(text) or span(text))
    found = moments.moments_of(column)
    assert asked == ["2022-03"]
    assert found.has_time.sum() == 60
    assert found.has_day.sum() == 91
