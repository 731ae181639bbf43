"""Row ids ride through ordinary pandas and become edges."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.base.rowids import edges, gathered_ids, numbered


def test_ids_ride_through_a_left_merge_and_a_melt() -> None:
    left = numbered(pd.DataFrame({"k": ["a", "b", "b"]}), "ae")
    right = numbered(pd.DataFrame({"k": ["b"], "v": ["x"]}), "dm")
    both = left.merge(right, on="k", how="left")
    assert [tuple(row) for row in edges(both).itertuples(index=False)] == [
        (0, "ae", 0),
        (1, "ae", 1),
        (1, "dm", 0),
        (2, "ae", 2),
        (2, "dm", 0),
    ]


def test_aggregated_rows_keep_all_their_ids() -> None:
    rows = numbered(pd.DataFrame({"k": ["b", "a", "b"]}), "ae")
    ids = gathered_ids(rows["@ae"], rows["k"])
    made = pd.DataFrame({"k": ids.index, "@ae": ids.to_numpy()})
    assert made["@ae"].tolist() == [(0, 2), (1,)]
    assert edges(made)[["row", "id"]].to_numpy().tolist() == [[0, 0], [0, 2], [1, 1]]


IDS = st.one_of(st.none(), st.lists(st.integers(0, 3), max_size=3).map(tuple))


@given(st.lists(st.tuples(IDS, st.none() | st.integers(0, 3))))
def test_edges_are_every_id_once_in_order(rows: list[tuple[tuple[int, ...] | None, int | None]]) -> None:
    frame = pd.DataFrame(
        {
            "@b": pd.Series([many for many, _ in rows], dtype="object"),
            "@a": pd.Series([one for _, one in rows], dtype="Int64"),
        }
    )
    wanted = {(row, "b", id_) for row, (many, _) in enumerate(rows) for id_ in many or ()}
    wanted |= {(row, "a", one) for row, (_, one) in enumerate(rows) if one is not None}
    assert list(edges(frame).itertuples(index=False, name=None)) == sorted(wanted)


def test_copied_rows_have_the_ids_of_the_tuple_that_they_share() -> None:
    shared = (3, 1)
    frame = pd.DataFrame({"@ae": pd.Series([shared, (2,), shared, None, (1, 3)], dtype="object")})
    found = edges(frame)[["row", "id"]].to_numpy().tolist()
    assert found == [[0, 1], [0, 3], [1, 2], [2, 1], [2, 3], [4, 1], [4, 3]]


def test_ids_and_tuples_of_ids_are_gathered_and_what_has_no_group_is_left_out() -> None:
    ids = pd.Series([4, (2, 4), pd.NA, 1, 3], dtype=object)
    groups = pd.Series(["b", "b", "a", None, "b"], dtype="str")
    made = gathered_ids(ids, groups)
    assert made.index.tolist() == ["b", "a"]
    assert made.tolist() == [(2, 3, 4), ()]
    single = gathered_ids(pd.Series([7, None, 5], dtype="Int64"), groups[:3])
    assert single.tolist() == [(7,), (5,)]
