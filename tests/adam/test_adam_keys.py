"""Keys as numbers and rows found by them: before and after."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from il2cdisc.adam import derive_param_total, filter_extreme
from il2cdisc.adam.keys import key_numbers, partners, rows_at, with_columns
from il2cdisc.base.problems import Stopped

KEY = ["USUBJID", "AVISITN"]


def keyed(rows: list[tuple[str | None, float | None]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=KEY).astype({"USUBJID": "str", "AVISITN": "float64"})


ROWS = st.lists(
    st.tuples(st.sampled_from(["S1", "S2", None]), st.sampled_from([-1.0, 0.0, None])), max_size=12
)


def test_keys_are_numbered_as_they_come_over_all_frames():
    left = keyed([("S2", 1), (None, 1), ("S1", 1), ("S2", 1)])
    right = keyed([("S1", 1), ("S1", None), ("S1", 2)])
    ours, theirs = key_numbers(KEY, left, right)
    assert ours.tolist() == [0, -1, 2, 0]
    assert theirs.tolist() == [2, -1, 4]


@given(ROWS, ROWS)
@settings(max_examples=60, deadline=None)
def test_partners_are_those_of_a_left_merge(left_rows, right_rows):
    left, right = keyed(left_rows), keyed(right_rows).drop_duplicates().assign(VALUE=lambda f: range(len(f)))
    wanted = left.merge(right.dropna(), on=KEY, how="left")["VALUE"]
    found = rows_at(right[["VALUE"]], partners("test", left, right, KEY, "other"))["VALUE"]
    assert found.astype("float64").tolist() == pytest.approx(wanted.astype("float64").tolist(), nan_ok=True)


def test_two_partners_stop():
    with pytest.raises(Stopped, match=r"ADM002.*other has several rows"):
        partners("test", keyed([("S1", 1)]), keyed([("S2", 1), ("S2", 1)]), KEY, "other")


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([None, "x", "y"]), st.integers(0, 2))),
    st.sampled_from(["first", "last"]),
    st.sampled_from(["T", "-T"]),
)
@settings(max_examples=60, deadline=None)
def test_extremes_are_those_of_a_stable_sort(rows, mode, text):
    data = pd.DataFrame(rows, columns=["K", "T", "N"]).astype({"K": "str", "T": "str", "N": "float64"})
    found = filter_extreme(data, by=["K"], order=[text, "N"], mode=mode)
    ordered = data.sort_values("N", kind="stable").sort_values(
        "T", ascending=text == "T", kind="stable", na_position="first"
    )
    assert_frame_equal(found, ordered.drop_duplicates("K", keep=mode).sort_index())


def test_columns_put_next_to_others_keep_the_index_and_the_types():
    data = keyed([("S1", 1), ("S2", 2)]).set_axis([7, 3])
    more = pd.DataFrame({"@LB": pd.array([4], dtype="Int64"), "AVALC": pd.Series(["x"], dtype="str")})
    out = with_columns(data, rows_at(more, np.array([-1, 0])))
    assert out.index.tolist() == [7, 3]
    assert {name: str(kind) for name, kind in out.dtypes.items()} == {
        "USUBJID": "str",
        "AVISITN": "float64",
        "@LB": "Int64",
        "AVALC": "str",
    }
    assert out["@LB"].isna().tolist() == [True, False]


def test_a_total_of_no_items_still_says_that_nothing_was_derived():
    data = keyed([("S1", 1)]).assign(AVAL=1.0, PARAMCD="A")
    out = derive_param_total(data, by=KEY, item="PARAMCD", items=["B"], set_values={"PARAMCD": "T"})
    assert out["PARAMCD"].tolist() == ["A"]
    assert out["DTYPE"].isna().all()
